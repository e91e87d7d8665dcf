//! Specs and kernels against values from outside: a spec that is wrong in itself satisfies every other check, and a kernel that computes
//! with another constant than users write may agree with its spec.
//!
//! `tests/golden/README.md` says where the files come from.

use crate::witness::{Kernels, Subject};
use hesper_ad::ops::{Conv2d, ConvTranspose2d, GroupedAttention, Window};
use hesper_ad::prelude::*;
use hesper_ad::{
    Bounded, NORMAL_F32, Point, Port, Sample, Spec, Tracked, UNIT_F32, compare, exact, ops,
};
use hesper_shader::domain::{Domain, F32, F64};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use tests::tell;

/// Both sides round in double precision; PyTorch takes some numbers as differences, which are exact to 10⁻¹³ only.
const TOLERANCE: hesper_ad::Tolerance = hesper_ad::Tolerance {
    relative: 1e-12,
    absolute: 1e-13,
};

/// Roundings of each operation of a kernel in binary32, whose constants are rounded too.
const ROUNDINGS: f64 = 8.0;

#[test]
fn specs_and_kernels_agree_with_golden_values() {
    let mut golden = Golden::default();
    for op in ops::catalogue().unwrap().into_iter().chain(further()) {
        golden.op(&*op);
    }
    // All checks of these would take minutes, so that the catalogue has their parts alone.
    golden.op(&ops::muon().unwrap());
    golden.op(&ops::multi_head_attention(2, true).unwrap());
    let files = fs::read_dir(folder()).unwrap();
    let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    for file in files.filter(|file| file.ends_with(".json")) {
        let read = golden.read.contains(&file);
        assert!(read, "no op reads tests/golden/{file}");
    }
}

/// Ops with numbers of their own that another of their kind in the catalogue does not have.
fn further() -> [Box<dyn Op>; 4] {
    let window = |kernel, stride, padding| Window {
        kernel,
        stride,
        padding,
        dilation: 1,
    };
    let (same, twice) = (window(3, 1, 1), window(2, 2, 0));
    [
        // Where a group has one channel, a filter for each of them.
        Box::new(Conv2d {
            rows: same,
            cols: same,
            groups: 3,
        }),
        Box::new(ConvTranspose2d {
            cols: window(2, 2, 0),
            output_padding: [1, 0],
            ..ConvTranspose2d::EXAMPLE
        }),
        Box::new(ConvTranspose2d {
            rows: twice,
            cols: twice,
            output_padding: [0, 0],
            groups: 2,
        }),
        Box::new(GroupedAttention {
            heads: 1,
            group: 3,
            causal: false,
        }),
    ]
}

#[test]
fn a_wrong_convention_differs_from_golden_values() {
    /// RMSNorm with eps beside the root, its VJP to match.
    struct EpsBeside;
    impl EpsBeside {
        fn shifted(cx: &Context, x: &Tensor) -> Tensor {
            let (cols, eps) = (cx.count(cx.dim("cols")), cx.scalar("eps"));
            x.reduce_rows(|row| (cx.sum(row.iter().map(|x| x.powi(2))) / cols).sqrt() + eps)
        }
    }
    impl DiffOp for EpsBeside {
        type Inputs<V> = [V; 2];
        type Outputs<V> = [V; 1];
        fn signature(&self) -> Signature {
            let signature = ops::RmsNorm.signature();
            let ports = signature.ports().iter().cloned();
            let ports = ports.filter(|port| port.name != "r").collect::<Vec<_>>();
            ports
                .into_iter()
                .fold(Signature::new("RMSNorm"), Signature::with)
        }
        fn forward(&self, cx: &mut Context, [x, g]: [&Tensor; 2]) -> [Tensor; 1] {
            let scale = EpsBeside::shifted(cx, x);
            let shape = [cx.dim("rows"), cx.dim("cols")];
            [Tensor::from_fn(shape, |[i, j]| {
                x[[i, j]] / scale[[i]] * g[[j]]
            })]
        }
        fn backward(
            &self,
            cx: &mut Context,
            inputs: [&Tensor; 2],
            cotangents: [&Tensor; 1],
        ) -> [Tensor; 2] {
            ops::RmsNorm.backward(cx, inputs, cotangents)
        }
        fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
            ops::RmsNorm.plan(plan)
        }
    }
    let error = compared(&EpsBeside, "rmsnorm.json").unwrap_err();
    assert!(error.contains("beyond the tolerance"), "{error}");
}

/// Compares every op it meets; compositions are made of ops that have files of their own.
#[derive(Default)]
struct Golden {
    read: Vec<String>,
}

impl Golden {
    fn op(&mut self, op: &dyn Op) {
        let name = op.signature().name().to_string();
        if name.contains('∘') {
            return;
        }
        let file = match name.as_str() {
            "FusedAttention" => "attention.json".to_string(),
            name => file_of(name),
        };
        let compared = compared(op, &file).unwrap_or_else(|e| panic!("{name}, {file}: {e}"));
        assert!(compared > 0, "{name}: nothing was compared");
        tell(&format!("golden values: {name}: {compared} numbers agree"));
        self.read.push(file);
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// The op's name in lower case, with `_` for whatever is neither a letter a–z nor a digit.
fn file_of(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("_") + ".json"
}

/// How many numbers of a file the op's spec was compared with.
fn compared(op: &dyn Op, file: &str) -> Result<usize, String> {
    let text = fs::read_to_string(folder().join(file)).map_err(|e| e.to_string())?;
    let text: Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    let spec = Spec::new(op).map_err(|e| e.to_string())?;
    let cases = text["cases"].as_array().ok_or("there are no cases")?;
    let counts = cases.iter().enumerate().map(|(at, case)| {
        let compared = Case::read(spec.signature(), case).and_then(|case| {
            let compared = case.compare(&spec)?;
            Ok(compared + case.compare_kernels(&spec)?)
        });
        compared.map_err(|e| format!("case {at}: {e}"))
    });
    counts.sum()
}

/// A point, and what is right there.
struct Case {
    /// Its constants are rounded to binary32.
    sample: Sample,
    /// The constants, as users write them.
    decimals: BTreeMap<String, Tensor<f64>>,
    outputs: Vec<Tensor<Bounded>>,
    gradients: Vec<Tensor<Bounded>>,
}

impl Case {
    fn read(signature: &Signature, case: &Value) -> Result<Case, String> {
        let sizes = signature.dims().into_iter().map(|dim| {
            let size = case["dims"][dim]
                .as_u64()
                .ok_or(format!("no size of `{dim}`"))?;
            Ok((dim, size as usize))
        });
        let dims = Dims::new(sizes.collect::<Result<Vec<_>, String>>()?);
        let tensor = |group: &str, port: &Port| -> Result<Tensor<f64>, String> {
            let numbers = case[group][&port.name].as_array();
            let numbers = numbers.ok_or(format!("no {group} of `{}`", port.name))?;
            let numbers = numbers.iter().map(number).collect::<Result<_, _>>()?;
            Tensor::new(port.shape(&dims), numbers).map_err(|e| format!("{}: {e}", port.name))
        };
        let f32s = |group: &str, port: &Port| tensor(group, port).map(|t| t.map(|x| *x as f32));
        let exact = |group: &str, port: &Port| {
            let bounded = |value: &f64| Bounded {
                value: *value,
                error: 0.0,
            };
            tensor(group, port).map(|t| t.map(bounded))
        };
        let decimals = signature.constants();
        let decimals = decimals.map(|p| Ok((p.name.clone(), tensor("constants", p)?)));
        let decimals = decimals.collect::<Result<BTreeMap<_, _>, String>>()?;
        let rounded = decimals.iter();
        let rounded = rounded.map(|(name, t)| (name.clone(), t.map(|x| *x as f32)));
        let integers = signature.integers().map(|(p, _)| {
            let numbers = tensor("integers", p)?.map(|x| *x as u32);
            Ok((p.name.clone(), numbers))
        });
        Ok(Case {
            sample: Sample {
                inputs: signature
                    .inputs()
                    .map(|p| f32s("inputs", p))
                    .collect::<Result<_, _>>()?,
                constants: rounded.collect(),
                integers: integers.collect::<Result<BTreeMap<_, _>, String>>()?,
                cotangents: signature
                    .outputs()
                    .map(|p| f32s("cotangents", p))
                    .collect::<Result<_, _>>()?,
                directions: Vec::new(),
                dims: dims.clone(),
            },
            decimals,
            outputs: signature
                .outputs()
                .map(|p| exact("outputs", p))
                .collect::<Result<_, _>>()?,
            gradients: signature
                .inputs()
                .map(|p| exact("gradients", p))
                .collect::<Result<_, _>>()?,
        })
    }

    fn compare(&self, spec: &Spec<'_>) -> Result<usize, String> {
        let got = self.run(spec, &F64, |decimal| decimal)?;
        let pairs = self
            .names(spec.signature())
            .zip(got.iter().zip(self.right()));
        let counts = pairs.map(|(name, (got, want))| {
            let agreement = compare(got, want, TOLERANCE).map_err(|e| format!("{name}: {e}"))?;
            Ok(agreement.compared)
        });
        counts.sum()
    }

    /// How many numbers the kernels compute in binary32 as rounding explains: the spec's operations' and the constants' own.
    fn compare_kernels(&self, spec: &Spec<'_>) -> Result<usize, String> {
        let kernels = Kernels::new(spec.op(), &self.sample.dims)?;
        let Sample {
            inputs, cotangents, ..
        } = &self.sample;
        let mut got = kernels.forward(&F32, &self.sample, inputs)?;
        got.extend(kernels.backward(&F32, &self.sample, inputs, cotangents)?);
        let tracked = Tracked::new(ROUNDINGS * UNIT_F32, NORMAL_F32);
        let rounded = |value: f64| Bounded {
            value,
            error: UNIT_F32 * value.abs(),
        };
        let bounds = self.run(spec, &tracked, rounded)?;
        let mut count = 0;
        for (name, ((got, want), bound)) in self
            .names(spec.signature())
            .zip(got.iter().zip(self.right()).zip(&bounds))
        {
            for (i, ((got, want), bound)) in got
                .data()
                .iter()
                .zip(want.data())
                .zip(bound.data())
                .enumerate()
            {
                let (got, want) = (f64::from(*got), want.value);
                let allowed = bound.error + TOLERANCE.relative * want.abs() + TOLERANCE.absolute;
                if got != want && !((got - want).abs() <= allowed && allowed.is_finite()) {
                    return Err(format!(
                        "kernels: {name}, element {i}: got {got:e}, want {want:e}, allowed {allowed:.1e}"
                    ));
                }
                count += 1;
            }
        }
        Ok(count)
    }

    /// Outputs and gradients of the spec, its constants those of the file.
    fn run<D: Domain>(
        &self,
        spec: &Spec<'_>,
        domain: &D,
        constant: impl Fn(f64) -> D::Value,
    ) -> Result<Vec<Tensor<D::Value>>, String> {
        let constants = self.decimals.iter();
        let point = Point {
            dims: self.sample.dims.clone(),
            inputs: exact(domain, &self.sample.inputs),
            constants: constants
                .map(|(name, t)| (name.clone(), t.map(|x| constant(*x))))
                .collect(),
            integers: self.sample.integers.clone(),
            cotangents: exact(domain, &self.sample.cotangents),
            directions: Vec::new(),
        };
        let forward = spec.forward_at(domain, &point).map_err(|e| e.to_string())?;
        let backward = spec.backward_at(domain, &point);
        let mut all = forward.outputs;
        all.extend(backward.map_err(|e| e.to_string())?);
        Ok(all)
    }

    /// What is right, in the order of [`run`](Case::run).
    fn right(&self) -> impl Iterator<Item = &Tensor<Bounded>> {
        self.outputs.iter().chain(&self.gradients)
    }

    fn names<'s>(&self, signature: &'s Signature) -> impl Iterator<Item = String> + use<'s> {
        let outputs = signature.outputs().map(|p| p.name.clone());
        outputs.chain(signature.inputs().map(Port::cotangent))
    }
}

fn number(value: &Value) -> Result<f64, String> {
    match value.as_str() {
        Some("-inf") => Ok(f64::NEG_INFINITY),
        _ => value.as_f64().ok_or(format!("{value} is no number")),
    }
}

//! Small ops for the crate's own tests.

use crate::op::Op;
use crate::options::{Options, Target};
use crate::{Context, DiffOp, Dims, OpError, OpPlan, OpStep, Plans, Real, Signature, Tensor};
use hesper_shader::domain::F32;
use hesper_shader::record::Recorder;
use hesper_shader::tree::Type;
use hesper_shader::{Device, Error, Grid, Kernel, Memory, Role, ScalarValue};
use std::collections::BTreeMap;
use std::env;
use std::io::Write;
use std::sync::OnceLock;

/// `yᵢ = exp(xᵢ − max x) / Σ exp(xⱼ − max x)` by rows, `lse = max x + ln Σ`;  `dxᵢ = yᵢ (dyᵢ − Σ dyⱼ yⱼ)`.
pub(crate) struct Softmax;

impl DiffOp for Softmax {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let signature = Signature::new("Softmax").input("x", ["rows", "cols"]);
        signature
            .output("y", ["rows", "cols"])
            .saved("lse", ["rows"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let parts = |row: &[Real]| {
            let max = cx.max(row.iter().copied());
            (max, cx.sum(row.iter().map(|x| (x - max).exp())))
        };
        let y = x.map_rows(|row| {
            let (max, sum) = parts(row);
            row.iter().map(|x| (x - max).exp() / sum).collect()
        });
        let lse = x.reduce_rows(|row| {
            let (max, sum) = parts(row);
            max + sum.ln()
        });
        cx.save("lse", lse);
        [y]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let [y] = self.forward(cx, [x]);
        [y.zip_rows(dy, |y, dy| {
            let dot = cx.sum(y.iter().zip(dy).map(|(y, dy)| *y * *dy));
            y.iter().zip(dy).map(|(y, dy)| *y * (*dy - dot)).collect()
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let grid = Grid::cover(plan.dim("rows")?);
        plan.forward(softmax(), grid);
        plan.backward(softmax_backward(), grid).bind("p", "y");
        Ok(())
    }
}

/// One row per invocation.
fn softmax() -> Kernel {
    Recorder::record("softmax", &[], [4, 1, 1], |h| {
        let (rows, cols) = (h.uniform::<u32>("rows"), h.uniform::<u32>("cols"));
        let (x, y) = (h.storage::<f32>("x"), h.storage_mut::<f32>("y"));
        let lse = h.storage_mut::<f32>("lse");
        let row = h.bind("row", h.global_index());
        h.if_(row.lt(rows));
        let start = h.bind("start", row * cols);
        let max = h.var("max", h.neg_infinity());
        let j = h.for_("j", h.range(h.int(0u32), cols));
        h.store(max, max.get().max(x.at(start + j).get()));
        h.end_for();
        let sum = h.var("sum", h.float("0.0"));
        let j = h.for_("j", h.range(h.int(0u32), cols));
        h.store(sum, sum.get() + (x.at(start + j).get() - max.get()).exp());
        h.end_for();
        let j = h.for_("j", h.range(h.int(0u32), cols));
        h.store(
            y.at(start + j),
            (x.at(start + j).get() - max.get()).exp() / sum.get(),
        );
        h.end_for();
        h.store(lse.at(row), max.get() + sum.get().ln());
        h.end_if();
    })
}

fn softmax_backward() -> Kernel {
    Recorder::record("softmax_backward", &[], [4, 1, 1], |h| {
        let (rows, cols) = (h.uniform::<u32>("rows"), h.uniform::<u32>("cols"));
        let (p, dy) = (h.storage::<f32>("p"), h.storage::<f32>("dy"));
        let dx = h.storage_mut::<f32>("dx");
        let row = h.bind("row", h.global_index());
        h.if_(row.lt(rows));
        let start = h.bind("start", row * cols);
        let dot = h.var("dot", h.float("0.0"));
        let j = h.for_("j", h.range(h.int(0u32), cols));
        let at = start + j;
        h.store(dot, dot.get() + p.at(at).get() * dy.at(at).get());
        h.end_for();
        let j = h.for_("j", h.range(h.int(0u32), cols));
        h.store(
            dx.at(start + j),
            p.at(start + j).get() * (dy.at(start + j).get() - dot.get()),
        );
        h.end_for();
        h.end_if();
    })
}

/// `C = A·B`;  `dA = dC·Bᵀ`, `dB = Aᵀ·dC`.
pub(crate) struct MatMul;

impl DiffOp for MatMul {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let signature = Signature::new("MatMul")
            .input("a", ["m", "k"])
            .input("b", ["k", "n"]);
        signature.output("c", ["m", "n"])
    }

    fn forward(&self, cx: &mut Context, [a, b]: [&Tensor; 2]) -> [Tensor; 1] {
        let (m, k, n) = (cx.dim("m"), cx.dim("k"), cx.dim("n"));
        [Tensor::from_fn([m, n], |[i, j]| {
            cx.sum((0..k).map(|l| a[[i, l]] * b[[l, j]]))
        })]
    }

    fn backward(&self, cx: &mut Context, [a, b]: [&Tensor; 2], [dc]: [&Tensor; 1]) -> [Tensor; 2] {
        let (m, k, n) = (cx.dim("m"), cx.dim("k"), cx.dim("n"));
        let da = Tensor::from_fn([m, k], |[i, l]| {
            cx.sum((0..n).map(|j| dc[[i, j]] * b[[l, j]]))
        });
        let db = Tensor::from_fn([k, n], |[l, j]| {
            cx.sum((0..m).map(|i| a[[i, l]] * dc[[i, j]]))
        });
        [da, db]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (m, k, n) = (plan.dim("m")?, plan.dim("k")?, plan.dim("n")?);
        // C = A·B, dA = dC·Bᵀ, dB = Aᵀ·dC: one kernel, strides by value.
        plan.forward(product(), Grid::cover(m * n))
            .uniform("rows", m)
            .uniform("cols", n)
            .uniform("inner", k);
        strides(plan.forward.last_mut(), [k, 1], [n, 1]);
        plan.backward(product(), Grid::cover(m * k))
            .bind("a", "dc")
            .bind("c", "da")
            .uniform("rows", m)
            .uniform("cols", k)
            .uniform("inner", n);
        strides(plan.backward.last_mut(), [n, 1], [1, n]);
        plan.backward(product(), Grid::cover(k * n))
            .bind("b", "dc")
            .bind("c", "db")
            .uniform("rows", k)
            .uniform("cols", n)
            .uniform("inner", m);
        strides(plan.backward.last_mut(), [1, k], [n, 1]);
        Ok(())
    }
}

fn strides(step: Option<&mut OpStep>, [ai, al]: [usize; 2], [bl, bj]: [usize; 2]) {
    if let Some(step) = step {
        step.uniform("ai", ai)
            .uniform("al", al)
            .uniform("bl", bl)
            .uniform("bj", bj);
    }
}

/// `cᵢⱼ = Σ a[i·ai + l·al] · b[l·bl + j·bj]`.
fn product() -> Kernel {
    Recorder::record("product", &[], [16, 1, 1], |h| {
        let (a, b, c) = (
            h.storage::<f32>("a"),
            h.storage::<f32>("b"),
            h.storage_mut::<f32>("c"),
        );
        let size = |name| h.uniform::<u32>(name);
        let (rows, cols, inner) = (size("rows"), size("cols"), size("inner"));
        let (ai, al, bl, bj) = (size("ai"), size("al"), size("bl"), size("bj"));
        let at = h.bind("at", h.global_index());
        h.if_(at.lt(rows * cols));
        let (i, j) = (h.bind("i", at / cols), h.bind("j", at % cols));
        let sum = h.var("sum", h.float("0.0"));
        let l = h.for_("l", h.range(h.int(0u32), inner));
        h.store(
            sum,
            sum.get() + a.at(i * ai + l * al).get() * b.at(l * bl + j * bj).get(),
        );
        h.end_for();
        h.store(c.at(at), sum.get());
        h.end_if();
    })
}

/// `lossᵢ = s·(ln Σ exp xᵢⱼ − xᵢ,labelᵢ)`;  `dxᵢⱼ = s·dlossᵢ (softmax xᵢ)ⱼ − s·dlossᵢ·[j = labelᵢ]`.
pub(crate) struct CrossEntropy;

impl DiffOp for CrossEntropy {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("CrossEntropy")
            .input("x", ["k", "classes"])
            .constant("s", [])
            .integer("labels", ["k"], "classes")
            .output("loss", ["k"])
            .saved("lse", ["k"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let lse = x.reduce_rows(|row| {
            let max = cx.max(row.iter().copied());
            max + cx.sum(row.iter().map(|x| (*x - max).exp())).ln()
        });
        let (labels, s) = (cx.integers("labels"), cx.scalar("s"));
        let loss = Tensor::from_fn([lse.len()], |[i]| {
            s * (lse[[i]] - x[[i, labels[[i]] as usize]])
        });
        cx.save("lse", lse);
        [loss]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dloss]: [&Tensor; 1]) -> [Tensor; 1] {
        self.forward(cx, [x]);
        let (labels, lse, s) = (cx.integers("labels"), &cx.saved()["lse"], cx.scalar("s"));
        [Tensor::from_fn([x.shape()[0], x.shape()[1]], |[i, j]| {
            let hit = if labels[[i]] as usize == j { 1.0 } else { 0.0 };
            s * dloss[[i]] * ((x[[i, j]] - lse[[i]]).exp() - hit)
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let grid = Grid::cover(plan.dim("k")?);
        plan.temporary("sums", Type::F32, plan.dim("k")?)?;
        plan.forward(log_sum_exp(), grid);
        plan.forward(cross_entropy(), grid);
        plan.backward(cross_entropy_backward(), grid);
        Ok(())
    }
}

fn log_sum_exp() -> Kernel {
    Recorder::record("log_sum_exp", &[], [4, 1, 1], |h| {
        let classes = h.uniform::<u32>("classes");
        let (x, sums, lse) = (
            h.storage::<f32>("x"),
            h.storage_mut::<f32>("sums"),
            h.storage_mut::<f32>("lse"),
        );
        let i = h.bind("i", h.global_index());
        h.if_(i.lt(lse.len()));
        let max = h.var("max", h.neg_infinity());
        let j = h.for_("j", h.range(h.int(0u32), classes));
        h.store(max, max.get().max(x.at(i * classes + j).get()));
        h.end_for();
        let sum = h.var("sum", h.float("0.0"));
        let j = h.for_("j", h.range(h.int(0u32), classes));
        h.store(
            sum,
            sum.get() + (x.at(i * classes + j).get() - max.get()).exp(),
        );
        h.end_for();
        h.store(sums.at(i), sum.get());
        h.store(lse.at(i), max.get() + sum.get().ln());
        h.end_if();
    })
}

fn cross_entropy() -> Kernel {
    Recorder::record("cross_entropy", &[], [4, 1, 1], |h| {
        let (classes, s) = (h.uniform::<u32>("classes"), h.uniform::<f32>("s"));
        let (x, labels, lse) = (
            h.storage::<f32>("x"),
            h.storage::<u32>("labels"),
            h.storage::<f32>("lse"),
        );
        let loss = h.storage_mut::<f32>("loss");
        let i = h.bind("i", h.global_index());
        h.if_(i.lt(loss.len()));
        let hit = x.at(i * classes + labels.at(i).get()).get();
        h.store(loss.at(i), s * (lse.at(i).get() - hit));
        h.end_if();
    })
}

fn cross_entropy_backward() -> Kernel {
    Recorder::record("cross_entropy_backward", &[], [4, 1, 1], |h| {
        let (classes, s) = (h.uniform::<u32>("classes"), h.uniform::<f32>("s"));
        let (x, labels, lse) = (
            h.storage::<f32>("x"),
            h.storage::<u32>("labels"),
            h.storage::<f32>("lse"),
        );
        let (dloss, dx) = (h.storage::<f32>("dloss"), h.storage_mut::<f32>("dx"));
        let i = h.bind("i", h.global_index());
        h.if_(i.lt(dloss.len()));
        let j = h.for_("j", h.range(h.int(0u32), classes));
        let p = h.var("p", (x.at(i * classes + j).get() - lse.at(i).get()).exp());
        h.if_(labels.at(i).get().eq(j));
        h.store(p, p.get() - h.float("1.0"));
        h.end_if();
        h.store(dx.at(i * classes + j), s * dloss.at(i).get() * p.get());
        h.end_for();
        h.end_if();
    })
}

/// What an op's kernels compute on the reference device, forward and then backward, by the names of ports and cotangents.
pub(crate) fn run_kernels(
    op: &dyn Op,
    dims: &Dims,
    reals: &[(&str, &[f32])],
    integers: &[(&str, &[u32])],
) -> Result<BTreeMap<String, Vec<f32>>, Error> {
    let plans = Plans::of(op, dims).unwrap();
    let reals = reals
        .iter()
        .map(|(name, values)| (name.to_string(), values.to_vec()));
    let mut known: BTreeMap<String, Vec<f32>> = reals.collect();
    for plan in [&plans.forward, &plans.backward] {
        let memory = |name: &String| match integers.iter().find(|(port, _)| port == name) {
            Some((_, values)) => Memory::U32(values.to_vec()),
            None => Memory::F32(known[name].clone()),
        };
        let inputs = plan.slots().iter().filter(|slot| slot.role == Role::Input);
        let inputs = inputs.map(|slot| (slot.name.clone(), memory(&slot.name)));
        let scalars = plan.scalars().iter();
        let scalars = scalars.map(|(name, _)| (name.clone(), ScalarValue::F32(known[name][0])));
        let results = plan.run_in_with(&F32, inputs.collect(), scalars.collect())?;
        known.extend(
            results
                .into_iter()
                .filter_map(|(name, memory)| match memory {
                    Memory::F32(values) => Some((name, values)),
                    _ => None,
                }),
        );
    }
    Ok(known)
}

/// Whether kernels with halves run on a device.
pub(crate) fn has_f16(device: &Device) -> bool {
    device.limits().is_none_or(|limits| limits.f16)
}

/// The reference device, and a GPU or a software driver where there is one.
pub(crate) fn devices() -> Vec<Device> {
    static GPU: OnceLock<Option<Device>> = OnceLock::new();
    let gpu = GPU.get_or_init(|| match Device::gpu() {
        Ok(device) => Some(device),
        Err(error) if env::var_os("HESPER_REQUIRE_GPU").is_some() => panic!("{error}"),
        Err(error) => {
            // Nobody is listening where standard error is closed.
            let _ = writeln!(std::io::stderr(), "SKIPPED on a GPU: running ops: {error}");
            None
        }
    });
    [Device::reference()]
        .into_iter()
        .chain(gpu.clone())
        .collect()
}

/// That a graph's parts fit together, at small shapes and by numbers: for graphs of which all checks would take minutes.
pub(crate) fn connections_are_right(graph: &dyn Op) {
    let options = Options {
        points: 8,
        targets: vec![Target::F32],
        progress: false,
        ..Options::default()
    };
    let certificate = graph.verify_connections(&options);
    assert!(certificate.is_pass(), "{certificate}");
}

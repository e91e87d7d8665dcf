//! Every kernel of the catalogue, as the plans of its ops dispatch it.

use super::both::{Agree, Argument, Unlike, compare};
use hesper_ad::field::{Demands, Element, Exact, Range};
use hesper_ad::prelude::*;
use hesper_ad::{Rng, Sample, Spec, ops};
use hesper_shader::domain::{Domain, F32};
use hesper_shader::tree::Scalar;
use hesper_shader::{Memory, Number, PlanStep, Role, ScalarValue};
use std::collections::BTreeMap;
use tests::tell;

/// The random numbers follow from it.
const SEED: u64 = 1;

/// Sizes at which dimensions are looked at, for workgroups of so many invocations.
fn sizes(workgroup: usize) -> [usize; 4] {
    [1, workgroup - 1, workgroup + 1, 37]
}

/// What both executors run the kernels over.
pub(super) trait Numbers: Domain<Value: Agree, Mask = bool> {
    /// Numbers at which texts are apt to go wrong.
    const EXTREME: &[f32];

    /// A number that comes as data.
    fn given(&self, x: f32, rng: &mut Rng) -> Self::Value;
}

impl Numbers for F32 {
    const EXTREME: &[f32] = &[
        0.0,
        -0.0,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        f32::MAX,
        1e-40,
        -2_147_483_904.0,
        4_294_967_296.0,
    ];

    fn given(&self, x: f32, _: &mut Rng) -> f32 {
        x
    }
}

impl Numbers for Exact {
    const EXTREME: &[f32] = &[];

    fn given(&self, x: f32, rng: &mut Rng) -> Element {
        self.random(x.into(), self.demands().roots, rng)
    }
}

/// A kernel's name, and its text to another.
pub(super) type Edit<'e> = &'e dyn Fn(&str, &str) -> String;

/// A run of an op's plans, step by step.
pub(super) struct Run<'r, N: Numbers> {
    pub(super) numbers: &'r N,
    pub(super) edit: Edit<'r>,
    pub(super) rng: Rng,
    /// What memory holds, by name of port.
    slots: BTreeMap<String, Memory<N::Value>>,
    scalars: BTreeMap<String, N::Value>,
    /// By kernel: elements that were compared.
    pub(super) compared: BTreeMap<String, usize>,
}

/// Where two executions part.
#[derive(Debug)]
pub(super) struct Parting {
    pub(super) kernel: String,
    pub(super) unlike: Unlike,
}

impl<'r, N: Numbers> Run<'r, N> {
    pub(super) fn new(numbers: &'r N, edit: Edit<'r>) -> Run<'r, N> {
        Run {
            numbers,
            edit,
            rng: Rng::new(SEED),
            slots: BTreeMap::new(),
            scalars: BTreeMap::new(),
            compared: BTreeMap::new(),
        }
    }

    /// Both passes of an op, at a random point.
    pub(super) fn op(&mut self, op: &dyn Op, dims: &Dims) -> Result<(), Parting> {
        let spec = Spec::new(op).unwrap();
        let sample = spec.draw(dims, &mut self.rng);
        self.give(spec.signature(), &sample);
        let plans = Plans::of(op, dims).unwrap();
        self.plan(&plans.forward)?;
        self.plan(&plans.backward)
    }

    fn give(&mut self, signature: &Signature, sample: &Sample) {
        let mut reals = |t: &Tensor<f32>| -> Vec<N::Value> {
            let given = t.data().iter();
            given
                .map(|x| self.numbers.given(*x, &mut self.rng))
                .collect()
        };
        let inputs = signature.inputs().zip(&sample.inputs);
        for (port, tensor) in inputs {
            self.slots
                .insert(port.name.clone(), Memory::F32(reals(tensor)));
        }
        for (port, tensor) in signature.outputs().zip(&sample.cotangents) {
            self.slots
                .insert(port.cotangent(), Memory::F32(reals(tensor)));
        }
        for (name, tensor) in &sample.constants {
            let values = reals(tensor);
            if tensor.shape().is_empty() {
                self.scalars.insert(name.clone(), values[0]);
            }
            self.slots.insert(name.clone(), Memory::F32(values));
        }
        for (name, tensor) in &sample.integers {
            let values = Memory::U32(tensor.data().to_vec());
            self.slots.insert(name.clone(), values);
        }
    }

    fn plan(&mut self, plan: &Plan) -> Result<(), Parting> {
        let zero = self.numbers.constant(Number::ZERO);
        for slot in plan.slots().iter().filter(|s| s.role != Role::Input) {
            let components = slot.len * usize::from(slot.element.size);
            let zeros = Memory::zeros(slot.element.scalar, components, zero);
            self.slots.insert(slot.name.clone(), zeros);
        }
        let text = plan.to_string();
        let lines = text.lines().skip(plan.slots().len() + plan.scalars().len());
        for (step, line) in plan.steps().iter().zip(lines) {
            self.step(step, &bound(line)).map_err(|unlike| Parting {
                kernel: step.kernel().name().to_string(),
                unlike,
            })?;
        }
        Ok(())
    }

    /// One dispatch; `bound` says what each parameter is bound to.
    fn step(&mut self, step: &PlanStep, bound: &[(&str, &str)]) -> Result<(), Unlike> {
        let kernel = step.kernel();
        let tree = kernel.tree().unwrap();
        let mut arguments = Vec::new();
        for (param, (name, source)) in tree.params.iter().zip(bound) {
            assert_eq!(param.name, *name, "the plan's text is not understood");
            let scalar = match param.kind {
                hesper_shader::tree::ParamKind::Uniform(scalar) => Some(scalar),
                hesper_shader::tree::ParamKind::Storage { .. } => None,
            };
            arguments.push(match scalar {
                Some(scalar) => Argument::Scalar(self.scalar(scalar, source)),
                None => Argument::Buffer(self.slots[*source].clone()),
            });
        }
        assert_eq!(arguments.len(), tree.params.len());
        let groups = step.grid().groups(kernel.workgroup_size()).unwrap();
        let wgsl = (self.edit)(kernel.name(), kernel.wgsl().unwrap());
        let compared = compare(self.numbers, tree, &wgsl, groups, &mut arguments)?;
        *self.compared.entry(kernel.name().to_string()).or_default() += compared;
        for ((_, source), argument) in bound.iter().zip(arguments) {
            if let Argument::Buffer(memory) = argument {
                self.slots.insert(source.to_string(), memory);
            }
        }
        Ok(())
    }

    /// A by-value argument: a scalar of the plan, else a constant.
    fn scalar(&self, ty: Scalar, source: &str) -> ScalarValue<N::Value> {
        match (self.scalars.get(source), ty) {
            (Some(value), _) => ScalarValue::F32(*value),
            (None, Scalar::I32) => ScalarValue::I32(source.parse().unwrap()),
            (None, Scalar::U32) => ScalarValue::U32(source.parse().unwrap()),
            (None, Scalar::Bool) => ScalarValue::Bool(source.parse().unwrap()),
            (None, Scalar::F16 | Scalar::F32) => {
                let number = Number::parse(source).unwrap();
                ScalarValue::F32(self.numbers.constant(number))
            }
        }
    }
}

/// The parameters of a step and what they are bound to, from a plan's text: `1 relu(x = x, y = y) on a grid of …`.
fn bound(line: &str) -> Vec<(&str, &str)> {
    let (_, after) = line.split_once('(').unwrap();
    let (list, _) = after.split_once(") on ").unwrap();
    let pairs = list.split(", ").filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once(" = ").unwrap()).collect()
}

/// Each dimension in turn at each size, the others distinct and small; at last all at 1.
pub(super) fn shapes(op: &dyn Op, sizes: &[usize]) -> Vec<Dims> {
    let spec = Spec::new(op).unwrap();
    let (names, sampling) = (spec.signature().dims(), spec.sampling());
    let shape = |size: &dyn Fn(usize) -> usize| {
        let sizes = names.iter().enumerate().map(|(i, name)| {
            let size = size(i).next_multiple_of(sampling.multiple_of(name));
            (name.to_string(), size)
        });
        Dims::new(sizes.collect::<Vec<_>>())
    };
    let mut shapes = Vec::new();
    for large in 0..names.len() {
        for size in sizes {
            shapes.push(shape(&|i| {
                if i == large {
                    *size
                } else {
                    [2, 3, 5, 7, 11, 13][i]
                }
            }));
        }
    }
    shapes.push(shape(&|_| 1));
    shapes
}

/// Invocations of the largest workgroup of an op's kernels.
fn workgroup(op: &dyn Op) -> usize {
    let dims = shapes(op, &[]).remove(0);
    let plans = Plans::of(op, &dims).unwrap();
    let steps = plans.forward.steps().iter().chain(plans.backward.steps());
    let sizes = steps.map(|s| s.kernel().workgroup_size().iter().product::<u32>() as usize);
    sizes.max().unwrap_or(2).max(2)
}

/// By kernel: the elements compared, over all ops.
#[derive(Default)]
struct Tally(BTreeMap<String, usize>);

impl Tally {
    fn add(&mut self, compared: BTreeMap<String, usize>) {
        for (kernel, count) in compared {
            *self.0.entry(kernel).or_default() += count;
        }
    }

    /// Something must have been compared of every kernel that a plan of the catalogue runs.
    fn require(&self) {
        let kernels = ops::kernels();
        let count = |name: &str| self.0.get(name).copied().unwrap_or_default();
        let silent: Vec<_> = kernels.iter().filter(|k| count(k.name()) == 0).collect();
        for kernel in &silent {
            tell(&format!(
                "SKIPPED: {}: no plan of the catalogue runs it at these sizes",
                kernel.name()
            ));
        }
        let silent: Vec<_> = silent.iter().map(|kernel| kernel.name()).collect();
        assert!(
            silent.is_empty(),
            "kernels of which nothing was compared: {silent:?}"
        );
    }
}

fn unchanged(_: &str, wgsl: &str) -> String {
    wgsl.to_string()
}

#[test]
fn texts_compute_the_same_bits_as_trees() {
    let mut tally = Tally::default();
    for op in ops::catalogue().unwrap() {
        let op = &*op;
        for dims in shapes(op, &sizes(workgroup(op))) {
            let mut run = Run::new(&F32, &unchanged);
            let done = run.op(op, &dims);
            assert!(done.is_ok(), "{} at {dims}: {done:?}", op.name());
            tally.add(run.compared);
        }
    }
    tally.require();
}

#[test]
fn texts_compute_the_same_elements_as_trees() {
    let mut tally = Tally::default();
    for op in ops::catalogue().unwrap() {
        let op = &*op;
        for dims in shapes(op, &[17]) {
            let mut demands = Demands::default();
            loop {
                let field = Exact::new(demands.clone(), Range::Reals, &mut Rng::new(SEED));
                let mut run = Run::new(&field, &unchanged);
                let done = run.op(op, &dims);
                assert!(done.is_ok(), "{} at {dims}: {done:?}", op.name());
                // Roots and circular functions ask for primes of their own.
                if field.needs() == demands {
                    tally.add(run.compared);
                    break;
                }
                demands = field.needs();
            }
        }
    }
    tally.require();
}

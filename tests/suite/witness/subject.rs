//! What a criterion looks at: an op's kernels, or its spec.

use hesper_ad::prelude::*;
use hesper_ad::{Port, Sample, Spec};
use hesper_shader::domain::Domain;
use hesper_shader::{Memory, Role, ScalarValue};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A function and what is said to be its VJP, in any domain.
pub(crate) trait Subject {
    /// The outputs at the sample, with these inputs.
    fn forward<D: Domain<Mask = bool>>(
        &self,
        domain: &D,
        sample: &Sample,
        inputs: &[Tensor<D::Value>],
    ) -> Result<Vec<Tensor<D::Value>>, String>;

    /// The cotangents of the inputs.
    fn backward<D: Domain<Mask = bool>>(
        &self,
        domain: &D,
        sample: &Sample,
        inputs: &[Tensor<D::Value>],
        cotangents: &[Tensor<D::Value>],
    ) -> Result<Vec<Tensor<D::Value>>, String>;
}

impl Subject for Spec<'_> {
    fn forward<D: Domain<Mask = bool>>(
        &self,
        domain: &D,
        sample: &Sample,
        inputs: &[Tensor<D::Value>],
    ) -> Result<Vec<Tensor<D::Value>>, String> {
        let forward = Spec::forward(self, domain, sample, inputs);
        Ok(forward.map_err(|e| e.to_string())?.outputs)
    }

    fn backward<D: Domain<Mask = bool>>(
        &self,
        domain: &D,
        sample: &Sample,
        inputs: &[Tensor<D::Value>],
        cotangents: &[Tensor<D::Value>],
    ) -> Result<Vec<Tensor<D::Value>>, String> {
        Spec::backward(self, domain, sample, inputs, cotangents).map_err(|e| e.to_string())
    }
}

/// An op's kernels for given sizes, on the reference executor.
pub(crate) struct Kernels {
    signature: Signature,
    plans: Plans,
}

/// Tensors' elements by the names of slots.
type Reals<V> = BTreeMap<String, Vec<V>>;

impl Kernels {
    /// The kernels; an error where they do not fit the op, or their plan panics.
    pub(crate) fn new(op: &dyn Op, dims: &Dims) -> Result<Kernels, String> {
        let plans = catch_unwind(AssertUnwindSafe(|| Plans::of(op, dims)));
        let plans = plans.map_err(|_| "the plan panicked".to_string())?;
        Ok(Kernels {
            signature: op.signature(),
            plans: plans.map_err(|e| e.to_string())?,
        })
    }

    /// All that the forward kernels are given and yield.
    fn primals<D: Domain<Mask = bool>>(
        &self,
        domain: &D,
        sample: &Sample,
        inputs: &[Tensor<D::Value>],
    ) -> Result<Reals<D::Value>, String> {
        let constants = sample.constants.iter();
        let mut reals: Reals<D::Value> = constants
            .map(|(name, t)| (name.clone(), t.map(|x| domain.from_f32(*x)).into_data()))
            .collect();
        let names = self.signature.inputs().map(|p| p.name.clone());
        reals.extend(names.zip(inputs.iter().map(|t| t.data().to_vec())));
        let results = run(domain, &self.plans.forward, sample, &reals)?;
        reals.extend(results);
        Ok(reals)
    }
}

impl Subject for Kernels {
    fn forward<D: Domain<Mask = bool>>(
        &self,
        domain: &D,
        sample: &Sample,
        inputs: &[Tensor<D::Value>],
    ) -> Result<Vec<Tensor<D::Value>>, String> {
        let reals = self.primals(domain, sample, inputs)?;
        tensors(reals, sample, self.signature.outputs(), |p| p.name.clone())
    }

    fn backward<D: Domain<Mask = bool>>(
        &self,
        domain: &D,
        sample: &Sample,
        inputs: &[Tensor<D::Value>],
        cotangents: &[Tensor<D::Value>],
    ) -> Result<Vec<Tensor<D::Value>>, String> {
        let mut reals = self.primals(domain, sample, inputs)?;
        let names = self.signature.outputs().map(Port::cotangent);
        reals.extend(names.zip(cotangents.iter().map(|t| t.data().to_vec())));
        let results = run(domain, &self.plans.backward, sample, &reals)?;
        tensors(results, sample, self.signature.inputs(), Port::cotangent)
    }
}

/// What a plan yields.
fn run<D: Domain<Mask = bool>>(
    domain: &D,
    plan: &Plan,
    sample: &Sample,
    reals: &Reals<D::Value>,
) -> Result<Reals<D::Value>, String> {
    let memory = |name: &String| match sample.integers.get(name) {
        Some(integers) => Memory::U32(integers.data().to_vec()),
        None => Memory::F32(reals.get(name).cloned().unwrap_or_default()),
    };
    let inputs = plan.slots().iter().filter(|s| s.role == Role::Input);
    let inputs = inputs.map(|s| (s.name.clone(), memory(&s.name))).collect();
    let scalar = |name: &String| Some((name.clone(), ScalarValue::F32(*reals.get(name)?.first()?)));
    let scalars = plan.scalars().iter().filter_map(|(name, _)| scalar(name));
    let results = plan.run_in_with(domain, inputs, scalars.collect());
    let real = |(name, memory)| match memory {
        Memory::F32(values) => Some((name, values)),
        _ => None,
    };
    let results = results.map_err(|e| e.to_string())?.into_iter();
    Ok(results.filter_map(real).collect())
}

/// The tensors of some ports.
fn tensors<'p, V>(
    mut reals: Reals<V>,
    sample: &Sample,
    ports: impl Iterator<Item = &'p Port>,
    name: impl Fn(&Port) -> String,
) -> Result<Vec<Tensor<V>>, String> {
    let tensor = |port: &Port| {
        let values = reals.remove(&name(port)).unwrap_or_default();
        Tensor::new(port.shape(&sample.dims), values).map_err(|e| e.to_string())
    };
    ports.map(tensor).collect()
}

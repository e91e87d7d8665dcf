//! Overflows that do no harm: `x/(1 + e⁻ˣ)` is 0 where the exponential is infinite, as it should be.

use super::point::RealPoint;
use super::shape::{PASSES, Shape};
use crate::check::feed::{Fed, feed};
use crate::check::target::Speed;
use crate::op_plan::Pass;
use crate::signature::Port;
use crate::tensor::Tensor;
use hesper_shader::Memory;
use hesper_shader::domain::{F32, F64};
use std::collections::BTreeMap;

/// What results may differ by, as part of the greatest: what an overflow spoils is spoilt wholly.
const ROUNDING: f64 = 1e-3;

impl Shape<'_> {
    /// Whether kernels run in binary32 yield about what the spec does, overflows and all.
    pub(super) fn is_harmless(&self, point: &RealPoint) -> bool {
        self.differs_nowhere(point).unwrap_or(false)
    }

    fn differs_nowhere(&self, point: &RealPoint) -> Option<bool> {
        let signature = self.spec.signature();
        let given = point
            .reals
            .map(signature, |_, t| t.map(|x| f64::from(*x as f32)));
        let forward = self.spec.forward_at(&F64, &given).ok()?;
        let backward = self.spec.backward_at(&F64, &given).ok()?;
        let outputs = signature.outputs().map(|port: &Port| port.name.clone());
        let results: BTreeMap<String, Tensor<f64>> = forward
            .saved
            .into_iter()
            .chain(outputs.zip(forward.outputs))
            .collect();
        let cotangents = signature.inputs().map(Port::cotangent).zip(backward);
        let cotangents: BTreeMap<String, Tensor<f64>> = cotangents.collect();
        let named: BTreeMap<String, &Tensor<f64>> = given.named(signature).collect();
        for (_, pass, _) in PASSES {
            let plans = self.plans.as_ref()?;
            let (plan, wanted) = match pass {
                Pass::Forward => (&plans.forward, &results),
                Pass::Backward => (&plans.backward, &cotangents),
            };
            let real = |name: &str| {
                let saved = || results.get(name).filter(|_| pass == Pass::Backward);
                let known = named.get(name).copied().or_else(saved);
                known.map(|t| t.data().iter().map(|x| *x as f32).collect())
            };
            let Fed { memory, scalars } = feed(plan, real, &given.integers, |x| x as f32);
            let options = Speed::Fast.options();
            let (found, _) = plan.run_told(&F32, memory, scalars, &options).ok()?;
            for (name, want) in wanted {
                let Some(Memory::F32(got)) = found.get(name) else {
                    return Some(false);
                };
                if !is_near(got, want.data()) {
                    return Some(false);
                }
            }
        }
        Some(true)
    }
}

fn is_near(got: &[f32], want: &[f64]) -> bool {
    let sizes = want.iter().map(|x| x.abs()).filter(|x| x.is_finite());
    let room = ROUNDING * sizes.fold(f64::from(f32::MIN_POSITIVE), f64::max);
    got.len() == want.len()
        && got
            .iter()
            .zip(want)
            .all(|(got, want)| f64::from(*got) == *want || (f64::from(*got) - want).abs() <= room)
}

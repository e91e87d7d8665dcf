//! Second order: the derivative of `backward`, of which Hessian-vector products are made.

use super::dual_numbers::dual_numbers;
use super::exact::exact_vjp;
use crate::certificate::{Finding, Tally};
use crate::context::Context;
use crate::error::OpError;
use crate::op::{Erased, Op};
use crate::op_plan::OpPlan;
use crate::sample::Sampling;
use crate::signature::{Port, PortRole, Signature};
use crate::spec::Spec;
use crate::tensor::Tensor;

/// The check's name in reports.
const NAME: &str = "second order";

/// Checks that a reverse sweep over `backward` yields its VJP: with `x̄ = backward(x, dy)`, the cotangents of `x` and of `dy` for one of `x̄`.
///
/// Where `x̄` is a gradient, that of `x` is the Hessian times the cotangent. In the exact field at small shapes, as `backward` itself is checked,
/// and by dual numbers in f64.
pub fn second_order(spec: &Spec<'_>, seed: u64, points: usize, exact: bool) -> Vec<Finding> {
    let gradient = Gradient(spec.op());
    let named = |finding: Finding| Finding {
        check: NAME.to_string(),
        ..finding
    };
    let spec = match Spec::new(&gradient) {
        Ok(gradient) => gradient.at_most(spec.most()),
        Err(error) => return vec![Tally::new(NAME, "", seed).fail(error.to_string())],
    };
    // The gradient's own VJP is longer than what the other checks look at: that it is too long is no mistake of the op.
    if let Err(error) = spec.reach(&spec.least_shape()) {
        return vec![Tally::new(NAME, "f64", seed).inconclusive(error.to_string())];
    }
    let exact = exact.then(|| exact_vjp(&spec, seed)).into_iter().flatten();
    let mut findings: Vec<Finding> = exact.map(named).collect();
    findings.push(named(dual_numbers(&spec, seed, points)));
    findings
}

/// An op's `backward` as an op of its own: the inputs and the outputs' cotangents in, the inputs' cotangents out. It has no kernels.
pub(super) struct Gradient<'o>(&'o dyn Op);

impl<'o> Gradient<'o> {
    pub(super) fn of(op: &'o dyn Op) -> Gradient<'o> {
        Gradient(op)
    }
}

impl Op for Gradient<'_> {}

impl Erased for Gradient<'_> {
    fn erased_signature(&self) -> Signature {
        let signature = self.0.signature();
        let name = format!("∇{}", signature.name());
        let ports = signature.ports().iter();
        let given = ports.filter_map(|port| match port.role {
            PortRole::Saved => None,
            PortRole::Output => Some(Port {
                name: port.cotangent(),
                role: PortRole::Input,
                ..port.clone()
            }),
            _ => Some(port.clone()),
        });
        let gradients = signature.inputs().map(|port| Port {
            name: format!("{}.gradient", port.name),
            role: PortRole::Output,
            ..port.clone()
        });
        given
            .chain(gradients)
            .fold(Signature::new(name), Signature::with)
    }

    fn erased_arity(&self) -> [usize; 2] {
        let [inputs, outputs] = self.0.arity();
        [inputs + outputs, inputs]
    }

    fn erased_forward(&self, cx: &mut Context, inputs: &[Tensor]) -> Vec<Tensor> {
        let (inputs, cotangents) = inputs.split_at(self.0.arity()[0]);
        cx.delegate(|cx| self.0.backward(cx, inputs, cotangents))
    }

    fn erased_backward(
        &self,
        cx: &mut Context,
        inputs: &[Tensor],
        cotangents: &[Tensor],
    ) -> Vec<Tensor> {
        cx.pull_back(self, inputs, cotangents)
    }

    fn erased_plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }

    fn erased_sampling(&self) -> Sampling {
        let same = |name: &str| Some(name.to_string());
        // Known points name no cotangents of gradients.
        self.0.sampling().renamed(same, same)
    }

    fn erased_type(&self) -> (&'static str, bool) {
        (self.0.type_name(), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_with_hessians_are_certified() {
        for op in crate::ops::catalogue().unwrap() {
            let spec = Spec::new(&*op).unwrap();
            for finding in second_order(&spec, 1, 8, op.name() != "FusedAttention") {
                assert_eq!(finding.verdict.word(), "PASS", "{} {finding}", op.name());
            }
        }
    }
}

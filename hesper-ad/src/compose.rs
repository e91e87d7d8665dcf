//! The chain rule: two ops as one.

use crate::compare::Tolerance;
use crate::context::Context;
use crate::graph::{Draft, Network, Value};
use crate::op::{DiffOp, OpError, Ports, checked_signature};
use crate::op_plan::OpPlan;
use crate::real::Real;
use crate::sample::Sampling;
use crate::signature::{Port, Signature};
use crate::tensor::Tensor;

/// `outer ∘ inner`: an op like any other, checked like any other.
///
/// A [`Graph`](crate::Graph) of the nodes `inner` and `outer`, which says what ports and dimensions are called: the inner op's
/// one output, the value `inner.y` by the output's name, feeds the outer op's one differentiable input; the VJP is
/// `inner's ∘ outer's`.
#[derive(Clone, Debug)]
pub struct Compose<G, F> {
    network: Network<(((), F), G)>,
}

impl<G: DiffOp, F: DiffOp> Compose<G, F> {
    /// `outer(inner(x))`.
    ///
    /// # Errors
    /// Where a part is no valid op, the inner op has not one output or the outer not one differentiable input, their shapes
    /// do not match, or a value of one clashes with a value of the other.
    pub fn new(outer: G, inner: F) -> Result<Compose<G, F>, OpError> {
        let (last, first) = (checked_signature(&outer)?, checked_signature(&inner)?);
        let error = |message: &str| OpError::Compose {
            outer: last.name().to_string(),
            inner: first.name().to_string(),
            message: message.to_string(),
        };
        let y =
            one(first.outputs()).ok_or_else(|| error("the inner op needs exactly one output"))?;
        one(last.inputs())
            .ok_or_else(|| error("the outer op needs exactly one differentiable input"))?;
        let middle = format!("inner.{}", y.name);
        let inputs: Vec<&str> = first.inputs().map(|port| port.name.as_str()).collect();
        let outputs: Vec<&str> = last.outputs().map(|port| port.name.as_str()).collect();

        let mut draft = Draft::new(
            format!("{}∘{}", last.name(), first.name()),
            first.inputs().map(value).collect(),
        );
        let read = F::Inputs::from_fn(|i| inputs[i]);
        draft.node(
            Some("inner"),
            &inner,
            read,
            F::Outputs::from_fn(|_| &*middle),
        );
        let defined = G::Outputs::from_fn(|i| outputs[i]);
        draft.node(
            Some("outer"),
            &outer,
            G::Inputs::from_fn(|_| &*middle),
            defined,
        );
        let network = Network::new(draft, (((), inner), outer), &outputs)?;
        let composed = Compose { network };
        checked_signature(&composed)?;
        Ok(composed)
    }

    /// The op applied last.
    pub fn outer(&self) -> &G {
        &self.network.nodes.1
    }

    /// The op applied first.
    pub fn inner(&self) -> &F {
        &self.network.nodes.0.1
    }
}

impl<G: DiffOp, F: DiffOp> DiffOp for Compose<G, F> {
    type Inputs<V> = F::Inputs<V>;
    type Outputs<V> = G::Outputs<V>;

    fn signature(&self) -> Signature {
        self.network.signature()
    }

    // y = g(f(x))
    fn forward<T: Real>(
        &self,
        cx: &mut Context<T>,
        inputs: F::Inputs<&Tensor<T>>,
    ) -> G::Outputs<Tensor<T>> {
        self.network.forward(cx, inputs.into_vec())
    }

    // dx = f'ᵀ(x) · g'ᵀ(f(x)) · dy
    fn backward<T: Real>(
        &self,
        cx: &mut Context<T>,
        inputs: F::Inputs<&Tensor<T>>,
        cotangents: G::Outputs<&Tensor<T>>,
    ) -> F::Inputs<Tensor<T>> {
        let (inputs, cotangents) = (inputs.into_vec(), cotangents.into_vec());
        self.network.backward(cx, inputs, cotangents)
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        self.network.plan(plan)
    }

    fn sampling(&self) -> Sampling {
        self.network.sampling()
    }

    fn tolerance(&self) -> Tolerance {
        self.network.tolerance()
    }
}

fn value(port: &Port) -> Value {
    Value {
        name: port.name.clone(),
        dims: port.dims.clone(),
    }
}

fn one<'p>(mut ports: impl Iterator<Item = &'p Port>) -> Option<&'p Port> {
    let first = ports.next()?;
    ports.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Relu;
    use crate::test_ops::{CrossEntropy, MatMul, Mutant, Softmax};

    #[test]
    fn names_are_unambiguous() {
        let layer = Compose::new(Softmax(Mutant::None), MatMul).unwrap();
        let op = Compose::new(CrossEntropy, layer).unwrap();
        let signature = op.signature();
        let ports: Vec<String> = signature
            .ports()
            .iter()
            .map(|p| format!("{}[{}]", p.name, p.dims.join(" ")))
            .collect();
        assert_eq!(signature.name(), "CrossEntropy∘Softmax∘MatMul");
        assert_eq!(
            ports,
            [
                "a[m k]",
                "b[k n]",
                "inner.inner.c[m n]",
                "inner.outer.lse[m]",
                "inner.y[m n]",
                "s[]",
                "labels[m]",
                "outer.lse[m]",
                "loss[m]"
            ]
        );
        let (_, below) = signature.integers().next().unwrap();
        assert_eq!(below, "n");
    }

    #[test]
    fn misfits_are_errors() {
        fn message<G: DiffOp, F: DiffOp>(outer: G, inner: F) -> String {
            Compose::new(outer, inner)
                .err()
                .map(|e| e.to_string())
                .unwrap_or_default()
        }
        assert_eq!(
            message(MatMul, Relu),
            "MatMul does not compose with ReLU: the outer op needs exactly one differentiable input"
        );
        assert_eq!(
            message(Softmax(Mutant::None), CrossEntropy),
            "Softmax∘CrossEntropy: `outer` reads `inner.loss` as `x`: it has the shape [k], which does not fit [rows, cols]"
        );
        let loss = || Compose::new(CrossEntropy, Softmax(Mutant::None)).unwrap();
        assert_eq!(message(Relu, MatMul), "");
        assert_eq!(message(loss(), MatMul), "");
    }
}

//! The chain rule: two ops as one.

use crate::error::OpError;
use crate::graph::{Composite, Draft, Value};
use crate::op::{DiffOp, checked_signature};
use crate::sample::Sampling;
use crate::signature::Port;
use std::rc::Rc;

/// `outer ∘ inner`, `outer(inner(x))`: an op like any other, checked like any other.
///
/// A [`Graph`](crate::Graph) of the nodes `inner` and `outer`, which says what ports and dimensions are called: the inner op's
/// one output, the value `inner.y` by the output's name, feeds the outer op's one differentiable input; the VJP is
/// `inner's ∘ outer's`.
///
/// # Errors
/// Where a part is no valid op, the inner op has not one output or the outer not one differentiable input, their shapes
/// do not match, or a value of one clashes with a value of the other.
///
/// ```
/// use hesper_ad::compose;
/// use hesper_ad::ops::{Relu, Softmax};
/// use hesper_ad::prelude::*;
///
/// let op = compose(Softmax, Relu)?;
/// assert_eq!(op.signature().name(), "Softmax∘ReLU");
/// # Ok::<(), OpError>(())
/// ```
pub fn compose<G, F, const I: usize, const O: usize>(
    outer: G,
    inner: F,
) -> Result<Composite<I, O>, OpError>
where
    G: DiffOp<Outputs<()> = [(); O]> + 'static,
    F: DiffOp<Inputs<()> = [(); I]> + 'static,
{
    let (last, first) = (checked_signature(&outer)?, checked_signature(&inner)?);
    let error = |message: &str| OpError::Compose {
        outer: last.name().to_string(),
        inner: first.name().to_string(),
        message: message.to_string(),
    };
    let y = one(first.outputs()).ok_or_else(|| error("the inner op needs exactly one output"))?;
    one(last.inputs())
        .ok_or_else(|| error("the outer op needs exactly one differentiable input"))?;
    let middle = format!("inner.{}", y.name);
    let inputs: Vec<&str> = first.inputs().map(|port| port.name.as_str()).collect();
    let outputs: Vec<&str> = last.outputs().map(|port| port.name.as_str()).collect();
    let mut draft = Draft::new(
        format!("{}∘{}", last.name(), first.name()),
        first.inputs().map(value).collect(),
    );
    draft.node(Some("inner"), &inner, inputs, vec![&middle]);
    draft.node(Some("outer"), &outer, vec![&middle], outputs.clone());
    let ops = vec![Rc::new(inner) as _, Rc::new(outer) as _];
    Composite::new(draft, ops, Sampling::default(), &outputs)
}

fn value(port: &Port) -> Value {
    Value {
        name: port.name.clone(),
        dims: port.dims.clone(),
        is_f16: false,
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
    use crate::test_ops::{CrossEntropy, MatMul, Softmax};

    #[test]
    fn names_are_unambiguous() {
        let layer = compose(Softmax, MatMul).unwrap();
        let op = compose(CrossEntropy, layer).unwrap();
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
        fn message<const I: usize, const O: usize>(
            composed: Result<Composite<I, O>, OpError>,
        ) -> String {
            composed.err().map(|e| e.to_string()).unwrap_or_default()
        }
        assert_eq!(
            message(compose(MatMul, Relu)),
            "MatMul does not compose with ReLU: the outer op needs exactly one differentiable input"
        );
        assert_eq!(
            message(compose(Softmax, CrossEntropy)),
            "Softmax∘CrossEntropy: `outer` reads `inner.loss` as `x`: it has the shape [k], which does not fit [rows, cols]"
        );
        let loss = || compose(CrossEntropy, Softmax).unwrap();
        assert_eq!(message(compose(Relu, MatMul)), "");
        assert_eq!(message(compose(loss(), MatMul)), "");
    }
}

//! Other wrong VJPs, and parts of compositions and graphs with one.

use super::softmax::{Softmax, wrong as s};
use super::spec;
use crate::faults::wrong::Wrong;
use hesper_ad::ops::{self, Relu, ScaledAdd};
use hesper_ad::prelude::*;

/// ReLU whose VJP asks for the sign of `dy`.
pub(crate) fn relu_of_dy() -> Wrong<Relu> {
    Wrong::vjp(Relu, |_, cx, [x], [dy]| {
        let zero = cx.real(0.0);
        [x.zip(dy, |_, dy| Real::select(dy.gt(0.0), *dy, zero))]
    })
}

pub(crate) fn wrong_outer() -> impl DiffOp {
    compose(Softmax(spec(s::SIGN)), Relu).unwrap()
}

pub(crate) fn wrong_inner() -> impl DiffOp {
    compose(ops::Softmax, relu_of_dy()).unwrap()
}

/// `p = softmax(x + s·b)`, `y = p + s·(x + s·b)`.
pub(crate) fn wrong_node() -> impl DiffOp {
    let shape = &["rows", "cols"];
    Graph::new("Wrong", [("x", shape), ("b", shape)])
        .node(ScaledAdd, ["x", "b"], ["sum"])
        .node(Softmax(spec(s::SLIGHTLY_OFF)), ["sum"], ["p"])
        .node(ScaledAdd, ["p", "sum"], ["y"])
        .finish(["y"])
        .unwrap()
}

/// A result of the wrong shape, of as many elements as the right one.
pub(crate) fn transposed_node() -> impl DiffOp {
    Graph::new("Wrong", [("x", &["rows", "cols"])])
        .node(Softmax(spec(s::TRANSPOSED)), ["x"], ["p"])
        .node(Relu, ["p"], ["y"])
        .finish(["y"])
        .unwrap()
}

//! A linear layer, composed.

use super::{BiasAdd, MatMul};
use crate::error::OpError;
use crate::graph::{Composite, Graph};
use crate::sample::Sampling;

/// A linear layer `y = x·w + b` of `m` rows `x[m, k]`, weights `w[k, n]` and a bias `b[n]`.
///
/// The weights lie as in JAX's `Dense`; `torch.nn.functional.linear` takes them transposed. Its backward pass is the chain rule through [`MatMul`] and
/// [`BiasAdd`]: `dx = dy·wᵀ`, `dw = xᵀ·dy`, `db = Σᵢ dyᵢ`.
pub type Linear = Composite<3, 1>;

/// [`Linear`].
///
/// # Errors
/// None, unless the ops it is made of do not fit together.
pub fn linear() -> Result<Linear, OpError> {
    let inputs: [(&str, &[&str]); 3] = [("x", &["m", "k"]), ("w", &["k", "n"]), ("b", &["n"])];
    Graph::new("Linear", inputs)
        .node(MatMul, ["x", "w"], ["product"])
        .node(BiasAdd, ["product", "b"], ["y"])
        .sampling(Sampling::default().greatest([("m", 1 << 15), ("k", 1 << 12), ("n", 1 << 14)]))
        .finish(["y"])
}

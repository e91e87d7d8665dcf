//! A linear layer with an adapter of low rank, composed.

use super::{MatMul, ScaledAdd};
use crate::error::OpError;
use crate::graph::{Composite, Graph};
use crate::sample::Sampling;

/// A linear layer with an adapter of low rank: `y = x·w + s·(x·a)·b` of `m` rows `x[m, k]`, weights `w[k, n]` and an adapter `a[k, rank]`, `b[rank, n]`, with a constant
/// `s`, usually `alpha/rank`.
///
/// Hu et al., "LoRA: low-rank adaptation of large language models" (2021). The product `a·b`, as large as `w`, is never made. Its backward pass is the chain rule through
/// [`MatMul`] and [`ScaledAdd`]; whoever trains the adapter alone leaves `dw` aside.
pub type LoraLinear = Composite<4, 1>;

/// [`LoraLinear`].
///
/// # Errors
/// None, unless the ops it is made of do not fit together.
pub fn lora_linear() -> Result<LoraLinear, OpError> {
    let inputs: [(&str, &[&str]); 4] = [
        ("x", &["m", "k"]),
        ("w", &["k", "n"]),
        ("a", &["k", "rank"]),
        ("b", &["rank", "n"]),
    ];
    let greatest = [("m", 1 << 15), ("k", 1 << 12), ("n", 1 << 14), ("rank", 64)];
    Graph::new("LoRALinear", inputs)
        .node(MatMul, ["x", "w"], ["base"])
        .node(MatMul, ["x", "a"], ["down"])
        .node(MatMul, ["down", "b"], ["up"])
        .node(ScaledAdd, ["base", "up"], ["y"])
        .sampling(Sampling::default().greatest(greatest))
        .finish(["y"])
}

//! Matrix product whose second factor is kept in halves.

use super::matmul::{matmul, plan_product};
use crate::prelude::*;

/// [`MatMul`](super::MatMul) of `a[m, k]` in `f32` and `b[k, n]` in `f16`: `y = a·b`; `da = dy·bᵀ`, `db = aᵀ·dy`, both in `f32`.
///
/// Weights kept so take half the memory; products and sums are those of `f32`. A [`Model`](crate::model::Model) keeps such a parameter in `f32` too, and
/// moves that: steps of an optimiser are often less than what an `f16` can tell (Micikevicius et al., *Mixed Precision Training*, 2018, section 3.1).
#[derive(Clone, Copy, Debug, Default)]
pub struct MatMulF16;

impl DiffOp for MatMulF16 {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("MatMulF16")
            .input("a", ["m", "k"])
            .input("b", ["k", "n"])
            .output("y", ["m", "n"])
            .f16("b")
    }

    fn forward(&self, cx: &mut Context, factors: [&Tensor; 2]) -> [Tensor; 1] {
        super::MatMul.forward(cx, factors)
    }

    fn backward(&self, cx: &mut Context, factors: [&Tensor; 2], dy: [&Tensor; 1]) -> [Tensor; 2] {
        super::MatMul.backward(cx, factors, dy)
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        plan_product(plan, matmul::<f16>())
    }

    fn sampling(&self) -> Sampling {
        super::MatMul.sampling()
    }
}

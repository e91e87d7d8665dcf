//! The op catalogue: one file per op with its mathematics, spec and kernels.
//!
//! [`catalogue`] lists them all; to add one, see `docs/adding-an-op.md`. What each computes is gathered in `docs/ops.md`.

pub mod adamw;
pub mod add;
pub mod attention;
pub mod batch_matmul;
pub mod bias_add;
pub mod causal_mask;
pub mod columns;
pub mod cross_entropy;
pub mod embedding;
pub mod fused_attention;
pub mod gelu;
pub mod gelu_tanh;
pub mod layer_norm;
pub mod matmul;
pub mod mse;
pub mod reduce;
pub mod relu;
pub mod relu_squared_mul;
pub mod rms_norm;
pub mod rope;
pub mod rotated_dot;
pub mod scale;
pub mod scaled_add;
pub mod scaled_dot;
pub mod sgd;
pub mod silu;
pub mod softmax;
pub mod swiglu;

#[cfg(test)]
mod integers_tests;

pub use adamw::AdamW;
pub use add::Add;
pub use attention::{Attention, attention};
pub use batch_matmul::BatchMatMul;
pub use bias_add::BiasAdd;
pub use causal_mask::CausalMask;
pub use cross_entropy::SoftmaxCrossEntropy;
pub use embedding::Embedding;
pub use fused_attention::FusedAttention;
pub use gelu::Gelu;
pub use gelu_tanh::GeluTanh;
pub use layer_norm::LayerNorm;
pub use matmul::MatMul;
pub use mse::Mse;
pub use relu::Relu;
pub use relu_squared_mul::ReluSquaredMul;
pub use rms_norm::RmsNorm;
pub use rope::Rope;
pub use rotated_dot::{RotatedDot, rotated_dot};
pub use scale::Scale;
pub use scaled_add::ScaledAdd;
pub use scaled_dot::ScaledDot;
pub use sgd::Sgd;
pub use silu::Silu;
pub use softmax::Softmax;
pub use swiglu::Swiglu;

use crate::compose::compose;
use crate::error::OpError;
use crate::graph;
use crate::op::Op;
use hesper_shader::Kernel;

/// Elements of a tensor up to which elementwise kernels of the catalogue are checked for what wraps: 8 GiB of `f32`.
pub const MOST_ELEMENTS: usize = 1 << 31;

/// Every op of the catalogue, in alphabetical order, then compositions.
///
/// # Errors
/// Where a composition does not fit together.
pub fn catalogue() -> Result<Vec<Box<dyn Op>>, OpError> {
    Ok(vec![
        Box::new(AdamW),
        Box::new(Add),
        Box::new(attention()?),
        Box::new(BatchMatMul::PLAIN),
        Box::new(BatchMatMul::TRANSPOSED),
        Box::new(BiasAdd),
        Box::new(CausalMask),
        Box::new(Embedding),
        Box::new(FusedAttention::new()?),
        Box::new(Gelu),
        Box::new(GeluTanh),
        Box::new(LayerNorm),
        Box::new(MatMul),
        Box::new(Mse),
        Box::new(Relu),
        Box::new(ReluSquaredMul),
        Box::new(RmsNorm),
        Box::new(Rope::HALVES),
        Box::new(Rope::PAIRS),
        Box::new(Scale),
        Box::new(ScaledAdd),
        Box::new(ScaledDot),
        Box::new(Sgd),
        Box::new(Silu),
        Box::new(Softmax),
        Box::new(SoftmaxCrossEntropy),
        Box::new(Swiglu),
        Box::new(rotated_dot()?),
        Box::new(compose(Softmax, Relu)?),
        Box::new(compose(SoftmaxCrossEntropy, MatMul)?),
    ])
}

/// Mutants of the catalogue that mean the same as their ops, each with the reason: a list for [`mutate::Equal`](crate::mutate::Equal).
pub const EQUAL_MUTANTS: &str = include_str!("equal_mutants.txt");

/// Every kernel of the catalogue, in alphabetical order.
pub fn kernels() -> Vec<Kernel> {
    vec![
        graph::accumulate(),
        adamw::adamw(),
        adamw::adamw_backward(),
        adamw::adamw_backward_moments(),
        add::add(),
        add::add_backward(),
        batch_matmul::batch_matmul(),
        bias_add::bias_add(),
        bias_add::bias_add_backward(),
        causal_mask::causal_mask(),
        causal_mask::causal_mask_backward(),
        columns::column_sums(),
        embedding::embedding(),
        embedding::embedding_clear(),
        embedding::embedding_scatter(),
        fused_attention::fused_attention(),
        fused_attention::fused_attention_delta(),
        fused_attention::fused_attention_dkv(),
        fused_attention::fused_attention_dq(),
        gelu::gelu(),
        gelu::gelu_backward(),
        gelu_tanh::gelu_tanh(),
        gelu_tanh::gelu_tanh_backward(),
        layer_norm::layer_norm(),
        layer_norm::layer_norm_backward(),
        layer_norm::layer_norm_dgamma_dbeta(),
        matmul::matmul(),
        mse::mse(),
        mse::mse_backward(),
        mse::mse_partial(),
        relu::relu(),
        relu::relu_backward(),
        relu_squared_mul::relu_squared_mul(),
        relu_squared_mul::relu_squared_mul_backward(),
        rms_norm::rms_norm(),
        rms_norm::rms_norm_backward(),
        rms_norm::rms_norm_dgamma(),
        rope::rope(),
        scale::scale(),
        scaled_add::scaled_add(),
        scaled_add::scaled_add_backward(),
        scaled_dot::scaled_dot(),
        scaled_dot::scaled_dot_backward(),
        sgd::sgd(),
        sgd::sgd_backward(),
        silu::silu(),
        silu::silu_backward(),
        softmax::softmax(),
        softmax::softmax_backward(),
        cross_entropy::softmax_cross_entropy(),
        cross_entropy::softmax_cross_entropy_backward(),
        swiglu::swiglu(),
        swiglu::swiglu_backward(),
    ]
}

//! The op catalogue: one file per op with its mathematics, spec and kernels.
//!
//! [`catalogue`] lists them all; to add one, see `docs/adding-an-op.md`.

pub mod attention;
pub mod batch_matmul;
pub mod causal_mask;
pub mod cross_entropy;
pub mod fused_attention;
pub mod matmul;
pub mod reduce;
pub mod relu;
pub mod scale;
pub mod scaled_add;
pub mod softmax;

pub use attention::{Attention, attention};
pub use batch_matmul::BatchMatMul;
pub use causal_mask::CausalMask;
pub use cross_entropy::SoftmaxCrossEntropy;
pub use fused_attention::FusedAttention;
pub use matmul::MatMul;
pub use relu::Relu;
pub use scale::Scale;
pub use scaled_add::ScaledAdd;
pub use softmax::Softmax;

use crate::compose::Compose;
use crate::graph;
use crate::op::OpError;
use crate::verify::Verify;
use hesper_shader::Kernel;

/// Every op of the catalogue, in alphabetical order, then compositions.
///
/// # Errors
/// Where a composition does not fit together.
pub fn catalogue() -> Result<Vec<Box<dyn Verify>>, OpError> {
    Ok(vec![
        Box::new(attention()?),
        Box::new(BatchMatMul::PLAIN),
        Box::new(BatchMatMul::TRANSPOSED),
        Box::new(CausalMask),
        Box::new(FusedAttention::new()?),
        Box::new(MatMul),
        Box::new(Relu),
        Box::new(Scale),
        Box::new(ScaledAdd),
        Box::new(Softmax),
        Box::new(SoftmaxCrossEntropy),
        Box::new(Compose::new(Softmax, Relu)?),
        Box::new(Compose::new(SoftmaxCrossEntropy, MatMul)?),
    ])
}

/// Every kernel of the catalogue, in alphabetical order.
pub fn kernels() -> Vec<Kernel> {
    vec![
        graph::accumulate(),
        batch_matmul::batch_matmul(),
        causal_mask::causal_mask(),
        causal_mask::causal_mask_backward(),
        fused_attention::fused_attention(),
        fused_attention::fused_attention_delta(),
        fused_attention::fused_attention_dkv(),
        fused_attention::fused_attention_dq(),
        matmul::matmul(),
        relu::relu(),
        relu::relu_backward(),
        scale::scale(),
        scaled_add::scaled_add(),
        scaled_add::scaled_add_backward(),
        softmax::softmax(),
        softmax::softmax_backward(),
        cross_entropy::softmax_cross_entropy(),
        cross_entropy::softmax_cross_entropy_backward(),
    ]
}

//! The op catalogue: one file per op with its mathematics, spec and kernels.
//!
//! [`catalogue`] lists them all; to add one, see `docs/adding-an-op.md`.

pub mod cross_entropy;
pub mod matmul;
pub mod reduce;
pub mod relu;
pub mod scaled_add;
pub mod softmax;

pub use cross_entropy::SoftmaxCrossEntropy;
pub use matmul::MatMul;
pub use relu::Relu;
pub use scaled_add::ScaledAdd;
pub use softmax::Softmax;

use crate::compose::Compose;
use crate::op::OpError;
use crate::verify::Verify;
use hesper_shader::Kernel;

/// Every op of the catalogue, in alphabetical order, then compositions.
///
/// # Errors
/// Where a composition does not fit together.
pub fn catalogue() -> Result<Vec<Box<dyn Verify>>, OpError> {
    Ok(vec![
        Box::new(MatMul),
        Box::new(Relu),
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
        matmul::matmul(),
        relu::relu(),
        relu::relu_backward(),
        scaled_add::scaled_add(),
        scaled_add::scaled_add_backward(),
        softmax::softmax(),
        softmax::softmax_backward(),
        cross_entropy::softmax_cross_entropy(),
        cross_entropy::softmax_cross_entropy_backward(),
    ]
}

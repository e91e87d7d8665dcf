//! The op catalogue: one file per op with its mathematics, spec and kernels.
//!
//! [`catalogue`] lists them all; to add one, see `docs/adding-an-op.md`.

mod cross_entropy;
mod matmul;
mod reduce;
mod relu;
mod scaled_add;
mod softmax;

pub use cross_entropy::{SoftmaxCrossEntropy, softmax_cross_entropy, softmax_cross_entropy_backward};
pub use matmul::{MatMul, matmul};
pub use reduce::{LANES, workgroup_max, workgroup_sum};
pub use relu::{Relu, relu, relu_backward};
pub use scaled_add::{ScaledAdd, scaled_add, scaled_add_backward};
pub use softmax::{Softmax, softmax, softmax_backward};

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
        matmul(),
        relu(),
        relu_backward(),
        scaled_add(),
        scaled_add_backward(),
        softmax(),
        softmax_backward(),
        softmax_cross_entropy(),
        softmax_cross_entropy_backward(),
    ]
}

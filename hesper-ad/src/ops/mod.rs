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
use crate::verify::Verify;
use hesper_shader::Kernel;

/// Every op of the catalogue, in alphabetical order, then compositions.
pub fn catalogue() -> Vec<Box<dyn Verify>> {
    let mut ops: Vec<Box<dyn Verify>> = vec![
        Box::new(MatMul),
        Box::new(Relu),
        Box::new(ScaledAdd),
        Box::new(Softmax),
        Box::new(SoftmaxCrossEntropy),
    ];
    ops.extend(Compose::new(Softmax, Relu).map(|op| Box::new(op) as Box<dyn Verify>));
    ops.extend(Compose::new(SoftmaxCrossEntropy, MatMul).map(|op| Box::new(op) as Box<dyn Verify>));
    ops
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

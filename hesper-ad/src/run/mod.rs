//! Running an op on one's own data: forward in one call, backward in another.
//!
//! A [`Workspace`] is a device and the memory in use there. A [`Runner`] runs an op, a graph like any other: it takes [`Inputs`] by the names of
//! the op's ports, finds the sizes of its dimensions from their shapes, and gives a [`Call`], which keeps what the backward pass needs. Results
//! are [`DeviceTensor`]s: they stay on the device until they are [read](DeviceTensor::read), and go into further calls.
//!
//! ```
//! use hesper_ad::ops::MatMul;
//! use hesper_ad::prelude::*;
//!
//! let workspace = Workspace::new(&Device::auto());
//! let matmul = Runner::new(&workspace, &MatMul)?;
//! let a = workspace.tensor([1, 2], &[1.0, 2.0])?;
//! let b = workspace.tensor([2, 1], &[3.0, 4.0])?;
//!
//! let call = matmul.forward(&Inputs::new().tensor("a", &a).tensor("b", &b))?;
//! assert_eq!(call.result("y")?.read()?, [11.0]);
//!
//! let dy = workspace.tensor([1, 1], &[10.0])?;
//! let [da] = call.backward(&[("dy", &dy)], ["da"])?;
//! assert_eq!(da.read()?, [30.0, 40.0]);
//! # Ok::<(), RunError>(())
//! ```
//!
//! Only what is asked for is computed: kernels whose results nobody needs are not launched, here the one that computes `db`. What a shape
//! needs, the plans of both passes, their temporaries, is made at its first call and kept in the runner; memory of tensors that are gone is
//! used again by the workspace. So a loop over the same shapes makes no buffer after its first turn.
//!
//! That a call runs says nothing of whether the op is right: [`DiffOp::verify`](crate::DiffOp::verify) does.

mod error;
mod inputs;
mod pool;
mod ready;
mod runner;
mod sizes;
mod tensor;
#[cfg(test)]
mod tests;
mod workspace;

pub use error::RunError;
pub use inputs::Inputs;
pub use pool::{RealElement, TensorElement};
pub use runner::{Call, Runner};
pub use tensor::DeviceTensor;
pub use workspace::Workspace;

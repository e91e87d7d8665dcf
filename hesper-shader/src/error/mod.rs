//! Everything that can go wrong, by component.
//!
//! What lowering and the executor find is theirs alone. A kernel, a launch and a plan also fail of what they are made of, and an [`Error`] may
//! hold any of them, so that these say here how they fail.

mod device;
mod kernel;
mod launch;
mod plan;

pub use device::DeviceError;
pub use kernel::{KernelError, Mistake};
pub use launch::LaunchError;
pub use plan::{PlanError, StepProblem};

use crate::lower::LowerError;
use crate::reference::ExecError;

/// Why a kernel or a plan could not be built, lowered or run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The kernel itself is wrong.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// The kernel cannot be lowered.
    #[error(transparent)]
    Lower(#[from] LowerError),
    /// Arguments do not fit the kernel, or the kernel does not fit the device.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// A plan is wrong, or one of its steps failed.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The reference executor found a fault in the kernel.
    #[error(transparent)]
    Exec(#[from] ExecError),
    /// The device refused or failed.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

//! Why a kernel cannot be launched.

use crate::grid::GridError;
use crate::limits::Excess;

/// Arguments that do not fit a kernel, or a kernel that does not fit a device.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// Another kernel's `Args`.
    #[error("kernel `{kernel}` was given the arguments of `{given}`")]
    OtherKernel {
        /// The kernel launched.
        kernel: String,
        /// The kernel the arguments are for.
        given: String,
    },
    /// A parameter without argument.
    #[error("kernel `{kernel}` was given nothing for `{param}`")]
    Missing {
        /// The kernel.
        kernel: String,
        /// The parameter.
        param: String,
    },
    /// An argument without parameter.
    #[error("kernel `{kernel}` has no parameter `{param}`; it has {known}")]
    Unknown {
        /// The kernel.
        kernel: String,
        /// The name given.
        param: String,
        /// The names it has.
        known: String,
    },
    /// Two arguments of one name.
    #[error("kernel `{kernel}` was given `{param}` twice")]
    Twice {
        /// The kernel.
        kernel: String,
        /// The parameter.
        param: String,
    },
    /// An argument of another kind or type.
    #[error("`{param}` of kernel `{kernel}` is `{expected}`, and `{given}` was given")]
    Mismatch {
        /// The kernel.
        kernel: String,
        /// The parameter.
        param: String,
        /// Its type.
        expected: String,
        /// The argument's.
        given: String,
    },
    /// Several elements where the kernel takes one.
    #[error("`{param}` of kernel `{kernel}` is one element, and a buffer of {len} was given")]
    NotOne {
        /// The kernel.
        kernel: String,
        /// The parameter.
        param: String,
        /// How many there are.
        len: usize,
    },
    /// A buffer of another device.
    #[error(
        "kernel `{kernel}` runs on {device}, and the buffer for `{param}` is on {other}, opened separately"
    )]
    OtherDevice {
        /// The kernel.
        kernel: String,
        /// The parameter.
        param: String,
        /// The device launched on.
        device: String,
        /// The buffer's device.
        other: String,
    },
    /// A grid that no device can dispatch.
    #[error("kernel `{kernel}`: {source}")]
    Grid {
        /// The kernel.
        kernel: String,
        /// Why.
        source: GridError,
    },
    /// A buffer that is to say how many workgroups there are, and does not.
    #[error("kernel `{kernel}`: the buffer of its workgroups {reason}")]
    Indirect {
        /// The kernel.
        kernel: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A kernel that uses subgroups, on a device without them.
    #[error(
        "kernel `{kernel}` exchanges values within subgroups, and {device} has none; write them to workgroup memory instead"
    )]
    Subgroups {
        /// The kernel.
        kernel: String,
        /// The device.
        device: String,
    },
    /// A kernel that uses `f16`, on a device without it.
    #[error(
        "kernel `{kernel}` computes with `f16`, and {device} has none; use `f32`, and keep halves by `pack2x16float`"
    )]
    F16 {
        /// The kernel.
        kernel: String,
        /// The device.
        device: String,
    },
    /// A need beyond the device's limit.
    #[error("kernel `{kernel}` {excess} on {device}")]
    Limit {
        /// The kernel.
        kernel: String,
        /// The device.
        device: String,
        /// What is too much.
        excess: Excess,
    },
}

//! GPU kernels as typed expression trees.
#![forbid(unsafe_code)]

#[doc(hidden)]
pub mod __private;
mod device;
pub mod domain;
mod error;
mod grid;
mod kernel;
mod layout;
mod limits;
pub mod lower;
mod memory;
mod number;
pub mod packed;
mod plan;
pub mod record;
pub mod reference;
mod requirements;
mod shader_type;
pub mod tree;
pub mod uniforms;

pub use device::{Argument, Buffer, Content, Device, DeviceKind, KernelArgs, Ran, binding_bytes};
pub use error::{DeviceError, Error, KernelError, LaunchError, Mistake, PlanError, StepProblem};
pub use grid::{Grid, GridError, MAX_GROUPS_PER_DIMENSION};
/// A real of 16 bits on the host, and a type name in kernel code: the crate `half`'s, for Rust's own is not stable.
pub use half::f16;
pub use kernel::Kernel;
pub use limits::{Axis, Excess, Limits, Quantity};
pub use memory::Memory;
pub use number::{Number, NumberError};
pub use plan::{
    Bound, Parts, Plan, PlanBuffers, PlanStep, Role, Slot, SlotBuffer, Temporaries, Told,
    UniformValue,
};
pub use record::{Exp, Float};
pub use requirements::Requirements;
pub use shader_type::{
    Atomic, Bindable, Element, Mat, Mat2, Mat2x3, Mat2x4, Mat3, Mat3x2, Mat3x4, Mat4, Mat4x2,
    Mat4x3, ScalarType, ShaderType, Single, Stored, Tailed, Transfer, Vec2, Vec3, Vec4,
};
pub use tree::{ByScalar, ScalarValue};

/// Turns Rust-like kernel code into [`Kernel`]s. The language is described in `docs/kernel-language.md`.
#[macro_export]
macro_rules! shader {
    ($($tokens:tt)*) => { $crate::__private::expand! { [$crate::__private::root] $($tokens)* } };
}

/// The examples of the language's reference are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../docs/kernel-language.md")]
struct KernelLanguage;

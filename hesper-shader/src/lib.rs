//! GPU kernels as typed expression trees.
#![forbid(unsafe_code)]

#[doc(hidden)]
pub mod __private;
pub mod domain;
mod grid;
mod kernel;
mod memory;
mod number;
pub mod record;
mod shader_type;
pub mod tree;

pub use grid::{Grid, GridError, MAX_GROUPS_PER_DIMENSION};
pub use kernel::{Kernel, KernelError, Mistake};
pub use memory::Memory;
pub use number::{Number, NumberError};
pub use record::Exp;
pub use shader_type::{Element, ScalarType, ShaderType, Vec2, Vec3, Vec4};

/// Turns Rust-like kernel code into [`Kernel`]s. The language is described in `docs/kernel-language.md`.
#[macro_export]
macro_rules! shader {
    ($($tokens:tt)*) => { $crate::__private::expand! { [$crate] $($tokens)* } };
}

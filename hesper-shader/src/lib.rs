//! GPU kernels as typed expression trees.
#![forbid(unsafe_code)]

pub mod domain;
mod grid;
pub mod lower;
mod memory;
mod number;
mod shader_type;
pub mod tree;
pub mod uniforms;

pub use grid::{Grid, GridError, MAX_GROUPS_PER_DIMENSION};
pub use memory::Memory;
pub use number::{Number, NumberError};
pub use shader_type::{Element, ScalarType, ShaderType, Vec2, Vec3, Vec4};

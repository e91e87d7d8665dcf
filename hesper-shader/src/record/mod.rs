//! The typed recorder: kernels built by plain Rust code.
//!
//! [`Recorder::record`] runs a closure that receives a [`Recorder`]; every operation on the [`Exp`]s, [`Place`]s and buffers it hands
//! out is written down as data, a [`Tree`](crate::tree::Tree). The generated code of [`shader!`](crate::shader) is nothing but calls to
//! this module, so whatever the macro can say, plain Rust can:
//!
//! ```
//! use hesper_shader::record::Recorder;
//!
//! let double = Recorder::record("double", &["y = 2·x, elementwise."], [64, 1, 1], |h| {
//!     let x = h.storage::<f32>("x");
//!     let y = h.storage_mut::<f32>("y");
//!     let i = h.bind("i", h.global_index());
//!     h.if_(i.lt(y.len()));
//!     h.store(y.at(i), x.at(i).get() * h.float("2.0"));
//!     h.end_if();
//! });
//! assert!(double.tree().unwrap().to_string().contains("store y[i] = (load x[i]) * 2.0"));
//! ```
//!
//! Mistakes never panic: they are collected, with the line that made them, and come out of the kernel's first fallible call.
//! The typed layer is thin: one-line generic shells over the untyped functions of the recorder's state.

mod array;
mod atomic;
mod bits;
mod builtin_values;
pub mod builtins;
mod call;
mod control;
mod error;
mod exp;
mod float;
mod functions;
mod in_place;
mod jumps;
mod known;
mod lanes;
mod literal;
mod log;
mod masks;
mod matrix;
mod memory;
mod ops;
mod parameters;
mod range;
mod recorder;
mod relations;
mod state;
mod structure;
mod subgroup;
mod table;
#[cfg(test)]
mod tests;
mod value;

pub use crate::tree::Problem;
pub use array::LocalArray;
pub use call::Call;
pub use error::RecordProblem;
pub use exp::Exp;
pub use float::Float;
pub use jumps::{Label, Slot};
pub use literal::{HostValue, IntegerLiteral, Lift};
pub use log::Logged;
pub use matrix::{ColumnTy, LeftOfMatrix, Matrix, RightOfMatrix, VectorsOf};
pub use memory::{
    AnyLength, ArrayArgument, Len, Place, PlaceArgument, ReadArgument, ReadBuffer, WorkgroupArray,
    WorkgroupArray2, WriteBuffer,
};
pub use range::{Range, RangeIndex};
pub(crate) use recorder::Recorded;
pub use recorder::Recorder;
pub use relations::*;
pub use structure::{Assign, Held, InMemory, Indexed, Placed, ValueType, indexed};
pub use value::{Part, Parts, Value, part};

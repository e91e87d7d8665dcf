//! What lanes hold and compute: a column of values for each register, and the operations on them.
//!
//! Nothing here reads or writes memory, and nothing decides which lanes take part: a mask says so.

mod bits;
pub(super) mod columns;
mod convert;
pub(super) mod expressions;
mod formula;
pub(super) mod frame;
mod integers;
pub(super) mod mask;
mod packing;
pub(super) mod reals;
mod scaling;

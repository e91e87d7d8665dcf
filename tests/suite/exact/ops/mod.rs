//! The ops, each with all its variants. A variant is a number with a name: a formula of the spec's VJP, or a comptime argument of the
//! kernels.

pub(crate) mod affine;
pub(crate) mod curve;
pub(crate) mod lookup;
pub(crate) mod product;
pub(crate) mod rows;
pub(crate) mod scores;

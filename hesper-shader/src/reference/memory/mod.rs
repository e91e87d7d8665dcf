//! Memory that invocations share or keep from one statement to the next: buffers, workgroup variables, locals.
//!
//! A place is found for each lane and checked against the bounds before anything is moved.

pub(super) mod arrays;
mod atomics;
pub(super) mod binding;
mod locals;
mod moves;
pub(super) mod places;
pub(super) mod runs;
pub(super) mod shared;
pub(super) mod storage;

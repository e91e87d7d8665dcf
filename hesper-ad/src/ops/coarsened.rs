//! Kernels that treat numbers one by one, several with each invocation (thread coarsening): so little is done with each that what it costs to start an invocation would
//! count most.
//!
//! A workgroup has [`LANES`] invocations and treats [`EACH`] times as many neighbouring numbers; from one of its numbers to the next an invocation goes [`LANES`] on, so that
//! neighbouring lanes read neighbouring numbers:
//!
//! ```text
//! for i in (first()..end(y.len())).step_by(LANES) { y[i] = … }
//! ```

use crate::prelude::*;

shader! {
    /// Numbers that one invocation treats.
    pub const EACH: u32 = 16;
    /// Invocations of a workgroup.
    pub const LANES: u32 = 32;

    /// The first number of the invocation.
    #[helper]
    pub fn first() -> u32 {
        LANES * EACH * workgroup_index() + local_invocation_index()
    }

    /// What follows the last number of the workgroup, of `n` in all.
    #[helper]
    pub fn end(n: u32) -> u32 {
        n.min(LANES * EACH * workgroup_index() + LANES * EACH)
    }
}

/// The grid of a kernel that treats so many numbers.
pub(super) fn grid(numbers: usize) -> Grid {
    Grid::cover(numbers.div_ceil(EACH as usize))
}

//! The invocations of a workgroup as a whole: where each one is, where they meet, and what they give each other.
//!
//! It is here that an order of invocations is chosen, among those that a device may choose.

pub(super) mod ahead;
mod exchange;
mod meeting;
pub(super) mod permutation;
mod subgroups;
pub(super) mod team;

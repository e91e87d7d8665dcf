//! A dispatch as a whole: what it was asked for, how its workgroups are dealt out, and what each thread allocates for them.
//!
//! Workgroups are independent, so a run may be made one after the other, several at a time or on several threads, and once more in another
//! order to see whether the result depends on it.

mod attempt;
pub(super) mod deal;
pub(super) mod machine;
pub(super) mod options;
pub(super) mod order;
mod teams;

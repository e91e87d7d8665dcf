//! Mutation study: wrong variants of an op, and which check refuses each.
//!
//! ```text
//! find     the mutants of an op: of its kernels, its plan, its spec      plan     a plan with one step changed
//! host     an op of which one thing is changed                           judge    the checks of `verify`, the cheapest first
//! report   what became of each                                           equal    those that are known to mean the same
//! ```
//!
//! A mutant that no check refuses means the same as the op, or shows something that nobody looks at. See `docs/mutation.md`.

mod equal;
mod find;
mod host;
mod judge;
mod plan;
mod report;
mod study;
#[cfg(test)]
mod tests;

pub use equal::{Equal, EqualError};
pub use find::{Mutant, Place};
pub use report::{Fate, Outcome, Report};
pub use study::{Study, study};

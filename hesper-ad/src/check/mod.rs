//! The checks: each takes a [`Spec`](crate::Spec) and returns a [`Finding`](crate::Finding).

mod dual_numbers;
mod finite_differences;

pub use dual_numbers::dual_numbers;
pub use finite_differences::finite_differences;

/// Points that must count in a check of the spec.
const LEAST_POINTS: usize = 8;

#[cfg(test)]
mod tests;

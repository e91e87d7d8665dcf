//! The checks: each takes a [`Spec`](crate::Spec) and returns a [`Finding`](crate::Finding).

mod dual_numbers;
mod exact;
mod finite_differences;
mod kernels;
mod known_points;
mod shapes;
mod singular;
mod target;

pub use dual_numbers::dual_numbers;
pub use exact::{Counterexample, Tie, exact, exact_at};
pub use finite_differences::finite_differences;
pub use kernels::kernels;
pub use known_points::known_points;
pub use singular::singular_points;
pub use target::Target;

/// Points that must count in a check of the spec.
const LEAST_POINTS: usize = 8;

#[cfg(test)]
mod tests;

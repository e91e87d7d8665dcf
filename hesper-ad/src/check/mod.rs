//! The checks: each takes a [`Spec`](crate::Spec) and returns a [`Finding`](crate::Finding).

mod branches;
mod budget;
mod cost;
mod digits;
mod dual_numbers;
mod exact;
mod feed;
mod finite_differences;
mod fits;
mod kernels;
mod known_points;
mod lanes;
mod largest;
mod launches;
mod noticed;
mod second_order;
mod shapes;
mod singular;
mod spans;
mod target;
mod thresholds;

pub(crate) use branches::{Switches, branches};
pub use digits::digits;
pub use dual_numbers::dual_numbers;
pub use exact::{Counterexample, Tie, exact, exact_at};
pub(crate) use exact::{exact_of_shape, exact_until_one_breaks, glance};
pub use finite_differences::finite_differences;
pub(crate) use fits::{plan_mistake, spec_mistake};
pub use kernels::kernels;
pub(crate) use kernels::{Reach, kernels_at, kernels_of_shape};
pub use known_points::known_points;
pub use largest::largest_sizes;
pub use second_order::second_order;
pub use singular::singular_points;
pub(crate) use target::Speed;
pub use target::Target;

/// Points that must count in a check of the spec.
const LEAST_POINTS: usize = 8;

#[cfg(test)]
mod reach_tests;
#[cfg(test)]
mod tests;

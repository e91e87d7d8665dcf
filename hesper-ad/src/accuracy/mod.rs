//! What WGSL's accuracy allows: numbers that carry a bound on how far a device's result may lie from the exact one.
//!
//! A kernel that runs in [`Allowance`] yields for each element what exact arithmetic gives, and how far from it a device may be that keeps
//! to WGSL's section on floating point accuracy: either neighbour for a rounded result, so many units in the last place for a function,
//! subnormal numbers flushed or not, products fused with sums or not, sums added up in any order.
//!
//! ```text
//! allowed   the number: a sum of terms not yet rounded, and what it is once it is      rules     one bound for each operation
//! domain    the domain of such numbers                                                profile   how accurate each operation is
//! measure   how accurate a device was found to be                                     attack    devices that make the worst of it
//! ```
//!
//! The rules follow Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd edition, sections 3.1, 3.4 and 4.2, with the unit `2⁻²³`: a device may round
//! to either neighbour.

mod allowed;
#[cfg(test)]
mod attack;
mod domain;
mod measure;
mod profile;
mod rounding;
mod rules;
#[cfg(test)]
mod tests;

pub use allowed::Allowed;
pub use domain::Allowance;
pub use profile::Profile;

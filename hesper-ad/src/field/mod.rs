//! The exact field: a number domain in which equality of programs is decided without tolerance.
//!
//! ```text
//! modular    Montgomery arithmetic          primes   random fields of a trial
//! element    one value in all its guises    exact    a field with what a run keeps track of
//! domain     the domain's operations: rules, arithmetic, functions, decisions
//! trace      what was decided               watch    what was odd
//! ```

mod angles;
mod arithmetic;
mod decisions;
mod domain;
mod element;
mod exact;
mod functions;
mod kept;
mod modular;
mod primes;
mod rules;
#[cfg(test)]
mod tests;
mod trace;
mod watch;

pub use element::{Element, Exponent, Kind};
pub use exact::{Exact, Radicand, Trouble};
pub use modular::{Modulus, Residue};
pub use primes::{Demands, Fields};
pub(crate) use primes::{MOST_SQUARES, prime_factors};
pub use trace::{Decision, MANY, Pair, Site, Trace};
pub use watch::{Oddity, Range, Watch};

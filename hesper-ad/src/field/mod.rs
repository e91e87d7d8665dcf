//! The exact field: a number domain in which equality of programs is decided without tolerance.
//!
//! ```text
//! modular    Montgomery arithmetic          primes   random fields of a trial
//! element    one value in all its guises    rules    what each operation does to it
//! exact      the domain                     trace    what was decided     watch   what was odd
//! ```

mod element;
mod exact;
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
pub use trace::{Decision, MANY, Pair, Site, Trace};
pub use watch::{Oddity, Range, Watch};

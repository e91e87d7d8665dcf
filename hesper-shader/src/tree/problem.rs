//! A mistake in a kernel, of whatever kind, with its line.

use super::Loc;
use std::fmt;

/// A mistake and where it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem<K> {
    /// What is wrong.
    pub kind: K,
    /// The Rust line.
    pub loc: Loc,
}

impl<K: fmt::Display> fmt::Display for Problem<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.loc, self.kind)
    }
}

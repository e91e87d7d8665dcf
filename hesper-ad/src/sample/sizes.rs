//! Which sizes dimensions may have.

use super::Sampling;
use crate::dims::{Dims, names, raised};
use crate::signature::Signature;

impl Sampling {
    /// What the sizes of the dimension are multiples of.
    pub fn multiple_of(&self, dim: &str) -> usize {
        self.multiples.get(dim).copied().unwrap_or(1)
    }

    /// So many times what the sizes of the dimension are multiples of.
    pub(crate) fn times(&self, n: usize, dim: &str) -> usize {
        n.saturating_mul(self.multiple_of(dim))
    }

    /// The least size of the dimension from `size` on.
    pub(crate) fn raised(&self, size: usize, dim: &str) -> usize {
        raised(size, self.multiple_of(dim))
    }

    /// The rules for an op of this signature.
    pub(crate) fn of(mut self, signature: &Signature) -> Sampling {
        self.derived = signature.derived().map(str::to_string).collect();
        self
    }

    /// The sizes, raised where a derived one would be 0: the dimension that it names first, as far as that takes.
    pub(crate) fn fitted(&self, mut dims: Dims) -> Dims {
        /// What is 0 still has no size that is worth a check.
        const MOST: usize = 1 << 20;
        for dim in &self.derived {
            let first = names(dim).next().unwrap_or_default();
            while dims.get(dim) == Some(0) {
                let Some(size) = dims.get(first).filter(|size| *size < MOST) else {
                    break;
                };
                dims.set(first, self.raised(size + 1, first));
            }
        }
        dims
    }
}

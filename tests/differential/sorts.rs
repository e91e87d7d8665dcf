//! What is known of a value beyond its type: whether its reals are exact.
//!
//! A device rounds in ways that WGSL only bounds, so a real that was rounded must not decide anything: neither a branch, nor an index,
//! nor an integer. *Exact* reals lie on a [`Grid`] on which all operations offered to them are exact on every device. All others are
//! *rough*: they may come from any function, and go into rough variables and buffers alone.

use hesper_shader::tree::{Scalar, Type};

/// A type, and for reals whether they may be rounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sort {
    pub(crate) ty: Type,
    pub(crate) rough: bool,
}

impl Sort {
    pub(crate) const BOOL: Sort = Sort::exact(Type::BOOL);
    pub(crate) const U32: Sort = Sort::exact(Type::U32);

    pub(crate) const fn exact(ty: Type) -> Sort {
        Sort { ty, rough: false }
    }

    /// Whether a value of the other sort may stand where one of this is wanted.
    pub(crate) fn takes(self, other: Sort) -> bool {
        self.ty == other.ty && (self.rough || !other.rough)
    }

    pub(crate) const fn component(self) -> Sort {
        Sort {
            ty: self.ty.component(),
            rough: self.rough,
        }
    }

    pub(crate) const fn sized(self, size: u8) -> Sort {
        Sort {
            ty: Type::vector(size, self.ty.scalar),
            rough: self.rough,
        }
    }

    /// What is known of such a value in memory.
    pub(crate) const fn grid(self) -> Grid {
        if self.rough {
            Grid::ROUGH
        } else {
            Grid::SETTLED
        }
    }

    pub(crate) fn is_exact_real(self) -> bool {
        self.ty.scalar == Scalar::F32 && !self.rough
    }
}

/// Multiples of `2^-bits` of at most `2^max` in magnitude.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grid {
    pub(crate) max: u8,
    pub(crate) bits: u8,
}

impl Grid {
    /// What memory holds, and what operands are brought to where their result would not be exact: quarters up to 256.
    pub(crate) const SETTLED: Grid = Grid { max: 8, bits: 2 };
    /// Nothing is known.
    pub(crate) const ROUGH: Grid = Grid { max: 64, bits: 64 };

    /// Whether binary32 holds every number of the grid.
    pub(crate) const fn fits(self) -> bool {
        self.max + self.bits <= 24
    }

    pub(crate) fn is_settled(self) -> bool {
        self.max <= Grid::SETTLED.max && self.bits <= Grid::SETTLED.bits
    }

    /// Of numbers from either.
    pub(crate) fn or(self, other: Grid) -> Grid {
        Grid {
            max: self.max.max(other.max),
            bits: self.bits.max(other.bits),
        }
    }

    pub(crate) fn plus(self, other: Grid) -> Grid {
        let both = self.or(other);
        Grid {
            max: both.max + 1,
            ..both
        }
    }

    pub(crate) fn times(self, other: Grid) -> Grid {
        Grid {
            max: self.max + other.max,
            bits: self.bits + other.bits,
        }
    }

    /// Of whole numbers.
    pub(crate) fn whole(self) -> Grid {
        Grid { bits: 0, ..self }
    }
}

#[test]
fn settled_operands_have_exact_results() {
    let settled = Grid::SETTLED;
    let product = settled.times(settled);
    assert!(settled.is_settled() && !product.is_settled());
    assert!(product.plus(settled).fits());
    assert!(!product.times(settled).fits() && !Grid::ROUGH.fits());
}

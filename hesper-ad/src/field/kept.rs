//! What was computed lately: a row is divided by one number, and each of its lanes takes the same root; either costs a hundred products.

use super::modular::{Modulus, Residue};
use std::cell::RefCell;

/// How many are kept: one for each value of as many of a residue's lowest bits.
const KEPT: usize = 256;

/// Inverses and roots of one field.
#[derive(Default)]
pub(super) struct Kept {
    inverses: Values,
    roots: Values,
}

impl Kept {
    /// `1/x` in the field; `None` for zero.
    pub(super) fn inverse(&self, field: &Modulus, x: Residue) -> Option<Residue> {
        if x.is_zero() {
            return None;
        }
        self.inverses.of(x, |x| field.inverse(x))
    }

    /// The root of [`Modulus::sqrt`], and whether `x` is zero or a square: if so, the root's square is `x` and not `−x`.
    pub(super) fn root(&self, field: &Modulus, x: Residue) -> (Residue, bool) {
        let root = match x.is_zero() {
            true => Some(x),
            false => self.roots.of(x, |x| Some(field.sqrt(x))),
        };
        let root = root.unwrap_or_default();
        (root, field.mul(root, root) == x)
    }
}

/// Values of a function that is not asked about zero, which stands for nothing here.
#[derive(Default)]
struct Values(RefCell<Vec<(Residue, Residue)>>);

impl Values {
    fn of(&self, x: Residue, compute: impl FnOnce(Residue) -> Option<Residue>) -> Option<Residue> {
        let mut kept = self.0.borrow_mut();
        if kept.is_empty() {
            kept.resize(KEPT, (Residue::ZERO, Residue::ZERO));
        }
        let slot = kept.get_mut(x.low_bits() % KEPT)?;
        if slot.0 != x {
            *slot = (x, compute(x)?);
        }
        Some(slot.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_is_computed() {
        let field = Modulus::new(1_000_003).unwrap();
        let kept = Kept::default();
        // Twice, and with more residues than are kept.
        for n in (0..2000).chain(0..2000) {
            let x = field.residue(n % 1000);
            assert_eq!(kept.inverse(&field, x), field.inverse(x), "{n}");
            let root = (field.sqrt(x), field.is_square(x));
            assert_eq!(kept.root(&field, x), root, "{n}");
        }
    }
}

//! Inverses that were computed lately: a row is divided by one number, and an inverse costs a hundred products.

use super::modular::{Modulus, Residue};
use std::cell::RefCell;

/// How many are kept: one for each value of as many of a residue's lowest bits.
const KEPT: usize = 256;

/// The inverses of one field.
#[derive(Default)]
pub(super) struct Inverses(RefCell<Vec<(Residue, Residue)>>);

impl Inverses {
    /// `1/x` in the field; `None` for zero.
    pub(super) fn of(&self, field: &Modulus, x: Residue) -> Option<Residue> {
        let mut kept = self.0.borrow_mut();
        if kept.is_empty() {
            // Zero has none, so it stands for nothing.
            kept.resize(KEPT, (Residue::ZERO, Residue::ZERO));
        }
        let slot = kept.get_mut(x.low_bits() % KEPT)?;
        if slot.0 != x || x.is_zero() {
            *slot = (x, field.inverse(x)?);
        }
        Some(slot.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_inverses_are_inverses() {
        let field = Modulus::new(1_000_003).unwrap();
        let inverses = Inverses::default();
        // Twice, and with more residues than are kept.
        for n in (0..2000).chain(0..2000) {
            let x = field.residue(n % 1000);
            assert_eq!(inverses.of(&field, x), field.inverse(x), "{n}");
        }
    }
}

//! How likely a wrong program is to pass: the error bound of one trial.
//!
//! `size` measures an expression, `form` one coefficient at a time, `sizes` while it is computed; here the measures become a
//! probability. The formula, and what is heuristic about it, stands in `docs/exact.md`.

mod domain;
mod form;
mod roots;
mod size;
mod sizes;
#[cfg(test)]
mod tests;

pub(crate) use form::{Form, Label};
pub(crate) use sizes::{Measured, Sizes};

use crate::field::Demands;
use size::Size;
use std::f64::consts::LN_2;
use std::rc::Rc;

/// The least bits of security of any coefficient of some identities: one trial passes a wrong one with a probability of at most `2⁻ᵇ`.
pub(crate) struct Least {
    bits: f64,
    squares: f64,
}

/// log₂ of the primes that exponents have moduli from: those of 31 bits that are 3 mod 4.
const EXPONENT_PRIMES: f64 = 24.6;
/// log₂ of the pairs of primes.
const PRIME_PAIRS: f64 = 48.6;

impl Least {
    pub(crate) fn new(demands: &Demands) -> Least {
        Least {
            bits: f64::INFINITY,
            squares: (demands.squares.len() + demands.here.len()) as f64,
        }
    }

    /// The bound so far, if there is any; infinite where every coefficient is the zero of no terms, which holds in every field.
    pub(crate) fn bits(&self, sizes: &Sizes<'_>) -> Option<f64> {
        (self.bits > 1.0 && !sizes.is_loose()).then_some(self.bits)
    }

    /// Takes in that two expressions are equal: coefficient by coefficient.
    pub(crate) fn equal(&mut self, x: &Form, y: &Form, sizes: &Sizes<'_>) {
        let difference = sizes.with_atoms(|atoms| x.plus(y, atoms));
        let coefficients = difference.coefficients();
        coefficients.for_each(|size| self.coefficient(size, sizes));
    }

    /// Takes in that `rows` and `columns` hold the same matrix: coefficient `j` of row `i` is coefficient `i` of column `j`.
    pub(crate) fn transposed(&mut self, rows: &[Form], columns: &[Form], sizes: &Sizes<'_>) {
        let at = |forms: &[Form], place: Label, label: u32| {
            let form = forms.get(place? as usize)?;
            form.coefficient(Some(label)).cloned()
        };
        // What two neighbours have in common need not be taken in twice.
        let mut last: Option<(Rc<Size>, Option<Rc<Size>>)> = None;
        let mut take = |size: &Rc<Size>, other: Option<Rc<Size>>| {
            let same = |x: &Option<Rc<Size>>| match (x, &other) {
                (Some(x), Some(y)) => Rc::ptr_eq(x, y),
                (x, y) => x.is_none() && y.is_none(),
            };
            if last
                .as_ref()
                .is_some_and(|(x, y)| Rc::ptr_eq(x, size) && same(y))
            {
                return;
            }
            match &other {
                Some(other) => {
                    let both = sizes.with_atoms(|atoms| size.plus(other, atoms));
                    self.coefficient(&both, sizes);
                }
                None => self.coefficient(size, sizes),
            }
            last = Some((size.clone(), other));
        };
        for (j, column) in (0..).zip(columns) {
            column
                .parts()
                .for_each(|(i, size)| take(size, at(rows, i, j)));
        }
        for (i, row) in (0..).zip(rows) {
            let alone = row.parts().filter(|(j, _)| at(columns, *j, i).is_none());
            alone.for_each(|(_, size)| take(size, None));
        }
    }

    /// Takes in that two matrices are equal of which only whole rows and columns were measured: any with any.
    pub(crate) fn crossed(&mut self, rows: &[Form], columns: &[Form], sizes: &Sizes<'_>) {
        let greatest = |forms: &[Form]| {
            sizes.with_atoms(|atoms| {
                let totals = forms.iter().map(|form| form.total(atoms));
                totals
                    .reduce(|x, y| x.or(&y, atoms))
                    .unwrap_or_else(Size::zero)
            })
        };
        let (row, column) = (greatest(rows), greatest(columns));
        let both = sizes.with_atoms(|atoms| row.plus(&column, atoms));
        self.coefficient(&both, sizes);
    }

    fn coefficient(&mut self, size: &Size, sizes: &Sizes<'_>) {
        if !size.is_zero() {
            let bits = -self.error(size, sizes).log2();
            // What is beyond counting has no bound.
            self.bits = self.bits.min(if bits.is_nan() { 0.0 } else { bits });
        }
    }

    /// The probability that one trial takes an expression of this size for zero though it is not.
    fn error(&self, size: &Size, sizes: &Sizes<'_>) -> f64 {
        let transcendental = size.roots & sizes.transcendental_roots();
        let (Some(roots), Some(transcendental)) = (size.roots.count(), transcendental.count())
        else {
            return 1.0;
        };
        let (roots, transcendental) = (f64::from(roots), f64::from(transcendental));
        // Each root doubles the degree in its norm; a root of exponentials squares the terms and doubles their weight.
        let degree = size.degree.max(1.0) * roots.exp2();
        let terms = (size.terms * transcendental.exp2()).exp2();
        let weight = (size.weight * transcendental.exp2()).max(1.0);
        let forced = self.squares.exp2();
        let zero = 2.0 * degree / 61f64.exp2();
        let error = if size.has_exponentials() {
            let exponents = size.exponents;
            let difference = exponents.degree + exponents.denominator;
            let collide = (terms - 1.0) * difference / 30f64.exp2();
            let vanish = forced * 2.0 * LN_2 * 31f64.exp2() * weight / 61f64.exp2();
            let rare =
                (terms - 1.0) * (2.0 * exponents.bits / 30.0).floor() / EXPONENT_PRIMES.exp2();
            collide + vanish + rare + zero
        } else {
            weight / 61.0 * forced * forced / PRIME_PAIRS.exp2() + zero
        };
        error * roots.exp2()
    }
}

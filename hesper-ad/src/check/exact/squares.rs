//! Inputs at which every square root has a square to take it of.

use super::point::Lifted;
use super::trial::{Silence, Trial};
use crate::field::{Element, Radicand};
use crate::sample::Rng;
use std::collections::BTreeSet;

/// How often a row is drawn anew until roots have square arguments.
const ROW_REDRAWS: usize = 64;

impl Trial<'_> {
    /// Draws rows anew until every root has a square to take it of, as the sign of a real's root asks for: all rows whose root has
    /// none at once, then, where roots depend on several rows, row by row.
    pub(super) fn find_squares(&mut self, rng: &mut Rng) -> Result<(), Silence> {
        let mut roots = self.run_spec()?;
        if roots.iter().all(|root| root.is_square) {
            return Ok(());
        }
        let owners = self.owners(&roots, rng)?;
        for _ in 0..ROW_REDRAWS {
            let bad = owners.iter().zip(&roots).filter(|(_, r)| !r.is_square);
            let rows: BTreeSet<usize> = bad.filter_map(|(owner, _)| *owner).collect();
            if rows.is_empty() {
                break;
            }
            for row in rows {
                self.redraw(row, rng);
            }
            roots = self.run_spec()?;
        }
        self.find_squares_row_by_row(rng)
    }

    /// For each root the row that its argument depends on, where it is one. A root depends on a row whose number has a bit set
    /// where its argument changes with all such rows, and does not change with the others.
    fn owners(&mut self, roots: &[Radicand], rng: &mut Rng) -> Result<Vec<Option<usize>>, Silence> {
        let sampling = self.spec.sampling();
        let rows = (0..).take_while(|row| self.lifted.row_mut(*row, sampling).is_some());
        let rows = rows.count();
        let mut owners = vec![Some(0); roots.len()];
        for bit in (0..usize::BITS).take_while(|bit| rows >> bit > 0) {
            let is_set = |row: &usize| row >> bit & 1 == 1;
            let set = self.changed(roots, (0..rows).filter(is_set), rng)?;
            let clear = self.changed(roots, (0..rows).filter(|row| !is_set(row)), rng)?;
            for (owner, changed) in owners.iter_mut().zip(set.into_iter().zip(clear)) {
                *owner = match changed {
                    (true, false) => owner.map(|row| row | 1 << bit),
                    (false, true) => *owner,
                    _ => None,
                };
            }
        }
        Ok(owners)
    }

    /// Which roots' arguments change with some rows.
    fn changed(
        &mut self,
        roots: &[Radicand],
        rows: impl Iterator<Item = usize>,
        rng: &mut Rng,
    ) -> Result<Vec<bool>, Silence> {
        let before = self.lifted.primals.clone();
        for row in rows {
            self.redraw(row, rng);
        }
        let after = self.run_spec()?;
        self.lifted.primals = before;
        let pairs = roots.iter().zip(after);
        Ok(pairs.map(|(old, new)| old.value != new.value).collect())
    }

    fn find_squares_row_by_row(&mut self, rng: &mut Rng) -> Result<(), Silence> {
        let sampling = self.spec.sampling();
        let mut left = self.non_squares()?;
        let (mut row, mut idle) = (0, 0);
        while left > 0 {
            let Some(old) = self.redraw(row, rng) else {
                if row == 0 || idle > ROW_REDRAWS * row {
                    let reason = "no inputs make the argument of every square root a square";
                    return Err(Silence::Unlucky(reason.to_string()));
                }
                row = 0;
                continue;
            };
            let now = self.non_squares()?;
            if now > left {
                if let Some(elements) = self.lifted.row_mut(row, sampling) {
                    elements.copy_from_slice(&old);
                }
            } else {
                left = now;
            }
            (row, idle) = (row + 1, idle + 1);
        }
        self.run_spec().map(|_| ())
    }

    fn non_squares(&mut self) -> Result<usize, Silence> {
        let roots = self.run_spec()?;
        Ok(roots.iter().filter(|root| !root.is_square).count())
    }

    fn redraw(&mut self, row: usize, rng: &mut Rng) -> Option<Vec<Element>> {
        let elements = self.lifted.row_mut(row, self.spec.sampling())?;
        let old = elements.to_vec();
        Lifted::redraw_row(elements, &self.domain, rng);
        Some(old)
    }
}

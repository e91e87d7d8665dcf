//! Inputs at which every square root has a square to take it of.

use super::point::{Unit, slices, units};
use super::trial::{Silence, Trial};
use crate::field::{Element, Radicand, Range, prime_factors};
use crate::sample::Rng;
use std::collections::BTreeSet;

/// How often a unit is drawn anew until roots have square arguments: each time the chances are even, unless nothing drawn helps.
const REDRAWS: usize = 24;

/// So few roots become squares by chance, whatever they depend on.
const FEW: usize = 2;

/// Numbers or rows drawn anew one by one without any success, before the field is given up: so many, and as many for each.
const PATIENCE: usize = 32;

/// Why a field is given up.
pub(super) fn no_squares() -> Silence {
    let reason = "no inputs make the argument of every square root a square";
    Silence::Unlucky(reason.to_string())
}

impl Trial<'_> {
    /// Draws inputs anew until every root has a square to take it of, as the sign of a real's root asks for: all rows or numbers
    /// whose root has none at once, then, where roots depend on several, one by one. Whether it was of use.
    pub(super) fn find_squares(&mut self, rng: &mut Rng) -> Result<bool, Silence> {
        let mut roots = self.run_roots()?;
        if roots.iter().all(|root| root.is_square) {
            return self.run_spec().map(|_| true);
        }
        let units = units(&self.lifted, self.spec.sampling(), roots.len() > FEW);
        if roots.len() <= FEW {
            return self.find_squares_one_by_one(&units.concat(), rng);
        }
        let mut owners = vec![None; roots.len()];
        self.find_owners(&mut owners, &roots, &units, rng)?;
        let slices = match owners.iter().all(Option::is_some) {
            true => Vec::new(),
            false => slices(&self.lifted, self.spec.sampling()),
        };
        self.find_owners(&mut owners, &roots, &slices, rng)?;
        for _ in 0..REDRAWS {
            let bad = owners.iter().zip(&roots).filter(|(_, r)| !r.is_square);
            let mut bad: Vec<&Unit> = bad.filter_map(|(owner, _)| *owner).collect();
            let key = |unit: &Unit| (unit.tensor, unit.places.first().copied(), unit.places.len());
            bad.sort_unstable_by_key(|unit| key(unit));
            bad.dedup_by_key(|unit| key(unit));
            if bad.is_empty() {
                break;
            }
            for unit in bad {
                unit.redraw(&mut self.lifted, self.spec, &self.domain, rng);
            }
            roots = self.run_roots()?;
        }
        // What is no square after so many draws, and depends on one unit alone, will never be one in this field.
        let mut owned = owners.iter().zip(&roots);
        if owned.any(|(owner, root)| owner.is_some() && !root.is_square) {
            return Ok(false);
        }
        self.find_squares_one_by_one(&units.concat(), rng)
    }

    /// Primes that are not demanded yet, of how often numbers occur: `n` equal numbers have the square sum `n·a²`, which is a square
    /// in just those fields where `n` is one, whatever `a` is. Counted in rows and in whole tensors, zeros left aside.
    pub(super) fn repetitions(&self) -> Vec<u64> {
        let demands = self.domain.demands();
        let is_new =
            |prime: &u64| !demands.squares.contains(prime) && !demands.here.contains(prime);
        let tensors = self.lifted.inputs.iter();
        let tensors = tensors.chain(self.lifted.constants.values());
        let counts: BTreeSet<usize> = tensors
            .flat_map(|t| t.rows().chain([t.data()]))
            .filter_map(repetition)
            .collect();
        let primes = counts.into_iter().flat_map(|n| prime_factors(n as u128));
        primes
            .filter(is_new)
            .collect::<BTreeSet<u64>>()
            .into_iter()
            .collect()
    }

    /// For each root without an owner what its argument depends on, where that is one unit of some tensor cut in one of these ways: the first such. A number at
    /// several places would have to suit them all, so that one at fewer is better.
    fn find_owners<'u>(
        &mut self,
        owners: &mut [Option<&'u Unit>],
        roots: &[Radicand],
        parts: &'u [Vec<Unit>],
        rng: &mut Rng,
    ) -> Result<(), Silence> {
        for units in parts {
            let is_settled = |owner: &Option<&Unit>| owner.is_some_and(|unit| !unit.repeats);
            if owners.iter().all(is_settled) {
                break;
            }
            let found = self.owners_in(roots, units, rng)?;
            for (owner, found) in owners.iter_mut().zip(found) {
                *owner = match (*owner, found) {
                    (Some(known), Some(other)) if known.repeats => {
                        Some(if other.places.len() < known.places.len() {
                            other
                        } else {
                            known
                        })
                    }
                    (known, other) => known.or(other),
                };
            }
        }
        Ok(())
    }

    /// The same in one tensor. A root depends on a unit whose number has a bit set where its argument changes with all such units,
    /// and does not change with the others.
    fn owners_in<'u>(
        &mut self,
        roots: &[Radicand],
        units: &'u [Unit],
        rng: &mut Rng,
    ) -> Result<Vec<Option<&'u Unit>>, Silence> {
        let mut owners = vec![Some(0); roots.len()];
        for bit in (0..usize::BITS).take_while(|bit| units.len() >> bit > 0) {
            let of = |set: usize| {
                let side = move |(at, _): &(usize, &'u Unit)| *at >> bit & 1 == set;
                units.iter().enumerate().filter(side).map(|(_, unit)| unit)
            };
            let set = self.changed(roots, of(1), rng)?;
            let clear = self.changed(roots, of(0), rng)?;
            for (owner, changed) in owners.iter_mut().zip(set.into_iter().zip(clear)) {
                *owner = match changed {
                    (true, false) => owner.map(|unit| unit | 1 << bit),
                    (false, true) => *owner,
                    _ => None,
                };
            }
        }
        Ok(owners.into_iter().map(|owner| units.get(owner?)).collect())
    }

    /// Which roots' arguments change with some units.
    fn changed<'u>(
        &mut self,
        roots: &[Radicand],
        units: impl Iterator<Item = &'u Unit>,
        rng: &mut Rng,
    ) -> Result<Vec<bool>, Silence> {
        let before = self.lifted.clone();
        for unit in units {
            unit.redraw(&mut self.lifted, self.spec, &self.domain, rng);
        }
        let after = self.run_roots()?;
        self.lifted = before;
        let pairs = roots.iter().zip(after);
        Ok(pairs.map(|(old, new)| old.value != new.value).collect())
    }

    /// What the spec takes roots of, forwards and then backwards, and nothing else of it.
    fn run_roots(&mut self) -> Result<Vec<Radicand>, Silence> {
        self.domain.begin(Range::Reals);
        let run = self.spec.roots_at(&self.domain, &self.lifted);
        run.map_err(|error| Silence::Fault(error.to_string()))?;
        Ok(self.domain.take_radicands())
    }

    fn find_squares_one_by_one(&mut self, units: &[Unit], rng: &mut Rng) -> Result<bool, Silence> {
        let mut left = self.non_squares()?;
        let mut idle = 0;
        for unit in units.iter().cycle() {
            if left == 0 || idle > PATIENCE + units.len() {
                break;
            }
            let old = unit.redraw(&mut self.lifted, self.spec, &self.domain, rng);
            let now = self.non_squares()?;
            idle = if now < left { 0 } else { idle + 1 };
            if now > left {
                unit.put(&old, &mut self.lifted, self.spec.sampling());
            } else {
                left = now;
            }
        }
        if left > 0 {
            return Ok(false);
        }
        self.run_spec().map(|_| true)
    }

    fn non_squares(&mut self) -> Result<usize, Silence> {
        let roots = self.run_roots()?;
        Ok(roots.iter().filter(|root| !root.is_square).count())
    }
}

/// How often the one number occurs that all elements but zeros are; none where there are several.
fn repetition(elements: &[Element]) -> Option<usize> {
    let mut numbers = elements.iter().filter(|x| x.shadow.value != 0.0);
    let first = numbers.next()?;
    let same = |x: &Element| x.shadow.value.to_bits() == first.shadow.value.to_bits();
    let mut count = 1;
    for x in numbers {
        if !same(x) {
            return None;
        }
        count += 1;
    }
    Some(count)
}

//! Orders of lanes and workgroups, by a seed.

/// A reordering of `0..len`: `i ↦ (i · step + offset) mod len`, with a step that has no factor in common with the length.
#[derive(Clone, Copy, Debug)]
pub(in crate::reference) struct Permutation {
    len: usize,
    step: usize,
    offset: usize,
}

impl Permutation {
    /// The order of that seed, never the natural one where there is another; none for the natural order.
    pub(in crate::reference) fn of(len: usize, seed: Option<u64>) -> Permutation {
        let Some(seed) = seed else {
            return Permutation {
                len,
                step: 1,
                offset: 0,
            };
        };
        let at_least_one = len.max(1);
        let random = scramble(seed);
        // Counting down from a random step; 1 ends the search at the latest.
        let start = 1 + random as usize % at_least_one;
        let fits = |step: &usize| gcd(*step, at_least_one) == 1;
        let step = (1..=start).rev().find(fits).unwrap_or(1);
        let offset = (random >> 32) as usize % at_least_one;
        Permutation {
            len,
            step,
            offset: if step == 1 {
                offset.max(1) % at_least_one
            } else {
                offset
            },
        }
    }

    pub(in crate::reference) fn len(self) -> usize {
        self.len
    }

    /// Where the order puts `i`.
    pub(in crate::reference) fn at(self, i: usize) -> usize {
        if self.step == 1 && self.offset == 0 {
            return i;
        }
        let moved = i as u128 * self.step as u128 + self.offset as u128;
        (moved % self.len.max(1) as u128) as usize
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A number that looks random, from one that does not: the finalizer of MurmurHash3 over a golden-ratio step.
pub(in crate::reference) fn scramble(seed: u64) -> u64 {
    let mut x = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ x >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    x = (x ^ x >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    x ^ x >> 33
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_taken_once() {
        for len in [0, 1, 2, 3, 8, 12, 97, 1000] {
            for seed in (0..20).map(Some).chain([None]) {
                let order = Permutation::of(len, seed);
                let mut seen = vec![0; len];
                (0..len).for_each(|i| seen[order.at(i)] += 1);
                assert!(seen.iter().all(|n| *n == 1), "{len}, {seed:?}");
                let natural = (0..len).all(|i| order.at(i) == i);
                assert_eq!(natural, len < 2 || seed.is_none(), "{len}, {seed:?}");
            }
        }
        let orders: Vec<usize> = (0..8).map(|s| Permutation::of(97, Some(s)).at(5)).collect();
        assert!(orders.iter().any(|i| *i != orders[0]), "{orders:?}");
    }
}

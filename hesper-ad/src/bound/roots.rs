//! Sets of square roots.

use std::ops::{BitAnd, BitOr};

/// Words of a set.
const WORDS: usize = 5;

/// Roots that can be told apart; the last bit stands for any more.
const MOST: u32 = 64 * WORDS as u32 - 1;

/// Which square roots an expression holds, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Roots([u64; WORDS]);

impl Roots {
    /// One root.
    pub(super) fn of(number: u32) -> Roots {
        let bit = number.min(MOST);
        let mut words = [0; WORDS];
        if let Some(word) = words.get_mut(bit as usize / 64) {
            *word = 1 << (bit % 64);
        }
        Roots(words)
    }

    /// How many; none where more are held than can be told apart.
    pub(super) fn count(self) -> Option<u32> {
        let is_beyond = self & Roots::of(MOST) != Roots::default();
        let count = self.0.iter().map(|word| word.count_ones()).sum();
        (!is_beyond).then_some(count)
    }
}

impl BitOr for Roots {
    type Output = Roots;

    fn bitor(self, other: Roots) -> Roots {
        Roots(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }
}

impl BitAnd for Roots {
    type Output = Roots;

    fn bitand(self, other: Roots) -> Roots {
        Roots(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }
}

#[test]
fn roots_beyond_counting_are_not_counted() {
    let all = [0, 63, 64, MOST - 1].map(Roots::of);
    let all = all.into_iter().fold(Roots::of(63), |all, root| all | root);
    assert_eq!(all.count(), Some(4));
    assert_eq!((all & Roots::of(64)).count(), Some(1));
    assert_eq!((all | Roots::of(MOST + 7)).count(), None);
    assert_eq!(Roots::default().count(), Some(0));
}

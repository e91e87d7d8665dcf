//! The sequence of choices that a kernel is made from.

use hesper_ad::Rng;
use std::collections::VecDeque;

/// Small numbers, asked for one after another. Whatever is made from a sequence is made again from the numbers it took; a sequence
/// that is too short goes on with zeros, and 0 is always the simplest alternative. So a case shrinks as its sequence does.
pub struct Choices {
    source: Source,
    taken: Vec<u32>,
}

enum Source {
    Random(Rng),
    Given(VecDeque<u32>),
}

impl Choices {
    /// The random sequence of a seed.
    pub fn random(seed: u64) -> Choices {
        Choices::from_source(Source::Random(Rng::new(seed)))
    }

    /// A sequence taken before, or changed since.
    pub fn replay(values: &[u32]) -> Choices {
        Choices::from_source(Source::Given(values.iter().copied().collect()))
    }

    fn from_source(source: Source) -> Choices {
        let taken = Vec::new();
        Choices { source, taken }
    }

    /// One of `n` alternatives, by number.
    pub fn below(&mut self, n: usize) -> usize {
        let n = n.clamp(1, 1 << 30);
        let value = match &mut self.source {
            Source::Random(rng) => rng.below(n),
            Source::Given(values) => values.pop_front().unwrap_or(0) as usize % n,
        };
        self.taken.push(value as u32);
        value
    }

    /// One of the alternatives, the simplest first.
    ///
    /// # Panics
    /// Where there is none.
    pub fn pick<T: Clone>(&mut self, alternatives: &[T]) -> T {
        alternatives[self.below(alternatives.len())].clone()
    }

    /// True once in `n` times, and not the simplest.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) + 1 == n
    }

    /// Whether a list goes on, `n - 1` times in `n`. Asked before each of its elements, so that any of them can be left out.
    pub fn more(&mut self, n: usize) -> bool {
        self.below(n) > 0
    }

    /// The numbers taken so far.
    pub fn into_taken(self) -> Vec<u32> {
        self.taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_is_taken_again() {
        let mut first = Choices::random(7);
        let drawn: Vec<usize> = (1..20).map(|n| first.below(n)).collect();
        let mut again = Choices::replay(&first.into_taken());
        assert_eq!(drawn, (1..20).map(|n| again.below(n)).collect::<Vec<_>>());
        assert_eq!(again.below(100), 0, "zeros follow");
    }

    #[test]
    fn zero_is_the_simplest() {
        let mut zeros = Choices::replay(&[]);
        assert_eq!(zeros.pick(&['a', 'b']), 'a');
        assert!(!zeros.one_in(2));
        assert_eq!(Choices::replay(&[7]).below(5), 2, "kept in range");
    }
}

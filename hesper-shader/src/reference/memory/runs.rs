//! Elements of a few neighbouring lanes, looked at together.
//!
//! A kernel's lanes mostly access elements that follow each other or one and the same, if not in the whole workgroup then along a row of
//! it. A block of fixed length is compared and moved by a handful of vector instructions.

/// Lanes of a block: the least row of a workgroup that is common.
pub(in crate::reference) const BLOCK: usize = 8;

/// How far the last element of a block lies behind the first where they follow each other.
const LAST: u32 = BLOCK as u32 - 1;

/// How the elements of a block lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::reference) enum BlockPattern {
    /// From this one on, one after the other.
    Up(usize),
    /// All lanes at this one.
    Same(usize),
    /// Anyhow.
    Mixed,
}

impl BlockPattern {
    #[inline]
    pub(in crate::reference) fn of(elements: &[u32; BLOCK]) -> BlockPattern {
        let first = elements[0];
        let differ = |step: u32| {
            let expected = (0..).map(|l| first.wrapping_add(l * step));
            let pairs = elements.iter().zip(expected);
            pairs.fold(0, |differ, (e, expected)| differ | (e ^ expected)) != 0
        };
        // The last element tells them apart.
        match elements[BLOCK - 1].wrapping_sub(first) {
            LAST if !differ(1) => BlockPattern::Up(first as usize),
            0 if !differ(0) => BlockPattern::Same(first as usize),
            _ => BlockPattern::Mixed,
        }
    }
}

/// Whether all lanes of a block take part.
#[inline]
pub(in crate::reference) fn all(active: &[bool; BLOCK]) -> bool {
    active.iter().fold(true, |all, on| all & on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_told_apart() {
        for (elements, pattern) in [
            ([3, 4, 5, 6, 7, 8, 9, 10], BlockPattern::Up(3)),
            ([7; BLOCK], BlockPattern::Same(7)),
            ([3, 4, 5, 6, 7, 8, 9, 11], BlockPattern::Mixed),
            ([7, 7, 7, 7, 7, 7, 7, 8], BlockPattern::Mixed),
            ([9, 8, 7, 6, 5, 4, 3, 2], BlockPattern::Mixed),
            (
                [u32::MAX, 0, 1, 2, 3, 4, 5, 6],
                BlockPattern::Up(u32::MAX as usize),
            ),
        ] {
            assert_eq!(BlockPattern::of(&elements), pattern, "{elements:?}");
        }
    }
}

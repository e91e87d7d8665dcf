//! Which lanes of a workgroup take part.

/// A set of lanes that knows its size.
#[derive(Clone, Debug)]
pub(in crate::reference) struct Mask {
    lanes: Vec<bool>,
    count: usize,
}

impl Mask {
    pub(in crate::reference) fn none(lanes: usize) -> Mask {
        Mask {
            lanes: vec![false; lanes],
            count: 0,
        }
    }

    pub(in crate::reference) fn lanes(&self) -> &[bool] {
        &self.lanes
    }

    pub(in crate::reference) fn count(&self) -> usize {
        self.count
    }

    pub(in crate::reference) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(in crate::reference) fn is_full(&self) -> bool {
        self.count == self.lanes.len()
    }

    pub(in crate::reference) fn first(&self) -> Option<usize> {
        self.lanes.iter().position(|on| *on)
    }

    pub(in crate::reference) fn clear(&mut self) {
        self.lanes.fill(false);
        self.count = 0;
    }

    /// The first `count` lanes.
    pub(in crate::reference) fn fill_first(&mut self, count: usize) {
        self.count = count.min(self.lanes.len());
        let (on, off) = self.lanes.split_at_mut(self.count);
        on.fill(true);
        off.fill(false);
    }

    pub(in crate::reference) fn set(&mut self, other: &Mask) {
        self.lanes.copy_from_slice(&other.lanes);
        self.count = other.count;
    }

    /// Adds lanes; the two sets are disjoint.
    pub(in crate::reference) fn add(&mut self, other: &Mask) {
        if other.is_empty() {
            return;
        }
        for (lane, on) in self.lanes.iter_mut().zip(&other.lanes) {
            *lane |= on;
        }
        self.count += other.count;
    }

    /// Keeps the lanes where the condition is `wanted`.
    pub(in crate::reference) fn keep(&mut self, condition: &[bool], wanted: bool) {
        for (lane, c) in self.lanes.iter_mut().zip(condition) {
            *lane &= *c == wanted;
        }
        self.count = count(&self.lanes);
    }

    /// Moves the lanes that have done all their trips to `finished`.
    pub(in crate::reference) fn retire(&mut self, trips: &[u32], done: u32, finished: &mut Mask) {
        // Mostly nobody does, and numbers alone are compared quicker than numbers beside truths.
        if !trips
            .iter()
            .fold(false, |any, trips| any | (*trips <= done))
        {
            return;
        }
        // Those that left before have no more trips either.
        let lanes = self.lanes.iter().zip(trips);
        if !lanes.fold(false, |any, (lane, trips)| any | (*lane & (*trips <= done))) {
            return;
        }
        for ((lane, trips), out) in self.lanes.iter_mut().zip(trips).zip(&mut finished.lanes) {
            let leaves = *lane && *trips <= done;
            *lane &= !leaves;
            *out |= leaves;
        }
        let left = count(&self.lanes);
        finished.count += self.count - left;
        self.count = left;
    }
}

/// How many lanes are on. So many at a time that a byte can count them: bytes are added many at once.
fn count(lanes: &[bool]) -> usize {
    const FEW: usize = 128;
    let (blocks, rest) = lanes.as_chunks::<FEW>();
    let in_block = |block: &[bool; FEW]| block.iter().fold(0u8, |n, on| n + u8::from(*on));
    let whole: usize = blocks
        .iter()
        .map(|block| usize::from(in_block(block)))
        .sum();
    whole + rest.iter().filter(|on| **on).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_counted() {
        for n in [0, 1, 127, 128, 129, 256, 400] {
            assert_eq!(count(&vec![true; n]), n);
            let lanes: Vec<bool> = (0..n).map(|l| l % 3 == 0).collect();
            assert_eq!(count(&lanes), n.div_ceil(3));
        }
    }

    #[test]
    fn lanes_leave_once() {
        let (mut active, mut finished) = (Mask::none(4), Mask::none(4));
        active.fill_first(3);
        for (done, left) in [(0, 3), (1, 2), (2, 2), (3, 0)] {
            active.retire(&[1, 3, 3, 0], done, &mut finished);
            assert_eq!((active.count(), finished.count()), (left, 3 - left));
        }
        assert_eq!(finished.lanes(), [true, true, true, false]);
    }
}

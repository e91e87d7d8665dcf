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
        self.count = self.lanes.iter().filter(|on| **on).count();
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
        for ((lane, trips), out) in self.lanes.iter_mut().zip(trips).zip(&mut finished.lanes) {
            let leaves = *lane && *trips <= done;
            *lane &= !leaves;
            *out |= leaves;
        }
        let left = self.lanes.iter().filter(|on| **on).count();
        finished.count += self.count - left;
        self.count = left;
    }
}

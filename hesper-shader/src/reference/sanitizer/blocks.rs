//! Accesses of a few neighbouring lanes at once: mostly they touch elements that follow each other, or one, and meet nothing.

use super::cells::{Cells, Here, Packed, pack, remember, stamp};
use crate::reference::memory::runs::{BLOCK, BlockPattern, all};

/// Lanes of a workgroup that follow each other, some of them active.
pub(super) struct LaneBlock<'t> {
    /// The first of them.
    pub(super) lane: usize,
    /// How the elements lie, where all lanes of a whole block take part.
    pub(super) pattern: BlockPattern,
    elements: &'t [u32],
    on: &'t [bool],
}

impl LaneBlock<'_> {
    /// Each active lane and its element.
    pub(super) fn active(&self) -> impl Iterator<Item = (usize, usize)> {
        let lanes = (self.lane..).zip(self.elements).zip(self.on);
        lanes
            .filter(|(_, on)| **on)
            .map(|((lane, element), _)| (lane, *element as usize))
    }
}

/// Goes through the lanes of a workgroup, the `first` and those after it, until one meets something.
pub(super) fn each_block<R>(
    elements: &[u32],
    active: &[bool],
    first: usize,
    mut f: impl FnMut(LaneBlock<'_>) -> Option<R>,
) -> Option<R> {
    let (blocks, rest) = elements.as_chunks::<BLOCK>();
    let (on, on_rest) = active.as_chunks::<BLOCK>();
    for ((elements, on), lane) in blocks.iter().zip(on).zip((first..).step_by(BLOCK)) {
        if *on == [false; BLOCK] {
            continue;
        }
        let pattern = if all(on) {
            BlockPattern::of(elements)
        } else {
            BlockPattern::Mixed
        };
        let met = f(LaneBlock {
            lane,
            pattern,
            elements,
            on,
        });
        if met.is_some() {
            return met;
        }
    }
    f(LaneBlock {
        lane: first + blocks.len() * BLOCK,
        pattern: BlockPattern::Mixed,
        elements: rest,
        on: on_rest,
    })
}

impl Here {
    /// An access with a lower stamp clashes with none of this workgroup's now.
    fn limit(self) -> u32 {
        if self.shared { self.past + 1 } else { self.now }
    }
}

impl Cells {
    /// Whether it is plain that all elements of a block are written.
    pub(super) fn all_written(&self, pattern: BlockPattern, here: Here) -> bool {
        let range = match pattern {
            BlockPattern::Up(start) => start..start.saturating_add(BLOCK),
            BlockPattern::Same(element) => element..element.saturating_add(1),
            BlockPattern::Mixed => return false,
        };
        match &self.written {
            Some(written) => written
                .get(range)
                .is_some_and(|written| written.iter().fold(true, |all, w| all & w)),
            None => {
                let writes = self.writes.get(range);
                writes.is_some_and(|w| every(w, |write| stamp(write) >= here.first))
            }
        }
    }

    /// Records the reads of a block of lanes, if it is plain that they meet nothing.
    pub(super) fn read_block(&mut self, pattern: BlockPattern, lane: usize, here: Here) -> bool {
        match pattern {
            BlockPattern::Up(start) => self.read_up(start, lane, here).is_some(),
            BlockPattern::Same(element) => self.read_same(element, lane, here).is_some(),
            BlockPattern::Mixed => false,
        }
    }

    fn read_up(&mut self, start: usize, lane: usize, here: Here) -> Option<()> {
        let limit = here.limit();
        let writes = self.writes.get(start..)?.first_chunk::<BLOCK>()?;
        let reads = self.reads.get_mut(start..)?.first_chunk_mut::<BLOCK>()?;
        if !every(writes, |write| stamp(write) < limit) {
            return None;
        }
        let now = here.now;
        let known = |[a, b]: &[Packed; 2]| (stamp(*a) == now) & (stamp(*b) == now);
        if !here.shared && reads.iter().fold(true, |all, pair| all & known(pair)) {
            return Some(());
        }
        let old = |[a, b]: &[Packed; 2]| (stamp(*a) < limit) & (stamp(*b) < limit);
        if !reads.iter().fold(true, |all, pair| all & old(pair)) {
            return None;
        }
        for (lane, pair) in (lane..).zip(reads) {
            *pair = [pack(now, lane, here.site), 0];
        }
        Some(())
    }

    fn read_same(&mut self, element: usize, lane: usize, here: Here) -> Option<()> {
        let (write, reads) = (*self.writes.get(element)?, self.reads.get_mut(element)?);
        if stamp(write) >= here.limit() {
            return None;
        }
        remember(reads, here, lane);
        remember(reads, here, lane + 1);
        Some(())
    }

    /// Records the writes of a block of lanes, if it is plain that they meet nothing.
    pub(super) fn write_block(&mut self, pattern: BlockPattern, lane: usize, here: Here) -> bool {
        match pattern {
            BlockPattern::Up(start) => self.write_up(start, lane, here).is_some(),
            BlockPattern::Same(_) | BlockPattern::Mixed => false,
        }
    }

    fn write_up(&mut self, start: usize, lane: usize, here: Here) -> Option<()> {
        let limit = here.limit();
        let writes = self.writes.get_mut(start..)?.first_chunk_mut::<BLOCK>()?;
        if !every(writes, |write| stamp(write) < limit) {
            return None;
        }
        if !self.reads.is_empty() {
            let reads = self.reads.get(start..)?.first_chunk::<BLOCK>()?;
            if !every(reads.as_flattened(), |read| stamp(read) < limit) {
                return None;
            }
        }
        for (lane, write) in (lane..).zip(writes) {
            *write = pack(here.now, lane, here.site);
        }
        Some(())
    }
}

fn every(accesses: &[Packed], is: impl Fn(Packed) -> bool) -> bool {
    accesses.iter().fold(true, |all, access| all & is(*access))
}

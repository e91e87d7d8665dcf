//! What is remembered of each element of one variable.

use super::blocks::{LaneBlock, each_block};
use super::pool::Lease;
use crate::reference::memory::runs::{BLOCK, BlockPattern};
use crate::reference::report::error::AccessKind;
use std::ops::Range;

/// An access: stamp, lane of the team and site in 32, 16 and 16 bits; zero for none.
pub(super) type Packed = u64;

pub(super) fn pack(stamp: u32, lane: usize, site: u16) -> Packed {
    u64::from(stamp) << 32 | (lane as u64 & 0xffff) << 16 | u64::from(site)
}

pub(super) fn stamp(packed: Packed) -> u32 {
    (packed >> 32) as u32
}

pub(super) fn lane(packed: Packed) -> usize {
    (packed >> 16 & 0xffff) as usize
}

pub(super) fn site(packed: Packed) -> usize {
    (packed & 0xffff) as usize
}

/// A workgroup of the running team, now.
#[derive(Clone, Copy)]
pub(super) struct Here {
    /// Its stamp.
    pub(super) now: u32,
    /// The team's first stamp.
    pub(super) first: u32,
    /// The last stamp of dispatches before.
    pub(super) past: u32,
    /// Its first lane and the one after its last.
    pub(super) lanes: (usize, usize),
    /// Whether other workgroups may touch the same elements.
    pub(super) shared: bool,
    /// The statement.
    pub(super) site: u16,
}

impl Here {
    /// Whether an earlier access was made by this workgroup.
    fn is_ours(self, earlier: Packed) -> bool {
        let lane = lane(earlier);
        stamp(earlier) >= self.first
            && (!self.shared || (lane >= self.lanes.0 && lane < self.lanes.1))
    }

    /// Whether nothing orders an earlier access before one by `lane_now`.
    fn clashes(self, earlier: Packed, lane_now: usize) -> bool {
        let then = stamp(earlier);
        if then == self.now {
            return lane(earlier) != lane_now;
        }
        then > self.past && self.shared && !self.is_ours(earlier)
    }
}

/// An access that met an earlier one that nothing orders before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    pub(super) lane: usize,
    pub(super) kind: AccessKind,
    /// The earlier access; zero where a read meets no write at all.
    pub(super) earlier: Packed,
}

impl Met {
    fn new(lane: usize, kind: AccessKind, earlier: Packed) -> Met {
        Met {
            lane,
            kind,
            earlier,
        }
    }
}

/// The range that any other makes greater.
pub(super) const NOTHING: Range<usize> = Range {
    start: usize::MAX,
    end: 0,
};

/// The elements of one variable. Reads are allocated at the first one: many buffers are only written.
#[derive(Debug)]
pub(super) struct Cells {
    /// Elements that are watched for races: none where no statement stores.
    length: usize,
    pub(super) writes: Vec<Packed>,
    pub(super) reads: Vec<[Packed; 2]>,
    /// All elements that were touched lie in here.
    pub(super) touched: Range<usize>,
    /// Of a fresh buffer, which elements are written.
    pub(super) written: Option<Vec<bool>>,
}

impl Cells {
    pub(super) fn new(length: usize, written: Option<Vec<bool>>, lease: &mut Lease) -> Cells {
        Cells {
            length,
            writes: lease.writes(length),
            reads: Vec::new(),
            touched: NOTHING,
            written,
        }
    }

    /// Gives the memory back; which elements are written remains.
    pub(super) fn end(self, lease: &mut Lease) -> Option<Vec<bool>> {
        lease.put(self.writes, self.reads);
        self.written
    }

    pub(super) fn is_watched(&self) -> bool {
        self.length > 0 || self.written.is_some()
    }

    /// The first active lane whose element nobody has written: of a fresh buffer ever, of workgroup memory since the workgroup began.
    pub(super) fn unwritten(&self, elements: &[u32], active: &[bool], here: Here) -> Option<Met> {
        each_block(elements, active, here.lanes.0, |block| {
            self.unwritten_in(&block, here)
        })
    }

    fn unwritten_in(&self, block: &LaneBlock<'_>, here: Here) -> Option<Met> {
        if self.written.is_none() && here.shared || self.all_written(block.pattern, here) {
            return None;
        }
        let (lane, _) = block.active().find(|(_, e)| self.is_unwritten(*e, here))?;
        Some(Met::new(lane, AccessKind::Write, 0))
    }

    fn is_unwritten(&self, element: usize, here: Here) -> bool {
        match &self.written {
            Some(written) => written.get(element) == Some(&false),
            None => self
                .writes
                .get(element)
                .is_some_and(|write| stamp(*write) < here.first),
        }
    }

    /// Records a read by each active lane of a workgroup; the first that races, or that reads what nobody has written.
    pub(super) fn read(
        &mut self,
        elements: &[u32],
        active: &[bool],
        here: Here,
        lease: &mut Lease,
    ) -> Option<Met> {
        if self.reads.is_empty() {
            self.reads = lease.reads(self.length);
        }
        each_block(elements, active, here.lanes.0, |block| {
            if let Some(met) = self.unwritten_in(&block, here) {
                return Some(met);
            }
            self.touch(&block);
            if self.read_block(block.pattern, block.lane, here) {
                return None;
            }
            let mut lanes = block.active();
            lanes.find_map(|(lane, element)| self.read_one(element, lane, here))
        })
    }

    /// Records a read by one lane.
    pub(super) fn read_one(&mut self, element: usize, lane: usize, here: Here) -> Option<Met> {
        let (write, reads) = (*self.writes.get(element)?, self.reads.get_mut(element)?);
        if here.clashes(write, lane) {
            return Some(Met::new(lane, AccessKind::Write, write));
        }
        remember(reads, here, lane);
        None
    }

    /// Records a write by each active lane of a workgroup; the first that races. `allowed(lane, earlier)` says whether a race of two writes is
    /// one of equal values; it is then left alone.
    pub(super) fn write(
        &mut self,
        elements: &[u32],
        active: &[bool],
        here: Here,
        mut allowed: impl FnMut(usize, Packed) -> bool,
    ) -> Option<Met> {
        let met = each_block(elements, active, here.lanes.0, |block| {
            self.touch(&block);
            if self.write_block(block.pattern, block.lane, here) {
                return None;
            }
            let mut lanes = block.active();
            lanes.find_map(|(lane, element)| self.write_one(element, lane, here, &mut allowed))
        });
        if met.is_none() {
            self.fill(elements, active);
        }
        met
    }

    fn write_one(
        &mut self,
        element: usize,
        lane: usize,
        here: Here,
        allowed: &mut impl FnMut(usize, Packed) -> bool,
    ) -> Option<Met> {
        let write = self.writes.get_mut(element)?;
        if here.clashes(*write, lane) && !allowed(lane, *write) {
            return Some(Met::new(lane, AccessKind::Write, *write));
        }
        *write = pack(here.now, lane, here.site);
        let reads = self.reads.get(element).into_iter().flatten();
        let read = reads.copied().find(|read| here.clashes(*read, lane))?;
        Some(Met::new(lane, AccessKind::Read, read))
    }

    fn touch(&mut self, block: &LaneBlock<'_>) {
        let Range { start, end } = &mut self.touched;
        let mut add = |first: usize, past: usize| {
            *start = (*start).min(first);
            *end = (*end).max(past);
        };
        match block.pattern {
            BlockPattern::Up(first) => add(first, first + BLOCK),
            BlockPattern::Same(element) => add(element, element + 1),
            BlockPattern::Mixed => block
                .active()
                .for_each(|(_, element)| add(element, element + 1)),
        }
    }

    /// Records a write that races with nothing.
    pub(super) fn mark(&mut self, elements: &[u32], active: &[bool], here: Here) {
        for (lane, (element, on)) in (here.lanes.0..).zip(elements.iter().zip(active)) {
            if let (true, Some(write)) = (*on, self.writes.get_mut(*element as usize)) {
                *write = pack(here.now, lane, here.site);
            }
        }
        self.fill(elements, active);
    }

    fn fill(&mut self, elements: &[u32], active: &[bool]) {
        let Some(written) = &mut self.written else {
            return;
        };
        for (element, _) in elements.iter().zip(active).filter(|(_, on)| **on) {
            if let Some(written) = written.get_mut(*element as usize) {
                *written = true;
            }
        }
    }
}

/// Adds a read. A third lane of the same stamp adds nothing. Two reads by different workgroups say all there is to say, for good: whoever writes later is ordered after at most one of the
/// two. As long as one workgroup alone has read, two lanes of its present stamp do.
pub(super) fn remember(reads: &mut [Packed; 2], here: Here, lane_now: usize) {
    let [a, b] = reads;
    let me = pack(here.now, lane_now, here.site);
    let ours = |packed: Packed| here.is_ours(packed);
    let other = |packed: Packed| stamp(packed) > here.past && here.shared && !ours(packed);
    if other(*a) {
        if !ours(*b) {
            *b = me;
        }
    } else if stamp(*a) != here.now {
        if !other(*b) {
            [*a, *b] = [me, 0];
        }
    } else if lane(*a) != lane_now && !other(*b) && stamp(*b) != here.now {
        *b = me;
    }
}

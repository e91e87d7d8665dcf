//! What is remembered of each element of one variable.

use super::pool::Lease;
use crate::reference::error::AccessKind;

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

/// The elements of one variable. Reads are allocated at the first one: many buffers are only written.
#[derive(Debug)]
pub(super) struct Cells {
    /// Elements that are watched for races: none where no statement stores.
    length: usize,
    writes: Vec<Packed>,
    reads: Vec<[Packed; 2]>,
    /// Of a fresh buffer, which elements are written.
    pub(super) written: Option<Vec<bool>>,
}

impl Cells {
    pub(super) fn new(length: usize, written: Option<Vec<bool>>, lease: &mut Lease) -> Cells {
        Cells {
            length,
            writes: lease.writes(length),
            reads: Vec::new(),
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
        let mut lanes = (here.lanes.0..).zip(elements.iter().zip(active));
        let met = lanes.find(|(_, (element, on))| **on && self.is_unwritten(**element, here))?;
        let (lane, kind, earlier) = (met.0, AccessKind::Write, 0);
        Some(Met {
            lane,
            kind,
            earlier,
        })
    }

    fn is_unwritten(&self, element: u32, here: Here) -> bool {
        let element = element as usize;
        match &self.written {
            Some(written) => written.get(element) == Some(&false),
            None if here.shared => false,
            None => self
                .writes
                .get(element)
                .is_some_and(|write| stamp(*write) < here.first),
        }
    }

    /// Records a read by each active lane of a workgroup; the first that races.
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
        for (lane, (element, on)) in (here.lanes.0..).zip(elements.iter().zip(active)) {
            if !*on {
                continue;
            }
            let element = *element as usize;
            let (Some(write), Some(reads)) =
                (self.writes.get(element), self.reads.get_mut(element))
            else {
                continue;
            };
            if here.clashes(*write, lane) {
                let (kind, earlier) = (AccessKind::Write, *write);
                return Some(Met {
                    lane,
                    kind,
                    earlier,
                });
            }
            remember(reads, here, lane);
        }
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
        if self.write_untouched(elements, active, here) {
            self.fill(elements, active);
            return None;
        }
        for (lane, (element, on)) in (here.lanes.0..).zip(elements.iter().zip(active)) {
            if !*on {
                continue;
            }
            let element = *element as usize;
            let Some(write) = self.writes.get_mut(element) else {
                continue;
            };
            if here.clashes(*write, lane) && !allowed(lane, *write) {
                let (kind, earlier) = (AccessKind::Write, *write);
                return Some(Met {
                    lane,
                    kind,
                    earlier,
                });
            }
            *write = pack(here.now, lane, here.site);
            let reads = self.reads.get(element).into_iter().flatten();
            if let Some(read) = reads.copied().find(|read| here.clashes(*read, lane)) {
                let (kind, earlier) = (AccessKind::Read, read);
                return Some(Met {
                    lane,
                    kind,
                    earlier,
                });
            }
        }
        self.fill(elements, active);
        None
    }

    /// The common case, without a look at single lanes: all lanes write elements that follow each other and that nobody has touched. Whether it
    /// was that.
    fn write_untouched(&mut self, elements: &[u32], active: &[bool], here: Here) -> bool {
        let Some(first) = elements.first().copied() else {
            return true;
        };
        let follow = (0..).zip(elements).zip(active);
        if !self.reads.is_empty()
            || !follow.fold(true, |all, ((l, e), on)| {
                all & *on & (*e == first.wrapping_add(l))
            })
        {
            return false;
        }
        let start = first as usize;
        let Some(writes) = self.writes.get_mut(start..start + elements.len()) else {
            return false;
        };
        let limit = (u64::from(here.past) + 1) << 32;
        if !writes
            .iter()
            .fold(true, |all, write| all & (*write < limit))
        {
            return false;
        }
        for (lane, write) in (here.lanes.0..).zip(writes) {
            *write = pack(here.now, lane, here.site);
        }
        true
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

/// Adds a read. Two reads by different workgroups say all there is to say, for good: whoever writes later is ordered after at most one of the
/// two. As long as one workgroup alone has read, two lanes of its present stamp do.
fn remember(reads: &mut [Packed; 2], here: Here, lane_now: usize) {
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

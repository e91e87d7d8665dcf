//! Race detection: for each element that can be written, who touched it last.
//!
//! Lanes run in lockstep, so a missing barrier does not change a result here. It shows as two accesses to one element, at
//! least one of them a write, by two invocations of one workgroup with no barrier between, or by two workgroups.
//!
//! Time is counted in *stamps*, which grow at each barrier and each workgroup. For an element it is enough to remember
//! the last write and two reads by different invocations since the last barrier: with them, any later access that races with
//! some earlier one races with one of those. A read by an earlier workgroup stays for good, as no later write is ordered after it.

use super::error::{AccessKind, Fault};
use crate::tree::{Barrier, Loc};
use std::collections::HashMap;

/// Lanes a packed access can tell apart.
pub(super) const MAX_LANES: usize = 1 << 16;

/// An access: stamp, lane and site in 32, 16 and 16 bits; zero for none.
type Packed = u64;

/// One address space's time.
#[derive(Clone, Copy, Debug)]
struct Clock {
    now: u32,
    /// Accesses before this stamp are of other workgroups and ordered with nothing of this one; 0 where they are forgotten.
    first: u32,
}

/// The elements of one variable. Reads are allocated at the first one: many buffers are only written.
#[derive(Debug, Default)]
struct Cells {
    length: usize,
    writes: Vec<Packed>,
    reads: Vec<[Packed; 2]>,
}

/// The memory of accesses of a dispatch.
#[derive(Debug)]
pub(super) struct Shadow {
    storage: Vec<Cells>,
    storage_clock: Clock,
    /// The storage stamp at which each workgroup began.
    starts: Vec<u32>,
    workgroup: Vec<Cells>,
    workgroup_clock: Clock,
    sites: Vec<Loc>,
    site_numbers: HashMap<usize, u16>,
}

/// Whose memory an access goes to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Space {
    Storage(usize),
    Workgroup(usize),
}

/// Two accesses nothing orders.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clash {
    pub(super) element: usize,
    /// The lane of the running workgroup that met the earlier access.
    pub(super) lane: usize,
    pub(super) earlier: Earlier,
}

/// An access of the past.
#[derive(Clone, Copy, Debug)]
pub(super) struct Earlier {
    pub(super) kind: AccessKind,
    pub(super) lane: usize,
    pub(super) loc: Loc,
    /// How many workgroups began before its own.
    pub(super) workgroup: usize,
}

impl Shadow {
    /// A shadow for variables of these element counts; 0 for what is never written.
    pub(super) fn new(storage: Vec<usize>, workgroup: Vec<usize>) -> Shadow {
        let cells = |lengths: Vec<usize>| lengths.into_iter().map(Cells::new).collect();
        Shadow {
            storage: cells(storage),
            storage_clock: Clock { now: 0, first: 0 },
            starts: Vec::new(),
            workgroup: cells(workgroup),
            workgroup_clock: Clock { now: 0, first: 0 },
            sites: Vec::new(),
            site_numbers: HashMap::new(),
        }
    }

    pub(super) fn enter_workgroup(&mut self) -> Result<(), Fault> {
        self.workgroup_clock.tick()?;
        self.storage_clock.tick()?;
        self.storage_clock.first = self.storage_clock.now;
        self.starts.push(self.storage_clock.now);
        Ok(())
    }

    pub(super) fn barrier(&mut self, barrier: Barrier) -> Result<(), Fault> {
        match barrier {
            Barrier::Workgroup => self.workgroup_clock.tick(),
            Barrier::Storage => self.storage_clock.tick(),
        }
    }

    /// Records that each active lane reads or writes its element; the first clash, if any.
    pub(super) fn touch(
        &mut self,
        kind: AccessKind,
        space: Space,
        elements: &[u32],
        active: &[bool],
        loc: Loc,
    ) -> Result<Option<Clash>, Fault> {
        let site = self.site(loc)?;
        let (cells, clock) = match space {
            Space::Storage(i) => (self.storage.get_mut(i), self.storage_clock),
            Space::Workgroup(i) => (self.workgroup.get_mut(i), self.workgroup_clock),
        };
        let Some(cells) = cells.filter(|cells| cells.length > 0) else {
            return Ok(None);
        };
        let met = match kind {
            AccessKind::Read => cells.read(elements, active, clock, site),
            AccessKind::Write => cells.write(elements, active, clock, site),
        };
        Ok(met.map(|(lane, kind, packed)| Clash {
            element: elements.get(lane).map_or(0, |e| *e as usize),
            lane,
            earlier: self.earlier(kind, packed, loc, space),
        }))
    }

    fn earlier(&self, kind: AccessKind, packed: Packed, here: Loc, space: Space) -> Earlier {
        let begun = match space {
            Space::Storage(_) => self.starts.partition_point(|start| *start <= stamp(packed)),
            Space::Workgroup(_) => self.starts.len(),
        };
        Earlier {
            kind,
            lane: lane(packed),
            loc: self.sites.get(site(packed)).copied().unwrap_or(here),
            workgroup: begun.saturating_sub(1),
        }
    }

    /// The number of a source location.
    fn site(&mut self, loc: Loc) -> Result<u16, Fault> {
        // A location is a static of the program: its address tells it apart.
        let address = std::ptr::from_ref(loc.0).addr();
        if let Some(number) = self.site_numbers.get(&address) {
            return Ok(*number);
        }
        let number = u16::try_from(self.sites.len()).map_err(|_| Fault::Limit {
            what: "source locations of loads and stores",
            need: self.sites.len() as u64 + 1,
            limit: 1 << 16,
        })?;
        self.sites.push(loc);
        self.site_numbers.insert(address, number);
        Ok(number)
    }
}

impl Clock {
    fn tick(&mut self) -> Result<(), Fault> {
        self.now = self.now.checked_add(1).ok_or(Fault::Limit {
            what: "barriers and workgroups of one dispatch",
            need: 1 << 32,
            limit: u32::MAX.into(),
        })?;
        Ok(())
    }

    /// Whether nothing orders an earlier access before one by `lane` now.
    fn clashes(self, earlier: Packed, lane_now: usize) -> bool {
        let then = stamp(earlier);
        (then == self.now && lane(earlier) != lane_now) || (then < self.first && then != 0)
    }
}

impl Cells {
    fn new(length: usize) -> Cells {
        Cells {
            length,
            writes: vec![0; length],
            reads: Vec::new(),
        }
    }

    fn read(
        &mut self,
        elements: &[u32],
        active: &[bool],
        clock: Clock,
        site: u16,
    ) -> Option<(usize, AccessKind, Packed)> {
        if self.reads.is_empty() {
            self.reads = vec![[0; 2]; self.length];
        }
        for (lane, (element, on)) in elements.iter().zip(active).enumerate() {
            let element = *element as usize;
            let (Some(write), Some(reads)) =
                (self.writes.get(element), self.reads.get_mut(element))
            else {
                continue;
            };
            if *on {
                if clock.clashes(*write, lane) {
                    return Some((lane, AccessKind::Write, *write));
                }
                remember(reads, clock, lane, site);
            }
        }
        None
    }

    fn write(
        &mut self,
        elements: &[u32],
        active: &[bool],
        clock: Clock,
        site: u16,
    ) -> Option<(usize, AccessKind, Packed)> {
        for (lane, (element, on)) in elements.iter().zip(active).enumerate() {
            let element = *element as usize;
            let Some(write) = self.writes.get_mut(element).filter(|_| *on) else {
                continue;
            };
            if clock.clashes(*write, lane) {
                return Some((lane, AccessKind::Write, *write));
            }
            *write = pack(clock.now, lane, site);
            let reads = self.reads.get(element).into_iter().flatten();
            if let Some(read) = reads.copied().find(|read| clock.clashes(*read, lane)) {
                return Some((lane, AccessKind::Read, read));
            }
        }
        None
    }
}

/// Adds a read: two of different lanes now, or one of an earlier workgroup, say all there is to say.
fn remember(reads: &mut [Packed; 2], clock: Clock, lane_now: usize, site: u16) {
    let [a, b] = reads;
    if stamp(*a) == clock.now {
        if lane(*a) != lane_now && stamp(*b) != clock.now {
            *b = pack(clock.now, lane_now, site);
        }
    } else if *a == 0 || stamp(*a) >= clock.first {
        *a = pack(clock.now, lane_now, site);
    }
}

fn pack(stamp: u32, lane: usize, site: u16) -> Packed {
    u64::from(stamp) << 32 | (lane as u64 & 0xffff) << 16 | u64::from(site)
}

fn stamp(packed: Packed) -> u32 {
    (packed >> 32) as u32
}

fn lane(packed: Packed) -> usize {
    (packed >> 16 & 0xffff) as usize
}

fn site(packed: Packed) -> usize {
    (packed & 0xffff) as usize
}

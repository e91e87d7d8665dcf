//! Race detection: for each element that can be written, who touched it last.
//!
//! Lanes run in lockstep, so a missing barrier does not change a result here. It shows as two accesses to one element, at
//! least one of them a write, by two invocations of one workgroup with no barrier between, or by two workgroups.
//!
//! Time is counted in *stamps*: a workgroup has a new one when it begins and after each of its barriers, and no two workgroups share one.
//! For an element it is enough to remember the last write and two reads: with them, any later access that races with some earlier
//! one races with one of those.

use super::Touch;
use super::cells::{Cells, Here, Met, Packed, lane, site, stamp};
use super::clock::Clock;
use super::pool::{Lease, Pool};
use super::unordered::{Action, Seen, Unordered};
use crate::reference::memory::arrays::Space;
use crate::reference::report::error::{AccessKind, Fault};
use crate::reference::workgroup::team::Team;
use crate::tree::verify::Verified;
use crate::tree::{Barrier, Loc, Root, WorkgroupVar};
use std::collections::HashMap;

/// The memory of accesses of a dispatch.
#[derive(Debug)]
pub(super) struct Shadow {
    storage: Vec<Cells>,
    storage_clock: Clock,
    /// The storage stamp with which each team began, and its first workgroup.
    teams: Vec<(u32, usize)>,
    workgroup: Vec<Cells>,
    workgroup_clock: Clock,
    pub(super) unordered: Unordered,
    sites: Vec<Loc>,
    site_numbers: HashMap<usize, u16>,
    lease: Lease,
}

/// Two accesses nothing orders.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clash {
    /// The running lane that met the earlier access.
    pub(super) lane: usize,
    pub(super) earlier: Earlier,
}

/// An access of the past.
#[derive(Clone, Copy, Debug)]
pub(super) struct Earlier {
    pub(super) kind: AccessKind,
    /// The lane in its team.
    pub(super) lane: usize,
    pub(super) loc: Loc,
    /// The first workgroup of its team.
    pub(super) team: usize,
}

/// What is wrong with a load.
#[derive(Clone, Copy, Debug)]
pub(super) enum BadRead {
    /// This lane's element was never written.
    Unwritten(usize),
    Race(Clash),
}

/// What a store clashes with.
#[derive(Debug, Default)]
pub(super) struct Clashes {
    /// A read, or a write of another value.
    pub(super) differing: Option<Clash>,
    /// A write of the same value.
    pub(super) same_value: Option<Clash>,
}

impl Shadow {
    /// A shadow of all that statements store to. `written` says of each fresh buffer which elements are written.
    pub(super) fn new(
        tree: &Verified,
        lengths: &[u32],
        slots: usize,
        written: Vec<Option<Vec<bool>>>,
        mut lease: Lease,
    ) -> Shadow {
        let clock = Clock {
            last: lease.last,
            ..Clock::default()
        };
        let stored = &tree.facts().stored;
        let is_stored = |i: usize| {
            let is = |root: &Root| matches!(root, Root::Storage(id) if id.index() == i);
            stored.iter().any(is)
        };
        let buffers = lengths.iter().zip(written).enumerate();
        let buffers = buffers.map(|(i, (length, written))| {
            let length = if is_stored(i) { *length as usize } else { 0 };
            Cells::new(length, written, &mut lease)
        });
        let storage = buffers.collect();
        let mut variable =
            |v: &WorkgroupVar| Cells::new(v.count() as usize * slots, None, &mut lease);
        let workgroup = tree.workgroup.iter().map(&mut variable).collect();
        Shadow {
            storage,
            storage_clock: clock.clone(),
            teams: Vec::new(),
            workgroup,
            workgroup_clock: clock,
            unordered: Unordered::new(tree),
            lease,
            sites: Vec::new(),
            site_numbers: HashMap::new(),
        }
    }

    /// The memory of each buffer.
    pub(super) fn storage(&self) -> &[Cells] {
        &self.storage
    }

    /// The last stamp of dispatches before.
    pub(super) fn past(&self) -> u32 {
        self.lease.last
    }

    pub(super) fn enter(&mut self, team: &Team) -> Result<(), Fault> {
        for clock in [&mut self.storage_clock, &mut self.workgroup_clock] {
            clock.now.resize(team.slots(), 0);
            clock.tick(|_| true)?;
            clock.first = clock.now.first().copied().unwrap_or_default();
        }
        self.unordered.enter();
        self.teams.push((self.storage_clock.first, team.first()));
        Ok(())
    }

    /// Workgroups are together at a barrier: those of the active lanes.
    pub(super) fn barrier(
        &mut self,
        barrier: Barrier,
        active: &[bool],
        per_group: usize,
        loc: Loc,
    ) -> Result<(), Fault> {
        self.unordered.barrier(barrier, loc);
        let there = |slot: usize| active.get(slot * per_group) == Some(&true);
        match barrier {
            Barrier::Workgroup => self.workgroup_clock.tick(there),
            Barrier::Storage => self.storage_clock.tick(there),
        }
    }

    /// The first active lane that reads an element nobody has written.
    pub(super) fn unwritten(&mut self, touch: &Touch<'_>) -> Result<Option<usize>, Fault> {
        let met = self.each_group(touch, |cells, elements, active, here, _| {
            cells.unwritten(elements, active, here)
        })?;
        Ok(met.map(|met| met.lane))
    }

    /// Records a load; what is wrong with it, if anything.
    pub(super) fn read(&mut self, touch: &Touch<'_>) -> Result<Option<BadRead>, Fault> {
        let met = self.each_group(touch, |cells, elements, active, here, lease| {
            cells.read(elements, active, here, lease)
        })?;
        Ok(met.map(|met| match met.earlier {
            0 => BadRead::Unwritten(met.lane),
            _ => BadRead::Race(self.clash(touch, met)),
        }))
    }

    /// Records a store; what it clashes with. `same(lane, other)` says whether a lane writes what another lane writes in this statement or,
    /// without other, what is there already.
    pub(super) fn write(
        &mut self,
        touch: &Touch<'_>,
        same: impl Fn(usize, Option<usize>) -> bool,
    ) -> Result<Clashes, Fault> {
        let (all, on) = (touch.elements, touch.access.active.lanes());
        let mut agreeing = None;
        let met = self.each_group(touch, |cells, elements, active, here, _| {
            cells.write(elements, active, here, |now, earlier| {
                // Lanes are taken in order: a lower one of the team with the same element wrote it in this statement, if it wrote it last.
                let other = lane(earlier);
                let together = stamp(earlier) >= here.first
                    && other < now
                    && on.get(other) == Some(&true)
                    && all.get(other) == all.get(now);
                let allowed = same(now, together.then_some(other));
                if allowed && agreeing.is_none() {
                    let (lane, kind) = (now, AccessKind::Write);
                    agreeing = Some(Met {
                        lane,
                        kind,
                        earlier,
                    });
                }
                allowed
            })
        })?;
        Ok(Clashes {
            differing: met.map(|met| self.clash(touch, met)),
            same_value: agreeing.map(|met| self.clash(touch, met)),
        })
    }

    /// Records that elements are written by accesses that race with nothing.
    pub(super) fn mark(&mut self, touch: &Touch<'_>) -> Result<(), Fault> {
        self.each_group(touch, |cells, elements, active, here, _| {
            cells.mark(elements, active, here);
            None
        })?;
        Ok(())
    }

    /// Records an atomic access; one before it that a barrier stands between which does not order the two, and that barrier. `same(lane)` says
    /// whether a lane stores what is there already.
    pub(super) fn atomic(
        &mut self,
        touch: &Touch<'_>,
        action: Action,
        same: impl Fn(usize) -> bool,
    ) -> Result<Option<(Clash, Loc)>, Fault> {
        let space = touch.array.space;
        if !self.unordered.is_watched(space) {
            return Ok(None);
        }
        let site = self.site(touch.access.loc)?;
        let per_group = touch.access.team.per_group().max(1);
        let lanes = touch.elements.iter().zip(touch.access.active.lanes());
        for (lane, (element, _)) in lanes.enumerate().filter(|(_, (_, on))| **on) {
            let slot = lane / per_group;
            let now = |clock: &Clock| clock.now.get(slot).copied().unwrap_or_default();
            let (storage, workgroup) = (now(&self.storage_clock), now(&self.workgroup_clock));
            let ((epoch, since), barrier) = match space {
                Space::Storage(_) => ((storage, workgroup), self.unordered.workgroup_barrier),
                Space::Workgroup(_) => ((workgroup, storage), self.unordered.storage_barrier),
            };
            let me = Seen {
                epoch,
                since,
                lane,
                site,
                action,
            };
            let met = self
                .unordered
                .meet((space, *element, slot), me, || same(lane));
            if let (Some(seen), Some(barrier)) = (met, barrier) {
                let kind = match seen.action {
                    Action::Load => AccessKind::Read,
                    _ => AccessKind::Write,
                };
                let met = Met {
                    lane,
                    kind,
                    earlier: seen.packed(),
                };
                return Ok(Some((self.clash(touch, met), barrier)));
            }
        }
        Ok(None)
    }

    /// Which elements of fresh buffers are written; the memory goes back to the pool.
    pub(super) fn end(mut self, pool: &Pool) -> Vec<Option<Vec<bool>>> {
        let last = self.storage_clock.last.max(self.workgroup_clock.last);
        let mut lease = self.lease;
        let written = self.storage.drain(..).map(|cells| cells.end(&mut lease));
        let written = written.collect();
        for cells in self.workgroup {
            cells.end(&mut lease);
        }
        pool.give_back(lease, last);
        written
    }

    /// Goes through the workgroups of the team that take part, until one meets something.
    fn each_group(
        &mut self,
        touch: &Touch<'_>,
        mut f: impl FnMut(&mut Cells, &[u32], &[bool], Here, &mut Lease) -> Option<Met>,
    ) -> Result<Option<Met>, Fault> {
        let site = self.site(touch.access.loc)?;
        let (cells, clock, shared) = match touch.array.space {
            Space::Storage(i) => (self.storage.get_mut(i), &self.storage_clock, true),
            Space::Workgroup(i) => (self.workgroup.get_mut(i), &self.workgroup_clock, false),
        };
        let Some(cells) = cells.filter(|cells| cells.is_watched()) else {
            return Ok(None);
        };
        let per_group = touch.access.team.per_group().max(1);
        let elements = touch.elements.chunks(per_group);
        let active = touch.access.active.lanes().chunks(per_group);
        for (slot, (now, (elements, active))) in
            clock.now.iter().zip(elements.zip(active)).enumerate()
        {
            let here = Here {
                now: *now,
                first: clock.first,
                past: self.lease.last,
                lanes: (slot * per_group, (slot + 1) * per_group),
                shared,
                site,
            };
            let met = f(cells, elements, active, here, &mut self.lease);
            if met.is_some() {
                return Ok(met);
            }
        }
        Ok(None)
    }

    fn clash(&self, touch: &Touch<'_>, met: Met) -> Clash {
        Clash {
            lane: met.lane,
            earlier: Earlier {
                kind: met.kind,
                lane: lane(met.earlier),
                loc: self.loc(met.earlier).unwrap_or(touch.access.loc),
                team: self.team(touch, met.earlier),
            },
        }
    }

    fn loc(&self, packed: Packed) -> Option<Loc> {
        self.sites.get(site(packed)).copied()
    }

    /// The first workgroup of the team that made an access.
    fn team(&self, touch: &Touch<'_>, earlier: Packed) -> usize {
        let begun = match touch.array.space {
            Space::Storage(_) => self
                .teams
                .partition_point(|(start, _)| *start <= stamp(earlier)),
            Space::Workgroup(_) => self.teams.len(),
        };
        let team = self.teams.get(begun.saturating_sub(1));
        team.map_or(0, |(_, first)| *first)
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

//! Atomics that a barrier for the other kind of memory stands between.
//!
//! Atomics race with nothing, and that no barrier stands between two of them may be meant. A barrier that does stand there, and orders storage
//! where workgroup memory is accessed or the other way round, orders nothing of what its writer meant it to.

use super::cells::{Packed, pack};
use crate::reference::memory::arrays::Space;
use crate::tree::verify::Verified;
use crate::tree::{AtomicOp, AtomicUpdate, Barrier, Loc, ParamId};
use std::collections::HashMap;

/// What an atomic statement does to an element, as far as order goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Load,
    Store,
    Update(AtomicUpdate),
    CompareExchange,
}

impl Action {
    pub(super) fn of(op: AtomicOp) -> Action {
        match op {
            AtomicOp::Load => Action::Load,
            AtomicOp::Store(_) => Action::Store,
            // A difference is the sum with what is negative.
            AtomicOp::Update(AtomicUpdate::Subtract, _) => Action::Update(AtomicUpdate::Add),
            AtomicOp::Update(update, _) => Action::Update(update),
            AtomicOp::CompareExchangeWeak { .. } => Action::CompareExchange,
        }
    }

    /// Whether two leave the same whichever comes first. `same` says that both store one value.
    fn commutes(self, other: Action, same: bool) -> bool {
        match (self, other) {
            (Action::Load, Action::Load) => true,
            (Action::Store, Action::Store) => same,
            (Action::Update(a), Action::Update(b)) => a == b && a != AtomicUpdate::Exchange,
            _ => false,
        }
    }
}

/// An access, and when it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// The stamp of the workgroup by the barriers that order this memory.
    pub(super) epoch: u32,
    /// Its stamp by the barriers that order the other one.
    pub(super) since: u32,
    pub(super) lane: usize,
    pub(super) site: u16,
    pub(super) action: Action,
}

impl Seen {
    pub(super) fn packed(self) -> Packed {
        pack(self.epoch, self.lane, self.site)
    }
}

/// The atomic accesses of the running workgroups that no barrier has ordered yet.
#[derive(Debug)]
pub(super) struct Unordered {
    /// Whether atomics in storage, and in workgroup memory, are watched: where the kernel has barriers for the other.
    storage: bool,
    workgroup: bool,
    /// Whether any order is right for all that the kernel does, or for these buffers.
    all_free: bool,
    free: Vec<ParamId>,
    /// For an element and a workgroup, the first accesses by two of its lanes.
    seen: HashMap<(Space, u32, usize), [Option<Seen>; 2]>,
    /// The last barrier of each kind.
    pub(super) storage_barrier: Option<Loc>,
    pub(super) workgroup_barrier: Option<Loc>,
}

impl Unordered {
    pub(super) fn new(tree: &Verified) -> Unordered {
        let watched = tree.any_order.is_none();
        let params = tree.params.iter().enumerate();
        Unordered {
            all_free: !watched,
            storage: watched && tree.facts().workgroup_barriers,
            workgroup: watched && tree.facts().storage_barriers,
            free: params
                .filter(|(_, param)| param.any_order.is_some())
                .map(|(i, _)| ParamId(i as u32))
                .collect(),
            seen: HashMap::new(),
            storage_barrier: None,
            workgroup_barrier: None,
        }
    }

    /// New workgroups begin.
    pub(super) fn enter(&mut self) {
        self.seen.clear();
    }

    pub(super) fn barrier(&mut self, barrier: Barrier, loc: Loc) {
        match barrier {
            Barrier::Workgroup => self.workgroup_barrier = Some(loc),
            Barrier::Storage => self.storage_barrier = Some(loc),
        }
    }

    /// Whether the kernel says that any order of accesses there is right.
    pub(super) fn is_free(&self, space: Space) -> bool {
        let buffer = |i: usize| self.free.contains(&ParamId(i as u32));
        self.all_free || matches!(space, Space::Storage(i) if buffer(i))
    }

    pub(super) fn is_watched(&self, space: Space) -> bool {
        match space {
            Space::Storage(_) => self.storage && !self.is_free(space),
            Space::Workgroup(_) => self.workgroup,
        }
    }

    /// Records an access by a lane of the workgroup in a slot; the earlier one that it should have been ordered after.
    pub(super) fn meet(
        &mut self,
        (space, element, slot): (Space, u32, usize),
        me: Seen,
        same: impl Fn() -> bool,
    ) -> Option<Seen> {
        let seen = self.seen.entry((space, element, slot)).or_default();
        let current = |seen: Option<Seen>| seen.filter(|seen| seen.epoch == me.epoch);
        let [first, second] = seen.map(current);
        let parted = |seen: &Seen| {
            seen.lane != me.lane
                && seen.since != me.since
                && !seen.action.commutes(me.action, same())
        };
        let met = [first, second].into_iter().flatten().find(parted);
        *seen = match (first, second) {
            (None, _) => [Some(me), None],
            (Some(a), _) if a.lane == me.lane && a.action == me.action => [first, second],
            (Some(_), Some(b)) if b.action.commutes(me.action, true) => [first, second],
            (Some(_), _) => [first, Some(me)],
        };
        met
    }
}

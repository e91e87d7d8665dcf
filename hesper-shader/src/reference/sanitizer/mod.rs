//! What looks for mistakes that a device hides. `docs/sanitizer.md` defines each finding.
//!
//! ```text
//! shadow     who touched an element last: races, and memory never written      cells   one variable's elements: blocks, clock
//! wraps      integers that wrapped, and where they reach an index         absent  values of lanes that are not there      origins  where values come from
//! division   what a division by zero divides        choices  what WGSL leaves to the device      pool    memory of runs before
//! meet       what threads did to each other                                    unordered  atomics on both sides of a barrier for other memory
//! ```

mod absent;
mod blocks;
mod cells;
mod choices;
mod clock;
mod division;
mod meet;
mod origins;
mod pool;
mod shadow;
mod unordered;
mod wraps;

use super::memory::arrays::{Array, Space};
use super::memory::places::AccessContext;
use super::report::error::{AbsentUse, AccessKind, Fault};
use super::report::race::{Race, RaceAccess};
use super::report::warning::{Choice, Warning};
use super::values::columns::Column;
use super::values::frame::Frame;
use super::workgroup::team::Team;
use crate::tree::verify::Verified;
use crate::tree::{AtomicOp, Barrier, ExprId, Function, Loc};
use absent::Absent;
pub(super) use choices::{choice, exchange_choice};
pub(super) use division::division;
pub(super) use meet::meet;
pub(super) use origins::Followed;
pub(crate) use pool::Pool;
use shadow::{BadRead, Clash, Shadow};
use unordered::Action;
use wraps::Wraps;

/// An access to an array, for the sanitizer to judge.
pub(super) struct Touch<'t> {
    pub(super) kind: AccessKind,
    pub(super) array: Array<'t>,
    /// The element of each lane.
    pub(super) elements: &'t [u32],
    pub(super) access: AccessContext<'t>,
}

/// The sanitizer's memory of a dispatch.
#[derive(Debug)]
pub(super) struct Sanitizer {
    kernel: String,
    shadow: Shadow,
    wraps: Wraps,
    absent: Absent,
    warnings: Vec<Warning>,
    /// Whether nothing has changed since the iteration of an endless loop began.
    idle: bool,
}

impl Sanitizer {
    /// `written` says of each fresh buffer which elements are written so far.
    pub(super) fn new(
        tree: &Verified,
        lengths: &[u32],
        slots: usize,
        written: Vec<Option<Vec<bool>>>,
        pool: &Pool,
    ) -> Sanitizer {
        Sanitizer {
            kernel: tree.name.clone(),
            shadow: Shadow::new(tree, lengths, slots, written, pool.lease()),
            wraps: Wraps::new(tree.facts().feeds.clone()),
            absent: Absent::new(),
            warnings: Vec::new(),
            idle: false,
        }
    }

    /// New workgroups begin.
    pub(super) fn enter(&mut self, team: &Team) -> Result<(), Fault> {
        self.wraps.origins.clear();
        self.absent.origins.clear();
        self.shadow.enter(team)
    }

    /// The workgroups of the active lanes are together at a barrier.
    pub(super) fn barrier(
        &mut self,
        barrier: Barrier,
        access: AccessContext<'_>,
    ) -> Result<(), Fault> {
        let per_group = access.team.per_group();
        self.shadow
            .barrier(barrier, access.active.lanes(), per_group, access.loc)
    }

    /// Judges a load.
    pub(super) fn read(&mut self, touch: &Touch<'_>) -> Result<(), Fault> {
        match self.shadow.read(touch)? {
            None => Ok(()),
            Some(BadRead::Unwritten(lane)) => Err(unwritten(touch, lane)),
            Some(BadRead::Race(clash)) => Err(Fault::Race(Box::new(race(touch, clash)))),
        }
    }

    /// Judges a store. `same(lane, other)` says whether a lane writes what another lane of the same statement writes, or, without other, what
    /// the element holds already.
    pub(super) fn write(
        &mut self,
        touch: &Touch<'_>,
        same: impl Fn(usize, Option<usize>) -> bool,
    ) -> Result<(), Fault> {
        // A store of what is there already changes nothing.
        let lanes = touch.access.active.lanes().iter().enumerate();
        self.progress(|| {
            lanes
                .filter(|(_, on)| **on)
                .any(|(lane, _)| !same(lane, None))
        });
        let clashes = self.shadow.write(touch, same)?;
        if let Some(clash) = clashes.differing {
            return Err(Fault::Race(Box::new(race(touch, clash))));
        }
        let unpermitted = |_: &Clash| !self.shadow.unordered.is_free(touch.array.space);
        if let Some(clash) = clashes.same_value.filter(unpermitted) {
            return Err(Fault::SameValue(Box::new(race(touch, clash))));
        }
        Ok(())
    }

    /// Judges an atomic access: it races with nothing, but an element must have been written before it is read, and a barrier that stands before
    /// it must be one for its memory. `same(lane)` says whether a lane stores what is there already.
    pub(super) fn atomic(
        &mut self,
        touch: &Touch<'_>,
        op: AtomicOp,
        same: impl Fn(usize) -> bool,
    ) -> Result<(), Fault> {
        if !matches!(op, AtomicOp::Store(_))
            && let Some(lane) = self.shadow.unwritten(touch)?
        {
            return Err(unwritten(touch, lane));
        }
        if let Some((clash, barrier)) = self.shadow.atomic(touch, Action::of(op), same)? {
            let race = Box::new(race(touch, clash));
            let shared = matches!(touch.array.space, Space::Workgroup(_));
            return Err(Fault::WrongBarrier {
                race,
                barrier,
                shared,
            });
        }
        if op != AtomicOp::Load {
            self.shadow.mark(touch)?;
        }
        Ok(())
    }

    /// Checks that an index is not the outcome of an operation that wrapped, nor of a lane that is not there.
    pub(super) fn check_index(
        &self,
        id: ExprId,
        name: &str,
        index: &[u32],
        access: AccessContext<'_>,
    ) -> Result<(), Fault> {
        let (value, active) = (Followed::Expr(access.frame, id), access.active.lanes());
        self.told(value, AbsentUse::Index, active, access.team)?;
        match self.wraps.origins.first(value, active) {
            None => Ok(()),
            Some((lane, wrap)) => Err(Fault::Wrapped {
                name: name.to_string(),
                index: index.get(lane).copied().unwrap_or_default(),
                wrapped: wrap,
                invocation: access.team.invocation(lane),
            }),
        }
    }

    // Where values come from.

    /// An expression was computed; its operands have not changed since.
    pub(super) fn computed<V: Copy>(
        &mut self,
        f: usize,
        function: &Function,
        id: ExprId,
        frame: &Frame<V>,
        active: &[bool],
    ) {
        self.wraps.computed(f, function, id, frame, active);
        self.absent.computed(f, function, id, frame, active);
    }

    /// A value was moved: a local loaded or stored, an argument passed, a result taken.
    pub(super) fn moved(&mut self, from: Followed, to: Followed, active: &[bool]) {
        self.wraps.origins.moved(from, to, active);
        self.absent.origins.moved(from, to, active);
    }

    /// What a value was before counts no more: a local is zero where its function begins.
    pub(super) fn cleared(&mut self, value: Followed, active: &[bool]) {
        self.wraps.origins.cleared(value, active);
        self.absent.origins.cleared(value, active);
    }

    /// Lanes exchanged a value, of which each of `absent` asked a lane of that number, which is not there. `exchange` does with numbers what they did,
    /// a vote taking the greatest; a vote has no wrap, since it is none.
    pub(super) fn exchanged<V: Copy>(
        &mut self,
        [from, to]: [Followed; 2],
        (absent, loc): (&[(usize, u32)], Loc),
        is_vote: bool,
        exchange: impl Fn(&Column<V>, &mut Column<V>),
        lanes: usize,
    ) {
        match is_vote {
            true => self.wraps.origins.forget(to),
            false => self.wraps.origins.exchanged(from, to, &exchange),
        }
        self.absent.origins.exchanged(from, to, &exchange);
        self.absent.asked(to, absent, lanes, loc);
    }

    /// Checks that a value that tells does not come from a lane that is not there.
    pub(super) fn told(
        &self,
        value: Followed,
        used: AbsentUse,
        active: &[bool],
        team: &Team,
    ) -> Result<(), Fault> {
        self.absent.told(value, used, active, team)
    }

    // Progress of endless loops.

    /// An iteration of an endless loop begins; what was known of the loop around it.
    pub(super) fn begin_iteration(&mut self) -> bool {
        std::mem::replace(&mut self.idle, true)
    }

    /// The iteration ends; whether nothing has changed in it.
    pub(super) fn end_iteration(&mut self, around: bool) -> bool {
        let idle = self.idle;
        self.idle &= around;
        idle
    }

    /// Something may have changed; asked only where it makes a difference.
    pub(super) fn progress(&mut self, changed: impl FnOnce() -> bool) {
        if self.idle && changed() {
            self.idle = false;
        }
    }

    /// Remembers that the outcome of an operation is left to the device.
    pub(super) fn left_open(&mut self, (choice, lane): (Choice, usize), loc: Loc, team: &Team) {
        let kernel = self.kernel.clone();
        self.warn(Warning::DeviceChoice {
            kernel,
            loc,
            choice,
            invocation: team.invocation(lane),
        });
    }

    /// Remembers a warning, once for each line or pair of lines.
    fn warn(&mut self, warning: Warning) {
        if !self.warnings.iter().any(|known| known.is_like(&warning)) {
            self.warnings.push(warning);
        }
    }

    pub(super) fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }

    /// Which elements of fresh buffers are written now.
    pub(super) fn end(self, pool: &Pool) -> Vec<Option<Vec<bool>>> {
        self.shadow.end(pool)
    }
}

fn race(touch: &Touch<'_>, clash: Clash) -> Race {
    let team = touch.access.team;
    let element = touch.elements.get(clash.lane).map_or(0, |e| *e as usize);
    Race {
        place: touch.array.place(element),
        first: RaceAccess {
            kind: clash.earlier.kind,
            loc: clash.earlier.loc,
            invocation: team.invocation_of(clash.earlier.team, clash.earlier.lane),
        },
        second: RaceAccess {
            kind: touch.kind,
            loc: touch.access.loc,
            invocation: team.invocation(clash.lane),
        },
    }
}

fn unwritten(touch: &Touch<'_>, lane: usize) -> Fault {
    let element = touch.elements.get(lane).map_or(0, |e| *e as usize);
    Fault::Unwritten {
        place: touch.array.place(element),
        shared: matches!(touch.array.space, Space::Workgroup(_)),
        invocation: touch.access.team.invocation(lane),
    }
}

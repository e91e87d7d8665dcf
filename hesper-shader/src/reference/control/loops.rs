//! Loops: each lane leaves when it is done, the loop when the last lane has left.

use super::splits::Way;
use crate::domain::Domain;
use crate::reference::dispatch::machine::Machine;
use crate::reference::memory::shared::SharedPlace;
use crate::reference::report::error::{ExecError, Fault};
use crate::reference::values::mask::Mask;
use crate::tree::{Block, BranchWay, ExprId, Loc};

/// The lanes that left an iteration of the innermost loop.
pub(in crate::reference) struct Exits {
    pub(super) broken: Mask,
    pub(super) continued: Mask,
}

impl<'a, D: Domain<Mask = bool>, S: SharedPlace<D::Value>> Machine<'a, D, S> {
    /// `for counter in 0..trips`, where each lane has its own number of trips.
    pub(super) fn counted_loop(
        &mut self,
        f: usize,
        loc: Loc,
        [counter, trips]: [ExprId; 2],
        body: &'a Block,
        active: &mut Mask,
    ) -> Result<(), ExecError> {
        self.decides(f, loc, trips, active)?;
        let (mut finished, mut exits) = (self.empty_mask(), self.exits());
        self.loops.push((loc, 0));
        for trip in 0..=u32::MAX {
            let before = finished.count();
            self.begin_trip(f, [counter, trips], trip, active, &mut finished);
            if finished.count() > before {
                self.reals.domain.left_loop(loc.0, trip.into());
                self.part(&finished, Way::Done, loc);
                if trip == 0 {
                    self.seen.see(f, counter, BranchWay::No);
                }
            }
            if active.is_empty() {
                break;
            }
            if trip == 0 {
                self.seen.see(f, counter, BranchWay::Yes);
            }
            self.spend(active)?;
            self.iterate(f, loc, trip.into(), body, active, &mut exits)?;
        }
        self.loops.pop();
        active.set(&finished);
        active.add(&exits.broken);
        self.masks.extend([finished, exits.broken, exits.continued]);
        Ok(())
    }

    /// Sets the counter, and takes the lanes that have done all their trips out of the loop.
    fn begin_trip(
        &mut self,
        f: usize,
        [counter, trips]: [ExprId; 2],
        trip: u32,
        active: &mut Mask,
        finished: &mut Mask,
    ) {
        let frame = &mut self.frames[f];
        active.retire(frame.value(trips).unsigned(), trip, finished);
        frame.value_mut(counter).unsigned_mut().fill(trip);
    }

    /// A loop that lanes leave by `break` or `return` alone.
    pub(super) fn endless_loop(
        &mut self,
        f: usize,
        loc: Loc,
        body: &'a Block,
        active: &mut Mask,
    ) -> Result<(), ExecError> {
        let mut exits = self.exits();
        let mut trip = 0;
        self.loops.push((loc, 0));
        while !active.is_empty() {
            self.spend(active)?;
            let before = active.count();
            let around = self.memory.watch.as_mut().map(|w| w.begin_iteration());
            self.iterate(f, loc, trip, body, active, &mut exits)?;
            if let (Some(watch), Some(around)) = (&mut self.memory.watch, around)
                && watch.end_iteration(around)
                && active.count() == before
                && let Some(lane) = active.first()
            {
                return Err(self.error(loc, self.no_progress(lane, active)));
            }
            trip += 1;
        }
        self.loops.pop();
        active.set(&exits.broken);
        self.masks.extend([exits.broken, exits.continued]);
        Ok(())
    }

    /// The fault of a loop in which nothing changes, told of the workgroup of a lane that is in it.
    fn no_progress(&self, lane: usize, active: &Mask) -> Fault {
        let invocations = self.team.per_group();
        let mut groups = active.lanes().chunks(invocations.max(1));
        let group = groups.nth(lane / invocations.max(1)).unwrap_or_default();
        Fault::NoProgress {
            waiting: group.iter().filter(|on| **on).count(),
            invocations,
            invocation: self.team.invocation(lane),
        }
    }

    /// Runs the body once; what is left of `active` takes part in the next iteration.
    fn iterate(
        &mut self,
        f: usize,
        loc: Loc,
        trip: u64,
        body: &'a Block,
        active: &mut Mask,
        exits: &mut Exits,
    ) -> Result<(), ExecError> {
        let before = exits.broken.count();
        self.nested(f, loc, body, active, Some(exits))?;
        if exits.broken.count() > before {
            self.reals.domain.left_loop(loc.0, trip);
        }
        active.add(&exits.continued);
        exits.continued.clear();
        Ok(())
    }

    /// Counts an iteration; an error where there were as many as may be. Whichever loop has gone round most often since it was entered is to
    /// blame.
    fn spend(&mut self, active: &Mask) -> Result<(), ExecError> {
        let budget = self.options.step_budget;
        if self.steps >= budget {
            let most = self.loops.iter().max_by_key(|(_, iterations)| *iterations);
            if let (Some(lane), Some((loc, iterations))) = (active.first(), most) {
                let fault = Fault::Endless {
                    budget,
                    iterations: *iterations,
                    invocation: self.team.invocation(lane),
                };
                return Err(self.error(*loc, fault));
            }
        }
        self.steps += 1;
        if let Some((_, iterations)) = self.loops.last_mut() {
            *iterations += 1;
        }
        Ok(())
    }

    fn exits(&mut self) -> Exits {
        Exits {
            broken: self.empty_mask(),
            continued: self.empty_mask(),
        }
    }
}

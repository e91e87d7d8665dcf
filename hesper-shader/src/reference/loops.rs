//! Loops: each lane leaves when it is done, the loop when the last lane has left.

use super::error::{ExecError, Fault};
use super::frame::MISSING;
use super::machine::Machine;
use super::mask::Mask;
use crate::domain::Domain;
use crate::tree::{Block, ExprId, Loc};

/// The lanes that left an iteration of the innermost loop.
pub(super) struct Exits {
    pub(super) broken: Mask,
    pub(super) continued: Mask,
}

impl<'a, D: Domain<Mask = bool>> Machine<'a, '_, D> {
    /// `for counter in 0..trips`, where each lane has its own number of trips.
    pub(super) fn counted_loop(
        &mut self,
        f: usize,
        loc: Loc,
        [counter, trips]: [ExprId; 2],
        body: &'a Block,
        active: &mut Mask,
    ) -> Result<(), ExecError> {
        let (mut finished, mut exits) = (self.empty_mask(), self.exits());
        for trip in 0..=u32::MAX {
            let before = finished.count();
            self.begin_trip(f, [counter, trips], trip, active, &mut finished)
                .and_then(|()| self.spend(trip.into(), active))
                .map_err(|fault| self.error(loc, fault))?;
            if finished.count() > before {
                self.reals.domain.left_loop(loc.0, trip.into());
            }
            if active.is_empty() {
                break;
            }
            self.iterate(f, loc, trip.into(), body, active, &mut exits)?;
        }
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
    ) -> Result<(), Fault> {
        let frame = self.frames.get_mut(f).ok_or(MISSING)?;
        active.retire(frame.value(trips)?.unsigned()?, trip, finished);
        frame.value_mut(counter)?.unsigned_mut()?.fill(trip);
        Ok(())
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
        while !active.is_empty() {
            self.spend(trip, active)
                .map_err(|fault| self.error(loc, fault))?;
            self.iterate(f, loc, trip, body, active, &mut exits)?;
            trip += 1;
        }
        active.set(&exits.broken);
        self.masks.extend([exits.broken, exits.continued]);
        Ok(())
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

    /// Checks that a loop may run another iteration.
    fn spend(&self, iterations: u64, active: &Mask) -> Result<(), Fault> {
        let budget = self.options.iteration_budget;
        match active.first() {
            Some(lane) if iterations >= budget => Err(Fault::Endless {
                budget,
                invocation: self.position.invocation(lane),
            }),
            _ => Ok(()),
        }
    }

    fn exits(&mut self) -> Exits {
        Exits {
            broken: self.empty_mask(),
            continued: self.empty_mask(),
        }
    }
}

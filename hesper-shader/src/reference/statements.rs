//! Statements, for all lanes of a workgroup in lockstep.
//!
//! A block runs with a mask of lanes and takes out of it those that leave by `break`, `continue` or `return`.

use super::Options;
use super::columns::{copy_column, copy_column_active};
use super::error::{ExecError, Fault};
use super::expressions::evaluate;
use super::frame::{Frame, MISSING};
use super::mask::Mask;
use super::places::{Access, Memories};
use super::position::Position;
use super::reals::Reals;
use crate::domain::Domain;
use crate::tree::{Barrier, Block, ExprId, Function, FunctionId, Loc, Stmt, StmtKind, Tree};

/// Blocks within blocks and calls, at most; the verifier refuses deeper trees.
const MAX_DEPTH: usize = 1000;

/// All that a running workgroup consists of.
pub(super) struct Machine<'a, 'b, D: Domain> {
    pub(super) tree: &'a Tree,
    pub(super) options: Options,
    pub(super) position: Position,
    pub(super) reals: Reals<'a, D>,
    pub(super) memory: Memories<'a, 'b, D::Value>,
    /// One for each helper function, then the kernel's own.
    pub(super) frames: Vec<Frame<D::Value>>,
    /// Masks to reuse.
    pub(super) masks: Vec<Mask>,
    pub(super) depth: usize,
}

/// The lanes that left an iteration of the innermost loop.
struct Exits {
    broken: Mask,
    continued: Mask,
}

impl<'a, D: Domain<Mask = bool>> Machine<'a, '_, D> {
    /// Runs the kernel for the workgroup at the current position.
    pub(super) fn workgroup(&mut self) -> Result<(), ExecError> {
        self.enter()
            .map_err(|fault| self.error(self.tree.loc, fault))?;
        let mut active = self.mask();
        active.fill();
        let entry = self.frames.len().saturating_sub(1);
        self.block(entry, &self.tree.entry.body, &mut active, None)?;
        self.masks.push(active);
        Ok(())
    }

    fn enter(&mut self) -> Result<(), Fault> {
        for variable in &mut self.memory.workgroup {
            variable.fill_zero(self.reals.zero);
        }
        if let Some(shadow) = &mut self.memory.shadow {
            shadow.enter_workgroup()?;
        }
        for frame in &mut self.frames {
            frame.enter_workgroup(&self.position)?;
        }
        Ok(())
    }

    fn block(
        &mut self,
        f: usize,
        block: &'a Block,
        active: &mut Mask,
        mut exits: Option<&mut Exits>,
    ) -> Result<(), ExecError> {
        self.depth += 1;
        for stmt in block {
            if active.is_empty() {
                break;
            }
            self.statement(f, stmt, active, exits.as_deref_mut())?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn statement(
        &mut self,
        f: usize,
        stmt: &'a Stmt,
        active: &mut Mask,
        exits: Option<&mut Exits>,
    ) -> Result<(), ExecError> {
        let loc = stmt.loc;
        let done = match &stmt.kind {
            StmtKind::If {
                condition,
                accept,
                reject,
            } => return self.branch(f, loc, *condition, [accept, reject], active, exits),
            StmtKind::For {
                counter,
                trips,
                body,
            } => return self.counted_loop(f, loc, *counter, *trips, body, active),
            StmtKind::Loop { body } => return self.endless_loop(f, loc, body, active),
            StmtKind::Call {
                function,
                arguments,
                result,
            } => return self.call(f, loc, *function, arguments, *result, active),
            StmtKind::Emit(id) => self.emit(f, *id, active),
            StmtKind::Load { place, result } => {
                let (position, frame) = (&self.position, self.frames.get_mut(f));
                let access = Access {
                    active,
                    position,
                    loc,
                };
                frame
                    .ok_or(MISSING)
                    .and_then(|frame| self.memory.load(place, *result, frame, access))
            }
            StmtKind::Store { place, value } => {
                let (position, frame) = (&self.position, self.frames.get_mut(f));
                let access = Access {
                    active,
                    position,
                    loc,
                };
                frame
                    .ok_or(MISSING)
                    .and_then(|frame| self.memory.store(place, *value, frame, access))
            }
            StmtKind::Break => leave(active, exits.map(|e| &mut e.broken)),
            StmtKind::Continue => leave(active, exits.map(|e| &mut e.continued)),
            StmtKind::Return(value) => self.finish(f, *value, active),
            StmtKind::Barrier(barrier) => self.barrier(*barrier, active),
        };
        done.map_err(|fault| self.error(loc, fault))
    }

    fn emit(&mut self, f: usize, id: ExprId, active: &Mask) -> Result<(), Fault> {
        let function = self.function(f)?;
        let frame = self.frames.get_mut(f).ok_or(MISSING)?;
        evaluate(function, id, frame, &mut self.reals, active.lanes())
    }

    fn branch(
        &mut self,
        f: usize,
        loc: Loc,
        condition: ExprId,
        [accept, reject]: [&'a Block; 2],
        active: &mut Mask,
        mut exits: Option<&mut Exits>,
    ) -> Result<(), ExecError> {
        let mut rejected = self.mask();
        rejected.set(active);
        self.truths(f, condition)
            .map(|truths| {
                active.keep(truths, true);
                rejected.keep(truths, false);
            })
            .map_err(|fault| self.error(loc, fault))?;
        self.nested(f, loc, accept, active, exits.as_deref_mut())?;
        self.nested(f, loc, reject, &mut rejected, exits)?;
        active.add(&rejected);
        self.masks.push(rejected);
        Ok(())
    }

    fn counted_loop(
        &mut self,
        f: usize,
        loc: Loc,
        counter: ExprId,
        trips: ExprId,
        body: &'a Block,
        active: &mut Mask,
    ) -> Result<(), ExecError> {
        let (mut finished, mut exits) = (self.empty_mask(), self.exits());
        for trip in 0..=u32::MAX {
            self.begin_trip(f, counter, trips, trip, active, &mut finished)
                .and_then(|()| self.spend(trip.into(), active))
                .map_err(|fault| self.error(loc, fault))?;
            if active.is_empty() {
                break;
            }
            self.nested(f, loc, body, active, Some(&mut exits))?;
            active.add(&exits.continued);
            exits.continued.clear();
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
        counter: ExprId,
        trips: ExprId,
        trip: u32,
        active: &mut Mask,
        finished: &mut Mask,
    ) -> Result<(), Fault> {
        let frame = self.frames.get_mut(f).ok_or(MISSING)?;
        active.retire(frame.value(trips)?.unsigned()?, trip, finished);
        frame.value_mut(counter)?.unsigned_mut()?.fill(trip);
        Ok(())
    }

    fn endless_loop(
        &mut self,
        f: usize,
        loc: Loc,
        body: &'a Block,
        active: &mut Mask,
    ) -> Result<(), ExecError> {
        let mut exits = self.exits();
        for trip in 0..=u64::MAX {
            self.spend(trip, active)
                .map_err(|fault| self.error(loc, fault))?;
            self.nested(f, loc, body, active, Some(&mut exits))?;
            active.add(&exits.continued);
            exits.continued.clear();
            if active.is_empty() {
                break;
            }
        }
        active.set(&exits.broken);
        self.masks.extend([exits.broken, exits.continued]);
        Ok(())
    }

    /// Runs a block inside a statement.
    fn nested(
        &mut self,
        f: usize,
        loc: Loc,
        block: &'a Block,
        active: &mut Mask,
        exits: Option<&mut Exits>,
    ) -> Result<(), ExecError> {
        if self.depth >= MAX_DEPTH {
            let (what, limit) = ("nested blocks and calls", MAX_DEPTH as u64);
            let need = limit + 1;
            return Err(self.error(loc, Fault::Limit { what, need, limit }));
        }
        self.block(f, block, active, exits)
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

    fn call(
        &mut self,
        f: usize,
        loc: Loc,
        callee: FunctionId,
        arguments: &[ExprId],
        result: Option<ExprId>,
        active: &Mask,
    ) -> Result<(), ExecError> {
        let g = callee.index();
        self.pass_arguments(f, g, arguments)
            .map_err(|fault| self.error(loc, fault))?;
        let body = self
            .function(g)
            .map(|function| &function.body)
            .map_err(|fault| self.error(loc, fault))?;
        let mut running = self.mask();
        running.set(active);
        self.nested(g, loc, body, &mut running, None)?;
        self.masks.push(running);
        match result {
            Some(id) => self
                .take_result(f, g, id)
                .map_err(|fault| self.error(loc, fault)),
            None => Ok(()),
        }
    }

    fn pass_arguments(&mut self, f: usize, g: usize, arguments: &[ExprId]) -> Result<(), Fault> {
        let (callee, caller) = self.two_frames(f, g)?;
        for i in 0..callee.arguments.len() {
            let Some((id, n)) = callee.arguments.get(i).copied() else {
                continue;
            };
            let argument = arguments.get(n).ok_or(MISSING)?;
            copy_column(caller.value(*argument)?, callee.value_mut(id)?)?;
        }
        Ok(())
    }

    fn take_result(&mut self, f: usize, g: usize, id: ExprId) -> Result<(), Fault> {
        let (callee, caller) = self.two_frames(f, g)?;
        let result = callee.result.as_ref().ok_or(MISSING)?;
        copy_column(result, caller.value_mut(id)?)
    }

    /// The frames of a callee and its caller, which stands after it.
    fn two_frames(
        &mut self,
        f: usize,
        g: usize,
    ) -> Result<(&mut Frame<D::Value>, &mut Frame<D::Value>), Fault> {
        let (before, rest) = self.frames.split_at_mut_checked(f).ok_or(MISSING)?;
        let late = Fault::Internal("a call of a function that does not stand before its caller");
        Ok((
            before.get_mut(g).ok_or(late)?,
            rest.first_mut().ok_or(MISSING)?,
        ))
    }

    fn finish(&mut self, f: usize, value: Option<ExprId>, active: &mut Mask) -> Result<(), Fault> {
        let frame = self.frames.get_mut(f).ok_or(MISSING)?;
        if let (Some(id), Some(result)) = (value, &mut frame.result) {
            let value = frame.values.get(id.index()).ok_or(MISSING)?;
            copy_column_active(value, result, active.lanes())?;
        }
        active.clear();
        Ok(())
    }

    fn barrier(&mut self, barrier: Barrier, active: &Mask) -> Result<(), Fault> {
        if !active.is_full() {
            return Err(Fault::DivergentBarrier {
                reached: active.count(),
                invocations: active.lanes().len(),
                workgroup: self.position.group,
            });
        }
        match &mut self.memory.shadow {
            Some(shadow) => shadow.barrier(barrier),
            None => Ok(()),
        }
    }

    fn function(&self, f: usize) -> Result<&'a Function, Fault> {
        self.tree.all_functions().nth(f).ok_or(MISSING)
    }

    fn truths(&self, f: usize, id: ExprId) -> Result<&[bool], Fault> {
        self.frames.get(f).ok_or(MISSING)?.value(id)?.truths()
    }

    /// A mask to overwrite.
    fn mask(&mut self) -> Mask {
        let lanes = self.position.lanes();
        self.masks.pop().unwrap_or_else(|| Mask::none(lanes))
    }

    fn empty_mask(&mut self) -> Mask {
        let mut mask = self.mask();
        mask.clear();
        mask
    }

    fn exits(&mut self) -> Exits {
        Exits {
            broken: self.empty_mask(),
            continued: self.empty_mask(),
        }
    }

    fn error(&self, loc: Loc, fault: Fault) -> ExecError {
        ExecError {
            kernel: self.tree.name.clone(),
            loc,
            fault,
        }
    }
}

/// Moves the active lanes to an exit of the loop.
fn leave(active: &mut Mask, exit: Option<&mut Mask>) -> Result<(), Fault> {
    exit.ok_or(Fault::Internal("`break` or `continue` outside a loop"))?
        .add(active);
    active.clear();
    Ok(())
}

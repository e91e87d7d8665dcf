//! Statements, for all lanes of a workgroup in lockstep.
//!
//! A block runs with a mask of lanes and takes out of it those that leave by `break`, `continue` or `return`.
//! Functions are numbered by their frames: `f` is the one that runs.

use super::error::{ExecError, Fault, internal};
use super::expressions::evaluate;
use super::frame::MISSING;
use super::loops::Exits;
use super::machine::Machine;
use super::mask::Mask;
use super::places::Access;
use crate::domain::Domain;
use crate::tree::{Barrier, Block, ExprId, Function, Loc, Place, Stmt, StmtKind};

/// Blocks within blocks and calls, at most: the executor recurses into them. WGSL nests 127 in one function.
const MAX_DEPTH: usize = 256;

impl<'a, D: Domain<Mask = bool>> Machine<'a, '_, D> {
    /// Runs a block; what is left of `active` goes on after it.
    pub(super) fn block(
        &mut self,
        f: usize,
        block: &'a Block,
        active: &mut Mask,
        mut exits: Option<&mut Exits>,
    ) -> Result<(), ExecError> {
        for stmt in block {
            if active.is_empty() {
                break;
            }
            self.statement(f, stmt, active, exits.as_deref_mut())?;
        }
        Ok(())
    }

    /// Runs a block inside a statement.
    pub(super) fn nested(
        &mut self,
        f: usize,
        loc: Loc,
        block: &'a Block,
        active: &mut Mask,
        exits: Option<&mut Exits>,
    ) -> Result<(), ExecError> {
        if self.depth >= MAX_DEPTH {
            let limit = MAX_DEPTH as u64;
            let (what, need) = ("nested blocks and calls", limit + 1);
            return Err(self.error(loc, Fault::Limit { what, need, limit }));
        }
        self.depth += 1;
        self.block(f, block, active, exits)?;
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
            } => return self.counted_loop(f, loc, [*counter, *trips], body, active),
            StmtKind::Loop { body } => return self.endless_loop(f, loc, body, active),
            StmtKind::Call {
                function,
                arguments,
                result,
            } => return self.call(f, loc, *function, arguments, *result, active),
            StmtKind::Emit(id) => self.emit(f, *id, active),
            StmtKind::Load { place, result } => self.load(f, loc, place, *result, active),
            StmtKind::Store { place, value } => self.store(f, loc, place, *value, active),
            StmtKind::Break => leave(active, exits.map(|e| &mut e.broken)),
            StmtKind::Continue => leave(active, exits.map(|e| &mut e.continued)),
            StmtKind::Return(value) => self.finish(f, *value, active),
            StmtKind::Barrier(barrier) => self.barrier(*barrier, active),
            StmtKind::Atomic { .. }
            | StmtKind::UniformLoad { .. }
            | StmtKind::Subgroup { .. }
            | StmtKind::Aside { .. }
            | StmtKind::Log { .. } => Err(internal("not yet")),
        };
        done.map_err(|fault| self.error(loc, fault))
    }

    fn emit(&mut self, f: usize, id: ExprId, active: &Mask) -> Result<(), Fault> {
        let function = self.function(f)?;
        let frame = self.frames.get_mut(f).ok_or(MISSING)?;
        evaluate(function, id, frame, &mut self.reals, active.lanes())
    }

    fn load(
        &mut self,
        f: usize,
        loc: Loc,
        place: &Place,
        result: ExprId,
        active: &Mask,
    ) -> Result<(), Fault> {
        let frame = self.frames.get_mut(f).ok_or(MISSING)?;
        let position = &self.position;
        self.memory.load(
            place,
            result,
            frame,
            Access {
                active,
                position,
                loc,
            },
        )
    }

    fn store(
        &mut self,
        f: usize,
        loc: Loc,
        place: &Place,
        value: ExprId,
        active: &Mask,
    ) -> Result<(), Fault> {
        let frame = self.frames.get_mut(f).ok_or(MISSING)?;
        let position = &self.position;
        self.memory.store(
            place,
            value,
            frame,
            Access {
                active,
                position,
                loc,
            },
        )
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
        let frame = self.frames.get(f).ok_or(MISSING);
        frame
            .and_then(|frame| frame.value(condition)?.truths())
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

    /// The function of a frame.
    pub(super) fn function(&self, f: usize) -> Result<&'a Function, Fault> {
        let helpers = &self.tree.functions;
        if f == helpers.len() {
            return Ok(&self.tree.entry);
        }
        helpers.get(f).ok_or(MISSING)
    }
}

/// Moves the active lanes to an exit of the loop.
fn leave(active: &mut Mask, exit: Option<&mut Mask>) -> Result<(), Fault> {
    exit.ok_or(internal("`break` or `continue` outside a loop"))?
        .add(active);
    active.clear();
    Ok(())
}

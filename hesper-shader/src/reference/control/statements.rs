//! Statements, for all lanes of a team in lockstep.
//!
//! A block runs with a mask of lanes and takes out of it those that leave by `break`, `continue` or `return`.
//! Functions are numbered by their frames: `f` is the one that runs.

use super::loops::Exits;
use super::splits::{Split, Way};
use crate::reference::dispatch::machine::Machine;
use crate::reference::memory::places::AccessContext;
use crate::reference::memory::shared::SharedPlace;
use crate::reference::report::describe::describe;
use crate::reference::report::error::{AbsentUse, ExecError, Fault, Invocation};
use crate::reference::report::taken::Seen;
use crate::reference::report::trace::lines;
use crate::reference::sanitizer::{Followed, choice, division};
use crate::reference::values::columns::Column;
use crate::reference::values::expressions::{divides_by_zero, evaluate};
use crate::reference::values::frame::Frame;
use crate::reference::values::mask::Mask;

use crate::domain::Domain;
use crate::tree::{
    BinaryOp, Block, BranchWay, ExprId, ExprKind, Function, Loc, Place, Root, Stmt, StmtKind,
};

/// Blocks within blocks and calls, at most: the executor recurses into them. WGSL nests 127 in one function.
const MAX_DEPTH: usize = 256;

impl<'a, D: Domain<Mask = bool>, S: SharedPlace<D::Value>> Machine<'a, D, S> {
    /// Runs a block; what is left of `active` goes on after it.
    pub(in crate::reference) fn block(
        &mut self,
        f: usize,
        block: &'a Block,
        active: &mut Mask,
        exits: Option<&mut Exits>,
    ) -> Result<(), ExecError> {
        if self.runs_ahead() {
            return self.block_in_halves(f, block, active, exits);
        }
        self.statements(f, block, active, exits)
    }

    /// Runs statements, one after the other for all lanes.
    pub(in crate::reference) fn statements(
        &mut self,
        f: usize,
        statements: &'a [Stmt],
        active: &mut Mask,
        mut exits: Option<&mut Exits>,
    ) -> Result<(), ExecError> {
        for stmt in statements {
            if active.is_empty() {
                break;
            }
            match self.journal.traced(active) {
                None => self.statement(f, stmt, active, exits.as_deref_mut())?,
                Some(lane) => self.traced(f, stmt, active, exits.as_deref_mut(), lane)?,
            }
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
            StmtKind::Aside { body } => return self.nested(f, loc, body, active, exits),
            StmtKind::Emit(id) => self.emit(f, *id, active),
            StmtKind::Load { place, result } => self.load(f, loc, place, *result, active),
            StmtKind::Store { place, value } => self.store(f, loc, place, *value, active),
            StmtKind::Break => {
                self.part(active, Way::Break, loc);
                leave(active, exits.map(|e| &mut e.broken));
                Ok(())
            }
            StmtKind::Continue => {
                self.part(active, Way::Continue, loc);
                leave(active, exits.map(|e| &mut e.continued));
                Ok(())
            }
            StmtKind::Return(value) => {
                self.part(active, Way::Return, loc);
                self.finish(f, *value, active);
                Ok(())
            }
            StmtKind::Barrier(barrier) => self.barrier(f, loc, *barrier, active),
            StmtKind::UniformLoad { place, result } => {
                self.uniform_load(f, loc, place, *result, active)
            }
            StmtKind::Atomic { place, op, result } => {
                self.atomic(f, loc, place, *op, *result, active)
            }
            StmtKind::Subgroup { op, value, result } => {
                self.subgroup(f, loc, *op, *value, *result, active)
            }
            StmtKind::Log {
                text,
                values,
                fails,
            } => {
                let lines = lines(text, values, &self.frames[f], active, &self.team);
                self.told(lines, *fails)
            }
        };
        done.map_err(|fault| self.error(loc, fault))
    }

    /// The lines of a log, or the first of an assertion that fails.
    fn told(&mut self, lines: Vec<(Invocation, String)>, fails: bool) -> Result<(), Fault> {
        for (invocation, text) in lines {
            if fails {
                return Err(Fault::Assertion { text, invocation });
            }
            self.journal.log(invocation, &text);
        }
        Ok(())
    }

    /// A statement of the lane that is traced: what has others inside is written down before it runs, all else with its outcome.
    fn traced(
        &mut self,
        f: usize,
        stmt: &'a Stmt,
        active: &mut Mask,
        exits: Option<&mut Exits>,
        lane: usize,
    ) -> Result<(), ExecError> {
        let loc = stmt.loc;
        let lanes = self.team.lanes();
        let describe = |machine: &Self| {
            let (function, frame) = (machine.function(f), &machine.frames[f]);
            describe(stmt, machine.tree, function, frame, lane, lanes)
        };
        let holds_others = stmt.kind.blocks().next().is_some();
        if holds_others || matches!(stmt.kind, StmtKind::Call { .. }) {
            if let Some(text) = describe(self) {
                self.journal.done(loc, text, active, &self.team);
            }
            return self.statement(f, stmt, active, exits);
        }
        let mut before = self.mask();
        before.set(active);
        self.statement(f, stmt, active, exits)?;
        if let Some(text) = describe(self) {
            self.journal.done(loc, text, &before, &self.team);
        }
        self.masks.push(before);
        Ok(())
    }

    fn emit(&mut self, f: usize, id: ExprId, active: &Mask) -> Result<(), Fault> {
        let function = self.function(f);
        let frame = &mut self.frames[f];
        let domain = self.reals.domain;
        if let Some(watch) = &mut self.memory.watch {
            let lanes = active.lanes();
            if let Some(lane) = divides_by_zero(function, id, frame, lanes) {
                return Err(division(function, id, frame, lane, &self.team));
            }
            if let Some(choice) = choice(function, id, frame, domain, lanes) {
                watch.left_open(choice, function[id].loc, &self.team);
            }
            // Before the operands can change.
            watch.computed(f, function, id, frame, lanes);
        }
        decide(self.seen, f, &function[id].kind, frame, active.lanes());
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
        let frame = &mut self.frames[f];
        let access = access(active, &self.team, loc, f);
        self.memory.load(place, result, frame, access)?;
        if let (Root::Local(local), Some(watch)) = (place.root, &mut self.memory.watch) {
            let (from, to) = (Followed::Local(f, local), Followed::Expr(f, result));
            watch.moved(from, to, active.lanes());
        }
        Ok(())
    }

    fn store(
        &mut self,
        f: usize,
        loc: Loc,
        place: &Place,
        value: ExprId,
        active: &Mask,
    ) -> Result<(), Fault> {
        let frame = &mut self.frames[f];
        let access = access(active, &self.team, loc, f);
        if let Column::Bool(truths) = frame.value(value) {
            let lanes = active.lanes();
            self.seen
                .see_each(f, value, truths, |lane| lanes.get(lane) == Some(&true));
        }
        self.memory.store(place, value, frame, access)?;
        if let Some(watch) = &mut self.memory.watch {
            let from = Followed::Expr(f, value);
            match place.root {
                Root::Local(local) => watch.moved(from, Followed::Local(f, local), active.lanes()),
                _ => watch.told(from, AbsentUse::Store, active.lanes(), &self.team)?,
            }
        }
        Ok(())
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
        self.decides(f, loc, condition, active)?;
        let mut absent = self.mask();
        absent.set(active);
        let truths = self.frames[f].value(condition).truths();
        active.keep(truths, true);
        absent.keep(truths, false);
        for (lanes, way) in [(&*active, BranchWay::Yes), (&absent, BranchWay::No)] {
            if !lanes.is_empty() {
                self.seen.see(f, condition, way);
            }
        }
        for (block, other) in [(accept, reject), (reject, accept)] {
            self.splits.push(Split { loc, other, absent });
            self.nested(f, loc, block, active, exits.as_deref_mut())?;
            absent = self.splits.pop().unwrap_or_else(|| self.empty_mask());
            std::mem::swap(active, &mut absent);
        }
        active.add(&absent);
        self.masks.push(absent);
        Ok(())
    }

    /// Lanes go by a value: it must not be that of a lane that is not there.
    pub(super) fn decides(
        &self,
        f: usize,
        loc: Loc,
        value: ExprId,
        active: &Mask,
    ) -> Result<(), ExecError> {
        let Some(watch) = &self.memory.watch else {
            return Ok(());
        };
        let value = Followed::Expr(f, value);
        let told = watch.told(value, AbsentUse::Decision, active.lanes(), &self.team);
        told.map_err(|fault| self.error(loc, fault))
    }

    /// The function of a frame.
    pub(in crate::reference) fn function(&self, f: usize) -> &'a Function {
        self.tree.functions.get(f).unwrap_or(&self.tree.entry)
    }
}

/// Takes note of which way lanes go by what an expression takes for a condition.
fn decide<V: Copy>(seen: &Seen<'_>, f: usize, kind: &ExprKind, frame: &Frame<V>, active: &[bool]) {
    let truths = |id: ExprId| match frame.value(id) {
        Column::Bool(truths) => truths.as_slice(),
        _ => &[],
    };
    match kind {
        ExprKind::Select { condition, .. } => {
            seen.see_each(f, *condition, truths(*condition), |lane| {
                active.get(lane) == Some(&true)
            });
        }
        ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), x, y) => {
            let (left, open) = (truths(*x), *op == BinaryOp::And);
            seen.see_each(f, *x, left, |lane| active.get(lane) == Some(&true));
            let counts = |lane| active.get(lane) == Some(&true) && left.get(lane) == Some(&open);
            seen.see_each(f, *y, truths(*y), counts);
        }
        _ => {}
    }
}

/// The circumstances of an access.
pub(in crate::reference) fn access<'m>(
    active: &'m Mask,
    team: &'m crate::reference::workgroup::team::Team,
    loc: Loc,
    frame: usize,
) -> AccessContext<'m> {
    AccessContext {
        active,
        team,
        loc,
        frame,
    }
}

/// Moves the active lanes to an exit of the loop: there is one around every `break` and `continue`.
fn leave(active: &mut Mask, exit: Option<&mut Mask>) {
    if let Some(exit) = exit {
        exit.add(active);
    }
    active.clear();
}

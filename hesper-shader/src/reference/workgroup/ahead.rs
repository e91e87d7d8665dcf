//! Invocations that run ahead: from one barrier to the next, half of each workgroup before the other half.
//!
//! In lockstep all lanes do a statement before any does the next one, so a barrier that is missing between atomics makes no difference. In
//! another [order](crate::reference::dispatch::order) it does: what stands between two places where a workgroup meets is done by one half to its end first. That is
//! as legal as lockstep is, since nothing there makes one invocation wait for another.

use super::team::Team;
use crate::domain::Domain;
use crate::reference::control::loops::Exits;
use crate::reference::dispatch::machine::Machine;
use crate::reference::memory::shared::SharedPlace;
use crate::reference::report::error::ExecError;
use crate::reference::values::columns::{Column, copy_column_active};
use crate::reference::values::mask::Mask;
use crate::tree::{
    AtomicOp, BinaryOp, Block, ExprId, ExprKind, Function, Literal, Stmt, StmtKind, Tree, UnaryOp,
};

/// Who runs ahead.
#[derive(Debug)]
pub(in crate::reference) struct Halves {
    /// The lanes that go first.
    first: Vec<bool>,
    /// For each function, kernel last, whether invocations meet in it.
    meets: Vec<bool>,
    /// Whether one half is running.
    apart: bool,
}

impl Halves {
    /// The halves by the seed of an order: the upper one is first by an odd number of reruns, the lower one by an even one. What a lane leaves
    /// to others and what it takes from them are then both done too early once.
    pub(in crate::reference) fn new(tree: &Tree, team: &Team, order: u64) -> Halves {
        let per_group = team.per_group().max(1);
        let is_upper = |lane: usize| lane % per_group >= per_group / 2;
        let upper_first = order >> 32 & 1 == 1;
        let mut meets: Vec<bool> = Vec::new();
        for function in tree.all_functions() {
            let meeting = |stmt: &Stmt| is_meeting(stmt, function, &meets);
            let meeting = function.body.iter().any(meeting);
            meets.push(meeting);
        }
        Halves {
            first: (0..team.lanes())
                .map(|lane| is_upper(lane) == upper_first)
                .collect(),
            meets,
            apart: false,
        }
    }
}

/// Whether invocations wait for each other in a statement, or take values from each other. Functions call those before them.
fn is_meeting(stmt: &Stmt, function: &Function, meets: &[bool]) -> bool {
    let inside = |block: &Block| block.iter().any(|stmt| is_meeting(stmt, function, meets));
    match &stmt.kind {
        StmtKind::Barrier(_) | StmtKind::UniformLoad { .. } | StmtKind::Subgroup { .. } => true,
        StmtKind::Call { function, .. } => meets.get(function.index()) == Some(&true),
        StmtKind::If {
            condition,
            accept,
            reject,
        } => match constant(function, *condition) {
            Some(0) => inside(reject),
            Some(_) => inside(accept),
            None => inside(accept) || inside(reject),
        },
        kind => kind.blocks().any(inside),
    }
}

/// The value of a condition that the kernel's constants decide.
fn constant(function: &Function, id: ExprId) -> Option<i64> {
    Some(match &function.get(id)?.kind {
        ExprKind::Literal(Literal::U32(n)) => (*n).into(),
        ExprKind::Literal(Literal::I32(n)) => (*n).into(),
        ExprKind::Literal(Literal::Bool(b)) => (*b).into(),
        ExprKind::Unary(UnaryOp::Not, x) => i64::from(constant(function, *x)? == 0),
        ExprKind::Binary(op, x, y) => {
            let (x, y) = (constant(function, *x)?, constant(function, *y)?);
            match op {
                BinaryOp::Equal => (x == y).into(),
                BinaryOp::NotEqual => (x != y).into(),
                BinaryOp::Less => (x < y).into(),
                BinaryOp::LessEqual => (x <= y).into(),
                BinaryOp::Greater => (x > y).into(),
                BinaryOp::GreaterEqual => (x >= y).into(),
                BinaryOp::And => x & y,
                BinaryOp::Or => x | y,
                _ => return None,
            }
        }
        _ => return None,
    })
}

impl<'a, D: Domain<Mask = bool>, S: SharedPlace<D::Value>> Machine<'a, D, S> {
    /// Whether a block is to be run in halves.
    pub(in crate::reference) fn runs_ahead(&self) -> bool {
        self.halves.as_ref().is_some_and(|halves| !halves.apart)
    }

    /// Runs a block in halves, as far as nobody meets.
    pub(in crate::reference) fn block_in_halves(
        &mut self,
        f: usize,
        block: &'a Block,
        active: &mut Mask,
        mut exits: Option<&mut Exits>,
    ) -> Result<(), ExecError> {
        let mut rest = block.as_slice();
        while let Some((next, after)) = rest.split_first() {
            let alone = self.alone(f, rest);
            if alone == 0 {
                self.statements(f, std::slice::from_ref(next), active, exits.as_deref_mut())?;
                rest = after;
            } else {
                let (segment, after) = rest.split_at(alone);
                self.in_turn(f, segment, active, exits.as_deref_mut())?;
                rest = after;
            }
        }
        Ok(())
    }

    /// How many statements come before the first one in which invocations meet.
    fn alone(&self, f: usize, statements: &[Stmt]) -> usize {
        let meets = self.halves.as_ref().map_or(&[][..], |h| &h.meets);
        let function = self.function(f);
        let alone = |stmt: &&Stmt| !is_meeting(stmt, function, meets);
        statements.iter().take_while(alone).count()
    }

    /// Runs statements in which nobody meets: one half first.
    fn in_turn(
        &mut self,
        f: usize,
        segment: &'a [Stmt],
        active: &mut Mask,
        mut exits: Option<&mut Exits>,
    ) -> Result<(), ExecError> {
        let mut second = self.mask();
        second.set(active);
        if let Some(halves) = &mut self.halves {
            active.keep(&halves.first, true);
            second.keep(&halves.first, false);
            halves.apart = true;
        }
        self.statements(f, segment, active, exits.as_deref_mut())?;
        let kept = self.keep(f, segment);
        self.statements(f, segment, &mut second, exits)?;
        self.put_back(f, kept);
        if let Some(halves) = &mut self.halves {
            halves.apart = false;
        }
        active.add(&second);
        self.masks.push(second);
        Ok(())
    }

    /// The values that later statements may use: the other half does not spare what idle lanes have.
    fn keep(&self, f: usize, segment: &[Stmt]) -> Vec<(ExprId, Column<D::Value>)> {
        let frame = self.frames.get(f);
        let ids = segment.iter().flat_map(|stmt| results(&stmt.kind));
        ids.flatten()
            .filter_map(|id| Some((id, frame?.values.get(id.index())?.clone())))
            .collect()
    }

    /// Gives the first half its values back.
    fn put_back(&mut self, f: usize, kept: Vec<(ExprId, Column<D::Value>)>) {
        let frame = &mut self.frames[f];
        let first = self.halves.as_ref().map_or(&[][..], |h| &h.first);
        for (id, column) in kept {
            copy_column_active(&column, frame.value_mut(id), first);
        }
    }
}

/// The values that a statement defines for those after it.
fn results(kind: &StmtKind) -> [Option<ExprId>; 2] {
    match kind {
        StmtKind::Emit(id) => [Some(*id), None],
        StmtKind::Load { result, .. } => [Some(*result), None],
        StmtKind::Call { result, .. } => [*result, None],
        StmtKind::Atomic { op, result, .. } => {
            let exchanged = match op {
                AtomicOp::CompareExchangeWeak { exchanged, .. } => Some(*exchanged),
                _ => None,
            };
            [*result, exchanged]
        }
        // Those with blocks hand on by locals, the others meet or define nothing.
        _ => [None, None],
    }
}

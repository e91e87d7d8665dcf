//! Scopes, places and structure of statements.

use super::places::Use;
use super::{MAX_NESTING, Verifier, VerifyProblem};
use crate::tree::{ExprId, ExprKind, Loc, Stmt, StmtKind, Type};

impl Verifier<'_> {
    pub(super) fn block(&mut self, block: &[Stmt]) {
        if self.depth > MAX_NESTING {
            let loc = block.first().map_or(self.function.loc, |stmt| stmt.loc);
            return self.problem(VerifyProblem::Nesting(MAX_NESTING), loc);
        }
        self.depth += 1;
        let mut here = Vec::new();
        for (position, stmt) in block.iter().enumerate() {
            if position > 0 && block[position - 1].kind.is_terminator() {
                self.problem(VerifyProblem::Unreachable, stmt.loc);
            }
            self.stmt(stmt, &mut here);
        }
        for id in here {
            self.hide(id);
        }
        self.depth -= 1;
    }

    fn stmt(&mut self, stmt: &Stmt, here: &mut Vec<ExprId>) {
        let loc = stmt.loc;
        if self.aside && has_effect(&stmt.kind) {
            self.problem(VerifyProblem::AsideEffect, loc);
        }
        stmt.kind.for_each_operand(|id| self.used(id, loc));
        match &stmt.kind {
            StmtKind::Emit(id) => self.emit(*id, loc, here),
            StmtKind::Load { place, result } => {
                if let Some(ty) = self.place(place, Use::Load, loc) {
                    self.expect("the value loaded", self.ty_at(*result), ty, loc);
                }
                self.result(*result, loc, here);
            }
            StmtKind::Store { place, value } => {
                if let Some(ty) = self.place(place, Use::Store, loc) {
                    self.expect("the value stored", self.ty_at(*value), ty, loc);
                }
            }
            StmtKind::If {
                condition,
                accept,
                reject,
            } => {
                self.expect("the condition", self.ty_at(*condition), Type::BOOL, loc);
                self.block(accept);
                self.block(reject);
            }
            StmtKind::For {
                counter,
                trips,
                body,
            } => {
                self.expect("the trip count", self.ty_at(*trips), Type::U32, loc);
                self.expect("the counter", self.ty_at(*counter), Type::U32, loc);
                let mut scope = Vec::new();
                self.result(*counter, loc, &mut scope);
                self.body(body);
                scope.into_iter().for_each(|id| self.hide(id));
            }
            StmtKind::Loop { body } => {
                if !can_leave(body) {
                    self.problem(VerifyProblem::EndlessLoop, loc);
                }
                self.body(body);
            }
            StmtKind::Break if self.loops == 0 => self.problem(VerifyProblem::NoLoop("break"), loc),
            StmtKind::Continue if self.loops == 0 => {
                self.problem(VerifyProblem::NoLoop("continue"), loc)
            }
            StmtKind::Break | StmtKind::Continue | StmtKind::Barrier(_) => {}
            StmtKind::Return(value) => self.check_return(*value, loc),
            StmtKind::Atomic { place, op, result } => self.atomic(place, *op, *result, loc, here),
            StmtKind::UniformLoad { place, result } => {
                if let Some(ty) = self.place(place, Use::Uniform, loc) {
                    self.expect("the value loaded", self.ty_at(*result), ty, loc);
                }
                self.result(*result, loc, here);
            }
            StmtKind::Subgroup { op, value, result } => {
                self.subgroup(*op, *value, *result, loc);
                self.result(*result, loc, here);
            }
            StmtKind::Aside { body } => {
                let outside = std::mem::replace(&mut self.aside, true);
                self.block(body);
                self.aside = outside;
            }
            StmtKind::Log { text, values, .. } => self.log(text.len(), values.len(), loc),
            StmtKind::Call {
                function,
                arguments,
                result,
            } => {
                if *function >= self.position {
                    self.problem(VerifyProblem::CallOrder, loc);
                } else {
                    self.call(function.index(), arguments, *result, loc);
                }
                if let Some(result) = result {
                    self.result(*result, loc, here);
                }
            }
        }
    }

    fn body(&mut self, body: &[Stmt]) {
        self.loops += 1;
        self.block(body);
        self.loops -= 1;
    }

    fn check_return(&mut self, value: Option<ExprId>, loc: Loc) {
        match (value, self.function.result) {
            (Some(value), Some(ty)) => {
                self.expect("the value returned", self.ty_at(value), ty, loc)
            }
            (None, None) => {}
            _ => self.problem(
                VerifyProblem::CallSignature(self.function.name.clone()),
                loc,
            ),
        }
    }

    fn call(&mut self, callee: usize, arguments: &[ExprId], result: Option<ExprId>, loc: Loc) {
        let callee = &self.tree.functions[callee];
        let types: Vec<Option<Type>> = arguments.iter().map(|id| self.ty_at(*id)).collect();
        let fits = types.len() == callee.arguments.len()
            && types
                .iter()
                .zip(&callee.arguments)
                .all(|(found, (_, ty))| *found == Some(*ty))
            && result.map(|id| self.ty_at(id)) == callee.result.map(Some);
        if !fits {
            self.problem(VerifyProblem::CallSignature(callee.name.clone()), loc);
        }
    }

    // Scopes.

    pub(super) fn ty_at(&self, id: ExprId) -> Option<Type> {
        self.function.get(id).map(|e| e.ty)
    }

    pub(super) fn expect(
        &mut self,
        what: &'static str,
        found: Option<Type>,
        expected: Type,
        loc: Loc,
    ) {
        if let Some(found) = found
            && found != expected
        {
            self.problem(
                VerifyProblem::Mismatch {
                    what,
                    found,
                    expected,
                },
                loc,
            );
        }
    }

    fn used(&mut self, id: ExprId, loc: Loc) {
        match self.visible.get(id.index()) {
            Some(true) => {}
            Some(false) => self.problem(VerifyProblem::OutOfScope, loc),
            None => self.problem(VerifyProblem::BadHandle("expression"), loc),
        }
    }

    fn emit(&mut self, id: ExprId, loc: Loc, here: &mut Vec<ExprId>) {
        let Some(expr) = self.function.get(id) else {
            return self.problem(VerifyProblem::BadHandle("expression"), loc);
        };
        if expr.kind.is_ambient() || expr.kind == ExprKind::Result {
            return self.problem(VerifyProblem::WrongIntroduction, loc);
        }
        expr.kind
            .for_each_operand(|operand| self.used(operand, expr.loc));
        self.introduce(id, loc, here);
    }

    pub(super) fn result(&mut self, id: ExprId, loc: Loc, here: &mut Vec<ExprId>) {
        match self.function.get(id).map(|e| &e.kind) {
            Some(ExprKind::Result) => self.introduce(id, loc, here),
            Some(_) => self.problem(VerifyProblem::WrongIntroduction, loc),
            None => self.problem(VerifyProblem::BadHandle("result"), loc),
        }
    }

    fn introduce(&mut self, id: ExprId, loc: Loc, here: &mut Vec<ExprId>) {
        if std::mem::replace(&mut self.introduced[id.index()], true) {
            self.problem(VerifyProblem::EvaluatedTwice, loc);
        }
        self.visible[id.index()] = true;
        here.push(id);
    }

    fn hide(&mut self, id: ExprId) {
        self.visible[id.index()] = false;
    }
}

/// What an aside must not hold.
fn has_effect(kind: &StmtKind) -> bool {
    !matches!(
        kind,
        StmtKind::Emit(_) | StmtKind::Load { .. } | StmtKind::If { .. } | StmtKind::Log { .. }
    )
}

/// Whether control never reaches the end of a block of a function.
pub(super) fn always_leaves(block: &[Stmt]) -> bool {
    block.iter().any(|stmt| match &stmt.kind {
        StmtKind::Return(_) => true,
        StmtKind::If { accept, reject, .. } => always_leaves(accept) && always_leaves(reject),
        StmtKind::Loop { body } => !breaks(body),
        _ => false,
    })
}

/// Whether something in a loop's body leaves the loop.
fn can_leave(body: &[Stmt]) -> bool {
    breaks(body) || returns(body)
}

/// Whether a `break` leaves the loop.
pub(crate) fn breaks(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| match &stmt.kind {
        StmtKind::Break => true,
        StmtKind::If { accept, reject, .. } => breaks(accept) || breaks(reject),
        _ => false,
    })
}

fn returns(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| {
        matches!(stmt.kind, StmtKind::Return(_)) || stmt.kind.blocks().any(|b| returns(b))
    })
}

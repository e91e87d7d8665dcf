//! Statements.

use naga::{BinaryOperator, Expression, Handle, Statement};

use super::function::{FunctionLowering, Value};
use super::{LowerError, shapes};
use crate::tree::{
    Barrier, BinaryOp, ExprId, ExprKind, FunctionId, Loc, Place, Root, Stmt, StmtKind, Type,
};

/// WGSL ends at 127 nested statements, and Tint counts a branch and its block as two; a counted loop takes two branches.
const MAX_NESTING: u32 = 60;

impl FunctionLowering<'_, '_> {
    /// Lowers statements into the current block.
    pub(super) fn statements(&mut self, block: &[Stmt]) -> Result<(), LowerError> {
        for stmt in block {
            self.statement(stmt)?;
            if stmt.kind.is_terminator() {
                break;
            }
        }
        Ok(())
    }

    fn statement(&mut self, stmt: &Stmt) -> Result<(), LowerError> {
        let loc = stmt.loc;
        let lowered = match &stmt.kind {
            StmtKind::Emit(id) => return self.expression(*id, loc),
            StmtKind::Load { place, result } => return self.load(place, *result, loc),
            StmtKind::Store { place, value } => Statement::Store {
                pointer: self.place(place, loc)?,
                value: self.handle(*value, loc)?,
            },
            StmtKind::If {
                condition,
                accept,
                reject,
            } => Statement::If {
                condition: self.handle(*condition, loc)?,
                accept: self.nested(accept, 1, loc)?,
                reject: self.nested(reject, 1, loc)?,
            },
            StmtKind::For {
                counter,
                trips,
                body,
            } => return self.counted_loop(*counter, *trips, body, loc),
            StmtKind::Loop { body } => Statement::Loop {
                body: self.nested(body, 1, loc)?,
                continuing: naga::Block::new(),
                break_if: None,
            },
            StmtKind::Break => Statement::Break,
            StmtKind::Continue => Statement::Continue,
            StmtKind::Return(value) => Statement::Return {
                value: value.map(|id| self.handle(id, loc)).transpose()?,
            },
            StmtKind::Barrier(Barrier::Workgroup) => {
                Statement::ControlBarrier(naga::Barrier::WORK_GROUP)
            }
            StmtKind::Barrier(Barrier::Storage) => {
                Statement::ControlBarrier(naga::Barrier::STORAGE)
            }
            StmtKind::Call {
                function,
                arguments,
                result,
            } => return self.call_helper(*function, arguments, *result, loc),
            // For the reference executor alone.
            StmtKind::Aside { .. } | StmtKind::Log { .. } => return Ok(()),
            StmtKind::Atomic { place, op, result } => {
                return self.atomic(place, *op, *result, loc);
            }
            StmtKind::UniformLoad { place, result } => {
                return self.uniform_load(place, *result, loc);
            }
            StmtKind::Subgroup { op, value, result } => {
                return self.subgroup(*op, *value, *result, loc);
            }
        };
        self.push(lowered, loc);
        Ok(())
    }

    pub(super) fn push(&mut self, statement: Statement, loc: Loc) {
        let span = self.span(loc);
        self.block.push(statement, span);
    }

    fn nested(&mut self, block: &[Stmt], braces: u32, loc: Loc) -> Result<naga::Block, LowerError> {
        self.nesting += braces;
        if self.nesting > MAX_NESTING {
            return Err(LowerError::Nesting {
                kernel: self.shared.tree.name.clone(),
                loc,
                limit: MAX_NESTING,
            });
        }
        let lowered = self.scoped(|this| this.statements(block))?;
        self.nesting -= braces;
        Ok(lowered)
    }

    pub(super) fn load(
        &mut self,
        place: &Place,
        result: ExprId,
        loc: Loc,
    ) -> Result<(), LowerError> {
        let pointer = self.place(place, loc)?;
        let handle = self.emit(Expression::Load { pointer }, loc);
        self.define_emitted(result, run_time(handle))
    }

    /// A pointer to a place.
    pub(super) fn place(
        &mut self,
        place: &Place,
        loc: Loc,
    ) -> Result<Handle<Expression>, LowerError> {
        let root = match place.root {
            Root::Local(local) => self
                .locals
                .get(local.index())
                .map(|l| Expression::LocalVariable(*l)),
            shared => self
                .shared
                .globals
                .get(shared)
                .map(Expression::GlobalVariable),
        };
        let root = root.ok_or_else(|| self.internal(loc, format!("no {:?}", place.root)))?;
        let mut pointer = self.append(root, loc);
        for step in shapes::steps(self.shared.tree, place) {
            let access = match step {
                shapes::Step::Index(id) => Expression::Access {
                    base: pointer,
                    index: self.index(id, loc)?,
                },
                shapes::Step::Part(index) => Expression::AccessIndex {
                    base: pointer,
                    index,
                },
            };
            pointer = self.emit(access, loc);
        }
        Ok(pointer)
    }

    /// An index. A computed constant is hidden from WGSL's evaluation at compile time, in which one out of bounds is an error.
    fn index(&mut self, id: ExprId, loc: Loc) -> Result<Handle<Expression>, LowerError> {
        let (value, expr) = (self.value(id, loc)?, self.expr(id, loc)?);
        let computed = value.constant && !matches!(expr.kind, ExprKind::Literal(_));
        Ok(match computed {
            true => self.at_run_time(value.handle, expr.ty, loc),
            false => value.handle,
        })
    }

    /// `var count = 0; loop { let i = count; if i >= trips { break; } … continuing { count = count + 1; } }`, where the indices that the body
    /// begins with come before the way out: Mesa's llvmpipe takes more than twice as long for loads at indices that are computed after it.
    fn counted_loop(
        &mut self,
        counter: ExprId,
        trips: ExprId,
        body: &[Stmt],
        loc: Loc,
    ) -> Result<(), LowerError> {
        let trips = self.handle(trips, loc)?;
        let name = self.expr(counter, loc)?.name.as_deref().unwrap_or("k");
        let variable = self.local(format!("{name}_count"), Type::U32, loc);
        let pointer = self.append(Expression::LocalVariable(variable), loc);
        // A local's own initial value would be set once per call, not once per loop.
        let value = self.u32(0, loc);
        self.push(Statement::Store { pointer, value }, loc);
        let body = self.scoped(|this| {
            let handle = this.emit(Expression::Load { pointer }, loc);
            this.name(handle, name);
            this.define(counter, run_time(handle))?;
            let indices = body.iter().take_while(|stmt| this.is_index(stmt)).count();
            let (indices, body) = body.split_at(indices);
            this.statements(indices)?;
            let condition = this.binary(BinaryOperator::GreaterEqual, handle, trips, loc);
            let accept = naga::Block::from_vec(vec![Statement::Break]);
            let reject = naga::Block::new();
            let leave = Statement::If {
                condition,
                accept,
                reject,
            };
            this.push(leave, loc);
            let rest = this.nested(body, 2, loc)?;
            this.block.extend_block(rest);
            Ok(())
        })?;
        let continuing = self.scoped(|this| {
            let count = this.emit(Expression::Load { pointer }, loc);
            let one = this.u32(1, loc);
            let value = this.binary(BinaryOperator::Add, count, one, loc);
            this.push(Statement::Store { pointer, value }, loc);
            Ok(())
        })?;
        let lowered = Statement::Loop {
            body,
            continuing,
            break_if: None,
        };
        self.push(lowered, loc);
        Ok(())
    }

    /// Whether a statement computes an integer as indices are: it costs next to nothing, and may as well be computed once more than needed.
    fn is_index(&self, stmt: &Stmt) -> bool {
        let StmtKind::Emit(id) = stmt.kind else {
            return false;
        };
        self.expr(id, stmt.loc).is_ok_and(|expr| {
            matches!(expr.ty, Type::U32 | Type::I32)
                && matches!(
                    expr.kind,
                    ExprKind::Binary(BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply, ..)
                )
        })
    }

    fn call_helper(
        &mut self,
        function: FunctionId,
        arguments: &[ExprId],
        result: Option<ExprId>,
        loc: Loc,
    ) -> Result<(), LowerError> {
        let helpers = self.shared.helpers;
        let Some(helper) = helpers.get(function.index()) else {
            return Err(self.internal(loc, format!("{function:?} is not before its caller")));
        };
        let mut values = Vec::with_capacity(arguments.len() + helper.builtins.len());
        for id in arguments {
            values.push(self.handle(*id, loc)?);
        }
        for builtin in &helper.builtins {
            let value = self.builtins.get(builtin).copied();
            values.push(value.ok_or_else(|| self.internal(loc, "a builtin value is not bound"))?);
        }
        let returned = helper
            .has_result
            .then(|| self.append(Expression::CallResult(helper.handle), loc));
        let call = Statement::Call {
            function: helper.handle,
            arguments: values,
            result: returned,
        };
        self.push(call, loc);
        match (result, returned) {
            (Some(id), Some(handle)) => self.define_emitted(id, run_time(handle)),
            (Some(_), None) => Err(self.internal(loc, "the called function returns nothing")),
            (None, _) => Ok(()),
        }
    }
}

/// A value that has a name or statement of its own in a text.
pub(super) fn run_time(handle: Handle<Expression>) -> Value {
    Value {
        handle,
        constant: false,
        depth: 0,
    }
}

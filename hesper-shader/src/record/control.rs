//! Branches, loops and short-circuits as flat calls: `if_ … else_ … end_if`.

use super::exp::Exp;
use super::range::{Range, RangeIndex};
use super::recorder::Recorder;
use super::relations::ConditionTy;
use super::state::{OpenKind, State, store_local};
use super::value::{self, Value};
use crate::tree::{
    BinaryOp, Block, ExprId, ExprKind, Literal, Loc, LocalId, StmtKind, Type, UnaryOp,
};

impl Recorder {
    /// Opens the branch taken where the condition holds.
    #[track_caller]
    pub fn if_<C: ConditionTy>(&self, condition: Exp<'_, C>) {
        let loc = Loc::caller();
        let condition = self.own(condition, loc);
        self.with(|s| s.open_block(OpenKind::Accept { condition }, loc));
    }

    /// Closes that branch and opens the other.
    #[track_caller]
    pub fn else_(&self) {
        let loc = Loc::caller();
        self.with(|s| {
            let accept = s.close_block("else_", "if_", loc, |k| {
                matches!(k, OpenKind::Accept { .. })
            });
            if let Some(block) = accept
                && let OpenKind::Accept { condition } = block.kind
            {
                s.open_block(
                    OpenKind::Reject {
                        condition,
                        accept: block.statements,
                    },
                    block.loc,
                );
            }
        });
    }

    /// Closes an `if` used as a statement, with or without `else_`.
    #[track_caller]
    pub fn end_if(&self) {
        let loc = Loc::caller();
        self.with(|s| {
            if let Some((branch, loc)) = close_if(s, "end_if", loc) {
                push_if(s, branch, loc);
            }
        });
    }

    /// Closes an `if` used as a value; both arms yield one.
    #[track_caller]
    pub fn end_if_value<'m, V: Value<'m>>(&'m self, a: V, b: V) -> V {
        self.join(Some(a), Some(b), Loc::caller())
    }

    /// Closes an `if` used as a value whose `else` arm always leaves.
    #[track_caller]
    pub fn end_if_accept<'m, V: Value<'m>>(&'m self, a: V) -> V {
        self.join(Some(a), None, Loc::caller())
    }

    /// Closes an `if` used as a value whose first arm always leaves.
    #[track_caller]
    pub fn end_if_reject<'m, V: Value<'m>>(&'m self, b: V) -> V {
        self.join(None, Some(b), Loc::caller())
    }

    fn join<'m, V: Value<'m>>(&'m self, a: Option<V>, b: Option<V>, loc: Loc) -> V {
        let parts = |value: Option<V>| {
            value.map(|value| {
                let mut parts = Vec::new();
                value.parts(self, loc, &mut parts);
                parts
            })
        };
        let (a, b) = (parts(a), parts(b));
        let mut joined = self.with(|s| join(s, a, b, loc)).into_iter();
        V::made_of(&mut value::Parts::new(self, &mut |ty| {
            let next = joined.next();
            next.unwrap_or_else(|| self.with(|s| s.zero(ty, loc)))
        }))
    }

    /// Opens the right side of `left && …`, evaluated only where the left side holds.
    #[track_caller]
    pub fn and_<C: ConditionTy>(&self, left: Exp<'_, C>) {
        self.shortcut(left, true, Loc::caller());
    }

    /// Opens the right side of `left || …`, evaluated only where the left side does not hold.
    #[track_caller]
    pub fn or_<C: ConditionTy>(&self, left: Exp<'_, C>) {
        self.shortcut(left, false, Loc::caller());
    }

    fn shortcut<C: ConditionTy>(&self, left: Exp<'_, C>, and: bool, loc: Loc) {
        let left = self.own(left, loc);
        self.with(|s| s.open_block(OpenKind::Shortcut { left, and }, loc));
    }

    /// Closes the right side of `&&`.
    #[track_caller]
    pub fn end_and<'m, C: ConditionTy>(&'m self, right: Exp<'m, C>) -> Exp<'m, bool> {
        self.end_shortcut(right, true, Loc::caller())
    }

    /// Closes the right side of `||`.
    #[track_caller]
    pub fn end_or<'m, C: ConditionTy>(&'m self, right: Exp<'m, C>) -> Exp<'m, bool> {
        self.end_shortcut(right, false, Loc::caller())
    }

    fn end_shortcut<'m, C: ConditionTy>(
        &'m self,
        right: Exp<'m, C>,
        and: bool,
        loc: Loc,
    ) -> Exp<'m, bool> {
        let right = self.own(right, loc);
        let (found, needed) = if and {
            ("end_and", "and_")
        } else {
            ("end_or", "or_")
        };
        let id = self.with(|s| {
            let block = s.close_block(
                found,
                needed,
                loc,
                |k| matches!(k, OpenKind::Shortcut { and: a, .. } if *a == and),
            );
            let Some((OpenKind::Shortcut { left, .. }, statements, loc)) =
                block.map(|b| (b.kind, b.statements, b.loc))
            else {
                return s.zero(Type::BOOL, loc);
            };
            end_shortcut(s, left, and, statements, right, loc)
        });
        self.exp(id)
    }

    /// Opens a loop that only `break` and `return` leave.
    #[track_caller]
    pub fn loop_(&self) {
        let loc = Loc::caller();
        self.with(|s| s.open_block(OpenKind::Loop, loc));
    }

    /// Leaves the loop where the condition does not hold: the head of a `while`.
    #[track_caller]
    pub fn while_<C: ConditionTy>(&self, condition: Exp<'_, C>) {
        let loc = Loc::caller();
        let condition = self.own(condition, loc);
        self.with(|s| {
            let done = s.expr(ExprKind::Unary(UnaryOp::Not, condition), Type::BOOL, loc);
            s.open_block(OpenKind::Accept { condition: done }, loc);
            s.push(StmtKind::Break, loc);
        });
        self.end_if();
    }

    /// Closes a loop.
    #[track_caller]
    pub fn end_loop(&self) {
        let loc = Loc::caller();
        self.with(|s| {
            if let Some(block) =
                s.close_block("end_loop", "loop_", loc, |k| matches!(k, OpenKind::Loop))
            {
                let body = block.statements;
                s.push_loop(StmtKind::Loop { body }, block.ways, block.loc);
            }
        });
    }

    /// Opens a counted loop over a range and gives the index.
    #[track_caller]
    pub fn for_<'m, T: RangeIndex>(&'m self, name: &str, range: Range<'m, T>) -> Exp<'m, T> {
        let loc = Loc::caller();
        let trips = self.own(range.trips, loc);
        let counter = self.with(|s| {
            let counter = s.expr(ExprKind::Result, Type::U32, loc);
            s.open_block(OpenKind::For { counter, trips }, loc);
            counter
        });
        let index = range.index(self.exp(counter), loc);
        self.bind(name, index)
    }

    /// Closes a counted loop.
    #[track_caller]
    pub fn end_for(&self) {
        let loc = Loc::caller();
        self.with(|s| {
            let block = s.close_block("end_for", "for_", loc, |k| {
                matches!(k, OpenKind::For { .. })
            });
            if let Some(block) = block
                && let OpenKind::For { counter, trips } = block.kind
            {
                let kind = StmtKind::For {
                    counter,
                    trips,
                    body: block.statements,
                };
                s.push_loop(kind, block.ways, block.loc);
            }
        });
    }

    /// Leaves the innermost loop.
    #[track_caller]
    pub fn break_(&self) {
        let loc = Loc::caller();
        self.with(|s| s.push(StmtKind::Break, loc));
    }

    /// Goes to the next iteration of the innermost loop.
    #[track_caller]
    pub fn continue_(&self) {
        let loc = Loc::caller();
        self.with(|s| s.push(StmtKind::Continue, loc));
    }

    /// Leaves the kernel or a helper without result.
    #[track_caller]
    pub fn return_(&self) {
        let loc = Loc::caller();
        self.with(|s| s.return_(&[], loc));
    }

    /// Leaves a helper with its result.
    #[track_caller]
    pub fn return_value<'m, V: Value<'m>>(&'m self, value: V) {
        let loc = Loc::caller();
        let mut parts = Vec::new();
        value.parts(self, loc, &mut parts);
        self.with(|s| s.return_(&parts, loc));
    }
}

/// A closed `if`.
struct Branch {
    condition: ExprId,
    accept: Block,
    reject: Block,
}

impl Branch {
    fn statement(self) -> StmtKind {
        StmtKind::If {
            condition: self.condition,
            accept: self.accept,
            reject: self.reject,
        }
    }
}

fn close_if(s: &mut State, found: &'static str, loc: Loc) -> Option<(Branch, Loc)> {
    let is_if = |k: &OpenKind| matches!(k, OpenKind::Accept { .. } | OpenKind::Reject { .. });
    let block = s.close_block(found, "if_", loc, is_if)?;
    let branch = match block.kind {
        OpenKind::Accept { condition } => Branch {
            condition,
            accept: block.statements,
            reject: Block::new(),
        },
        OpenKind::Reject { condition, accept } => Branch {
            condition,
            accept,
            reject: block.statements,
        },
        _ => return None,
    };
    Some((branch, block.loc))
}

/// An `if`; where its condition is known, the arm that is taken.
fn push_if(s: &mut State, branch: Branch, loc: Loc) {
    let taken = match s.known(branch.condition) {
        Some(true) => branch.accept,
        Some(false) => branch.reject,
        None => return s.push(branch.statement(), loc),
    };
    for stmt in taken {
        s.push(stmt.kind, stmt.loc);
    }
}

/// The parts of an arm's value.
type Parts = Vec<(ExprId, Type)>;

/// The value of an `if`, part by part. Arms that only name values already at hand become selects; others store into locals.
fn join(s: &mut State, a: Option<Parts>, b: Option<Parts>, loc: Loc) -> Vec<ExprId> {
    let Some((mut branch, at)) = close_if(s, "end_if_value", loc) else {
        return Vec::new();
    };
    if let Some(holds) = s.known(branch.condition) {
        let taken = if holds { a } else { b };
        push_if(s, branch, at);
        return taken.into_iter().flatten().map(|(id, _)| id).collect();
    }
    if let (Some(a), Some(b), true, true) =
        (&a, &b, branch.accept.is_empty(), branch.reject.is_empty())
    {
        let select = |((on_true, ty), (on_false, _)): (&(ExprId, Type), &(ExprId, Type))| {
            let kind = ExprKind::Select {
                condition: branch.condition,
                on_true: *on_true,
                on_false: *on_false,
            };
            s.expr(kind, *ty, at)
        };
        return a.iter().zip(b).map(select).collect();
    }
    let types = a.iter().chain(&b).next().into_iter().flatten();
    let types: Vec<Type> = types.map(|(_, ty)| *ty).collect();
    let locals = types.iter().map(|ty| s.local("chosen", *ty, &[], at));
    let locals: Vec<LocalId> = locals.collect();
    let stores = |parts: Option<Parts>| {
        let parts = locals.iter().zip(parts.into_iter().flatten());
        parts.map(|(local, (value, _))| store_local(*local, value, at))
    };
    branch.accept.extend(stores(a));
    branch.reject.extend(stores(b));
    s.push(branch.statement(), at);
    let loads = locals.iter().zip(types);
    loads
        .map(|(local, ty)| s.load_local(*local, ty, at))
        .collect()
}

/// The value of `&&` or `||`. A right side without effect is simply evaluated; one with an effect is put under an `if`.
fn end_shortcut(
    s: &mut State,
    left: ExprId,
    and: bool,
    right_block: Block,
    right: ExprId,
    loc: Loc,
) -> ExprId {
    if s.known(left) == Some(!and) {
        return s.truth(!and, loc);
    }
    if s.known(left).is_some() {
        for stmt in right_block {
            s.push(stmt.kind, stmt.loc);
        }
        return right;
    }
    if right_block
        .iter()
        .all(|stmt| matches!(stmt.kind, StmtKind::Emit(_)))
    {
        for stmt in right_block {
            s.push(stmt.kind, stmt.loc);
        }
        let op = if and { BinaryOp::And } else { BinaryOp::Or };
        return s.expr(ExprKind::Binary(op, left, right), Type::BOOL, loc);
    }
    let local = s.local(if and { "both" } else { "either" }, Type::BOOL, &[], loc);
    let known = s.expr(ExprKind::Literal(Literal::Bool(!and)), Type::BOOL, loc);
    let mut evaluate = right_block;
    evaluate.push(store_local(local, right, loc));
    let skip = vec![store_local(local, known, loc)];
    let (accept, reject) = if and {
        (evaluate, skip)
    } else {
        (skip, evaluate)
    };
    s.push(
        StmtKind::If {
            condition: left,
            accept,
            reject,
        },
        loc,
    );
    s.load_local(local, Type::BOOL, loc)
}

//! The same computed in another way, throughout a kernel.

use super::draft::{Draft, emit, numbered};
use super::look::Look;
use super::{Kind, Variant, Variants, ids};
use crate::tree::{
    BinaryOp, Expr, ExprId, ExprKind, Function, Math, Scalar, Stmt, StmtKind, Tree, Type, UnaryOp,
};
use std::collections::BTreeSet;

/// A rewriting of one function; how many places changed.
type Rewrite = fn(&mut Draft) -> usize;

const ALL: [(Kind, Rewrite); 7] = [
    (Kind::Commute, commute),
    (Kind::Associate, associate),
    (Kind::Hoist, hoist),
    (Kind::AddNegated, add_negated),
    (Kind::Turn, turn),
    (Kind::Negate, negate),
    (Kind::MoreBarriers, more_barriers),
];

pub(super) fn find(tree: &Tree, found: &mut Variants) {
    for (kind, rewrite) in ALL {
        everywhere(tree, found, kind, rewrite);
    }
}

/// Rewrites every function of a kernel that runs.
pub(super) fn everywhere(
    tree: &Tree,
    found: &mut Variants,
    kind: Kind,
    mut rewrite: impl FnMut(&mut Draft) -> usize,
) {
    let mut draft = Draft::of(tree, tree.functions.len());
    let mut places = 0;
    for at in Look::reached(tree) {
        draft.at(at);
        places += rewrite(&mut draft);
    }
    if places == 0 {
        return;
    }
    match draft.finish() {
        Ok(rewritten) => found.all.push(Variant {
            kind,
            words: format!("{kind} in {places} places"),
            function: tree.name.clone(),
            loc: tree.loc,
            tree: rewritten,
            params: None,
        }),
        Err(_) => found.ill_typed += 1,
    }
}

/// Changes the kind of each expression for which there is another.
fn each(draft: &mut Draft, other: impl Fn(&Function, &Expr) -> Option<ExprKind>) -> usize {
    let function = draft.function();
    let exprs = (0..).map(ExprId).zip(&function.exprs);
    let changed: Vec<(ExprId, ExprKind)> = exprs
        .filter_map(|(id, expr)| Some((id, other(function, expr)?)))
        .collect();
    let places = changed.len();
    changed
        .into_iter()
        .for_each(|(id, kind)| draft.replace(id, kind));
    places
}

fn commute(draft: &mut Draft) -> usize {
    use BinaryOp::*;
    each(draft, |_, expr| match &expr.kind {
        ExprKind::Binary(op @ (Add | Multiply | And | Or | Xor | Equal | NotEqual), a, b)
            if a != b =>
        {
            Some(ExprKind::Binary(*op, *b, *a))
        }
        ExprKind::Math(function @ (Math::Max | Math::Min | Math::Dot), operands) => {
            let turned = operands.iter().rev().copied().collect();
            Some(ExprKind::Math(*function, turned))
        }
        _ => None,
    })
}

fn turn(draft: &mut Draft) -> usize {
    use BinaryOp::*;
    each(draft, |_, expr| {
        let ExprKind::Binary(op, a, b) = expr.kind else {
            return None;
        };
        let op = match op {
            Less => Greater,
            LessEqual => GreaterEqual,
            Greater => Less,
            GreaterEqual => LessEqual,
            _ => return None,
        };
        Some(ExprKind::Binary(op, b, a))
    })
}

/// Inner sums and products that nothing else reads are taken apart; the outer one of a chain only.
fn associate(draft: &mut Draft) -> usize {
    let function = draft.function();
    let uses = uses(function);
    let mut taken: BTreeSet<ExprId> = BTreeSet::new();
    let mut changes = Vec::new();
    for (at, expr) in function.exprs.iter().enumerate().rev() {
        let (id, ExprKind::Binary(op, inner, c)) = (ExprId(at as u32), expr.kind.clone()) else {
            continue;
        };
        let same = matches!(op, BinaryOp::Add | BinaryOp::Multiply);
        let kind = &function[inner].kind;
        if let (true, ExprKind::Binary(within, a, b)) = (same, kind)
            && *within == op
            && uses[inner.index()] == 1
            && !taken.contains(&id)
            && taken.insert(inner)
        {
            changes.push((id, op, [*a, *b, c], expr.ty, expr.loc));
        }
    }
    for (id, op, [a, b, c], ty, loc) in &changes {
        let later = draft.before(*id, ExprKind::Binary(*op, *b, *c), *ty, *loc);
        draft.replace(*id, ExprKind::Binary(*op, *a, later));
    }
    changes.len()
}

fn add_negated(draft: &mut Draft) -> usize {
    let exprs = &draft.function().exprs;
    let differences: Vec<(ExprId, Expr)> = (0..)
        .map(ExprId)
        .zip(exprs.iter().cloned())
        .filter(|(_, expr)| expr.ty.scalar != Scalar::U32)
        .collect();
    let mut places = 0;
    for (id, Expr { kind, ty, loc, .. }) in differences {
        if let ExprKind::Binary(BinaryOp::Subtract, x, y) = kind {
            let minus = draft.before(id, ExprKind::Unary(UnaryOp::Negate, y), ty, loc);
            draft.replace(id, ExprKind::Binary(BinaryOp::Add, x, minus));
            places += 1;
        }
    }
    places
}

fn negate(draft: &mut Draft) -> usize {
    let mut conditions = Vec::new();
    for (id, expr) in (0..).map(ExprId).zip(&draft.function().exprs) {
        if let ExprKind::Select { condition, .. } = expr.kind {
            conditions.push((id, condition, expr.loc));
        }
    }
    let selects = conditions.len();
    for (id, condition, loc) in conditions {
        let not = ExprKind::Unary(UnaryOp::Not, condition);
        let not = draft.before(id, not, Type::BOOL, loc);
        let function = draft.function();
        if let ExprKind::Select {
            on_true, on_false, ..
        } = function[id].kind
        {
            let turned = ExprKind::Select {
                condition: not,
                on_true: on_false,
                on_false: on_true,
            };
            draft.replace(id, turned);
        }
    }
    let mut branches = Vec::new();
    for (number, stmt) in numbered(&draft.function().body) {
        if let StmtKind::If { condition, .. } = &stmt.kind {
            branches.push((number, *condition, stmt.loc));
        }
    }
    let count = branches.len();
    let nots: Vec<ExprId> = branches
        .iter()
        .map(|(_, condition, loc)| {
            draft.add(ExprKind::Unary(UnaryOp::Not, *condition), Type::BOOL, *loc)
        })
        .collect();
    draft.rewrite(|number, mut stmt| {
        let branch = branches.iter().position(|(n, ..)| *n == number);
        let loc = stmt.loc;
        match (&mut stmt.kind, branch) {
            (
                StmtKind::If {
                    condition,
                    accept,
                    reject,
                },
                Some(branch),
            ) => {
                *condition = nots[branch];
                std::mem::swap(accept, reject);
                vec![emit(nots[branch], loc), stmt]
            }
            _ => vec![stmt],
        }
    });
    selects + count
}

fn more_barriers(draft: &mut Draft) -> usize {
    let mut places = 0;
    draft.rewrite(|_, stmt| match stmt.kind {
        StmtKind::Barrier(_) => {
            places += 1;
            vec![stmt.clone(), stmt]
        }
        _ => vec![stmt],
    });
    places
}

/// Evaluations at the top of a loop's body whose operands are known before it.
fn hoist(draft: &mut Draft) -> usize {
    let exprs = draft.function().exprs.clone();
    let mut places = 0;
    draft.rewrite(|_, mut stmt| {
        if !matches!(stmt.kind, StmtKind::For { .. } | StmtKind::Loop { .. }) {
            return vec![stmt];
        }
        let mut within = BTreeSet::new();
        introduced(std::slice::from_mut(&mut stmt), &mut within);
        let mut before = Vec::new();
        for body in ids::blocks(&mut stmt.kind) {
            for inner in std::mem::take(body) {
                let fixed = |id: ExprId| {
                    let mut fixed = true;
                    let kind = &exprs[id.index()].kind;
                    kind.for_each_operand(|operand| fixed &= !within.contains(&operand));
                    fixed
                };
                match inner.kind {
                    StmtKind::Emit(id) if fixed(id) => {
                        within.remove(&id);
                        before.push(inner);
                    }
                    _ => body.push(inner),
                }
            }
        }
        places += before.len();
        before.push(stmt);
        before
    });
    places
}

/// What statements introduce, those inside them too.
fn introduced(block: &mut [Stmt], within: &mut BTreeSet<ExprId>) {
    for stmt in block {
        ids::introduced(&mut stmt.kind, |id| {
            within.insert(*id);
        });
        for inner in ids::blocks(&mut stmt.kind) {
            introduced(inner, within);
        }
    }
}

/// How often each expression is read.
fn uses(function: &Function) -> Vec<usize> {
    let mut uses = vec![0; function.exprs.len()];
    for expr in &function.exprs {
        expr.kind.for_each_operand(|id| uses[id.index()] += 1);
    }
    for (_, stmt) in numbered(&function.body) {
        stmt.kind.for_each_operand(|id| uses[id.index()] += 1);
    }
    uses
}

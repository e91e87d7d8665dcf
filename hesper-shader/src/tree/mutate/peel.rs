//! Loops whose first trip is made before them.

use super::draft::{Draft, emit, numbered};
use super::rewrite::everywhere;
use super::{Kind, Variants, ids};
use crate::tree::{BinaryOp, Block, ExprId, ExprKind, Literal, Math, Stmt, StmtKind, Tree, Type};
use std::collections::BTreeMap;

pub(super) fn find(tree: &Tree, found: &mut Variants) {
    everywhere(tree, found, Kind::Peel, |draft| peel(draft, true));
    everywhere(tree, found, Kind::Peel, |draft| peel(draft, false));
}

/// Peels the loops inside which there are no others, or those inside which there are.
fn peel(draft: &mut Draft, innermost: bool) -> usize {
    let body = draft.function().body.clone();
    let loops = numbered(&body).into_iter().filter(|(_, stmt)| {
        let StmtKind::For { body, .. } = &stmt.kind else {
            return false;
        };
        let mut inside = numbered(body).into_iter();
        let is_loop =
            |stmt: &Stmt| matches!(stmt.kind, StmtKind::For { .. } | StmtKind::Loop { .. });
        !leaves(body) && inside.any(|(_, stmt)| is_loop(stmt)) != innermost
    });
    let loops: Vec<(usize, &Stmt)> = loops.collect();
    // The last first: numbers before it stay what they are.
    for (number, stmt) in loops.iter().rev() {
        peel_one(draft, *number, stmt);
    }
    loops.len()
}

/// Whether a body ends its trip, its loop or the function.
fn leaves(body: &Block) -> bool {
    body.iter().any(|stmt| match &stmt.kind {
        StmtKind::Break | StmtKind::Continue | StmtKind::Return(_) => true,
        StmtKind::If { accept, reject, .. } => leaves(accept) || leaves(reject),
        StmtKind::For { body, .. } | StmtKind::Loop { body } => {
            let mut inside = numbered(body).into_iter();
            inside.any(|(_, stmt)| matches!(stmt.kind, StmtKind::Return(_)))
        }
        _ => false,
    })
}

/// `if trips > 0 { body(0) } for n in 0..max(trips, 1) - 1 { body(n + 1) }`.
fn peel_one(draft: &mut Draft, number: usize, stmt: &Stmt) {
    let StmtKind::For {
        counter,
        trips,
        body,
    } = &stmt.kind
    else {
        return;
    };
    let loc = stmt.loc;
    let [zero, one] = [0, 1].map(|n| draft.literal(Literal::U32(n), loc));
    let first = copied(draft, body, *counter, zero);
    let any = ExprKind::Binary(BinaryOp::Greater, *trips, zero);
    let any = draft.add(any, Type::BOOL, loc);
    let most = draft.add(ExprKind::Math(Math::Max, vec![*trips, one]), Type::U32, loc);
    let rest = ExprKind::Binary(BinaryOp::Subtract, most, one);
    let rest = draft.add(rest, Type::U32, loc);
    let next = draft.literal(Literal::U32(0), loc);
    draft.substitute(*counter, next);
    draft.replace(next, ExprKind::Binary(BinaryOp::Add, *counter, one));
    draft.rewrite_one(number, |mut stmt| {
        if let StmtKind::For { trips, body, .. } = &mut stmt.kind {
            *trips = rest;
            body.insert(0, emit(next, loc));
        }
        let kind = StmtKind::If {
            condition: any,
            accept: first,
            reject: Vec::new(),
        };
        let first = Stmt { kind, loc };
        let emitted = [any, most, rest].map(|id| emit(id, loc));
        emitted.into_iter().chain([first, stmt]).collect()
    });
}

/// A copy of a loop's body that reads something else than the counter, all that it introduces as expressions of its own.
fn copied(draft: &mut Draft, body: &Block, counter: ExprId, read: ExprId) -> Block {
    let mut body = body.clone();
    let mut copies = BTreeMap::from([(counter, read)]);
    for (_, stmt) in numbered(&body) {
        ids::introduced(&mut stmt.kind.clone(), |id| {
            let expr = draft.function()[*id].clone();
            copies.insert(*id, draft.add(expr.kind, expr.ty, expr.loc));
        });
    }
    let copy = |id: &mut ExprId| *id = copies.get(id).copied().unwrap_or(*id);
    for new in copies.values().filter(|new| **new != read) {
        if let Some(expr) = draft.function().exprs.get_mut(new.index()) {
            ids::operands(&mut expr.kind, copy);
        }
    }
    ids::every(&mut body, &mut { copy });
    body
}

//! Barriers, guards, trips of loops, arguments of calls.

use super::draft::emit;
use super::look::{Look, becomes};
use super::{Kind, Variants};
use crate::tree::{BinaryOp, Block, ExprId, ExprKind, Literal, Math, Stmt, StmtKind, Type};

pub(super) fn find(look: &Look<'_>, found: &mut Variants) {
    for (number, stmt) in &look.statements {
        match &stmt.kind {
            StmtKind::Barrier(_) => {
                let words = "without the barrier".to_string();
                look.found(found, Kind::Barrier, stmt.loc, words, |draft| {
                    draft.rewrite_one(*number, |_| Vec::new());
                });
            }
            StmtKind::UniformLoad { place, result } => {
                let words = format!("`{}` read without barriers", look.texts.place(place));
                let kind = StmtKind::Load {
                    place: place.clone(),
                    result: *result,
                };
                look.found(found, Kind::Barrier, stmt.loc, words, |draft| {
                    draft.rewrite_one(*number, |stmt| vec![Stmt { kind, ..stmt }]);
                });
            }
            StmtKind::If {
                condition, reject, ..
            } => guard(look, found, *number, stmt, (*condition, reject)),
            StmtKind::For { trips, .. } => fewer(look, found, *number, stmt, *trips),
            StmtKind::Call { arguments, .. } => call(look, found, *number, stmt, arguments),
            _ => {}
        }
    }
}

/// One branch always; the other always, where there is one.
fn guard(
    look: &Look<'_>,
    found: &mut Variants,
    number: usize,
    stmt: &Stmt,
    (condition, reject): (ExprId, &Block),
) {
    let condition = look.texts.used(condition);
    let words = match reject.is_empty() {
        true => format!("without the guard `{condition}`"),
        false => format!("as if `{condition}`"),
    };
    look.found(found, Kind::Guard, stmt.loc, words, |draft| {
        draft.rewrite_one(number, |stmt| match stmt.kind {
            StmtKind::If { accept, .. } => accept,
            _ => vec![stmt],
        });
    });
    if reject.is_empty() {
        return;
    }
    let words = format!("as if not `{condition}`");
    look.found(found, Kind::Guard, stmt.loc, words, |draft| {
        draft.rewrite_one(number, |stmt| match stmt.kind {
            StmtKind::If { reject, .. } => reject,
            _ => vec![stmt],
        });
    });
}

/// `max(trips, 1) - 1` trips.
fn fewer(look: &Look<'_>, found: &mut Variants, number: usize, stmt: &Stmt, trips: ExprId) {
    let (words, loc) = (
        format!("`0..{}` without its last", look.texts.used(trips)),
        stmt.loc,
    );
    look.found(found, Kind::Trips, loc, words, |draft| {
        let one = draft.literal(Literal::U32(1), loc);
        let most = draft.add(ExprKind::Math(Math::Max, vec![trips, one]), Type::U32, loc);
        let fewer = ExprKind::Binary(BinaryOp::Subtract, most, one);
        let fewer = draft.add(fewer, Type::U32, loc);
        draft.rewrite_one(number, |mut stmt| {
            if let StmtKind::For { trips, .. } = &mut stmt.kind {
                *trips = fewer;
            }
            vec![emit(most, loc), emit(fewer, loc), stmt]
        });
    });
}

/// Each two neighbouring arguments of one type exchanged.
fn call(look: &Look<'_>, found: &mut Variants, number: usize, stmt: &Stmt, arguments: &[ExprId]) {
    let StmtKind::Call { function, .. } = &stmt.kind else {
        return;
    };
    let name = look.tree.functions.get(function.index());
    let name = name.map_or("?", |f| f.name.as_str());
    let text = |arguments: &[ExprId]| {
        let texts: Vec<String> = arguments.iter().map(|id| look.texts.used(*id)).collect();
        format!("{name}({})", texts.join(", "))
    };
    for at in 1..arguments.len() {
        let mut others = arguments.to_vec();
        others.swap(at - 1, at);
        if others == arguments || look.ty(others[at]) != look.ty(others[at - 1]) {
            continue;
        }
        let words = becomes(&text(arguments), &text(&others));
        look.found(found, Kind::Swap, stmt.loc, words, |draft| {
            draft.rewrite_one(number, |mut stmt| {
                if let StmtKind::Call { arguments, .. } = &mut stmt.kind {
                    *arguments = others;
                }
                vec![stmt]
            });
        });
    }
}

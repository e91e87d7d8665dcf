//! Accesses: indices moved and exchanged, writes left out, values that are out of date.

use super::draft::emit;
use super::look::{Look, becomes, place};
use super::same::is_first_zero;
use super::{Kind, Variants};
use crate::tree::{
    AtomicOp, AtomicUpdate, BinaryOp, Combine, ExprId, ExprKind, Literal, Loc, Place, Root, Step,
    Stmt, StmtKind, SubgroupOp, Type,
};

pub(super) fn find(look: &Look<'_>, found: &mut Variants) {
    for (number, stmt) in &look.statements {
        if let Some(place) = place(stmt) {
            indices(look, found, *number, stmt.loc, place);
        }
        left_out(look, found, *number, stmt);
        combined(look, found, *number, stmt);
    }
    for (id, expr) in look.exprs() {
        match &expr.kind {
            ExprKind::Component(vector, at) => component(look, found, id, *vector, *at),
            ExprKind::Binary(BinaryOp::Add, a, b) if look.feeds_index(id) => {
                flat(look, found, id, [*a, *b]);
            }
            _ => {}
        }
    }
    out_of_date(look, found);
}

/// Each index one further; two dimensions exchanged.
fn indices(look: &Look<'_>, found: &mut Variants, number: usize, loc: Loc, place: &Place) {
    let old = look.texts.place(place);
    let steps = place.path.iter().enumerate();
    let indices: Vec<(usize, ExprId)> = steps
        .filter_map(|(at, step)| match step {
            Step::Index(id) => Some((at, *id)),
            Step::Component(_) => None,
        })
        .collect();
    // One more than a constant is a constant changed.
    let is_fixed = |id: ExprId| matches!(look.function[id].kind, ExprKind::Literal(_));
    for (at, index) in indices.iter().filter(|(_, index)| !is_fixed(*index)) {
        let further = old.replacen(
            &format!("[{}]", look.texts.used(*index)),
            &format!("[{} + 1]", look.texts.used(*index)),
            1,
        );
        let words = becomes(&old, &further);
        look.found(found, Kind::Offset, loc, words, |draft| {
            let one = draft.literal(Literal::U32(1), loc);
            let sum = ExprKind::Binary(BinaryOp::Add, *index, one);
            let sum = draft.add(sum, Type::U32, loc);
            draft.rewrite_one(number, |mut stmt| {
                if let Some(place) = place_mut(&mut stmt.kind) {
                    place.path[*at] = Step::Index(sum);
                }
                vec![emit(sum, loc), stmt]
            });
        });
    }
    if let [(i, row), (j, column)] = indices[..]
        && row != column
    {
        let mut exchanged = place.clone();
        exchanged.path.swap(i, j);
        let words = becomes(&old, &look.texts.place(&exchanged));
        look.found(found, Kind::Transpose, loc, words, |draft| {
            draft.rewrite_one(number, |mut stmt| {
                if let Some(place) = place_mut(&mut stmt.kind) {
                    *place = exchanged;
                }
                vec![stmt]
            });
        });
    }
}

/// `column * width + row` for `row * width + column`.
fn flat(look: &Look<'_>, found: &mut Variants, id: ExprId, [a, b]: [ExprId; 2]) {
    for (product, other) in [(a, b), (b, a)] {
        let ExprKind::Binary(BinaryOp::Multiply, row, width) = look.function[product].kind else {
            continue;
        };
        let (loc, ty) = (look.function[id].loc, look.ty(id));
        let name = |id| look.texts.used(id);
        let new = format!("({} * {}) + {}", name(other), name(width), name(row));
        let words = becomes(&look.texts.defined(id), &new);
        look.found(found, Kind::Transpose, loc, words, |draft| {
            let product = ExprKind::Binary(BinaryOp::Multiply, other, width);
            let product = draft.before(id, product, ty, loc);
            draft.replace(id, ExprKind::Binary(BinaryOp::Add, product, row));
        });
    }
}

/// The next component of a position.
fn component(look: &Look<'_>, found: &mut Variants, id: ExprId, vector: ExprId, at: u8) {
    let size = look.ty(vector).size;
    let next = ExprKind::Component(vector, (at + 1) % size);
    look.becomes(found, Kind::Transpose, id, next);
}

/// A write that is left out.
fn left_out(look: &Look<'_>, found: &mut Variants, number: usize, stmt: &Stmt) {
    let (place, value) = match &stmt.kind {
        StmtKind::Store { place, value } if is_first_zero(look, number, place, *value) => return,
        StmtKind::Store { place, value } => (place, Some(*value)),
        StmtKind::Atomic {
            place,
            op: AtomicOp::Store(value) | AtomicOp::Update(_, value),
            result: None,
        } => (place, Some(*value)),
        _ => return,
    };
    let value = value.map_or(String::new(), |value| look.texts.used(value));
    let words = format!("without `{} = {value}`", look.texts.place(place));
    look.found(found, Kind::Stale, stmt.loc, words, |draft| {
        draft.rewrite_one(number, |_| Vec::new());
    });
}

/// A value that was read before its place was written anew.
fn out_of_date(look: &Look<'_>, found: &mut Variants) {
    let mut loads: Vec<(&Place, ExprId)> = Vec::new();
    let mut written: Vec<(Root, usize)> = Vec::new();
    for (_, stmt) in &look.statements {
        match &stmt.kind {
            StmtKind::Store { place, .. } => written.push((place.root, loads.len())),
            StmtKind::Load { place, result } => {
                let before = loads.iter().enumerate().rev();
                let same = before
                    .clone()
                    .find(|(_, (other, _))| same_place(look, other, place));
                let anew = |at: usize| {
                    written
                        .iter()
                        .any(|(root, n)| *root == place.root && *n > at)
                };
                if let Some((_, (_, stale))) = same.filter(|(at, _)| anew(*at)) {
                    let words = format!("`{}` as it was before", look.texts.place(place));
                    look.found(found, Kind::Stale, stmt.loc, words, |draft| {
                        draft.substitute(*result, *stale);
                    });
                }
                loads.push((place, *result));
            }
            _ => {}
        }
    }
}

/// Whether two places read the same as text: copies of an index expression are the same.
fn same_place(look: &Look<'_>, a: &Place, b: &Place) -> bool {
    a.root == b.root && look.texts.place(a) == look.texts.place(b)
}

/// Another way to combine values of invocations.
fn combined(look: &Look<'_>, found: &mut Variants, number: usize, stmt: &Stmt) {
    let (old, new, kind) = match &stmt.kind {
        StmtKind::Atomic {
            place,
            op: AtomicOp::Update(update, value),
            result,
        } => {
            let other = match update {
                AtomicUpdate::Add => AtomicUpdate::Subtract,
                AtomicUpdate::Max => AtomicUpdate::Min,
                AtomicUpdate::Min => AtomicUpdate::Max,
                _ => AtomicUpdate::Add,
            };
            let kind = StmtKind::Atomic {
                place: place.clone(),
                op: AtomicOp::Update(other, *value),
                result: *result,
            };
            (update.name(), other.name(), kind)
        }
        StmtKind::Subgroup { op, value, result } => {
            let other = match op {
                SubgroupOp::Reduce(Combine::Max) => SubgroupOp::Reduce(Combine::Min),
                SubgroupOp::Reduce(_) => SubgroupOp::Reduce(Combine::Max),
                SubgroupOp::InclusiveScan(combine) => SubgroupOp::ExclusiveScan(*combine),
                SubgroupOp::ExclusiveScan(combine) => SubgroupOp::InclusiveScan(*combine),
                SubgroupOp::Shuffle(by) => SubgroupOp::ShuffleXor(*by),
                SubgroupOp::ShuffleUp(by) => SubgroupOp::ShuffleDown(*by),
                SubgroupOp::ShuffleDown(by) => SubgroupOp::ShuffleUp(*by),
                SubgroupOp::ShuffleXor(by) => SubgroupOp::ShuffleDown(*by),
                SubgroupOp::All => SubgroupOp::Any,
                SubgroupOp::Any => SubgroupOp::All,
                _ => return,
            };
            let kind = StmtKind::Subgroup {
                op: other,
                value: *value,
                result: *result,
            };
            (op.name(), other.name(), kind)
        }
        _ => return,
    };
    look.found(found, Kind::Combine, stmt.loc, becomes(old, new), |draft| {
        draft.rewrite_one(number, |stmt| vec![Stmt { kind, ..stmt }]);
    });
}

fn place_mut(kind: &mut StmtKind) -> Option<&mut Place> {
    match kind {
        StmtKind::Load { place, .. }
        | StmtKind::Store { place, .. }
        | StmtKind::UniformLoad { place, .. }
        | StmtKind::Atomic { place, .. } => Some(place),
        _ => None,
    }
}

//! Operands of expressions and statements, replaced by others.

use crate::tree::{AtomicOp, Block, ExprId, ExprKind, Place, Step, StmtKind, SubgroupOp};

/// Replaces each operand of an expression.
pub(super) fn operands(kind: &mut ExprKind, mut f: impl FnMut(&mut ExprId)) {
    use ExprKind::*;
    match kind {
        Literal(_) | NegInfinity | Uniform(_) | Length(_) | BuiltinValue(_) | Argument(_)
        | Result => {}
        Unary(_, a) | Convert(a) | Splat(a) | Component(a, _) => f(a),
        Binary(_, a, b) => [a, b].into_iter().for_each(f),
        Math(_, operands) | Compose(operands) => operands.iter_mut().for_each(f),
        Select {
            condition,
            on_true,
            on_false,
        } => [condition, on_true, on_false].into_iter().for_each(f),
    }
}

/// Replaces what a statement reads, not in the blocks inside it.
pub(super) fn read(kind: &mut StmtKind, mut f: impl FnMut(&mut ExprId)) {
    match kind {
        StmtKind::Emit(_)
        | StmtKind::Loop { .. }
        | StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Aside { .. }
        | StmtKind::Barrier(_) => {}
        StmtKind::Load { place, .. } | StmtKind::UniformLoad { place, .. } => indices(place, f),
        StmtKind::Store { place, value } => {
            f(value);
            indices(place, f);
        }
        StmtKind::Atomic { place, op, .. } => {
            match op {
                AtomicOp::Load => {}
                AtomicOp::Store(value) | AtomicOp::Update(_, value) => f(value),
                AtomicOp::CompareExchangeWeak { expected, new, .. } => {
                    f(expected);
                    f(new);
                }
            }
            indices(place, f);
        }
        StmtKind::Subgroup { op, value, .. } => {
            f(value);
            lane(op).into_iter().for_each(f);
        }
        StmtKind::If { condition, .. } => f(condition),
        StmtKind::For { trips, .. } => f(trips),
        StmtKind::Return(value) => value.iter_mut().for_each(f),
        StmtKind::Call { arguments, .. } => arguments.iter_mut().for_each(f),
        StmtKind::Log { values, .. } => values.iter_mut().for_each(f),
    }
}

/// Replaces what a statement introduces: what it evaluates, or what it yields.
pub(super) fn introduced(kind: &mut StmtKind, mut f: impl FnMut(&mut ExprId)) {
    match kind {
        StmtKind::Emit(id)
        | StmtKind::Load { result: id, .. }
        | StmtKind::UniformLoad { result: id, .. }
        | StmtKind::Subgroup { result: id, .. }
        | StmtKind::For { counter: id, .. } => f(id),
        StmtKind::Atomic { op, result, .. } => {
            if let AtomicOp::CompareExchangeWeak { exchanged, .. } = op {
                f(exchanged);
            }
            result.iter_mut().for_each(f);
        }
        StmtKind::Call { result, .. } => result.iter_mut().for_each(f),
        StmtKind::Store { .. }
        | StmtKind::If { .. }
        | StmtKind::Loop { .. }
        | StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Return(_)
        | StmtKind::Barrier(_)
        | StmtKind::Aside { .. }
        | StmtKind::Log { .. } => {}
    }
}

/// Replaces each handle in a block, and in the blocks inside it.
pub(super) fn every(block: &mut Block, f: &mut impl FnMut(&mut ExprId)) {
    for stmt in block {
        read(&mut stmt.kind, &mut *f);
        introduced(&mut stmt.kind, &mut *f);
        for inner in blocks(&mut stmt.kind) {
            every(inner, f);
        }
    }
}

/// The blocks inside a statement.
pub(super) fn blocks(kind: &mut StmtKind) -> Vec<&mut Block> {
    match kind {
        StmtKind::If { accept, reject, .. } => vec![accept, reject],
        StmtKind::For { body, .. } | StmtKind::Loop { body } | StmtKind::Aside { body } => {
            vec![body]
        }
        _ => Vec::new(),
    }
}

fn indices(place: &mut Place, mut f: impl FnMut(&mut ExprId)) {
    for step in &mut place.path {
        if let Step::Index(id) = step {
            f(id);
        }
    }
}

fn lane(op: &mut SubgroupOp) -> Option<&mut ExprId> {
    use SubgroupOp::*;
    match op {
        Shuffle(id) | ShuffleUp(id) | ShuffleDown(id) | ShuffleXor(id) => Some(id),
        _ => None,
    }
}

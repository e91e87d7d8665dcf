//! Operands in another order, left out, or counted twice; signs.

use super::look::{Look, becomes};
use super::{Kind, Variants};
use crate::tree::{BinaryOp, Expr, ExprId, ExprKind, Math, UnaryOp};

pub(super) fn find(look: &Look<'_>, found: &mut Variants) {
    for (id, expr) in look.exprs() {
        match &expr.kind {
            ExprKind::Binary(op, a, b) => binary(look, found, id, *op, [*a, *b]),
            ExprKind::Unary(UnaryOp::Negate, a) => look.gone(found, Kind::Sign, id, *a),
            ExprKind::Unary(UnaryOp::Not, a) => look.gone(found, Kind::Guard, id, *a),
            ExprKind::Select {
                condition,
                on_true,
                on_false,
            } => {
                let swapped = ExprKind::Select {
                    condition: *condition,
                    on_true: *on_false,
                    on_false: *on_true,
                };
                look.becomes(found, Kind::Swap, id, swapped);
                for value in [on_true, on_false] {
                    look.gone(found, Kind::Guard, id, *value);
                }
            }
            ExprKind::Math(function, operands) => math(look, found, id, *function, operands),
            _ => {}
        }
    }
}

fn binary(look: &Look<'_>, found: &mut Variants, id: ExprId, op: BinaryOp, [a, b]: [ExprId; 2]) {
    use BinaryOp::*;
    if op.is_comparison() {
        return;
    }
    let commutes = matches!(
        op,
        Add | Multiply | WrappingAdd | WrappingMultiply | And | Or | Xor
    );
    if !commutes && a != b {
        look.becomes(found, Kind::Swap, id, ExprKind::Binary(op, b, a));
    }
    // `x + x` without a term is told once.
    look.gone(found, Kind::Drop, id, a);
    if a != b {
        look.gone(found, Kind::Drop, id, b);
    }
    let opposite = match op {
        Add => Some(Subtract),
        Subtract => Some(Add),
        WrappingAdd => Some(WrappingSubtract),
        WrappingSubtract => Some(WrappingAdd),
        _ => None,
    };
    if let Some(op) = opposite {
        look.becomes(found, Kind::Sign, id, ExprKind::Binary(op, a, b));
    }
    let counts = matches!(op, Add | Subtract | Multiply | Divide);
    if counts && look.ty(id).scalar.is_float() {
        duplicate(look, found, id, op, [a, b]);
    }
}

/// `(a + b) + b` for `a + b`.
fn duplicate(look: &Look<'_>, found: &mut Variants, id: ExprId, op: BinaryOp, [a, b]: [ExprId; 2]) {
    let (Expr { loc, ty, .. }, once) = (&look.function[id], look.texts.defined(id));
    let twice = format!("({once}) {} {}", op.symbol(), look.texts.used(b));
    let words = becomes(&once, &twice);
    look.found(found, Kind::Duplicate, *loc, words, |draft| {
        let first = draft.before(id, ExprKind::Binary(op, a, b), *ty, *loc);
        draft.replace(id, ExprKind::Binary(op, first, b));
    });
}

fn math(look: &Look<'_>, found: &mut Variants, id: ExprId, function: Math, operands: &[ExprId]) {
    let symmetric = matches!(
        function,
        Math::Max | Math::Min | Math::Dot | Math::Distance | Math::MulAdd
    );
    if let ([a, b, rest @ ..], false) = (operands, symmetric) {
        let swapped = [&[*b, *a], rest].concat();
        look.becomes(found, Kind::Swap, id, ExprKind::Math(function, swapped));
    }
    match (function, operands) {
        (Math::Max | Math::Min | Math::Powf, [a, b]) => {
            look.gone(found, Kind::Drop, id, *a);
            look.gone(found, Kind::Drop, id, *b);
        }
        (Math::Abs | Math::Clamp | Math::Saturate, [a, ..]) => look.gone(found, Kind::Drop, id, *a),
        (Math::MulAdd, [a, b, c]) => {
            let product = ExprKind::Binary(BinaryOp::Multiply, *a, *b);
            look.becomes(found, Kind::Drop, id, product);
            look.gone(found, Kind::Drop, id, *c);
        }
        _ => {}
    }
    let other = match function {
        Math::Max => Some(Math::Min),
        Math::Min => Some(Math::Max),
        Math::Sin => Some(Math::Cos),
        Math::Cos => Some(Math::Sin),
        _ => None,
    };
    if let Some(other) = other {
        look.becomes(
            found,
            Kind::Swap,
            id,
            ExprKind::Math(other, operands.to_vec()),
        );
    }
}

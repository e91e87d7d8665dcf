//! Constants, comparisons, and what a kernel is given by value.

use super::look::{Look, becomes};
use super::{Kind, Variants};
use crate::tree::{BinaryOp, Expr, ExprId, ExprKind, Literal, ParamId, ParamKind, Scalar, Type};

pub(super) fn find(look: &Look<'_>, found: &mut Variants) {
    for (id, expr) in look.exprs() {
        match &expr.kind {
            ExprKind::Literal(literal) => constant(look, found, id, *literal),
            ExprKind::NegInfinity => {
                for n in [0, 1] {
                    let number = crate::number::Number::integer(n);
                    let literal = ExprKind::Literal(Literal::F32(number));
                    look.becomes(found, Kind::Constant, id, literal);
                }
            }
            ExprKind::Binary(op, a, b) if op.is_comparison() => {
                for op in others(*op, look.ty(*a).scalar) {
                    if same_at_zero(look, op, *a, *b) {
                        continue;
                    }
                    look.becomes(found, Kind::Comparison, id, ExprKind::Binary(op, *a, *b));
                }
            }
            ExprKind::Uniform(param) => uniform(look, found, id, *param),
            ExprKind::Length(param) => length(look, found, id, *param),
            _ => {}
        }
    }
}

/// One more and one less in the last digit.
fn constant(look: &Look<'_>, found: &mut Variants, id: ExprId, literal: Literal) {
    let others = match literal {
        Literal::F32(x) => vec![x.next().map(Literal::F32), x.previous().map(Literal::F32)],
        Literal::U32(n) => vec![n.checked_add(1), n.checked_sub(1)]
            .into_iter()
            .map(|n| n.map(Literal::U32))
            .collect(),
        Literal::I32(n) => vec![n.checked_add(1), n.checked_sub(1)]
            .into_iter()
            .map(|n| n.map(Literal::I32))
            .collect(),
        Literal::Bool(b) => vec![Some(Literal::Bool(!b))],
    };
    for literal in others.into_iter().flatten() {
        look.becomes(found, Kind::Constant, id, ExprKind::Literal(literal));
    }
}

/// What differs at equality, and what goes the other way.
fn others(op: BinaryOp, of: Scalar) -> Vec<BinaryOp> {
    use BinaryOp::*;
    match op {
        Equal if of == Scalar::Bool => vec![NotEqual],
        Equal => vec![NotEqual, GreaterEqual, LessEqual],
        NotEqual => vec![Equal],
        Less => vec![LessEqual, Greater],
        LessEqual => vec![Less, GreaterEqual],
        Greater => vec![GreaterEqual, Less],
        GreaterEqual => vec![Greater, LessEqual],
        _ => Vec::new(),
    }
}

/// Whether `n == 0` becomes `n <= 0`, of what is never below.
fn same_at_zero(look: &Look<'_>, op: BinaryOp, a: ExprId, b: ExprId) -> bool {
    let zero = ExprKind::Literal(Literal::U32(0));
    let is_zero = |id: ExprId| look.function[id].kind == zero;
    match op {
        BinaryOp::LessEqual => is_zero(b),
        BinaryOp::GreaterEqual => is_zero(a),
        _ => false,
    }
}

/// Another of the same type, and one more than itself.
fn uniform(look: &Look<'_>, found: &mut Variants, id: ExprId, param: ParamId) {
    let params = look.tree.params.iter().enumerate();
    let Some(this) = look.tree.params.get(param.index()) else {
        return;
    };
    for (at, other) in params {
        if at != param.index() && other.kind == this.kind {
            let other = ParamId(at as u32);
            look.stands_for(found, id, [param, other], ExprKind::Uniform(other));
        }
    }
    if this.kind == ParamKind::Uniform(Scalar::U32) {
        one_more(look, found, id);
    }
}

fn length(look: &Look<'_>, found: &mut Variants, id: ExprId, param: ParamId) {
    for other in look.tree.counted().filter(|other| *other != param) {
        look.stands_for(found, id, [param, other], ExprKind::Length(other));
    }
    one_more(look, found, id);
}

/// One more, wherever it is read.
fn one_more(look: &Look<'_>, found: &mut Variants, id: ExprId) {
    let Expr { loc, kind, .. } = &look.function[id];
    let name = look.texts.used(id);
    for (reader, expr) in look.exprs() {
        let mut reads = false;
        expr.kind.for_each_operand(|operand| reads |= operand == id);
        // A sum with one more is a constant changed, or an index moved.
        if !reads
            || !matches!(
                expr.kind,
                ExprKind::Binary(
                    BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder,
                    ..
                )
            )
        {
            continue;
        }
        let words = format!(
            "{} in `{}`",
            becomes(&name, &format!("{name} + 1")),
            look.texts.defined(reader)
        );
        look.found(found, Kind::Uniform, *loc, words, |draft| {
            let one = draft.literal(Literal::U32(1), *loc);
            let same = draft.add(kind.clone(), Type::U32, *loc);
            let sum = ExprKind::Binary(BinaryOp::Add, same, one);
            let sum = draft.before(reader, sum, Type::U32, *loc);
            draft.read_in(reader, id, sum);
        });
    }
}

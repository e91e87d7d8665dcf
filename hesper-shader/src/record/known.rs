//! Conditions that are known while recording: what does not happen is not recorded.

use super::state::State;
use crate::tree::{BinaryOp, ExprId, ExprKind, Literal, Scalar, Type, UnaryOp};

/// Conditions on constants are short; a value may be used twice at each level.
const DEPTH: u32 = 10;

impl State {
    /// The integer that an index is, if it is a constant.
    pub(super) fn known_index(&self, index: ExprId) -> Option<u32> {
        match self.constant(index, DEPTH)? {
            Literal::U32(index) => Some(index),
            _ => None,
        }
    }

    /// Whether a condition holds, where constants of the host and literals alone decide it.
    pub(super) fn known(&self, condition: ExprId) -> Option<bool> {
        match self.constant(condition, DEPTH)? {
            Literal::Bool(holds) => Some(holds),
            _ => None,
        }
    }

    /// The constant that an expression is, looking so deep.
    fn constant(&self, id: ExprId, depth: u32) -> Option<Literal> {
        let depth = depth.checked_sub(1)?;
        match &self.get(id)?.kind {
            ExprKind::Literal(literal) if literal.scalar() != Scalar::F32 => Some(*literal),
            ExprKind::Unary(UnaryOp::Not, x) => match self.constant(*x, depth)? {
                Literal::Bool(x) => Some(Literal::Bool(!x)),
                _ => None,
            },
            ExprKind::Binary(op, x, y) if self.get(*x)?.ty.is_scalar() => {
                match (self.constant(*x, depth), self.constant(*y, depth)) {
                    (Some(Literal::Bool(x)), Some(Literal::Bool(y))) => truth(*op, x, y),
                    (Some(Literal::U32(x)), Some(Literal::U32(y))) => {
                        let literal = |n: i64| u32::try_from(n).ok().map(Literal::U32);
                        integers(*op, x.into(), y.into(), literal)
                    }
                    (Some(Literal::I32(x)), Some(Literal::I32(y))) => {
                        let literal = |n: i64| i32::try_from(n).ok().map(Literal::I32);
                        integers(*op, x.into(), y.into(), literal)
                    }
                    (Some(Literal::Bool(one)), None) | (None, Some(Literal::Bool(one))) => {
                        decides(*op, one)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The literal that stands for a truth value.
    pub(super) fn truth(&mut self, value: bool, loc: crate::tree::Loc) -> ExprId {
        self.expr(ExprKind::Literal(Literal::Bool(value)), Type::BOOL, loc)
    }
}

/// `false & x` and `true | x`, whatever x is.
fn decides(op: BinaryOp, one: bool) -> Option<Literal> {
    match (op, one) {
        (BinaryOp::And, false) | (BinaryOp::Or, true) => Some(Literal::Bool(one)),
        _ => None,
    }
}

fn truth(op: BinaryOp, x: bool, y: bool) -> Option<Literal> {
    let holds = match op {
        BinaryOp::And => x & y,
        BinaryOp::Or => x | y,
        BinaryOp::Xor | BinaryOp::NotEqual => x != y,
        BinaryOp::Equal => x == y,
        _ => return None,
    };
    Some(Literal::Bool(holds))
}

/// Comparisons, and arithmetic that neither wraps nor divides by zero.
fn integers(
    op: BinaryOp,
    x: i64,
    y: i64,
    literal: impl Fn(i64) -> Option<Literal>,
) -> Option<Literal> {
    let holds = match op {
        BinaryOp::Equal => x == y,
        BinaryOp::NotEqual => x != y,
        BinaryOp::Less => x < y,
        BinaryOp::LessEqual => x <= y,
        BinaryOp::Greater => x > y,
        BinaryOp::GreaterEqual => x >= y,
        BinaryOp::Add => return literal(x + y),
        BinaryOp::Subtract => return literal(x - y),
        BinaryOp::Multiply => return literal(x.checked_mul(y)?),
        BinaryOp::Divide => return literal(x.checked_div(y)?),
        BinaryOp::Remainder => return literal(x.checked_rem(y)?),
        _ => return None,
    };
    Some(Literal::Bool(holds))
}

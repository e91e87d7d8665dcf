//! Operators and conversions, scalar by scalar: integers wrap, `x / 0` is `x`, `x % 0` is 0, shifts count modulo 32, and floats saturate
//! where they become integers.

use super::Outcome;
use super::values::{Value, real};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, RealBinary, RealUnary};
use naga::{BinaryOperator, RelationalFunction, ScalarKind, UnaryOperator};

/// An operator with one operand.
pub(super) fn unary<D: Domain>(
    domain: &D,
    op: UnaryOperator,
    value: &Value<D::Value>,
) -> Outcome<Value<D::Value>> {
    value.map(&|value| {
        Ok(match (op, value) {
            (UnaryOperator::Negate, Value::Real(x)) => {
                Value::Real(domain.unary(RealUnary::Negate, *x))
            }
            (UnaryOperator::Negate, Value::I32(n)) => Value::I32(n.wrapping_neg()),
            (UnaryOperator::LogicalNot, Value::Bool(truth)) => Value::Bool(!truth),
            (UnaryOperator::BitwiseNot, Value::I32(n)) => Value::I32(!n),
            (UnaryOperator::BitwiseNot, Value::U32(n)) => Value::U32(!n),
            _ => return Err(format!("{op:?} of {value:?}")),
        })
    })
}

/// An operator with two operands.
pub(super) fn binary<D: Domain<Mask = bool>>(
    domain: &D,
    op: BinaryOperator,
    left: &Value<D::Value>,
    right: &Value<D::Value>,
) -> Outcome<Value<D::Value>> {
    left.zip(right, &|left, right| {
        let result = match (left, right) {
            (Value::Real(x), Value::Real(y)) => reals(domain, op, *x, *y),
            (Value::I32(m), Value::U32(n)) => signed_shift(op, *m, *n).map(Value::I32),
            (Value::I32(m), Value::I32(n)) => signed(op, *m, *n),
            (Value::U32(m), Value::U32(n)) => unsigned(op, *m, *n),
            (Value::Bool(p), Value::Bool(q)) => truths(op, *p, *q).map(Value::Bool),
            _ => None,
        };
        result.ok_or_else(|| format!("{op:?} of {left:?} and {right:?}"))
    })
}

fn reals<D: Domain<Mask = bool>>(
    domain: &D,
    op: BinaryOperator,
    x: D::Value,
    y: D::Value,
) -> Option<Value<D::Value>> {
    let computed = match op {
        BinaryOperator::Add => RealBinary::Add,
        BinaryOperator::Subtract => RealBinary::Subtract,
        BinaryOperator::Multiply => RealBinary::Multiply,
        BinaryOperator::Divide => RealBinary::Divide,
        BinaryOperator::Modulo => RealBinary::Remainder,
        _ => return Some(Value::Bool(domain.compare(comparison(op)?, x, y))),
    };
    Some(Value::Real(domain.binary(computed, x, y)))
}

fn comparison(op: BinaryOperator) -> Option<Comparison> {
    Some(match op {
        BinaryOperator::Equal => Comparison::Equal,
        BinaryOperator::NotEqual => Comparison::NotEqual,
        BinaryOperator::Less => Comparison::Less,
        BinaryOperator::LessEqual => Comparison::LessEqual,
        BinaryOperator::Greater => Comparison::Greater,
        BinaryOperator::GreaterEqual => Comparison::GreaterEqual,
        _ => return None,
    })
}

/// The operators that mean the same for both types of integers.
macro_rules! integers {
    ($name:ident, $variant:ident, $shift:ident) => {
        fn $name<V>(
            op: BinaryOperator,
            m: <$variant as Whole>::Of,
            n: <$variant as Whole>::Of,
        ) -> Option<Value<V>> {
            use BinaryOperator::*;
            Some(Value::$variant(match op {
                Add => m.wrapping_add(n),
                Subtract => m.wrapping_sub(n),
                Multiply => m.wrapping_mul(n),
                Divide if n == 0 => m,
                Divide => m.wrapping_div(n),
                Modulo if n == 0 => 0,
                Modulo => m.wrapping_rem(n),
                And => m & n,
                InclusiveOr => m | n,
                ExclusiveOr => m ^ n,
                ShiftLeft | ShiftRight => return $shift(op, m, n).map(Value::$variant),
                _ => return compared(comparison(op)?, m, n),
            }))
        }
    };
}

/// Names of value variants as types of integers.
trait Whole {
    type Of;
}
struct I32;
struct U32;
impl Whole for I32 {
    type Of = i32;
}
impl Whole for U32 {
    type Of = u32;
}

integers!(signed, I32, no_shift);
integers!(unsigned, U32, unsigned_shift);

fn compared<V, N: PartialOrd>(op: Comparison, m: N, n: N) -> Option<Value<V>> {
    Some(Value::Bool(match op {
        Comparison::Equal => m == n,
        Comparison::NotEqual => m != n,
        Comparison::Less => m < n,
        Comparison::LessEqual => m <= n,
        Comparison::Greater => m > n,
        Comparison::GreaterEqual => m >= n,
    }))
}

/// A shift by a signed amount does not exist.
fn no_shift(_: BinaryOperator, _: i32, _: i32) -> Option<i32> {
    None
}

fn signed_shift(op: BinaryOperator, n: i32, by: u32) -> Option<i32> {
    match op {
        BinaryOperator::ShiftLeft => Some(n.wrapping_shl(by)),
        BinaryOperator::ShiftRight => Some(n.wrapping_shr(by)),
        _ => None,
    }
}

fn unsigned_shift(op: BinaryOperator, n: u32, by: u32) -> Option<u32> {
    match op {
        BinaryOperator::ShiftLeft => Some(n.wrapping_shl(by)),
        BinaryOperator::ShiftRight => Some(n.wrapping_shr(by)),
        _ => None,
    }
}

fn truths(op: BinaryOperator, p: bool, q: bool) -> Option<bool> {
    Some(match op {
        BinaryOperator::And | BinaryOperator::LogicalAnd => p && q,
        BinaryOperator::InclusiveOr | BinaryOperator::LogicalOr => p || q,
        BinaryOperator::Equal => p == q,
        BinaryOperator::NotEqual => p != q,
        _ => return None,
    })
}

/// The value as another type of scalars.
pub(super) fn convert<D: Domain<Mask = bool>>(
    domain: &D,
    value: &Value<D::Value>,
    to: ScalarKind,
) -> Outcome<Value<D::Value>> {
    value.map(&|value| {
        let whole = match value {
            Value::I32(n) => i64::from(*n),
            Value::U32(n) => i64::from(*n),
            Value::Bool(truth) => i64::from(*truth),
            Value::Real(x) => return convert_real(domain, *x, to),
            other => return Err(format!("{other:?} is converted")),
        };
        match to {
            ScalarKind::Float => Ok(Value::Real(domain.from_integer(whole))),
            ScalarKind::Sint => Ok(Value::I32(whole as i32)),
            ScalarKind::Uint => Ok(Value::U32(whole as u32)),
            ScalarKind::Bool => Ok(Value::Bool(whole != 0)),
            other => Err(format!("a conversion to {other:?}")),
        }
    })
}

fn convert_real<D: Domain<Mask = bool>>(
    domain: &D,
    x: D::Value,
    to: ScalarKind,
) -> Outcome<Value<D::Value>> {
    let whole = |low, high| domain.to_integer(x, low, high).map_err(|e| e.to_string());
    let zero = domain.constant(Number::ZERO);
    match to {
        ScalarKind::Float => Ok(Value::Real(x)),
        ScalarKind::Sint => Ok(Value::I32(whole(i32::MIN.into(), i32::MAX.into())? as i32)),
        ScalarKind::Uint => Ok(Value::U32(whole(0, u32::MAX.into())? as u32)),
        ScalarKind::Bool => Ok(Value::Bool(domain.compare(Comparison::NotEqual, x, zero))),
        other => Err(format!("a conversion to {other:?}")),
    }
}

/// The same bits as another type. Bits become reals; that a domain's reals have bits is not said.
pub(super) fn bitcast<D: Domain>(
    domain: &D,
    value: &Value<D::Value>,
    to: ScalarKind,
) -> Outcome<Value<D::Value>> {
    value.map(&|value| {
        let bits = match value {
            Value::I32(n) => *n as u32,
            Value::U32(n) => *n,
            Value::Real(x) => domain.to_bits(*x).map_err(|e| e.to_string())?,
            other => return Err(format!("the bits of {other:?}")),
        };
        match to {
            ScalarKind::Float => Ok(Value::Real(real(domain, f32::from_bits(bits)))),
            ScalarKind::Sint => Ok(Value::I32(bits as i32)),
            ScalarKind::Uint => Ok(Value::U32(bits)),
            other => Err(format!("bits as {other:?}")),
        }
    })
}

/// `all` and `any`.
pub(super) fn relational<V: Copy + std::fmt::Debug>(
    fun: RelationalFunction,
    value: &Value<V>,
) -> Outcome<Value<V>> {
    let truths: Vec<bool> = match value {
        Value::Parts(parts) => parts.iter().map(Value::truth).collect::<Outcome<_>>()?,
        scalar => vec![scalar.truth()?],
    };
    match fun {
        RelationalFunction::All => Ok(Value::Bool(truths.iter().all(|t| *t))),
        RelationalFunction::Any => Ok(Value::Bool(truths.iter().any(|t| *t))),
        other => Err(format!("{other:?} is not known here")),
    }
}

/// `accept` where the condition holds, else `reject`; a vector of conditions chooses component by component.
pub(super) fn select<V: Copy + std::fmt::Debug>(
    condition: &Value<V>,
    accept: &Value<V>,
    reject: &Value<V>,
) -> Outcome<Value<V>> {
    let Value::Parts(conditions) = condition else {
        let chosen = if condition.truth()? { accept } else { reject };
        return Ok(chosen.clone());
    };
    let parts = conditions.iter().enumerate().map(|(at, condition)| {
        let chosen = if condition.truth()? { accept } else { reject };
        chosen.part(at)
    });
    Ok(Value::Parts(parts.collect::<Outcome<_>>()?))
}

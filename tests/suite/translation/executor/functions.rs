//! The builtin functions, by their formulas in the WGSL specification.

use super::Outcome;
use super::arithmetic::binary;
use super::values::Value;
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, RealBinary, RealUnary};
use naga::{BinaryOperator, MathFunction};

/// A builtin function of its arguments.
pub(super) fn call<D: Domain<Mask = bool>>(
    domain: &D,
    fun: MathFunction,
    arguments: &[Value<D::Value>],
) -> Outcome<Value<D::Value>> {
    use MathFunction::*;
    let real = |number| Value::Real(domain.constant(number));
    let compute = |op, x: &Value<_>, y: &Value<_>| binary(domain, op, x, y);
    match (fun, arguments) {
        (Clamp, [x, low, high]) => least(domain, &greatest(domain, x, low)?, high),
        (Max, [x, y]) => greatest(domain, x, y),
        (Min, [x, y]) => least(domain, x, y),
        (Pow, [x, y]) => x.zip(y, &|x, y| match (x, y) {
            (Value::Real(x), Value::Real(y)) => {
                Ok(Value::Real(domain.binary(RealBinary::Pow, *x, *y)))
            }
            _ => Err(format!("{x:?} to the power of {y:?}")),
        }),
        // x − ⌊x⌋
        (Fract, [x]) => {
            let whole = call(domain, Floor, arguments)?;
            compute(BinaryOperator::Subtract, x, &whole)
        }
        // x·(1 − a) + y·a
        (Mix, [x, y, a]) => {
            let rest = compute(BinaryOperator::Subtract, &real(Number::ONE), a)?;
            let x = compute(BinaryOperator::Multiply, x, &rest)?;
            let y = compute(BinaryOperator::Multiply, y, a)?;
            compute(BinaryOperator::Add, &x, &y)
        }
        // 1 where edge ≤ x, else 0
        (Step, [edge, x]) => edge.zip(x, &|edge, x| match (edge, x) {
            (Value::Real(edge), Value::Real(x)) => {
                let reached = domain.compare(Comparison::GreaterEqual, *x, *edge);
                Ok(real(if reached { Number::ONE } else { Number::ZERO }))
            }
            _ => Err(format!("a step of {x:?} at {edge:?}")),
        }),
        (Fma, [x, y, z]) => fma(domain, x, y, z),
        (Dot, [x, y]) => {
            let Value::Parts(products) = compute(BinaryOperator::Multiply, x, y)? else {
                return Err(format!("a dot product of {x:?}"));
            };
            let mut products = products.into_iter();
            let first = products.next().ok_or("a dot product of nothing")?;
            products.try_fold(first, |sum, p| compute(BinaryOperator::Add, &sum, &p))
        }
        (_, [x]) => x.map(&|x| match x {
            Value::Real(x) => {
                let op = of_a_real(fun).ok_or_else(|| format!("{fun:?} is not known here"))?;
                Ok(Value::Real(domain.unary(op, *x)))
            }
            Value::I32(n) if fun == Abs => Ok(Value::I32(n.wrapping_abs())),
            Value::U32(n) if fun == Abs => Ok(Value::U32(*n)),
            Value::I32(n) if fun == Sign => Ok(Value::I32(n.signum())),
            other => Err(format!("{fun:?} of {other:?}")),
        }),
        _ => Err(format!("{fun:?} is not known here")),
    }
}

fn of_a_real(fun: MathFunction) -> Option<RealUnary> {
    Some(match fun {
        MathFunction::Abs => RealUnary::Abs,
        MathFunction::Ceil => RealUnary::Ceil,
        MathFunction::Cos => RealUnary::Cos,
        MathFunction::Cosh => RealUnary::Cosh,
        MathFunction::Exp => RealUnary::Exp,
        MathFunction::Exp2 => RealUnary::Exp2,
        MathFunction::Floor => RealUnary::Floor,
        MathFunction::InverseSqrt => RealUnary::InverseSqrt,
        MathFunction::Log => RealUnary::Ln,
        MathFunction::Log2 => RealUnary::Log2,
        MathFunction::Round => RealUnary::RoundTiesEven,
        MathFunction::Sign => RealUnary::Sign,
        MathFunction::Sin => RealUnary::Sin,
        MathFunction::Sinh => RealUnary::Sinh,
        MathFunction::Sqrt => RealUnary::Sqrt,
        MathFunction::Tan => RealUnary::Tan,
        MathFunction::Tanh => RealUnary::Tanh,
        MathFunction::Trunc => RealUnary::Trunc,
        _ => return None,
    })
}

/// The greater of two, component by component.
pub(super) fn greatest<D: Domain>(
    domain: &D,
    x: &Value<D::Value>,
    y: &Value<D::Value>,
) -> Outcome<Value<D::Value>> {
    x.zip(y, &|x, y| {
        Ok(match (x, y) {
            (Value::Real(x), Value::Real(y)) => Value::Real(domain.binary(RealBinary::Max, *x, *y)),
            (Value::I32(m), Value::I32(n)) => Value::I32(*m.max(n)),
            (Value::U32(m), Value::U32(n)) => Value::U32(*m.max(n)),
            _ => return Err(format!("the greater of {x:?} and {y:?}")),
        })
    })
}

/// The lesser of two, component by component.
pub(super) fn least<D: Domain>(
    domain: &D,
    x: &Value<D::Value>,
    y: &Value<D::Value>,
) -> Outcome<Value<D::Value>> {
    x.zip(y, &|x, y| {
        Ok(match (x, y) {
            (Value::Real(x), Value::Real(y)) => Value::Real(domain.binary(RealBinary::Min, *x, *y)),
            (Value::I32(m), Value::I32(n)) => Value::I32(*m.min(n)),
            (Value::U32(m), Value::U32(n)) => Value::U32(*m.min(n)),
            _ => return Err(format!("the lesser of {x:?} and {y:?}")),
        })
    })
}

fn fma<D: Domain>(
    domain: &D,
    x: &Value<D::Value>,
    y: &Value<D::Value>,
    z: &Value<D::Value>,
) -> Outcome<Value<D::Value>> {
    match (x, y, z) {
        (Value::Real(x), Value::Real(y), Value::Real(z)) => {
            Ok(Value::Real(domain.mul_add(*x, *y, *z)))
        }
        (Value::Parts(all), ..) => {
            let parts = (0..all.len()).map(|i| fma(domain, &x.part(i)?, &y.part(i)?, &z.part(i)?));
            Ok(Value::Parts(parts.collect::<Outcome<_>>()?))
        }
        _ => Err(format!("fma of {x:?}, {y:?} and {z:?}")),
    }
}

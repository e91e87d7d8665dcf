//! The builtin functions, by their formulas in the WGSL specification.

use super::arithmetic::{binary, unary};
use super::values::Value;
use super::{Outcome, bits};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, RealBinary, RealUnary};
use naga::{BinaryOperator, MathFunction, UnaryOperator};

/// A builtin function of its arguments.
pub(super) fn call<D: Domain<Mask = bool>>(
    domain: &D,
    fun: MathFunction,
    arguments: &[Value<D::Value>],
) -> Outcome<Value<D::Value>> {
    use MathFunction::*;
    if let Some(outcome) = bits::call(domain, fun, arguments) {
        return outcome;
    }
    let real = |number| Value::Real(domain.constant(number));
    let compute = |op, x: &Value<_>, y: &Value<_>| binary(domain, op, x, y);
    match (fun, arguments) {
        (Clamp, [x, low, high]) => least(domain, &greatest(domain, x, low)?, high),
        (Max, [x, y]) => greatest(domain, x, y),
        (Min, [x, y]) => least(domain, x, y),
        (Pow, [x, y]) => two(domain, RealBinary::Pow, x, y),
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
        (Atan2, [y, x]) => two(domain, RealBinary::Atan2, y, x),
        // min(max(x, 0), 1)
        (Saturate, [x]) => {
            let above = greatest(domain, x, &real(Number::ZERO))?;
            least(domain, &above, &real(Number::ONE))
        }
        (Degrees, [x]) => compute(
            BinaryOperator::Multiply,
            x,
            &real(decimal("57.29577951308232")),
        ),
        (Radians, [x]) => compute(
            BinaryOperator::Multiply,
            x,
            &real(decimal("0.017453292519943295")),
        ),
        // t²·(3 − 2t) of t = (x − low)/(high − low), within 0 and 1
        (SmoothStep, [low, high, x]) => {
            let rise = compute(BinaryOperator::Subtract, high, low)?;
            let t = compute(BinaryOperator::Subtract, x, low)?;
            let t = [compute(BinaryOperator::Divide, &t, &rise)?];
            let t = call(domain, Saturate, &t)?;
            let double = compute(BinaryOperator::Multiply, &real(Number::integer(2)), &t)?;
            let rest = compute(BinaryOperator::Subtract, &real(Number::integer(3)), &double)?;
            let square = compute(BinaryOperator::Multiply, &t, &t)?;
            compute(BinaryOperator::Multiply, &square, &rest)
        }
        (Length, [x @ Value::Parts(_)]) => {
            let square = call(domain, Dot, &[x.clone(), x.clone()])?;
            call(domain, Sqrt, &[square])
        }
        (Length, [x]) => call(domain, Abs, std::slice::from_ref(x)),
        (Distance, [x, y]) => call(domain, Length, &[compute(BinaryOperator::Subtract, x, y)?]),
        (Normalize, [x]) => {
            let length = call(domain, Length, std::slice::from_ref(x))?;
            compute(BinaryOperator::Divide, x, &length)
        }
        (Cross, [x, y]) => {
            let minor = |i: usize, j: usize| {
                let first = compute(BinaryOperator::Multiply, &x.part(i)?, &y.part(j)?)?;
                let second = compute(BinaryOperator::Multiply, &x.part(j)?, &y.part(i)?)?;
                compute(BinaryOperator::Subtract, &first, &second)
            };
            Ok(Value::Parts(vec![minor(1, 2)?, minor(2, 0)?, minor(0, 1)?]))
        }
        // i − 2·(n·i)·n
        (Reflect, [i, n]) => {
            let along = call(domain, Dot, &[n.clone(), i.clone()])?;
            let twice = compute(BinaryOperator::Multiply, &real(Number::integer(2)), &along)?;
            let turned = compute(BinaryOperator::Multiply, &twice, n)?;
            compute(BinaryOperator::Subtract, i, &turned)
        }
        // n where g·i < 0, else −n
        (FaceForward, [n, i, g]) => match call(domain, Dot, &[i.clone(), g.clone()])? {
            Value::Real(along)
                if domain.compare(Comparison::Less, along, domain.constant(Number::ZERO)) =>
            {
                Ok(n.clone())
            }
            _ => unary(domain, UnaryOperator::Negate, n),
        },
        (Refract, [i, n, eta]) => refract(domain, i, n, eta),
        (Ldexp, [x, n]) => x.zip(n, &|x, n| match (x, n) {
            (Value::Real(x), Value::I32(n)) => {
                let n = (*n).clamp(-2000, 2000);
                Ok(Value::Real(domain.scale(*x, n)))
            }
            _ => Err(format!("{x:?} times two to the power of {n:?}")),
        }),
        (Frexp, [x]) => {
            let exponent = |x: &Value<D::Value>| match x {
                Value::Real(x) => {
                    let exponent = domain.unary(RealUnary::Exponent, *x);
                    let n = domain.to_integer(exponent, -2000, 2000);
                    Ok(Value::I32(n.map_err(|e| e.to_string())? as i32))
                }
                other => Err(format!("the exponent of {other:?}")),
            };
            let exponents = x.map(&exponent)?;
            let back = unary(domain, UnaryOperator::Negate, &exponents)?;
            let fraction = call(domain, Ldexp, &[x.clone(), back])?;
            Ok(Value::Parts(vec![fraction, exponents]))
        }
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

fn two<D: Domain>(
    domain: &D,
    op: RealBinary,
    x: &Value<D::Value>,
    y: &Value<D::Value>,
) -> Outcome<Value<D::Value>> {
    x.zip(y, &|x, y| match (x, y) {
        (Value::Real(x), Value::Real(y)) => Ok(Value::Real(domain.binary(op, *x, *y))),
        _ => Err(format!("{op:?} of {x:?} and {y:?}")),
    })
}

fn decimal(text: &str) -> Number {
    Number::parse(text).unwrap_or(Number::ZERO)
}

/// `η·i − (η·c + √k)·n` with `c = n·i` and `k = 1 − η²·(1 − c²)`; 0 where `k < 0`.
fn refract<D: Domain<Mask = bool>>(
    domain: &D,
    i: &Value<D::Value>,
    n: &Value<D::Value>,
    eta: &Value<D::Value>,
) -> Outcome<Value<D::Value>> {
    use BinaryOperator::{Add, Multiply, Subtract};
    let compute = |op, x: &Value<_>, y: &Value<_>| binary(domain, op, x, y);
    let (zero, one) = (domain.constant(Number::ZERO), domain.constant(Number::ONE));
    let cosine = call(domain, MathFunction::Dot, &[n.clone(), i.clone()])?;
    let square = compute(Multiply, &cosine, &cosine)?;
    let rest = compute(Subtract, &Value::Real(one), &square)?;
    let rest = compute(Multiply, &compute(Multiply, eta, eta)?, &rest)?;
    let Value::Real(k) = compute(Subtract, &Value::Real(one), &rest)? else {
        return Err(format!("a refraction with {eta:?}"));
    };
    if domain.compare(Comparison::Less, k, zero) {
        return compute(Multiply, i, &Value::Real(zero));
    }
    let root = Value::Real(domain.unary(RealUnary::Sqrt, k));
    let along = compute(Add, &compute(Multiply, eta, &cosine)?, &root)?;
    let bent = compute(Multiply, eta, i)?;
    compute(Subtract, &bent, &compute(Multiply, &along, n)?)
}

fn of_a_real(fun: MathFunction) -> Option<RealUnary> {
    Some(match fun {
        MathFunction::Abs => RealUnary::Abs,
        MathFunction::Acos => RealUnary::Acos,
        MathFunction::Acosh => RealUnary::Acosh,
        MathFunction::Asin => RealUnary::Asin,
        MathFunction::Asinh => RealUnary::Asinh,
        MathFunction::Atan => RealUnary::Atan,
        MathFunction::Atanh => RealUnary::Atanh,
        MathFunction::QuantizeToF16 => RealUnary::QuantizeToF16,
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

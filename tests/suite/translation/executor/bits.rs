//! The builtin functions of bits, bit by bit as the WGSL specification words them.

use super::Outcome;
use super::values::Value;
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, RealBinary, RealUnary};
use naga::MathFunction;

/// A function of bits of its arguments; `None` for all other functions.
pub(super) fn call<D: Domain<Mask = bool>>(
    domain: &D,
    fun: MathFunction,
    arguments: &[Value<D::Value>],
) -> Option<Outcome<Value<D::Value>>> {
    use MathFunction::*;
    Some(match (fun, arguments) {
        (CountOneBits | CountLeadingZeros | CountTrailingZeros | ReverseBits, [x])
        | (FirstLeadingBit | FirstTrailingBit, [x]) => x.map(&|x| of_one(fun, x)),
        (ExtractBits, [x, Value::U32(at), Value::U32(n)]) => {
            x.map(&|x| Ok(like(x, extracted(x, *at, *n)?)))
        }
        (InsertBits, [x, y, Value::U32(at), Value::U32(n)]) => x.zip(y, &|x, y| {
            let (mut bits, new) = (bits_of(x)?, bits_of(y)?);
            for k in (0..32).filter(|k| u64::from(*k) < u64::from(*n)) {
                if let Some(to) = at.checked_add(k).filter(|to| *to < 32) {
                    bits = bits & !(1 << to) | (new >> k & 1) << to;
                }
            }
            Ok(like(x, bits))
        }),
        (Pack4x8snorm | Pack4x8unorm | Pack2x16snorm | Pack2x16unorm | Pack2x16float, [v])
        | (Pack4xI8 | Pack4xU8 | Pack4xI8Clamp | Pack4xU8Clamp, [v]) => packed(domain, fun, v),
        (
            Unpack4x8snorm | Unpack4x8unorm | Unpack2x16snorm | Unpack2x16unorm | Unpack2x16float
            | Unpack4xI8 | Unpack4xU8,
            [Value::U32(word)],
        ) => unpacked(domain, fun, *word),
        (Dot4I8Packed, [Value::U32(x), Value::U32(y)]) => {
            let products = x.to_le_bytes().into_iter().zip(y.to_le_bytes());
            let products = products.map(|(x, y)| i32::from(x as i8) * i32::from(y as i8));
            Ok(Value::I32(products.sum()))
        }
        (Dot4U8Packed, [Value::U32(x), Value::U32(y)]) => {
            let products = x.to_le_bytes().into_iter().zip(y.to_le_bytes());
            let products = products.map(|(x, y)| u32::from(x) * u32::from(y));
            Ok(Value::U32(products.sum()))
        }
        _ => return None,
    })
}

fn bits_of<V: Copy + std::fmt::Debug>(x: &Value<V>) -> Outcome<u32> {
    match x {
        Value::I32(n) => Ok(*n as u32),
        Value::U32(n) => Ok(*n),
        other => Err(format!("the bits of {other:?}")),
    }
}

/// Bits as the integer type that another value has.
fn like<V>(x: &Value<V>, bits: u32) -> Value<V> {
    match x {
        Value::I32(_) => Value::I32(bits as i32),
        _ => Value::U32(bits),
    }
}

fn of_one<V: Copy + std::fmt::Debug>(fun: MathFunction, x: &Value<V>) -> Outcome<Value<V>> {
    let bits = bits_of(x)?;
    let set = |k: &u32| bits >> k & 1 == 1;
    let places = 0..32;
    let found = match fun {
        MathFunction::CountOneBits => places.filter(set).count() as u32,
        MathFunction::CountLeadingZeros => places.rev().take_while(|k| !set(k)).count() as u32,
        MathFunction::CountTrailingZeros => places.take_while(|k| !set(k)).count() as u32,
        MathFunction::ReverseBits => places.fold(0, |out, k| out << 1 | bits >> k & 1),
        MathFunction::FirstTrailingBit => places.clone().find(set).unwrap_or(u32::MAX),
        _ => {
            // Of a negative number the highest 0.
            let sign = matches!(x, Value::I32(n) if *n < 0);
            places.rev().find(|k| set(k) != sign).unwrap_or(u32::MAX)
        }
    };
    Ok(like(x, found))
}

fn extracted<V: Copy + std::fmt::Debug>(x: &Value<V>, at: u32, n: u32) -> Outcome<u32> {
    let bits = bits_of(x)?;
    let (mut out, mut last) = (0, 0);
    let mut count = 0;
    while count < n && at.saturating_add(count) < 32 {
        last = bits >> (at + count) & 1;
        out |= last << count;
        count += 1;
    }
    if matches!(x, Value::I32(_)) && last == 1 {
        (count..32).for_each(|k| out |= 1 << k);
    }
    Ok(out)
}

fn packed<D: Domain<Mask = bool>>(
    domain: &D,
    fun: MathFunction,
    v: &Value<D::Value>,
) -> Outcome<Value<D::Value>> {
    use MathFunction::*;
    let Value::Parts(parts) = v else {
        return Err(format!("{fun:?} of {v:?}"));
    };
    let width = 32 / parts.len() as u32;
    let number = |n: i64| domain.constant(Number::integer(n));
    let scaled = |x: D::Value, low: i64, steps: i64| {
        let x = domain.binary(RealBinary::Max, x, number(low));
        let x = domain.binary(RealBinary::Min, x, number(1));
        let x = domain.binary(RealBinary::Multiply, number(steps), x);
        let half = domain.constant(Number::parse("0.5").map_err(|e| e.to_string())?);
        let x = domain.unary(RealUnary::Floor, domain.binary(RealBinary::Add, half, x));
        let n = domain.to_integer(x, -steps, steps);
        n.map(|n| n as u32).map_err(|e| e.to_string())
    };
    let part = |x: &Value<D::Value>| match (fun, x) {
        (Pack4x8snorm, Value::Real(x)) => scaled(*x, -1, 127),
        (Pack4x8unorm, Value::Real(x)) => scaled(*x, 0, 255),
        (Pack2x16snorm, Value::Real(x)) => scaled(*x, -1, 32767),
        (Pack2x16unorm, Value::Real(x)) => scaled(*x, 0, 65535),
        (Pack2x16float, Value::Real(x)) => {
            let x = domain.unary(RealUnary::QuantizeToF16, *x);
            let bits = domain.to_bits(x).map_err(|e| e.to_string())?;
            half_of(f32::from_bits(bits))
        }
        (Pack4xI8, Value::I32(n)) => Ok(*n as u32),
        (Pack4xI8Clamp, Value::I32(n)) => Ok((*n).clamp(-128, 127) as u32),
        (Pack4xU8, Value::U32(n)) => Ok(*n),
        (Pack4xU8Clamp, Value::U32(n)) => Ok((*n).min(255)),
        _ => Err(format!("{fun:?} of {v:?}")),
    };
    let mut word = 0;
    for (k, x) in parts.iter().enumerate() {
        word |= (part(x)? << (32 - width)) >> (32 - width) << (width * k as u32);
    }
    Ok(Value::U32(word))
}

/// The bits of binary16 that stand for a number: whichever does.
fn half_of(x: f32) -> Outcome<u32> {
    let same =
        |bits: &u16| half(*bits).to_bits() == x.to_bits() || x.is_nan() && half(*bits).is_nan();
    let found = (0..=u16::MAX).find(same);
    found
        .map(u32::from)
        .ok_or(format!("{x} is not of binary16"))
}

fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023) / 1024.0);
    match exponent {
        0 => sign * fraction * 2.0f32.powi(-14),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        _ => sign * (1.0 + fraction) * 2.0f32.powi(exponent - 15),
    }
}

fn unpacked<D: Domain<Mask = bool>>(
    domain: &D,
    fun: MathFunction,
    word: u32,
) -> Outcome<Value<D::Value>> {
    use MathFunction::*;
    let halves = matches!(fun, Unpack2x16snorm | Unpack2x16unorm | Unpack2x16float);
    let width = if halves { 16 } else { 8 };
    let number = |n: i64| domain.constant(Number::integer(n));
    let over = |n: i64, steps: i64| {
        let x = domain.binary(RealBinary::Divide, domain.from_integer(n), number(steps));
        // −1 where the least integer is one step further.
        let below = domain.compare(Comparison::Less, x, number(-1));
        Value::Real(domain.select(below, number(-1), x))
    };
    let part = |k: u32| {
        let bits = word >> (k * width) & ((1 << width) - 1);
        match fun {
            Unpack4x8snorm => over((bits as i8).into(), 127),
            Unpack4x8unorm => over(bits.into(), 255),
            Unpack2x16snorm => over((bits as i16).into(), 32767),
            Unpack2x16unorm => over(bits.into(), 65535),
            Unpack2x16float => Value::Real(domain.from_f32(half(bits as u16))),
            Unpack4xI8 => Value::I32((bits as i8).into()),
            _ => Value::U32(bits),
        }
    };
    Ok(Value::Parts((0..32 / width).map(part).collect()))
}

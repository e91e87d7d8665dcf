//! The float domains, row by row.

mod bits;

use crate::domain::{Comparison, Domain, F32, F64, Format, RealBinary, RealUnary};
use crate::number::Number;
use std::fmt::Debug;

const SPECIAL: [f32; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -2.5,
    3.75,
    1e-40,
    1e30,
    -1e30,
    f32::MAX,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
];
const COMPARISONS: [Comparison; 6] = {
    use Comparison::*;
    [Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual]
};

#[track_caller]
fn same<T: Debug>(found: T, expected: T, what: impl Debug) {
    assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{what:?}");
}

/// Column operations give what the operations give; on lanes that are off anything may stand.
fn columns_agree<D: Domain<Mask = bool>>(domain: &D) {
    let pairs = SPECIAL.iter().flat_map(|x| SPECIAL.map(|y| (*x, y)));
    let (x, y): (Vec<_>, Vec<_>) = pairs
        .map(|(x, y)| (domain.from_f32(x), domain.from_f32(y)))
        .unzip();
    let active: Vec<bool> = (0..x.len()).map(|i| i % 3 != 0).collect();
    let mut out = x.clone();
    let mut truths = vec![false; x.len()];
    let lanes = || (0..x.len()).filter(|i| active[*i]);
    for op in RealUnary::ALL {
        domain.unary_column(op, &x, &active, &mut out);
        lanes().for_each(|i| same(out[i], domain.unary(op, x[i]), (op, x[i])));
    }
    for op in RealBinary::ALL {
        domain.binary_column(op, &x, &y, &active, &mut out);
        lanes().for_each(|i| same(out[i], domain.binary(op, x[i], y[i]), (op, x[i], y[i])));
    }
    for op in COMPARISONS {
        domain.compare_column(op, &x, &y, &active, &mut truths);
        lanes().for_each(|i| assert_eq!(truths[i], domain.compare(op, x[i], y[i]), "{op:?}"));
    }
    domain.mul_add_column(&x, &y, &x, &active, &mut out);
    lanes().for_each(|i| same(out[i], domain.mul_add(x[i], y[i], x[i]), (x[i], y[i])));
    domain.select_column(&truths, &x, &y, &active, &mut out);
    lanes().for_each(|i| same(out[i], domain.select(truths[i], x[i], y[i]), (x[i], y[i])));
}

#[test]
fn columns_agree_with_scalars() {
    columns_agree(&F32);
    columns_agree(&F64);
}

#[test]
#[rustfmt::skip]
fn rows() {
    use RealUnary::*;
    let (inf, nan) = (f32::INFINITY, f32::NAN);
    for (op, x, expected) in [
        (Negate, 0.0, -0.0), (Abs, -2.0, 2.0), (Sign, -0.5, -1.0), (Sign, -0.0, 0.0), (Sign, nan, 0.0),
        (Floor, -0.5, -1.0), (Ceil, 0.5, 1.0), (Trunc, -1.75, -1.0), (RoundTiesEven, 0.5, 0.0),
        (RoundTiesEven, 1.5, 2.0), (RoundTiesEven, -2.5, -2.0), (Sqrt, 9.0, 3.0), (Sqrt, -1.0, nan),
        (InverseSqrt, 4.0, 0.5), (Exp, 0.0, 1.0), (Exp, -inf, 0.0), (Exp2, -1.0, 0.5), (Ln, 1.0, 0.0),
        (Ln, 0.0, -inf), (Log2, 0.25, -2.0), (Sin, 0.0, 0.0), (Cos, 0.0, 1.0), (Tan, 0.0, 0.0),
        (Sinh, 0.0, 0.0), (Cosh, 0.0, 1.0), (Tanh, inf, 1.0), (Erf, inf, 1.0), (Erf, 0.0, 0.0),
        (Asin, 0.0, 0.0), (Asin, 1.5, nan), (Acos, 1.0, 0.0), (Acos, -2.0, nan), (Atan, -0.0, -0.0), (Asinh, 0.0, 0.0),
        (Acosh, 1.0, 0.0), (Acosh, 0.5, nan), (Atanh, 1.0, inf), (Atanh, 0.0, 0.0), (Atanh, 2.0, nan),
        (QuantizeToF16, 2049.0, 2048.0), (QuantizeToF16, 1e30, inf), (QuantizeToF16, nan, nan),
        (Exponent, -8.0, 4.0), (Exponent, 0.75, 0.0), (Exponent, 0.0, 0.0), (Exponent, nan, 0.0), (Exponent, 1e-40, -132.0),
    ] {
        same(F32.unary(op, x), expected, (op, x));
        same(F64.unary(op, x.into()), expected.into(), (op, x));
    }
    use RealBinary::*;
    for (op, x, y, expected) in [
        (Add, 1.0, 2.0, 3.0), (Subtract, 1.0, 2.0, -1.0), (Multiply, 3.0, -2.0, -6.0), (Divide, 1.0, -4.0, -0.25),
        (Divide, -1.0, 0.0, -inf), (Remainder, 5.5, 2.0, 1.5), (Remainder, -5.5, 2.0, -1.5), (Max, 1.0, 2.0, 2.0),
        (Min, 1.0, 2.0, 1.0), (Pow, 2.0, 0.5, std::f32::consts::SQRT_2), (Pow, -2.0, 2.0, nan),
        (Max, nan, 2.0, 2.0), (Max, 2.0, nan, 2.0), (Max, nan, nan, nan), (Min, nan, 2.0, 2.0), (Min, 2.0, nan, 2.0),
        (Min, nan, nan, nan), (Max, nan, -inf, -inf), (Min, inf, nan, inf),
        (Atan2, 0.0, 1.0, 0.0), (Atan2, -0.0, 1.0, -0.0), (Atan2, 0.0, 0.0, 0.0), (Atan2, nan, 1.0, nan),
    ] {
        same(F32.binary(op, x, y), expected, (op, x, y));
        if y != 0.5 {
            same(F64.binary(op, x.into(), y.into()), expected.into(), (op, x, y));
        }
    }
    for (x, n, expected) in [(3.0, 4, 48.0), (1.0, -149, 1e-45), (1.0, 500, inf), (-0.0, 9, -0.0), (1e-45, 149, 1.0), (nan, 3, nan)] {
        same(F32.scale(x, n), expected, (x, n));
    }
    for (x, low, high, expected) in [
        (1.9, -9, 9, 1), (-1.9, -9, 9, -1), (1e30, -9, 9, 9), (-inf, 0, 9, 0), (nan, -9, 9, 0), (-0.5, 0, 9, 0),
    ] {
        assert_eq!(F32.to_integer(x, low, high), Ok(expected), "{x}");
        assert_eq!(F64.to_integer(x.into(), low, high), Ok(expected), "{x}");
    }
}

#[test]
fn constants_are_rounded_once() {
    let tenth = Number::parse("0.1").unwrap();
    assert_eq!((F32.constant(tenth), F64.constant(tenth)), (0.1, 0.1));
    assert_eq!(
        (F32.from_integer(16_777_217), F64.from_integer(16_777_217)),
        (16_777_216.0, 16_777_217.0)
    );
    for (format, real, expected) in [
        (Format::Binary32, 2049.0, 2049.0),
        (Format::Binary16, 2049.0, 2048.0),
        (Format::Binary16, 1e6, f32::INFINITY),
    ] {
        assert_eq!(F32.round(format, real), expected, "{format:?} {real}");
        let real = f64::from(real);
        assert_eq!(F64.round(format, real), real, "{format:?} {real}");
    }
    assert_eq!(
        (F32.name(), F64.name()),
        ("f32".to_string(), "f64".to_string())
    );
    assert_eq!(
        (
            F32.powi(2.0, -2),
            F32.powi(3.0, 0),
            F64.sum(&[1.0, 2.0, 3.0])
        ),
        (0.25, 1.0, 6.0)
    );
}

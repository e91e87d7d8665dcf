//! One bound for each operation, on numbers that are rounded.

use super::allowed::{NORMAL, SLACK, Settled, UNIT, is_binary32, unbounded};
use super::rounding::Rounding;
use hesper_shader::domain::{Domain, F64, RealUnary};
use std::f64::consts::PI;

/// A result between exact ends, rounded to one of so many units in the last place at each.
pub(super) fn rounded(to: &Rounding, result: Settled, ulps: [f64; 2]) -> Settled {
    let at = |end: f64, ulps: f64| {
        // Below the normal numbers a unit in the last place stays what it is.
        (ulps * to.unit + SLACK) * end.abs().max(to.normal)
    };
    let by = [at(result.low, ulps[0]), at(result.high, ulps[1])];
    to.bounded(to.flushed(result.wider(by)))
}

/// What a function of two numbers yields between its values at the corners, if these are all numbers.
fn corners(value: f64, x: Settled, y: Settled, f: impl Fn(f64, f64) -> f64) -> Settled {
    if x.is_unbounded() || y.is_unbounded() {
        return unbounded(value);
    }
    let (a, b) = (f(x.low, y.low), f(x.high, y.high));
    let (c, d) = (f(x.low, y.high), f(x.high, y.low));
    // What is no number at a corner is none in the sum either.
    if (a + b + c + d).is_nan() {
        return unbounded(value);
    }
    Settled {
        value,
        low: a.min(b).min(c.min(d)),
        high: a.max(b).max(c.max(d)),
    }
}

fn between(value: f64, ends: &[f64]) -> Settled {
    if ends.iter().any(|end| end.is_nan()) {
        return unbounded(value);
    }
    Settled {
        value,
        low: ends.iter().copied().fold(value, f64::min),
        high: ends.iter().copied().fold(value, f64::max),
    }
}

/// `x·y`.
pub(super) fn multiply(x: Settled, y: Settled) -> Settled {
    for (mask, other) in [(x, y), (y, x)] {
        // Minus infinity as a mask stays that.
        if mask.is_mask() && other.low > 0.0 && other.high.is_finite() {
            return mask;
        }
    }
    let value = x.value * y.value;
    if x.is_exact() && y.is_exact() && (value == 0.0 || value.abs() >= 2.0 * NORMAL) {
        // The product of two numbers of binary32 is exact in binary64.
        if is_binary32(value) {
            return Settled::exact(value);
        }
        let by = UNIT * value.abs();
        return Settled::exact(value).wider([by; 2]);
    }
    let product = corners(value, x.flushed(), y.flushed(), |x, y| x * y);
    rounded(&Rounding::BINARY32, product, [1.0; 2])
}

/// `x/y`, which WGSL bounds where `|y|` is between 2⁻¹²⁶ and 2¹²⁶; in binary16 between 2⁻¹⁴ and 2¹⁴.
pub(super) fn divide(to: &Rounding, x: Settled, y: Settled, ulps: f64) -> Settled {
    let (value, x, y) = (x.value / y.value, to.flushed(x), to.flushed(y));
    if y.near() < to.normal || y.reach() > 1.0 / to.normal {
        return unbounded(value);
    }
    rounded(to, corners(value, x, y, |x, y| x / y), [ulps; 2])
}

/// What an exact function yields while its operand moves as far as it may; without bound beyond its domain.
fn exact(op: RealUnary, x: Settled) -> Settled {
    let of = |x: f64| F64.unary(op, x);
    let (value, x) = (of(x.value), x.flushed());
    // What is unbounded may be NaN.
    if x.is_unbounded() {
        return unbounded(value);
    }
    match op {
        // By slopes of at most 1.
        RealUnary::Sin | RealUnary::Cos => Settled::exact(value).wider([x.error(); 2]),
        // Least next to 0, and even.
        RealUnary::Cosh | RealUnary::Abs | RealUnary::Exponent => {
            between(value, &[of(x.near()), of(x.reach())])
        }
        // Poles, which the definition knows of.
        RealUnary::Tan => unbounded(value),
        // The rest rises, or falls, all along.
        _ => between(value, &[of(x.low), of(x.high)]),
    }
}

/// A function that yields a number of binary32 for one: steps, signs and magnitudes.
pub(super) fn stepped(op: RealUnary, x: Settled) -> Settled {
    exact(op, x).flushed().bounded()
}

/// `eˣ` or `2ˣ`, to `3 + 2·|x|` units in the last place; in binary16 `1 + 2·|x|`.
pub(super) fn exponential(to: &Rounding, op: RealUnary, x: Settled) -> Settled {
    if x.is_mask() {
        return Settled::exact(0.0);
    }
    let ulps = |x: f64| to.exponential + 2.0 * (x.abs() + NORMAL);
    // Where the result is as good as 0 a unit in the last place is the same everywhere, and most are granted to the greatest operand.
    let least = ulps(x.reach()) * to.unit * to.normal;
    let result = rounded(to, exact(op, x), [x.low, x.high].map(ulps));
    to.bounded(result.wider([least; 2]))
}

/// To `2⁻²¹` on `[½, 2]`, in binary16 to `2⁻⁷`; elsewhere to 3 units in the last place.
pub(super) fn logarithm(to: &Rounding, op: RealUnary, x: Settled) -> Settled {
    let result = exact(op, x);
    if x.low <= 0.0 || to.flushed(x).low <= 0.0 {
        return unbounded(result.value);
    }
    let far = rounded(to, result, [3.0; 2]);
    if x.low > 2.0 || x.high < 0.5 {
        return far;
    }
    let near = result.wider([to.logarithm + SLACK; 2]);
    Settled {
        low: near.low.min(far.low),
        high: near.high.max(far.high),
        ..far
    }
}

/// Sine or cosine, to `2⁻¹¹` on `[−π, π]`, in binary16 to `2⁻⁷`.
pub(super) fn circular(to: &Rounding, op: RealUnary, x: Settled) -> Settled {
    let result = exact(op, x);
    if x.reach() > PI {
        return unbounded(result.value);
    }
    result.wider([to.circular + SLACK; 2])
}

/// To so many units in the last place.
pub(super) fn function(to: &Rounding, op: RealUnary, x: Settled, ulps: f64) -> Settled {
    rounded(to, exact(op, x), [ulps; 2])
}

/// The angle of the point `(x, y)`: of a box without the origin the corners have the extreme ones. Across the negative half of the axis it jumps.
pub(super) fn angle(to: &Rounding, value: f64, y: Settled, x: Settled, ulps: f64) -> Settled {
    let (y, x) = (to.flushed(y), to.flushed(x));
    let in_range = |s: Settled| s.near() >= to.normal && s.reach() <= 1.0 / to.normal;
    let jumps = x.low < 0.0 && y.near() < to.normal;
    let is_zero = y == Settled::exact(0.0);
    if !in_range(x) || !(is_zero || in_range(y)) || jumps {
        return unbounded(value);
    }
    rounded(to, corners(value, y, x, f64::atan2), [ulps; 2])
}

/// The greater or the lesser, by `f`.
pub(super) fn chosen(value: f64, x: Settled, y: Settled, f: fn(f64, f64) -> f64) -> Settled {
    if x.is_unbounded() || y.is_unbounded() {
        return unbounded(value);
    }
    let (x, y) = (x.flushed(), y.flushed());
    let (low, high) = (f(x.low, y.low), f(x.high, y.high));
    Settled { value, low, high }
}

/// A neighbour in binary16, or zero where it is subnormal there; WGSL promises nothing beyond the greatest.
pub(super) fn binary16(x: Settled) -> Settled {
    let (to, value) = (&Rounding::BINARY16, x.value);
    if x.is_mask() {
        return x;
    }
    let is_there = F64.unary(RealUnary::QuantizeToF16, value) == value;
    if x.is_exact() && is_there && (value == 0.0 || value.abs() >= to.normal) {
        return x;
    }
    rounded(to, x, [1.0; 2])
}

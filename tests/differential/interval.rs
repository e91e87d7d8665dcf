//! A set of reals between two bounds, and the operations that WGSL bounds: the accuracy table of its section on floating point.
//!
//! The bounds of an interval are binary32 numbers, computed in binary64 and rounded outwards. Where WGSL bounds nothing (outside of a
//! function's domain, beyond the range of binary32) an interval is [unbounded](Interval::UNBOUNDED), and holds NaN too. Fused
//! operations lie within the bounds of separate ones. Sums may be added up in another order, so an interval remembers what it is the
//! sum of.

use hesper_shader::domain::Value;
use std::f64::consts::PI;

/// A set of reals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The least.
    pub low: f64,
    /// The greatest.
    pub high: f64,
    terms: Terms,
}

/// What a number is the sum of.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Terms {
    count: f64,
    /// Their magnitudes together.
    size: f64,
    /// A power of two that all of them are multiples of; 0 where there is none.
    grain: f64,
}

/// Units in the last place granted to `/`.
const DIVISION: f64 = 2.5;
/// The least normal binary32 number; what is less may be flushed to zero.
const NORMAL: f64 = f32::MIN_POSITIVE as f64;
/// More than binary64's own functions are ever off, relatively.
const LIBRARY: f64 = 1e-14;

impl Value for Interval {}

impl Interval {
    /// Anything, NaN included.
    pub const UNBOUNDED: Interval = Interval {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
        terms: Terms {
            count: 1.0,
            size: f64::INFINITY,
            grain: 0.0,
        },
    };

    /// All numbers between two.
    pub fn between(low: f64, high: f64) -> Interval {
        let terms = Terms {
            count: 1.0,
            size: low.abs().max(high.abs()),
            grain: if low == high { grain(low) } else { 0.0 },
        };
        Interval { low, high, terms }
    }

    /// One number.
    pub fn point(value: f64) -> Interval {
        if value.is_nan() {
            return Interval::UNBOUNDED;
        }
        Interval::between(value, value)
    }

    /// A number that was chosen: 0 and 1 may be written as 1 − 1 and 1 − 0, and are sums then.
    pub(super) fn chosen(self) -> Interval {
        if self != Interval::point(0.0) && self != Interval::point(1.0) {
            return self;
        }
        let terms = Terms {
            count: 2.0,
            size: 2.0,
            grain: 1.0,
        };
        Interval { terms, ..self }
    }

    /// Whether it is one number.
    pub fn is_point(self) -> bool {
        self.low == self.high
    }

    /// Whether nothing is known.
    pub fn is_unbounded(self) -> bool {
        self.low == f64::NEG_INFINITY && self.high == f64::INFINITY
    }

    /// Whether a device may yield this.
    pub fn holds(self, value: f32) -> bool {
        let value = f64::from(value);
        self.is_unbounded() || (self.low <= value && value <= self.high)
    }

    pub(super) fn hull(self, other: Interval) -> Interval {
        Interval::between(self.low.min(other.low), self.high.max(other.high))
    }

    /// To binary32 outwards, with zero where a subnormal may be flushed.
    pub(super) fn rounded(low: f64, high: f64) -> Interval {
        let bound = f64::from(f32::MAX);
        if low.is_nan() || high.is_nan() || low < -bound || high > bound {
            return Interval::UNBOUNDED;
        }
        let (mut down, mut up) = (low as f32, high as f32);
        if f64::from(down) > low {
            down = down.next_down();
        }
        if f64::from(up) < high {
            up = up.next_up();
        }
        let (mut low, mut high) = (f64::from(down), f64::from(up));
        if low > 0.0 && low < NORMAL {
            low = 0.0;
        }
        if high < 0.0 && high > -NORMAL {
            high = 0.0;
        }
        Interval::between(low, high)
    }

    /// Widened by units in the last place of binary32, and by what binary64 may be off.
    pub(super) fn widened(self, ulps: f64) -> Interval {
        let error = |x: f64| ulps * ulp(x) + LIBRARY * x.abs();
        Interval::rounded(self.low - error(self.low), self.high + error(self.high))
    }

    pub(super) fn map(self, f: impl Fn(f64) -> f64) -> Interval {
        let (a, b) = (f(self.low), f(self.high));
        Interval::between(a.min(b), a.max(b))
    }

    /// Less than nothing is a sum too.
    pub(super) fn negated(self) -> Interval {
        Interval {
            low: -self.high,
            high: -self.low,
            terms: self.terms,
        }
    }

    /// The least magnitude.
    pub(super) fn nearest_to_zero(self) -> f64 {
        if self.low <= 0.0 && self.high >= 0.0 {
            return 0.0;
        }
        self.low.abs().min(self.high.abs())
    }

    fn magnitude(self) -> f64 {
        self.low.abs().max(self.high.abs())
    }
}

/// The distance of binary32 numbers around `x`.
fn ulp(x: f64) -> f64 {
    let x = (x.abs() as f32).max(f32::MIN_POSITIVE);
    f64::from(x.next_up()) - f64::from(x)
}

// Operations.

pub(super) fn add(x: Interval, y: Interval) -> Interval {
    if x.is_unbounded() || y.is_unbounded() {
        return Interval::UNBOUNDED;
    }
    let terms = Terms {
        count: x.terms.count + y.terms.count,
        size: x.terms.size + y.terms.size,
        grain: x.terms.grain.min(y.terms.grain),
    };
    let error = terms.error();
    let (low, high) = (sum(x.low, y.low).0, sum(x.high, y.high).1);
    let sum = Interval::rounded(low - error, high + error);
    if sum.is_unbounded() {
        return sum;
    }
    Interval { terms, ..sum }
}

impl Terms {
    /// How far off the sum may be in some other order than the one it is written in.
    fn error(self) -> f64 {
        let is_exact = self.size <= self.grain * 2f64.powi(24);
        if self.count <= 2.0 || is_exact {
            return 0.0;
        }
        (self.count - 1.0) * 0.5 * ulp(self.size)
    }
}

/// The greatest power of two that divides a number of binary32; 0 has any.
fn grain(x: f64) -> f64 {
    if x == 0.0 {
        return f64::MAX;
    }
    let (bits, least) = (x.abs().to_bits(), 52);
    let exponent = (bits >> least) as i32 - 1023;
    let zeros = (bits.trailing_zeros() as i32).min(least);
    2f64.powi(exponent - least + zeros)
}

/// The sum of two numbers, rounded down and up, where binary64 does not hold it.
fn sum(x: f64, y: f64) -> (f64, f64) {
    let s = x + y;
    let part = s - x;
    let error = (x - (s - part)) + (y - part);
    let low = if error < 0.0 { s.next_down() } else { s };
    let high = if error > 0.0 { s.next_up() } else { s };
    (low, high)
}

fn corners(x: Interval, y: Interval, f: impl Fn(f64, f64) -> f64) -> Interval {
    let ends = [
        f(x.low, y.low),
        f(x.low, y.high),
        f(x.high, y.low),
        f(x.high, y.high),
    ];
    if ends.iter().any(|e| e.is_nan()) {
        return Interval::UNBOUNDED;
    }
    let low = ends.into_iter().fold(f64::INFINITY, f64::min);
    let high = ends.into_iter().fold(f64::NEG_INFINITY, f64::max);
    Interval::between(low, high)
}

pub(super) fn multiply(x: Interval, y: Interval) -> Interval {
    // A product of two binary32 numbers is exact in binary64.
    let product = corners(x, y, |x, y| x * y);
    Interval::rounded(product.low, product.high)
}

pub(super) fn divide(x: Interval, y: Interval) -> Interval {
    let in_range = |y: f64| (NORMAL..=1.0 / NORMAL).contains(&y.abs());
    let crosses_zero = y.low <= 0.0 && y.high >= 0.0;
    if crosses_zero || !in_range(y.low) || !in_range(y.high) {
        return Interval::UNBOUNDED;
    }
    corners(x, y, |x, y| x / y).widened(DIVISION)
}

/// `x − y·trunc(x / y)`: where `x / y` is nearly whole, a device may take either whole number.
pub(super) fn remainder(x: Interval, y: Interval) -> Interval {
    let whole = divide(x, y).map(f64::trunc);
    add(x, multiply(y, whole).negated())
}

pub(super) fn exp(x: Interval, f: impl Fn(f64) -> f64) -> Interval {
    x.map(f).widened(3.0 + 2.0 * x.magnitude())
}

pub(super) fn log(x: Interval, f: impl Fn(f64) -> f64) -> Interval {
    if x.low <= 0.0 {
        return Interval::UNBOUNDED;
    }
    let middle = if x.low <= 2.0 && x.high >= 0.5 {
        2f64.powi(-21)
    } else {
        0.0
    };
    let exact = x.map(f);
    let (low, high) = (exact.low - middle, exact.high + middle);
    exact
        .widened(3.0)
        .hull(Interval::between(low, high).widened(0.0))
}

pub(super) fn inverse_sqrt(x: Interval) -> Interval {
    if x.low <= 0.0 {
        return Interval::UNBOUNDED;
    }
    x.map(|x| 1.0 / x.sqrt()).widened(2.0)
}

/// Sine or cosine: slopes are at most 1.
pub(super) fn circular(x: Interval, f: impl Fn(f64) -> f64) -> Interval {
    if x.magnitude() > PI {
        return Interval::UNBOUNDED;
    }
    let (middle, half) = (0.5 * (x.low + x.high), 0.5 * (x.high - x.low));
    let error = half + 2f64.powi(-11);
    Interval::rounded(f(middle) - error, f(middle) + error)
}

/// `(eˣ ± e⁻ˣ) / 2`
pub(super) fn hyperbolic(x: Interval, sign: f64) -> Interval {
    let (up, down) = (exp(x, f64::exp), exp(x.map(|x| -x), f64::exp));
    let down = if sign < 0.0 { down.negated() } else { down };
    let sum = add(up, down);
    multiply(sum, Interval::point(0.5))
}

pub(super) fn tanh(x: Interval) -> Interval {
    let near = Interval::rounded(x.low.tanh() - 1e-5, x.high.tanh() + 1e-5);
    near.hull(divide(hyperbolic(x, -1.0), hyperbolic(x, 1.0)))
}

/// `asin` or `acos`, within the error that WGSL allows them in any case.
pub(super) fn angle(x: Interval, f: impl Fn(f64) -> f64) -> Interval {
    let exact = x.map(f);
    Interval::rounded(exact.low - 6.77e-5, exact.high + 6.77e-5)
}

/// `atan2(y, x)`: of a box that holds no origin, the corners have the extreme angles. Across the negative half of the axis it jumps.
pub(super) fn atan2(y: Interval, x: Interval) -> Interval {
    let in_range = |x: f64| (NORMAL..=1.0 / NORMAL).contains(&x.abs());
    let jumps = x.low <= 0.0 && y.low <= 0.0 && y.high >= 0.0;
    if jumps || !in_range(x.low) || !in_range(x.high) {
        return Interval::UNBOUNDED;
    }
    corners(y, x, f64::atan2).widened(4096.0)
}

/// Either neighbour in binary16 of a number that it does not have; what is subnormal there may become zero.
pub(super) fn binary16(x: Interval) -> Interval {
    if x.magnitude() > 65504.0 {
        return Interval::UNBOUNDED;
    }
    let scale = |x: f64| 2f64.powi((x.abs().log2().floor() as i32).max(-14) - 10);
    let down = |x: f64| {
        if x == 0.0 {
            x
        } else {
            (x / scale(x)).floor() * scale(x)
        }
    };
    let up = |x: f64| {
        if x == 0.0 {
            x
        } else {
            (x / scale(x)).ceil() * scale(x)
        }
    };
    let (mut low, mut high) = (down(x.low), up(x.high));
    let least = 2f64.powi(-14);
    if low > 0.0 && low < least {
        low = 0.0;
    }
    if high < 0.0 && high > -least {
        high = 0.0;
    }
    Interval::between(low, high)
}

//! Intervals that hold every result WGSL allows: the accuracy table of its section on floating point, as a number domain.
//!
//! The bounds of an interval are binary32 numbers, computed in binary64 and rounded outwards. Where WGSL bounds nothing (outside of a
//! function's domain, beyond the range of binary32) an interval is [unbounded](Interval::UNBOUNDED), and holds NaN too. Fused
//! operations lie within the bounds of separate ones. Sums in another order do not; no device known does that.

use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, NoMeaning, RealBinary, RealUnary};
use std::cell::Cell;
use std::f64::consts::PI;

/// A set of reals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The least.
    pub low: f64,
    /// The greatest.
    pub high: f64,
}

/// Units in the last place granted to `/`.
const DIVISION: f64 = 2.5;
/// The least normal binary32 number; what is less may be flushed to zero.
const NORMAL: f64 = f32::MIN_POSITIVE as f64;
/// More than binary64's own functions are ever off, relatively.
const LIBRARY: f64 = 1e-14;

impl Interval {
    /// Anything, NaN included.
    pub const UNBOUNDED: Interval = Interval {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
    };

    /// One number.
    pub fn point(value: f64) -> Interval {
        if value.is_nan() {
            return Interval::UNBOUNDED;
        }
        Interval {
            low: value,
            high: value,
        }
    }

    /// Whether it is one number.
    pub fn is_point(self) -> bool {
        self.low == self.high
    }

    /// Whether nothing is known.
    pub fn is_unbounded(self) -> bool {
        self == Interval::UNBOUNDED
    }

    /// Whether a device may yield this.
    pub fn holds(self, value: f32) -> bool {
        let value = f64::from(value);
        self.is_unbounded() || (self.low <= value && value <= self.high)
    }

    fn hull(self, other: Interval) -> Interval {
        Interval {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }

    /// To binary32 outwards, with zero where a subnormal may be flushed.
    fn rounded(low: f64, high: f64) -> Interval {
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
        Interval { low, high }
    }

    /// Widened by units in the last place of binary32, and by what binary64 may be off.
    fn widened(self, ulps: f64) -> Interval {
        let error = |x: f64| ulps * ulp(x) + LIBRARY * x.abs();
        Interval::rounded(self.low - error(self.low), self.high + error(self.high))
    }

    fn map(self, f: impl Fn(f64) -> f64) -> Interval {
        let (a, b) = (f(self.low), f(self.high));
        Interval {
            low: a.min(b),
            high: a.max(b),
        }
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

/// The domain of [`Interval`]s.
#[derive(Debug, Default)]
pub struct Enclosure {
    undecided: Cell<bool>,
}

impl Enclosure {
    /// Whether a comparison or conversion could have gone either way.
    pub fn is_undecided(&self) -> bool {
        self.undecided.get()
    }

    fn decided<T>(&self, known: bool, value: T) -> T {
        if !known {
            self.undecided.set(true);
        }
        value
    }
}

// Operations of intervals.

fn add(x: Interval, y: Interval) -> Interval {
    if x.is_unbounded() || y.is_unbounded() {
        return Interval::UNBOUNDED;
    }
    Interval::rounded(sum(x.low, y.low).0, sum(x.high, y.high).1)
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
    Interval { low, high }
}

fn multiply(x: Interval, y: Interval) -> Interval {
    // A product of two binary32 numbers is exact in binary64.
    let product = corners(x, y, |x, y| x * y);
    Interval::rounded(product.low, product.high)
}

fn divide(x: Interval, y: Interval) -> Interval {
    let in_range = |y: f64| (NORMAL..=1.0 / NORMAL).contains(&y.abs());
    let crosses_zero = y.low <= 0.0 && y.high >= 0.0;
    if crosses_zero || !in_range(y.low) || !in_range(y.high) {
        return Interval::UNBOUNDED;
    }
    corners(x, y, |x, y| x / y).widened(DIVISION)
}

/// `x − y·trunc(x / y)`: where `x / y` is nearly whole, a device may take either whole number.
fn remainder(x: Interval, y: Interval) -> Interval {
    let whole = divide(x, y).map(f64::trunc);
    add(x, multiply(y, whole).map(|x| -x))
}

fn exp(x: Interval, f: impl Fn(f64) -> f64) -> Interval {
    x.map(f).widened(3.0 + 2.0 * x.magnitude())
}

fn log(x: Interval, f: impl Fn(f64) -> f64) -> Interval {
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
    exact.widened(3.0).hull(Interval { low, high }.widened(0.0))
}

fn inverse_sqrt(x: Interval) -> Interval {
    if x.low <= 0.0 {
        return Interval::UNBOUNDED;
    }
    x.map(|x| 1.0 / x.sqrt()).widened(2.0)
}

/// Sine or cosine: slopes are at most 1.
fn circular(x: Interval, f: impl Fn(f64) -> f64) -> Interval {
    if x.magnitude() > PI {
        return Interval::UNBOUNDED;
    }
    let (middle, half) = (0.5 * (x.low + x.high), 0.5 * (x.high - x.low));
    let error = half + 2f64.powi(-11);
    Interval::rounded(f(middle) - error, f(middle) + error)
}

/// `(eˣ ± e⁻ˣ) / 2`
fn hyperbolic(x: Interval, sign: f64) -> Interval {
    let (up, down) = (exp(x, f64::exp), exp(x.map(|x| -x), f64::exp));
    let sum = add(up, down.map(|x| sign * x));
    multiply(sum, Interval::point(0.5))
}

fn tanh(x: Interval) -> Interval {
    let near = Interval::rounded(x.low.tanh() - 1e-5, x.high.tanh() + 1e-5);
    near.hull(divide(hyperbolic(x, -1.0), hyperbolic(x, 1.0)))
}

impl Domain for Enclosure {
    type Value = Interval;
    type Mask = bool;

    fn name(&self) -> String {
        "intervals of WGSL's accuracy".to_string()
    }

    /// Lowering rounds a constant once, to nearest; its text is exact.
    fn constant(&self, number: Number) -> Interval {
        Interval::point(number.to_f32().into())
    }

    fn neg_infinity(&self) -> Interval {
        Interval::point(f64::NEG_INFINITY)
    }

    fn from_f32(&self, value: f32) -> Interval {
        Interval::point(value.into())
    }

    fn from_integer(&self, value: i64) -> Interval {
        Interval::rounded(value as f64, value as f64)
    }

    fn to_integer(&self, value: Interval, low: i64, high: i64) -> Result<i64, NoMeaning> {
        let whole = |x: f64| (x as i64).clamp(low, high);
        let (a, b) = (whole(value.low), whole(value.high));
        Ok(self.decided(a == b && !value.is_unbounded(), a))
    }

    fn unary(&self, op: RealUnary, x: Interval) -> Interval {
        if x.is_unbounded() {
            return x;
        }
        match op {
            RealUnary::Negate => x.map(|x| -x),
            RealUnary::Abs if x.low < 0.0 && x.high > 0.0 => Interval {
                low: 0.0,
                high: x.magnitude(),
            },
            RealUnary::Abs => x.map(f64::abs),
            RealUnary::Sign => x.map(|x| if x == 0.0 { 0.0 } else { x.signum() }),
            RealUnary::Floor => x.map(f64::floor),
            RealUnary::Ceil => x.map(f64::ceil),
            RealUnary::RoundTiesEven => x.map(f64::round_ties_even),
            RealUnary::Trunc => x.map(f64::trunc),
            RealUnary::Sqrt => divide(Interval::point(1.0), inverse_sqrt(x)),
            RealUnary::InverseSqrt => inverse_sqrt(x),
            RealUnary::Exp => exp(x, f64::exp),
            RealUnary::Exp2 => exp(x, f64::exp2),
            RealUnary::Ln => log(x, f64::ln),
            RealUnary::Log2 => log(x, f64::log2),
            RealUnary::Sin => circular(x, f64::sin),
            RealUnary::Cos => circular(x, f64::cos),
            RealUnary::Tan => divide(circular(x, f64::sin), circular(x, f64::cos)),
            RealUnary::Sinh => hyperbolic(x, -1.0),
            RealUnary::Cosh => hyperbolic(x, 1.0),
            RealUnary::Tanh => tanh(x),
            // WGSL has none.
            RealUnary::Erf => Interval::UNBOUNDED,
        }
    }

    fn binary(&self, op: RealBinary, x: Interval, y: Interval) -> Interval {
        if x.is_unbounded() || y.is_unbounded() {
            return Interval::UNBOUNDED;
        }
        let both = |f: fn(f64, f64) -> f64| Interval {
            low: f(x.low, y.low),
            high: f(x.high, y.high),
        };
        match op {
            RealBinary::Add => add(x, y),
            RealBinary::Subtract => add(x, y.map(|y| -y)),
            RealBinary::Multiply => multiply(x, y),
            RealBinary::Divide => divide(x, y),
            RealBinary::Remainder => remainder(x, y),
            RealBinary::Max => both(f64::max),
            RealBinary::Min => both(f64::min),
            RealBinary::Pow => exp(multiply(y, log(x, f64::log2)), f64::exp2),
        }
    }

    fn compare(&self, op: Comparison, x: Interval, y: Interval) -> bool {
        let points = x.is_point() && y.is_point();
        let apart = x.high < y.low || y.high < x.low;
        let known = (points || apart) && !x.is_unbounded() && !y.is_unbounded();
        let (x, y) = (x.low, y.low);
        let answer = match op {
            Comparison::Equal => x == y,
            Comparison::NotEqual => x != y,
            Comparison::Less => x < y,
            Comparison::LessEqual => x <= y,
            Comparison::Greater => x > y,
            Comparison::GreaterEqual => x >= y,
        };
        self.decided(known, answer)
    }

    fn select(&self, mask: bool, on_true: Interval, on_false: Interval) -> Interval {
        if mask { on_true } else { on_false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line each: an operation on points, and numbers that WGSL allows and forbids.
    #[test]
    fn bounds_are_those_of_wgsl() {
        let e = Enclosure::default();
        let p = |x: f32| e.from_f32(x);
        let up = |x: f32, n: u32| (0..n).fold(x, |x, _| x.next_up());
        for (what, interval, allowed, forbidden) in [
            (
                "sum",
                e.binary(RealBinary::Add, p(1.0), p(1e-30)),
                up(1.0, 1),
                up(1.0, 2),
            ),
            (
                "exact sum",
                e.binary(RealBinary::Add, p(1.0), p(2.0)),
                3.0,
                up(3.0, 1),
            ),
            (
                "product",
                e.binary(RealBinary::Multiply, p(0.1), p(0.1)),
                0.1 * 0.1,
                up(0.01, 3),
            ),
            (
                "flushed",
                e.binary(RealBinary::Multiply, p(1e-30), p(1e-10)),
                0.0,
                1e-39,
            ),
            (
                "overflow",
                e.binary(RealBinary::Multiply, p(1e30), p(1e10)),
                f32::NAN,
                f32::NAN,
            ),
            (
                "quotient",
                e.binary(RealBinary::Divide, p(1.0), p(3.0)),
                up(1.0 / 3.0, 2),
                up(1.0 / 3.0, 4),
            ),
            (
                "remainder",
                e.binary(RealBinary::Remainder, p(6.0), p(3.0)),
                3.0,
                3.1,
            ),
            (
                "exp",
                e.unary(RealUnary::Exp, p(0.0)),
                up(1.0, 3),
                up(1.0, 5),
            ),
            ("ln", e.unary(RealUnary::Ln, p(1.0)), 4.7e-7, 4.9e-7),
            (
                "log2",
                e.unary(RealUnary::Log2, p(8.0)),
                up(3.0, 3),
                up(3.0, 5),
            ),
            (
                "inverse_sqrt",
                e.unary(RealUnary::InverseSqrt, p(4.0)),
                up(0.5, 2),
                up(0.5, 4),
            ),
            ("sin", e.unary(RealUnary::Sin, p(0.0)), 4.8e-4, 5e-4),
            ("tanh", e.unary(RealUnary::Tanh, p(0.0)), 9e-6, 2e-5),
            ("floor", e.unary(RealUnary::Floor, p(-0.5)), -1.0, 0.0),
        ] {
            assert!(interval.holds(allowed), "{what}: {interval:?}");
            let is_nan = forbidden.is_nan();
            assert!(is_nan || !interval.holds(forbidden), "{what}: {interval:?}");
        }
        assert!(!e.is_undecided());
    }

    #[test]
    fn what_decides_must_be_certain() {
        let third = Interval {
            low: 0.3333,
            high: 0.3334,
        };
        let four = Interval::point(4.0);
        for (undecided, decide) in [(false, Comparison::Less), (true, Comparison::Less)] {
            let e = Enclosure::default();
            e.compare(decide, third, if undecided { third } else { four });
            assert_eq!(e.is_undecided(), undecided);
        }
        let e = Enclosure::default();
        assert_eq!(e.to_integer(third, -5, 5), Ok(0));
        assert_eq!(e.to_integer(Interval::point(1e30), -5, 5), Ok(5));
        assert!(!e.is_undecided());
        let around_one = Interval {
            low: 0.99,
            high: 1.01,
        };
        assert_eq!(e.to_integer(around_one, -5, 5), Ok(0));
        assert!(e.is_undecided());
    }
}

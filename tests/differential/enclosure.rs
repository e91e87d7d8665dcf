//! The domain of [`Interval`]s: a kernel run in it yields everything that WGSL allows, and says whether anything rounded decided.

use super::interval::{
    Interval, add, angle, atan2, binary16, circular, divide, exp, hyperbolic, inverse_sqrt, log,
    multiply, remainder, tanh,
};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, F64, NoMeaning, RealBinary, RealUnary};
use std::cell::Cell;

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

    /// As accurate as the definition is.
    fn defined(&self, op: RealUnary, x: Interval) -> Interval {
        op.definition(self, x).unwrap_or(Interval::UNBOUNDED)
    }

    fn decided<T>(&self, known: bool, value: T) -> T {
        if !known {
            self.undecided.set(true);
        }
        value
    }
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

    fn to_bits(&self, x: Interval) -> Result<u32, NoMeaning> {
        let [low, high] = [x.low, x.high].map(|x| (x as f32).to_bits());
        // A subnormal number may be flushed on the way.
        let kept = x.low == 0.0 || x.low.abs() >= f32::MIN_POSITIVE.into();
        Ok(self.decided(x.is_point() && low == high && kept, low))
    }

    fn unary(&self, op: RealUnary, x: Interval) -> Interval {
        if x.is_unbounded() {
            return x;
        }
        match op {
            RealUnary::Negate => x.negated(),
            RealUnary::Abs if x.low < 0.0 && x.high > 0.0 => {
                Interval::between(0.0, x.high.max(-x.low))
            }
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
            RealUnary::Asin | RealUnary::Acos if x.low < -1.0 || x.high > 1.0 => {
                Interval::UNBOUNDED
            }
            RealUnary::Asin | RealUnary::Acos => {
                let near = angle(
                    x,
                    if op == RealUnary::Asin {
                        f64::asin
                    } else {
                        f64::acos
                    },
                );
                near.hull(self.defined(op, x))
            }
            RealUnary::Atan => x.map(f64::atan).widened(4096.0),
            RealUnary::Asinh | RealUnary::Acosh | RealUnary::Atanh => self.defined(op, x),
            RealUnary::QuantizeToF16 => binary16(x),
            RealUnary::Exponent => {
                let (near, far) = (x.nearest_to_zero(), x.low.abs().max(x.high.abs()));
                let of = |x: f64| F64.unary(op, x);
                Interval::between(of(near), of(far))
            }
            // WGSL has none.
            RealUnary::Erf => Interval::UNBOUNDED,
        }
    }

    fn binary(&self, op: RealBinary, x: Interval, y: Interval) -> Interval {
        if x.is_unbounded() || y.is_unbounded() {
            return Interval::UNBOUNDED;
        }
        let both = |f: fn(f64, f64) -> f64| Interval::between(f(x.low, y.low), f(x.high, y.high));
        match op {
            RealBinary::Add => add(x, y),
            RealBinary::Subtract => add(x, y.negated()),
            RealBinary::Multiply => multiply(x, y),
            RealBinary::Divide => divide(x, y),
            RealBinary::Remainder => remainder(x, y),
            RealBinary::Max => both(f64::max),
            RealBinary::Min => both(f64::min),
            RealBinary::Atan2 => atan2(x, y),
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
        (if mask { on_true } else { on_false }).chosen()
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

    /// `0.1 + (2108 - 2108)`, but also `(0.1 - 2108) + 2108`; not where every order is exact.
    #[test]
    fn sums_may_be_added_up_in_another_order() {
        let e = Enclosure::default();
        let sum = |x: f32, y: f32, z: f32| {
            let rest = e.binary(RealBinary::Subtract, e.from_f32(y), e.from_f32(z));
            e.binary(RealBinary::Add, e.from_f32(x), rest)
        };
        assert!(sum(0.1, 2108.0, 2108.0).holds(0.1 - 2108.0 + 2108.0));
        assert!(!sum(0.1, 2108.0, 2108.0).holds(0.102));
        assert_eq!(sum(0.25, 2108.0, 2108.0).low, 0.25);
        assert!(sum(0.25, 2108.0, 2108.0).is_point());
        // 0.1 + (1 - 1), but also (0.1 + 1) - 1.
        let step = e.select(false, e.from_f32(1.0), e.from_f32(0.0));
        let step = e.binary(RealBinary::Add, e.from_f32(0.1), step);
        assert!(step.holds(1.1 - 1.0) && !step.holds(0.1 + 1e-6));
        assert!(sum(0.0, 2108.0, 0.1).low >= f64::from(2107.89f32));
    }

    #[test]
    fn what_decides_must_be_certain() {
        let third = Interval::between(0.3333, 0.3334);
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
        let around_one = Interval::between(0.99, 1.01);
        assert_eq!(e.to_integer(around_one, -5, 5), Ok(0));
        assert!(e.is_undecided());
    }
}

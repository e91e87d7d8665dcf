//! Where a value lies, and what arithmetic makes of it.

use crate::tree::{BinaryOp, Scalar, Type};

/// Where a value lies, and what size makes it: `value = per · size + plus`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub(super) low: f64,
    pub(super) high: f64,
    /// Whether sizes or indices decide it.
    pub(super) sized: bool,
    pub(super) per: f64,
    pub(super) plus: f64,
}

impl Interval {
    pub(super) const fn new(low: f64, high: f64, sized: bool) -> Interval {
        Interval {
            low,
            high,
            sized,
            per: 1.0,
            plus: 0.0,
        }
    }

    /// Something without end.
    pub(super) const fn endless(ty: Type, sized: bool) -> Interval {
        match ty.scalar {
            Scalar::U32 => Interval::new(0.0, f64::INFINITY, sized),
            Scalar::I32 | Scalar::F16 | Scalar::F32 => {
                Interval::new(f64::NEG_INFINITY, f64::INFINITY, sized)
            }
            Scalar::Bool => Interval::new(0.0, 1.0, sized),
        }
    }

    /// Of what has no value yet.
    pub(super) const NONE: Interval = Interval::new(f64::INFINITY, f64::NEG_INFINITY, false);

    pub(super) const fn point(value: f64) -> Interval {
        Interval::new(value, value, false)
    }

    pub(super) fn is_none(self) -> bool {
        self.low > self.high
    }

    pub(super) fn has_end(self) -> bool {
        self.high.is_finite()
    }

    pub(super) fn join(self, other: Interval) -> Interval {
        let bigger = if self.high >= other.high { self } else { other };
        Interval {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            sized: self.sized || other.sized,
            ..bigger
        }
    }

    /// The range between the results at all ends, of a value that a size makes so.
    fn corners(self, other: Interval, f: impl Fn(f64, f64) -> f64) -> Interval {
        let ends = |a: f64| [f(a, other.low), f(a, other.high)];
        let all = [ends(self.low), ends(self.high)].concat();
        // What has no value, as ∞ − ∞, may be anything.
        let unknown = all.iter().any(|x| x.is_nan());
        let fold = |f: fn(f64, f64) -> f64, start| all.iter().copied().fold(start, f);
        Interval {
            low: if unknown {
                f64::NEG_INFINITY
            } else {
                fold(f64::min, f64::INFINITY)
            },
            high: if unknown {
                f64::INFINITY
            } else {
                fold(f64::max, f64::NEG_INFINITY)
            },
            sized: self.sized || other.sized,
            per: 1.0,
            plus: 0.0,
        }
    }

    /// Which of two decides the size: the one without end.
    pub(super) fn decides(self, other: Interval) -> (Interval, Interval) {
        if self.has_end() && !other.has_end() {
            (other, self)
        } else {
            (self, other)
        }
    }
}

/// The range of what an operator makes of two.
pub(super) fn binary(op: BinaryOp, x: Interval, y: Interval, ty: Type) -> Interval {
    use BinaryOp::*;
    // With a single number a size stays one.
    let scaled = |range: Interval, f: fn(f64, f64) -> f64| {
        let (mut range, (size, by)) = (range, x.decides(y));
        if by.has_end() {
            (range.per, range.plus) = match op {
                Add | Subtract | WrappingAdd | WrappingSubtract => {
                    (size.per, f(size.plus, by.high))
                }
                _ => (f(size.per, by.high), f(size.plus, by.high)),
            };
        }
        // A size that is multiplied by zero is none.
        if range.per == 0.0 || !range.per.is_finite() || !range.plus.is_finite() {
            (range.per, range.plus) = (1.0, 0.0);
        }
        range
    };
    let at_least_zero = |range: Interval| match ty.scalar {
        // What wraps is a mistake, or meant for a check of its own.
        Scalar::U32 => Interval {
            low: range.low.max(0.0),
            high: range.high.max(0.0),
            ..range
        },
        _ => range,
    };
    if x.is_none() || y.is_none() {
        return Interval::NONE;
    }
    let shift = |n: f64| n.clamp(0.0, 31.0).exp2();
    match op {
        Add | WrappingAdd => scaled(x.corners(y, |a, b| a + b), |a, b| a + b),
        Subtract | WrappingSubtract => {
            at_least_zero(scaled(x.corners(y, |a, b| a - b), |a, b| a - b))
        }
        // 0 · ∞ is 0 here: so many of nothing.
        Multiply | WrappingMultiply => {
            let product = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
            scaled(x.corners(y, product), |a, b| a * b)
        }
        Divide if y.low > 0.0 => scaled(x.corners(y, quotient), |a, b| a / b),
        Remainder if y.low > 0.0 && x.low >= 0.0 => {
            Interval::new(0.0, x.high.min(y.high - 1.0).max(0.0), x.sized || y.sized)
        }
        And if x.low >= 0.0 && y.low >= 0.0 => {
            Interval::new(0.0, x.high.min(y.high), x.sized || y.sized)
        }
        ShiftLeft => scaled(x.corners(y, |a, n| a * shift(n)), |a, n| {
            a * n.clamp(0.0, 31.0).exp2()
        }),
        ShiftRight => scaled(x.corners(y, |a, n| a / shift(n)), |a, n| {
            a / n.clamp(0.0, 31.0).exp2()
        }),
        _ => Interval::endless(ty, x.sized || y.sized),
    }
}

/// ∞ / ∞ may be anything from 0 on: the end that is wanted is the far one.
fn quotient(a: f64, b: f64) -> f64 {
    if a.is_infinite() { a } else { a / b }
}

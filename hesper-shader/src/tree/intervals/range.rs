//! Ranges of integers, and what arithmetic makes of them.

use crate::tree::Scalar;
use std::fmt;

/// The integers from one to another, both included; none where the first is greater. Truth values are 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub low: i128,
    /// The greatest.
    pub high: i128,
}

impl Range {
    /// Both truth values.
    pub(super) const TRUTH: Range = Range { low: 0, high: 1 };

    /// What is beyond every integer of a kernel.
    pub(super) const ENDLESS: Range = Range {
        low: -(1 << 100),
        high: 1 << 100,
    };

    /// From one to another.
    pub const fn new(low: i128, high: i128) -> Range {
        Range { low, high }
    }

    /// One integer.
    pub const fn point(n: i128) -> Range {
        Range { low: n, high: n }
    }

    /// All that a scalar can be; reals are no integers, and may be anything.
    pub const fn of(scalar: Scalar) -> Range {
        match scalar {
            Scalar::U32 => Range::new(0, u32::MAX as i128),
            Scalar::I32 => Range::new(i32::MIN as i128, i32::MAX as i128),
            Scalar::Bool => Range::TRUTH,
            Scalar::F16 | Scalar::F32 => Range::ENDLESS,
        }
    }

    /// Whether it holds no integer.
    pub const fn is_empty(self) -> bool {
        self.low > self.high
    }

    /// Whether all of another lies in it.
    pub const fn contains(self, other: Range) -> bool {
        self.low <= other.low && other.high <= self.high
    }

    /// What lies in both.
    pub fn and(self, other: Range) -> Range {
        Range::new(self.low.max(other.low), self.high.min(other.high))
    }

    /// The least range that holds both.
    pub fn or(self, other: Range) -> Range {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Range::new(self.low.min(other.low), self.high.max(other.high))
    }

    /// Whether it is one integer.
    pub(super) const fn single(self) -> Option<i128> {
        if self.low == self.high {
            Some(self.low)
        } else {
            None
        }
    }

    pub(super) const fn add(self, other: Range) -> Range {
        Range::new(self.low + other.low, self.high + other.high)
    }

    pub(super) const fn minus(self, other: Range) -> Range {
        Range::new(self.low - other.high, self.high - other.low)
    }

    pub(super) const fn negated(self) -> Range {
        Range::new(-self.high, -self.low)
    }

    pub(super) fn min(self, other: Range) -> Range {
        Range::new(self.low.min(other.low), self.high.min(other.high))
    }

    pub(super) fn max(self, other: Range) -> Range {
        Range::new(self.low.max(other.low), self.high.max(other.high))
    }

    pub(super) fn times(self, other: Range) -> Range {
        self.corners(other, i128::saturating_mul)
    }

    /// The quotients towards zero; of a division by zero, which is a mistake of its own, nothing is said.
    pub(super) fn over(self, other: Range) -> Range {
        if other.low > 0 {
            return self.corners(other, |x, y| x / y);
        }
        if other.low == 0 {
            return self.over(Range::new(1, other.high.max(1)));
        }
        let most = self.low.abs().max(self.high.abs());
        Range::new(-most, most)
    }

    /// The remainders, of the sign of the left side.
    pub(super) fn modulo(self, other: Range) -> Range {
        let most = other.low.abs().max(other.high.abs()).max(1) - 1;
        if self.low >= 0 && other.low > 0 && self.high < other.low {
            return self;
        }
        let low = if self.low < 0 { self.low.max(-most) } else { 0 };
        Range::new(low, self.high.min(most).max(0))
    }

    fn corners(self, other: Range, f: impl Fn(i128, i128) -> i128) -> Range {
        let ends = [
            f(self.low, other.low),
            f(self.low, other.high),
            f(self.high, other.low),
            f(self.high, other.high),
        ];
        ends.into_iter()
            .map(Range::point)
            .reduce(Range::or)
            .unwrap_or(Range::ENDLESS)
    }

    /// Whether it holds a truth value.
    pub(super) const fn may_be(self, truth: bool) -> bool {
        self.low <= truth as i128 && truth as i128 <= self.high
    }
}

impl fmt::Display for Range {
    /// `17`, or `0 to 5000000000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.single() {
            Some(n) => write!(f, "{n}"),
            None => write!(f, "{} to {}", self.low, self.high),
        }
    }
}

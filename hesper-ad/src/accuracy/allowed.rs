//! A number with the bound on its error: a sum whose terms are not yet added up.

use super::rounding::Rounding;
use hesper_shader::domain::{Format, Value};
use std::panic::Location;

/// Either neighbour of a number lies within so much of it, relatively.
pub(super) const UNIT: f64 = f32::EPSILON as f64;
/// The least normal number; what is less may be flushed to zero.
pub(super) const NORMAL: f64 = f32::MIN_POSITIVE as f64;
/// More than the rounding of binary64 in the centre and in the bound is, relatively.
pub(super) const SLACK: f64 = 1.0 / (1u64 << 46) as f64;

/// What exact arithmetic gives, and between which bounds a device may be.
///
/// WGSL lets a device add up terms in any order, so that a sum is kept as what is common to all orders: how many terms, their magnitudes together, and
/// the sums of their bounds. Its own rounding is counted when it is used otherwise than in a sum.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    /// The sum of the terms' bounds; infinite where nothing is known.
    sum: Settled,
    /// The magnitudes of the terms together.
    size: f64,
    /// How many terms.
    count: f32,
    /// A power of two, by its exponent, that all terms are multiples of.
    grain: i16,
    /// What its terms are added up in.
    format: Format,
    /// Where most of the relative error came about.
    line: Line,
}

/// A line of a kernel or a spec, where it is known.
pub(super) type Line = Option<&'static Location<'static>>;

impl Value for Allowed {}

/// Without a grain.
const NO_GRAIN: i16 = i16::MIN;

/// A number that was rounded: what exact arithmetic gives, and between which bounds it may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Settled {
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// Nothing is known.
pub(super) const fn unbounded(value: f64) -> Settled {
    Settled {
        value,
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
    }
}

impl Settled {
    pub(super) const fn exact(value: f64) -> Settled {
        Settled {
            value,
            low: value,
            high: value,
        }
    }

    /// Whether it is the one number that every device has.
    pub(super) fn is_exact(self) -> bool {
        self.low == self.high
    }

    /// Whether nothing is known.
    pub(super) fn is_unbounded(self) -> bool {
        self.high == f64::INFINITY
    }

    /// Whether it is minus infinity itself.
    pub(super) fn is_mask(self) -> bool {
        self.value == f64::NEG_INFINITY && self.is_exact()
    }

    /// The greatest distance from what exact arithmetic gives.
    pub(super) fn error(self) -> f64 {
        match self.is_exact() {
            true => 0.0,
            false => (self.high - self.value).max(self.value - self.low),
        }
    }

    /// The greatest magnitude.
    pub(super) fn reach(self) -> f64 {
        self.low.abs().max(self.high.abs())
    }

    /// The least magnitude.
    pub(super) fn near(self) -> f64 {
        match self.low <= 0.0 && self.high >= 0.0 {
            true => 0.0,
            false => self.low.abs().min(self.high.abs()),
        }
    }

    pub(super) fn negated(self) -> Settled {
        Settled {
            value: -self.value,
            low: -self.high,
            high: -self.low,
        }
    }

    /// With zero, where binary32 may have it flushed.
    pub(super) fn flushed(self) -> Settled {
        Rounding::BINARY32.flushed(self)
    }

    /// Further apart by so much at each end.
    pub(super) fn wider(self, [below, above]: [f64; 2]) -> Settled {
        Settled {
            low: self.low - below,
            high: self.high + above,
            ..self
        }
    }

    /// Without a bound where it may overflow binary32.
    pub(super) fn bounded(self) -> Settled {
        Rounding::BINARY32.bounded(self)
    }
}

impl Allowed {
    /// A number of binary32 that every device has, or minus infinity, the mask value.
    pub(super) fn exact(value: f64) -> Allowed {
        Allowed::new(Settled::exact(value), &[], None)
    }

    /// A number that comes as data: one of the neighbours where binary32 does not have it, or zero where it is subnormal.
    pub fn given(value: f64) -> Allowed {
        let by = match is_binary32(value) {
            true => 0.0,
            false => UNIT * value.abs().max(NORMAL),
        };
        Allowed::new(Settled::exact(value).wider([by; 2]).flushed(), &[], None)
    }

    /// What exact arithmetic gives, rounded as binary64 rounds.
    pub fn value(&self) -> f64 {
        self.sum.value
    }

    /// How far from it a device may be; infinite where WGSL bounds nothing.
    pub fn error(&self) -> f64 {
        self.settled().error()
    }

    /// Between which numbers a device may be; infinite where WGSL bounds nothing.
    pub fn bounds(&self) -> [f64; 2] {
        let Settled { low, high, .. } = self.settled();
        [low, high]
    }

    /// How many terms were added up in the end, and how large they are together.
    pub fn terms(&self) -> (f64, f64) {
        (self.count.into(), self.size)
    }

    /// The line on which most digits were lost, where any were.
    pub fn line(&self) -> Option<&'static Location<'static>> {
        self.line
    }

    /// Whether it is minus infinity itself: a mask value.
    pub fn is_mask(&self) -> bool {
        self.sum.is_mask()
    }

    /// The result of an operation on these operands.
    pub(super) fn new(settled: Settled, operands: &[(Settled, Line)], line: Line) -> Allowed {
        let sum = settled.bounded();
        let is_exact = sum.is_exact();
        Allowed {
            sum,
            size: sum.value.abs(),
            count: 1.0,
            grain: if is_exact { grain(sum.value) } else { NO_GRAIN },
            format: Format::Binary32,
            line: if is_exact {
                None
            } else {
                blame(sum, operands, line)
            },
        }
    }

    /// The sum of both in a format, to be rounded later.
    pub(super) fn plus(self, other: Allowed, format: Format, line: Line) -> Allowed {
        // What was added up in another format is rounded to that.
        let [this, other] = [self, other].map(|x| match x.format == format || x.count <= 1.0 {
            true => x,
            false => Allowed::new(x.settled(), &[], x.line),
        });
        this.added(other, format, line)
    }

    fn added(self, other: Allowed, format: Format, line: Line) -> Allowed {
        for (x, y) in [(self, other), (other, self)] {
            // A mask value swallows what is finite.
            if x.is_mask() && (y.is_mask() || !y.sum.is_unbounded()) {
                return x;
            }
            // Nothing is added.
            if x.size == 0.0 && x.sum.is_exact() {
                return y;
            }
        }
        let (x, y) = (self.sum, other.sum);
        let value = x.value + y.value;
        let cancels = 4.0 * value.abs() < x.value.abs().max(y.value.abs());
        let carries = match x.high - x.low > y.high - y.low {
            true => self.line,
            false => other.line,
        };
        Allowed {
            sum: Settled {
                value,
                low: x.low + y.low,
                high: x.high + y.high,
            },
            size: self.size + other.size,
            count: self.count + other.count,
            grain: self.grain.min(other.grain),
            format,
            line: if cancels { line } else { carries.or(line) },
        }
    }

    pub(super) fn negated(self) -> Allowed {
        Allowed {
            sum: self.sum.negated(),
            ..self
        }
    }

    /// The number once it is rounded.
    pub(super) fn settled(&self) -> Settled {
        let sum = self.sum;
        if self.count <= 1.0 || self.is_exact_sum() {
            return sum;
        }
        let (to, count) = (Rounding::of(self.format), f64::from(self.count));
        let flushes = count * to.normal + SLACK * self.size;
        let by = if self.count == 2.0 {
            // One order alone, so that the sum itself is rounded.
            [sum.low, sum.high].map(|end| to.unit * end.abs() + flushes)
        } else {
            let growth = ((count - 1.0) * to.unit.ln_1p()).exp_m1();
            [growth * (self.size + sum.error() + flushes) + flushes; 2]
        };
        // Some order may overflow though the sum does not.
        match self.size + sum.error() < to.greatest {
            true => to.bounded(sum.wider(by)),
            false => unbounded(sum.value),
        }
    }

    /// Whether no order rounds, nor flushes, anything.
    fn is_exact_sum(&self) -> bool {
        let to = Rounding::of(self.format);
        let grain = f64::from(self.grain).exp2();
        if !self.sum.is_exact() || grain <= to.normal {
            return false;
        }
        let any_order = self.size <= grain * f64::from(1 << to.bits);
        let only_order = self.count == 2.0 && self.size <= grain * (1u64 << 53) as f64;
        any_order || only_order && to.has(self.sum.value)
    }
}

/// The line to blame for a result's relative error: this one where it grew much, else that of the worst operand.
fn blame(result: Settled, operands: &[(Settled, Line)], line: Line) -> Line {
    let (error, value) = (result.error(), result.value.abs());
    let grew = |x: &Settled| error * x.value.abs() > 4.0 * x.error() * value;
    let worse = |x: &Settled, y: &Settled| x.error() * y.value.abs() > y.error() * x.value.abs();
    let worst = operands
        .iter()
        .reduce(|x, y| if worse(&x.0, &y.0) { x } else { y });
    match worst {
        Some((worst, cause)) if !grew(worst) && cause.is_some() => *cause,
        _ => line,
    }
}

/// Whether binary32 has the number.
pub(super) fn is_binary32(value: f64) -> bool {
    f64::from(value as f32) == value
}

/// The exponent of the greatest power of two that divides a number; 0 has any.
fn grain(value: f64) -> i16 {
    if value == 0.0 {
        return i16::MAX;
    }
    if !value.is_finite() {
        return NO_GRAIN;
    }
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i16;
    // Subnormal numbers of binary64 have none that matters.
    if exponent == 0 {
        return NO_GRAIN;
    }
    let zeros = (bits & ((1 << 52) - 1)).trailing_zeros().min(52) as i16;
    exponent - 1023 - 52 + zeros
}

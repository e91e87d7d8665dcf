//! Whether one number that a kernel yields is what the spec says and WGSL allows.

use crate::accuracy::Allowed;
use crate::certificate::{NARROW, NARROW_F16};
use crate::tracked::{Bounded, NORMAL_F32, UNIT_F16, UNIT_F32};

/// A bound is the kernel's own doing where it is this many times wider than the spec's formula would have it, and that one is narrow: errors of one step
/// multiply in an algorithm of many, such as an online softmax.
const WIDER: f64 = 64.0;
/// From so many terms on a sum is one of many.
const MANY: f64 = 8.0;
/// What flushing leaves of nothing.
pub(super) const TINY: f64 = 1024.0 * NORMAL_F32;
/// The least normal number of binary16: what is less may be 0.
const NORMAL_F16: f64 = 1.0 / 16384.0;
/// Rounding of binary64 in both formulas, as part of what is allowed in binary32: far more than `2⁻⁵³` of `2⁻²³`.
const FINE: f64 = 1.0 / (1 << 20) as f64;

/// One element.
pub(super) struct Element {
    pub(super) got: f64,
    /// In exact arithmetic, and what WGSL would allow the spec's formula.
    pub(super) want: Bounded,
    /// How far rounding takes the spec's formula in one order, where WGSL bounds it not at all.
    pub(super) running: f64,
    /// What WGSL allows the kernel.
    pub(super) allowed: Allowed,
    /// Whether it is kept in binary16.
    pub(super) is_f16: bool,
    /// What everything is measured by: the element and its row's greatest.
    pub(super) scale: f64,
    /// What a formula that is right to binary32's precision may differ by.
    pub(super) plain: f64,
}

/// How an element was found.
pub(super) enum Found {
    /// Its bound is narrow.
    Narrow,
    /// Its bound is wide, and so is that of the spec's formula; the element is right.
    Wide,
    /// Its bound is wide, and so is that of the spec's formula, which explains its error.
    Explained,
    /// Its bound is wide, and that of the spec's formula is not.
    Lost,
    /// It is beyond a bound, of so much, and why that is the bound.
    Beyond(f64, String),
}

impl Element {
    /// What is allowed around the spec's value: the kernel's bound, and the distance of its formula from the spec's.
    pub(super) fn bound(&self) -> f64 {
        self.allowed.error() + self.apart()
    }

    pub(super) fn apart(&self) -> f64 {
        (self.allowed.value() - self.want.value).abs()
    }

    /// A bound as part of the scale; what flushing leaves of nothing is none.
    pub(super) fn part(&self, bound: f64) -> f64 {
        match bound <= self.tiny() {
            true => 0.0,
            false => bound / self.scale,
        }
    }

    /// A sum of many terms is measured by their size: any order may do what one does.
    fn measure(&self) -> f64 {
        let (count, size) = self.allowed.terms();
        match count >= MANY {
            true => self.scale.max(size),
            false => self.scale,
        }
    }

    /// How wide the bound is by it.
    pub(super) fn width(&self) -> f64 {
        match self.allowed.error() {
            error if error <= self.tiny() => 0.0,
            error => error / self.measure(),
        }
    }

    /// What flushing leaves of nothing.
    fn tiny(&self) -> f64 {
        if self.is_f16 { NORMAL_F16 } else { TINY }
    }

    /// A bound of at most this part of the scale says what it should.
    fn narrow(&self) -> f64 {
        if self.is_f16 { NARROW_F16 } else { NARROW }
    }

    /// Whether a bound is narrow by this measure.
    fn is_narrow(&self, measure: f64) -> bool {
        let unit = if self.is_f16 { UNIT_F16 } else { UNIT_F32 };
        let limit = self.narrow().max(8.0 * self.allowed.terms().0 * unit);
        self.allowed.error() <= limit * measure + self.tiny()
    }

    /// Whether both are minus infinity, which masks.
    pub(super) fn is_masked(&self) -> bool {
        self.want.is_mask() && self.got == f64::NEG_INFINITY
    }

    pub(super) fn judge(&self) -> Found {
        let (kernel, spec) = (self.allowed.error(), self.want.error);
        let finite = [kernel, spec].into_iter().filter(|error| error.is_finite());
        let fine = FINE * finite.sum::<f64>();
        // What is allowed the kernel is allowed around its own formula.
        let [low, high] = self.allowed.bounds();
        if !(low - fine <= self.got && self.got <= high + fine) {
            let why = format!("WGSL allows the kernel {low:e} to {high:e}");
            return Found::Beyond(kernel, why);
        }
        if kernel.is_finite() && self.apart() > self.plain + fine {
            let value = self.allowed.value();
            let why = format!("in exact arithmetic the kernel gives {value:e}");
            return Found::Beyond(self.plain, why);
        }
        if self.is_narrow(self.scale) {
            return Found::Narrow;
        }
        // A wide bound excuses nothing that the spec's formula does not.
        let explained = self.plain
            + if spec.is_finite() {
                spec
            } else {
                self.running + self.tiny()
            };
        match (self.got - self.want.value).abs() {
            error if error > explained || explained.is_nan() => {
                Found::Beyond(explained, self.loss())
            }
            _ if kernel > WIDER * spec && self.part(spec) <= self.narrow() => Found::Lost,
            _ if self.is_narrow(self.measure()) => Found::Narrow,
            error if error <= self.plain => Found::Wide,
            _ => Found::Explained,
        }
    }

    /// Where the kernel loses digits.
    pub(super) fn loss(&self) -> String {
        let at = self
            .allowed
            .line()
            .map_or(String::new(), |line| format!(" at {line}"));
        match self.allowed.error().is_finite() {
            true => format!("the kernel loses digits{at}"),
            false => format!(
                "nothing bounds the kernel's result: a function beyond its range, or an overflow{at}"
            ),
        }
    }
}

//! What was seen beside agreement.

use crate::check::budget::Budget;
use crate::sample::Sampling;

/// What a check of special points found that is neither agreement nor failure.
#[derive(Debug)]
pub(in crate::check) struct Report {
    /// What the check may cost.
    pub(in crate::check) budget: Budget,
    /// Points at which forward is not defined.
    pub(super) undefined: usize,
    /// Elements of which rounding hides what forward does.
    pub(super) untold: usize,
    /// Elements without derivative at which backward yields no number, as declared.
    pub(in crate::check) declared: usize,
    /// Points at which forward is a number by way of an infinity, and backward is none or derived.
    pub(in crate::check) by_infinity: usize,
    kinks: usize,
    /// The kink to show: the first at which backward is not between the slopes, else the first.
    example: Option<Kink>,
}

/// An element along which forward has no derivative, and backward yields a number.
#[derive(Clone, Debug)]
pub(super) struct Kink {
    /// `dx[0]`.
    pub(super) name: String,
    /// What backward yields.
    pub(super) dx: f64,
    /// Forward's slopes from the left and from the right, where it has any.
    pub(super) slopes: Option<[f64; 2]>,
    /// What the generalised derivative allows, where that is known.
    pub(super) allowed: Option<[f64; 2]>,
}

impl Kink {
    /// Whether backward lies between the slopes, but for rounding.
    pub(super) fn is_between(&self) -> bool {
        self.slopes.is_some_and(|slopes| lies(self.dx, slopes, 0.0))
    }

    /// Whether backward is what some derivative may be: between the slopes, or of the generalised derivative. Where neither is known, any number
    /// may be right.
    pub(super) fn may_be(&self, error: f64) -> bool {
        let mut known = self.slopes.iter().chain(&self.allowed).peekable();
        known.peek().is_none() || known.any(|ends| lies(self.dx, *ends, error))
    }

    /// All that it may be.
    pub(super) fn bounds(&self) -> [f64; 2] {
        let ends = self.slopes.iter().chain(&self.allowed).flatten();
        ends.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], end| {
            [low.min(*end), high.max(*end)]
        })
    }
}

/// Whether a number lies between two ends, but for an error and a little rounding.
pub(super) fn lies(x: f64, [left, right]: [f64; 2], error: f64) -> bool {
    let room = 1e-9 * left.abs().max(right.abs()) + error;
    left.min(right) - room <= x && x <= left.max(right) + room
}

impl std::fmt::Display for Kink {
    /// `dx[0] = 0 between 0 and 1`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Kink {
            name, dx, slopes, ..
        } = self;
        write!(f, "{name} = {}", short(*dx))?;
        let Some([left, right]) = slopes else {
            return f.write_str(", where there is no slope");
        };
        let word = if self.is_between() { "" } else { ", not" };
        let (low, high) = (left.min(*right), left.max(*right));
        write!(f, "{word} between {} and {}", short(low), short(high))
    }
}

impl Report {
    /// Nothing was seen so far, and so much may be spent.
    pub(super) fn new(budget: Budget) -> Report {
        Report {
            budget,
            undefined: 0,
            untold: 0,
            declared: 0,
            by_infinity: 0,
            kinks: 0,
            example: None,
        }
    }

    pub(super) fn kink(&mut self, kink: Kink) {
        self.kinks += 1;
        let outside = |kink: &Kink| kink.slopes.is_some() && !kink.is_between();
        match &self.example {
            Some(example) if outside(example) || !outside(&kink) => {}
            _ => self.example = Some(kink),
        }
    }

    /// Whether all that was seen are elements without derivative.
    pub(in crate::check) fn has_no_derivative(&self) -> bool {
        self.kinks + self.declared > 0 && self.untold == 0
    }

    /// The same in words, with what the op declares.
    pub(in crate::check) fn note(&self, sampling: &Sampling) -> String {
        let declared = sampling.undefined_reason();
        let mut parts = Vec::new();
        if let Some(example) = &self.example {
            let kinks = counted(self.kinks, "kink");
            parts.push(format!(
                "at {kinks} backward yields a number, e.g. {example}"
            ));
        }
        if let (1.., Some(reason)) = (self.kinks, sampling.ties_reason()) {
            parts.push(format!(
                "equal operands of max and min may each have all, as declared: {reason}"
            ));
        }
        if let (count @ 1.., Some(reason)) = (self.declared, declared) {
            let kinks = counted(count, "kink");
            parts.push(format!("at {kinks} it yields none, as declared: {reason}"));
        }
        if self.undefined > 0 {
            let points = counted(self.undefined, "point");
            parts.push(format!("{points} left out: forward is not defined there"));
        }
        if self.by_infinity > 0 {
            let points = counted(self.by_infinity, "point");
            parts.push(format!(
                "{points} left out: forward is a number there by way of an infinity, and backward is not"
            ));
        }
        if self.untold > 0 {
            let elements = counted(self.untold, "element");
            parts.push(format!("{elements} left out: rounding hides the slope"));
        }
        parts.join("; ")
    }
}

fn counted(count: usize, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}

/// At most four digits.
pub(super) fn short(x: f64) -> String {
    // What rounding left of nothing.
    let x = if x.abs() < 1e-12 { 0.0 } else { x };
    if x != 0.0 && !(1e-3..1e4).contains(&x.abs()) {
        return format!("{x:.1e}");
    }
    let text = format!("{x:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

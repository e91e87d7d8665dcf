//! What verification found, as data.

use crate::compare::Agreement;
use crate::dims::Dims;
use hesper_shader::reference::Warning;
use std::panic::Location;

/// A bound of at most this part of the scale says what it should.
pub(crate) const NARROW: f64 = 1e-4;
/// The same of a result that is kept in binary16: 16 units in the last place.
pub(crate) const NARROW_F16: f64 = 1.0 / 64.0;

/// Everything that was checked about an op.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// The op's name.
    pub op: String,
    /// What `forward` and `backward` compute: the last element of each result at a small shape
    /// ([`Spec::formulas`](crate::Spec::formulas)); empty where that is not known.
    pub formulas: [Vec<String>; 2],
    /// One finding per check and place.
    pub checks: Vec<Finding>,
}

/// What one check found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What was checked: `finite differences`, `backward kernel = spec`.
    pub check: String,
    /// Where: a number domain or a device.
    pub place: String,
    /// The shapes it was checked on.
    pub dims: Vec<Dims>,
    /// How many random points counted.
    pub points: usize,
    /// How many numbers were compared.
    pub compared: usize,
    /// How many more are off by more than a formula in binary32 should be, as the rounding of the spec's own formula explains.
    pub granted: usize,
    /// The error nearest to its bound.
    pub worst: f64,
    /// The bound of that error.
    pub bound: f64,
    /// The widest bound of those that WGSL's accuracy gave, as part of an element and its row's greatest; 0 where there were none.
    pub width: f64,
    /// How many have a bound above 10⁻⁴ of that, or `4·n·2⁻²³` for a sum of `n` terms, as the spec's own formula has: badly conditioned points.
    pub wide: usize,
    /// How sure an exact comparison is; `None` for a numeric one.
    pub exact: Option<Exactness>,
    /// The seed that repeats the check.
    pub seed: u64,
    /// How it ended.
    pub verdict: Verdict,
    /// Anything else worth reporting.
    pub note: String,
    /// What the reference executor warned of while kernels ran: suspicious, but not wrong. Each once.
    pub warnings: Vec<String>,
}

/// How sure an exact comparison is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exactness {
    /// Random fields at each point.
    pub fields: usize,
    /// How many different ways the programs took.
    pub paths: usize,
    /// `b` where a fixed wrong program passes on one path and shape with a probability of at most `2⁻ᵇ`; `None` without rigorous bound.
    pub bits: Option<f64>,
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything compared was within bounds.
    Pass,
    /// Something was wrong; the message says what and where.
    Fail(String),
    /// The check could not run here, for this reason. Never a pass.
    Skip(String),
    /// The check cannot judge this op: what it does, and where. Other checks must.
    Inconclusive(String),
    /// All that was compared was right, but not all was seen that there is.
    Incomplete(String),
    /// All that was compared was right, but WGSL allows results that are not: the kernel loses digits that the spec's formula keeps.
    Weak(String),
    /// All that was compared was right, but at some points WGSL lets the spec's own formula be far off, whatever the kernel: that it is right there says little.
    Wide(String),
}

impl Certificate {
    /// Whether some check passed and no check failed, was skipped, is incomplete or weak. Where the exact check is inconclusive, the
    /// numeric ones have spoken; see [`is_exact`](Certificate::is_exact).
    pub fn is_pass(&self) -> bool {
        let fine = |f: &Finding| f.verdict.is_right() || f.verdict.is_open();
        self.checks.iter().all(fine) && self.checks.iter().any(|f| f.verdict.is_right())
    }

    /// Whether every check passed, the exact ones among them.
    pub fn is_exact(&self) -> bool {
        let exact = |f: &Finding| f.exact.is_some();
        self.checks.iter().any(exact) && self.checks.iter().all(|f| f.verdict.is_right())
    }

    /// The findings that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Finding> {
        self.checks
            .iter()
            .filter(|f| matches!(f.verdict, Verdict::Fail(_)))
    }

    /// The checks that could not run.
    pub fn skips(&self) -> impl Iterator<Item = &Finding> {
        self.checks
            .iter()
            .filter(|f| matches!(f.verdict, Verdict::Skip(_)))
    }
}

impl Verdict {
    /// Whether everything that was to be compared was, and is right.
    pub fn is_right(&self) -> bool {
        matches!(self, Verdict::Pass | Verdict::Wide(_))
    }

    /// Whether the check cannot judge.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Verdict::Inconclusive(_))
    }

    /// `PASS`, `FAIL`, `SKIP`, `OPEN` for what a check cannot judge, `PART` for what it did not see the whole of, `WEAK` for what is right, but
    /// loses digits, or `WIDE` for what is right also where points are badly conditioned.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Pass => "PASS",
            Verdict::Fail(_) => "FAIL",
            Verdict::Skip(_) => "SKIP",
            Verdict::Inconclusive(_) => "OPEN",
            Verdict::Incomplete(_) => "PART",
            Verdict::Weak(_) => "WEAK",
            Verdict::Wide(_) => "WIDE",
        }
    }

    /// The message of a failure or the reason of a skip.
    pub fn message(&self) -> Option<&str> {
        match self {
            Verdict::Pass => None,
            Verdict::Fail(message)
            | Verdict::Skip(message)
            | Verdict::Inconclusive(message)
            | Verdict::Incomplete(message)
            | Verdict::Weak(message)
            | Verdict::Wide(message) => Some(message),
        }
    }
}

impl Finding {
    /// Takes note of something more.
    pub(crate) fn note_also(&mut self, note: Option<String>) {
        let Some(note) = note else {
            return;
        };
        let gap = if self.note.is_empty() { "" } else { "; " };
        self.note += &format!("{gap}{note}");
    }
}

/// A finding in the making: what was seen so far.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    finding: Finding,
    least_points: usize,
    rounding: Rounding,
}

/// What was seen of rounding.
#[derive(Clone, Debug, Default)]
struct Rounding {
    /// How far formulas of kernels are from those of the spec in exact arithmetic, as part of the scale.
    apart: f64,
    /// Points at which a device could decide otherwise, and the first such line.
    undecided: usize,
    line: Option<&'static Location<'static>>,
    /// Where most digits are lost, as part of the scale, and the words for it.
    lost: Option<(f64, String)>,
}

impl Tally {
    pub(crate) fn new(check: &str, place: impl Into<String>, seed: u64) -> Tally {
        Tally {
            finding: Finding {
                check: check.to_string(),
                place: place.into(),
                dims: Vec::new(),
                points: 0,
                compared: 0,
                granted: 0,
                worst: 0.0,
                bound: 0.0,
                width: 0.0,
                wide: 0,
                exact: None,
                seed,
                verdict: Verdict::Pass,
                note: String::new(),
                warnings: Vec::new(),
            },
            least_points: 1,
            rounding: Rounding::default(),
        }
    }

    /// Fewer counted points than this fail.
    pub(crate) fn at_least(mut self, points: usize) -> Tally {
        self.least_points = points;
        self
    }

    /// Counts a point at which numbers were compared.
    pub(crate) fn point(&mut self, dims: &Dims) {
        self.finding.points += 1;
        if !self.finding.dims.contains(dims) {
            self.finding.dims.push(dims.clone());
        }
    }

    /// Counts a number that was compared; remembers the error nearest to its bound. Whether it is within its bound.
    pub(crate) fn compared(&mut self, error: f64, bound: f64) -> bool {
        self.seen(1, error, bound);
        // Not `error > bound`: a NaN must fail.
        error <= bound && bound.is_finite()
    }

    /// How many numbers were compared so far.
    pub(crate) fn count(&self) -> usize {
        self.finding.compared
    }

    /// Counts numbers that are equal.
    pub(crate) fn equal(&mut self, count: usize) {
        self.finding.compared += count;
    }

    /// Says how sure equality is.
    pub(crate) fn exact(&mut self, exact: Exactness) {
        self.finding.exact = Some(exact);
    }

    /// Counts many numbers of which the worst is known.
    pub(crate) fn agreed(&mut self, agreement: &Agreement) {
        self.seen(
            agreement.compared,
            agreement.worst.error,
            agreement.worst.bound,
        );
        self.finding.granted += agreement.granted;
    }

    /// Counts a point far out, where numbers may agree within their rounding only, however right.
    pub(crate) fn far(&mut self, dims: &Dims, granted: usize) {
        self.finding.granted = granted;
        self.point(dims);
    }

    /// Remembers how wide bounds of WGSL's accuracy were, how many were wide as the spec's are, and how far formulas are apart in exact arithmetic.
    pub(crate) fn bounds(&mut self, width: f64, wide: usize, apart: f64) {
        self.finding.wide += wide;
        self.finding.width = self.finding.width.max(width);
        self.rounding.apart = self.rounding.apart.max(apart);
    }

    /// Counts a point at which a device could decide a comparison otherwise.
    pub(crate) fn undecided(&mut self, line: Option<&'static Location<'static>>) {
        self.rounding.undecided += 1;
        self.rounding.line = self.rounding.line.or(line);
    }

    /// Remembers where a kernel loses most digits.
    pub(crate) fn lose(&mut self, part: f64, words: String) {
        let most = self.rounding.lost.as_ref().map_or(0.0, |(most, _)| *most);
        if part > most {
            self.rounding.lost = Some((part, words));
        }
    }

    fn note_of_rounding(&mut self) {
        let Rounding {
            apart,
            undecided,
            line,
            ..
        } = self.rounding;
        // Less is rounding of binary64.
        if apart > 1e-9 {
            self.note_also(Some(format!(
                "its formula approximates the spec's to {apart:.1e}"
            )));
        }
        let at = line.map_or(String::new(), |line| format!(" at {line}"));
        if undecided > 0 {
            self.note_also(Some(format!(
                "rounding may decide otherwise{at}: bounds are left out at {undecided} points"
            )));
        }
    }

    /// How many numbers agree within their rounding only, so far.
    pub(crate) fn granted(&self) -> usize {
        self.finding.granted
    }

    /// Takes note of warnings, each once; those of one pair of lines differ by who met there, not by what to do.
    pub(crate) fn warn(&mut self, warnings: &[Warning]) {
        for warning in warnings {
            self.warn_of(&warning.to_string());
        }
    }

    /// Takes note of what another tally was warned of.
    pub(crate) fn warn_as(&mut self, other: &Tally) {
        for text in &other.finding.warnings {
            self.warn_of(text);
        }
    }

    fn warn_of(&mut self, text: &str) {
        let line = |text: &str| text.split(": warning").next().map(str::to_string);
        let known = self.finding.warnings.iter().any(|w| line(w) == line(text));
        if !known {
            self.finding.warnings.push(text.to_string());
        }
    }

    fn seen(&mut self, count: usize, error: f64, bound: f64) {
        let ratio = |error: f64, bound: f64| if error == 0.0 { 0.0 } else { error / bound };
        let worst = ratio(self.finding.worst, self.finding.bound);
        if self.finding.compared == 0 || ratio(error, bound) > worst {
            (self.finding.worst, self.finding.bound) = (error, bound);
        }
        self.finding.compared += count;
    }

    pub(crate) fn note(&mut self, note: String) {
        self.finding.note = note;
    }

    /// Takes note of something more.
    pub(crate) fn note_also(&mut self, note: Option<String>) {
        self.finding.note_also(note);
    }

    pub(crate) fn fail(mut self, message: impl Into<String>) -> Finding {
        self.finding.verdict = Verdict::Fail(message.into());
        self.finding
    }

    pub(crate) fn skip(mut self, reason: impl Into<String>) -> Finding {
        self.finding.verdict = Verdict::Skip(reason.into());
        self.finding
    }

    pub(crate) fn inconclusive(mut self, reason: impl Into<String>) -> Finding {
        self.finding.verdict = Verdict::Inconclusive(reason.into());
        self.finding
    }

    pub(crate) fn incomplete(mut self, what: impl Into<String>) -> Finding {
        self.finding.verdict = Verdict::Incomplete(what.into());
        self.finding
    }

    /// The same where the check was given up, for this reason: then it may be that not enough was compared to tell.
    pub(crate) fn finish_early(mut self, given_up: Option<String>) -> Finding {
        let too_few = self.finding.points < self.least_points || self.finding.compared == 0;
        match given_up {
            Some(why) if too_few => self.inconclusive(why),
            why => {
                self.note_also(why);
                self.finish()
            }
        }
    }

    /// A pass, if enough was compared.
    pub(crate) fn finish(mut self) -> Finding {
        self.note_of_rounding();
        let (points, least) = (self.finding.points, self.least_points);
        let (compared, granted) = (self.finding.compared, self.finding.granted);
        if compared == 0 {
            let why = match self.finding.note.as_str() {
                "" => String::new(),
                note => format!(": {note}"),
            };
            self.fail(format!("nothing was compared{why}"))
        } else if granted > compared {
            self.fail(format!("{granted} numbers agree within their own rounding only, {compared} within the tolerance"))
        } else if points < least {
            self.fail(format!("only {points} points counted; {least} are needed"))
        } else {
            let wide = self.finding.wide;
            match self.rounding.lost {
                Some((_, words)) => self.finding.verdict = Verdict::Weak(words),
                None if wide > 0 => {
                    self.finding.verdict = Verdict::Wide(format!(
                        "{wide} of these numbers are badly conditioned: WGSL lets the spec's own formula be off by more than {NARROW:.0e} of the scale there"
                    ));
                }
                None => {}
            }
            self.finding
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally() -> Tally {
        Tally::new("dual numbers", "f64", 7)
    }

    #[test]
    fn nothing_compared_is_a_failure() {
        assert_eq!(
            tally().finish().verdict,
            Verdict::Fail("nothing was compared".into())
        );
        let mut few = tally().at_least(2);
        few.point(&Dims::new([("n", 2)]));
        assert!(few.compared(1e-9, 1e-8));
        assert_eq!(
            few.finish().verdict,
            Verdict::Fail("only 1 points counted; 2 are needed".into())
        );
    }

    #[test]
    fn nan_is_not_within_bounds() {
        assert!(!tally().compared(f64::NAN, 1.0));
        assert!(!tally().compared(0.0, f64::NAN));
        assert!(!tally().compared(f64::INFINITY, f64::INFINITY));
    }

    #[test]
    fn a_certificate_passes_only_whole() {
        let mut pass = tally();
        pass.point(&Dims::new([("n", 2)]));
        pass.compared(1e-9, 1e-8);
        let (pass, skip) = (pass.finish(), tally().skip("no GPU"));
        let of = |checks: &[&Finding]| Certificate {
            op: "ReLU".into(),
            formulas: Default::default(),
            checks: checks.iter().map(|f| (*f).clone()).collect(),
        };
        assert!(of(&[&pass]).is_pass());
        assert!(!of(&[]).is_pass());
        assert!(!of(&[&pass, &skip]).is_pass());
    }
}

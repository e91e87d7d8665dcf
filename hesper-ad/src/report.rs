//! Certificates as text that fits a terminal, and as exit codes.

use crate::certificate::{Certificate, Exactness, Finding, Verdict};
use crate::dims::Dims;
use crate::progress::Progress;
use std::collections::BTreeSet;
use std::fmt::{self, Display};
use std::io::Write;
use std::process::{ExitCode, Termination};

/// Columns of a line, where the environment's `COLUMNS` does not say otherwise.
const WIDTH: usize = 100;
/// Columns of a line, at least: less would not be read.
const LEAST_WIDTH: usize = 60;
/// Columns in front of what goes on from the line before.
const INDENT: usize = 9;

/// Certificates of several ops: `ops.iter().map(|op| op.verify(&options)).collect()`. A `main` may return them, as it may one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Certificates(pub Vec<Certificate>);

impl Certificates {
    /// Whether there is any, and all pass.
    pub fn is_pass(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(Certificate::is_pass)
    }

    /// Success where all pass, else failure.
    pub fn exit_code(&self) -> ExitCode {
        exit_code(self.is_pass())
    }

    /// One line: how many ops and checks, and which ops did not pass.
    pub fn summary(&self) -> String {
        let not_passed: Vec<&str> = self
            .0
            .iter()
            .filter(|c| !c.is_pass())
            .map(|c| c.op.as_str())
            .collect();
        let exact = self.0.iter().filter(|c| c.is_exact()).count();
        let mut text = format!(
            "{}: {} ops, {exact} of them exact; {}",
            if self.is_pass() { "PASS" } else { "FAIL" },
            self.0.len(),
            counts(self.0.iter().flat_map(|c| &c.checks)),
        );
        if !not_passed.is_empty() {
            text += &format!("; not passed: {}", not_passed.join(", "));
        }
        text
    }
}

impl FromIterator<Certificate> for Certificates {
    fn from_iter<I: IntoIterator<Item = Certificate>>(certificates: I) -> Certificates {
        Certificates(certificates.into_iter().collect())
    }
}

impl Certificate {
    /// Success where it [passes](Certificate::is_pass), else failure.
    pub fn exit_code(&self) -> ExitCode {
        exit_code(self.is_pass())
    }

    /// One line: how it ended, and which checks did not pass.
    pub fn summary(&self) -> String {
        let has = |word: &str| self.checks.iter().any(|f| f.verdict.word() == word);
        let word = match () {
            () if self.is_pass() => "PASS",
            // Nothing at all was checked.
            () if self.checks.is_empty() || has("FAIL") => "FAIL",
            () if has("PART") => "PART",
            () if has("WEAK") => "WEAK",
            () => "SKIP",
        };
        let mut text = format!("{word} {}: {}", self.op, counts(self.checks.iter()));
        let wrong = |f: &&Finding| !(f.verdict.is_right() || f.verdict.is_open());
        let names = self.checks.iter().filter(wrong);
        let names: Vec<String> = names
            .map(|f| format!("{} ({})", f.check, f.place))
            .collect();
        if !names.is_empty() {
            text += &format!("; not passed: {}", names.join(", "));
        }
        text
    }
}

fn exit_code(passed: bool) -> ExitCode {
    if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// `8 of 9 checks passed, 2 of them wide, 1 failed, 40123 numbers compared, 1 warning`.
fn counts<'f>(findings: impl Iterator<Item = &'f Finding> + Clone) -> String {
    let count = |word: &str| {
        findings
            .clone()
            .filter(|f| f.verdict.word() == word)
            .count()
    };
    let compared: usize = findings.clone().map(|f| f.compared).sum();
    let all = findings.clone().count();
    let right = findings.clone().filter(|f| f.verdict.is_right()).count();
    let mut parts = vec![format!("{right} of {all} checks passed")];
    for (word, meaning) in [
        ("WIDE", "of them wide"),
        ("FAIL", "failed"),
        ("PART", "incomplete"),
        ("WEAK", "weak"),
        ("SKIP", "skipped"),
        ("OPEN", "could not be judged"),
    ] {
        match count(word) {
            0 => {}
            n => parts.push(format!("{n} {meaning}")),
        }
    }
    parts.push(format!("{compared} numbers compared"));
    match findings
        .flat_map(|f| &f.warnings)
        .collect::<BTreeSet<_>>()
        .len()
    {
        0 => {}
        1 => parts.push("1 warning".to_string()),
        n => parts.push(format!("{n} warnings")),
    }
    parts.join(", ")
}

/// Prints what is to be seen, and ends with its exit code.
fn report(shown: impl Display, code: ExitCode) -> ExitCode {
    Progress::clear();
    // Who has closed the output has seen enough; the code still tells.
    match writeln!(std::io::stdout(), "{shown}") {
        Ok(()) | Err(_) => code,
    }
}

impl Termination for Certificate {
    /// Prints the certificate; a failure where it does not pass.
    fn report(self) -> ExitCode {
        report(&self, self.exit_code())
    }
}

impl Termination for Certificates {
    /// Prints the certificates; a failure where one does not pass.
    fn report(self) -> ExitCode {
        report(&self, self.exit_code())
    }
}

/// Formulas of a pass that a certificate shows, at most.
const MOST_FORMULAS: usize = 12;

impl Display for Certificates {
    /// Each certificate, those that do not pass last, then one line for all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (passed, others): (Vec<_>, Vec<_>) = self.0.iter().partition(|c| c.is_pass());
        for certificate in passed.into_iter().chain(others) {
            writeln!(f, "{certificate}\n")?;
        }
        f.write_str(&fitted(&self.summary(), 0))
    }
}

impl Display for Certificate {
    /// The op, its formulas unless they are many, its findings with failures last, and one line that sums up. Lines have 100 columns, or as many as the environment's
    /// `COLUMNS` says; code to paste stays as it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rank = |finding: &&Finding| match finding.verdict {
            Verdict::Pass => 0,
            Verdict::Wide(_) => 1,
            Verdict::Inconclusive(_) => 2,
            Verdict::Skip(_) => 3,
            Verdict::Weak(_) => 4,
            Verdict::Incomplete(_) => 5,
            Verdict::Fail(_) => 6,
        };
        let mut findings: Vec<&Finding> = self.checks.iter().collect();
        findings.sort_by_key(rank);
        writeln!(f, "{}", self.op)?;
        for (pass, lines) in ["forward", "backward"].iter().zip(&self.formulas) {
            if lines.len() > MOST_FORMULAS {
                writeln!(f, "  {pass} in {} formulas", lines.len())?;
                continue;
            }
            for line in lines {
                writeln!(f, "{}", fitted(&format!("  {line}"), INDENT))?;
            }
        }
        for finding in findings {
            let text = format!("  {} {finding}", finding.verdict.word());
            writeln!(f, "{}", fitted(&text, INDENT))?;
        }
        f.write_str(&fitted(&self.summary(), INDENT))
    }
}

impl Finding {
    /// How many sizes of each dimension, from the least to the greatest: `n: 10 sizes, 1 to 131`.
    pub fn sizes(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for (dim, _) in self.dims.iter().flat_map(Dims::iter) {
            if !names.contains(&dim) {
                names.push(dim);
            }
        }
        let sizes = |dim: &str| -> BTreeSet<usize> {
            let sizes = self.dims.iter().filter_map(|dims| dims.get(dim));
            sizes.collect()
        };
        let text = |dim: &&str| {
            let sizes = sizes(dim);
            match (sizes.first(), sizes.last()) {
                (Some(low), Some(high)) if low < high => {
                    format!("{dim}: {} sizes, {low} to {high}", sizes.len())
                }
                (Some(only), _) => format!("{dim}: {only}"),
                _ => String::new(),
            }
        };
        names.iter().map(text).collect::<Vec<_>>().join("; ")
    }

    /// What was seen, in parts.
    fn details(&self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.compared > 0 {
            parts.push(format!(
                "{} compared at {} points on {} shapes",
                self.compared,
                self.points,
                self.dims.len()
            ));
            match self.exact {
                Some(exact) => parts.push(exact.to_string()),
                // What is just watched has no error.
                None if self.bound == 0.0 => {}
                None => parts.push(format!("worst {:.1e} of {:.1e}", self.worst, self.bound)),
            }
        }
        if self.width > 0.0 {
            parts.push(format!("bounds to {:.1e} of the scale", self.width));
        }
        if self.wide > 0 {
            parts.push(format!("{} wide", self.wide));
        }
        if self.granted > 0 {
            parts.push(format!(
                "{} more within their own rounding only",
                self.granted
            ));
        }
        if self.compared > 0 && !self.dims.is_empty() {
            parts.push(self.sizes());
        }
        if !self.note.is_empty() {
            parts.push(self.note.clone());
        }
        parts
    }
}

impl Display for Finding {
    /// The finding without verdict and op: what, where, how much, how far, at which sizes; then its message and warnings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = format!(
            "{:<25} {:<13} {}",
            self.check,
            short(&self.place),
            self.details().join("; ")
        );
        f.write_str(head.trim_end())?;
        if let Some(message) = self.verdict.message() {
            write!(f, "\n       {message} (seed {})", self.seed)?;
        }
        for warning in &self.warnings {
            write!(f, "\n       {warning}")?;
        }
        Ok(())
    }
}

impl Display for Exactness {
    /// `exact, error <= 2^-61`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bits {
            Some(bits) if bits.is_infinite() => f.write_str("exact, error 0"),
            Some(bits) => write!(f, "exact, error <= 2^-{:.0}", bits.floor()),
            None => f.write_str("exact, no rigorous bound"),
        }
    }
}

/// A device's name without what stands in parentheses and brackets.
fn short(place: &str) -> &str {
    place.split(['(', '[']).next().unwrap_or(place).trim_end()
}

/// The columns of a line.
fn width() -> usize {
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok());
    columns.unwrap_or(WIDTH).max(LEAST_WIDTH)
}

/// The text in lines that fit: of 100 columns, or as many as the environment's `COLUMNS` says, broken between words, with what goes on from
/// a line before indented.
pub fn fitted(text: &str, indent: usize) -> String {
    wrap(text, indent, width())
}

/// Each line in lines of so many columns, broken between words, the further ones indented. What is code, indented deeper than prose is, stays
/// whole, as do words that are longer.
fn wrap(text: &str, indent: usize, width: usize) -> String {
    const CODE: &str = "        ";
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.chars().count() <= width || line.starts_with(CODE) {
            lines.push(line.to_string());
            continue;
        }
        let start = line.len() - line.trim_start().len();
        let mut current = line[..start].to_string();
        let mut empty = true;
        for word in line[start..].split(' ') {
            let columns = current.chars().count() + word.chars().count() + usize::from(!empty);
            if columns > width && !empty {
                lines.push(current.trim_end().to_string());
                (current, empty) = (" ".repeat(indent), true);
                if word.is_empty() {
                    continue;
                }
            }
            if !empty {
                current.push(' ');
            }
            current.push_str(word);
            empty = false;
        }
        lines.push(current);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Tally;

    fn tally(check: &str) -> Tally {
        Tally::new(check, "f64", 7)
    }

    fn passed() -> Finding {
        let mut pass = tally("dual numbers");
        for n in [1, 131, 16] {
            pass.point(&Dims::new([("n", n), ("m", 2)]));
            pass.compared(1e-9, 1e-8);
        }
        pass.finish()
    }

    fn of(checks: Vec<Finding>) -> Certificate {
        Certificate {
            formulas: Default::default(),
            op: "ReLU".into(),
            checks,
        }
    }

    #[test]
    fn failures_come_last_and_one_line_sums_up() {
        let fail = tally("finite differences").fail("dx[0] is 1, not 2");
        let certificate = of(vec![fail, tally("kernels").skip("no GPU"), passed()]);
        let text = "\
ReLU
  PASS dual numbers              f64           3 compared at 3 points on 3 shapes; worst 1.0e-9 of
         1.0e-8; n: 3 sizes, 1 to 131; m: 2
  SKIP kernels                   f64
       no GPU (seed 7)
  FAIL finite differences        f64
       dx[0] is 1, not 2 (seed 7)
FAIL ReLU: 1 of 3 checks passed, 1 failed, 1 skipped, 3 numbers compared; not passed: finite
         differences (f64), kernels (f64)";
        assert_eq!(certificate.to_string(), text);
    }

    /// Right in all that was compared, but the kernel loses digits.
    fn weak() -> Finding {
        let mut weak = tally("forward kernel = spec");
        weak.point(&Dims::new([("n", 3)]));
        weak.compared(1e-9, 1e-8);
        weak.bounds(3.5e-6, 2, 1e-7);
        weak.lose(1e-2, "the kernel loses digits".into());
        weak.finish()
    }

    #[test]
    fn what_rounding_may_do_is_told() {
        let text = "\
ReLU
  WEAK forward kernel = spec     f64           1 compared at 1 points on 1 shapes; worst 1.0e-9 of
         1.0e-8; bounds to 3.5e-6 of the scale; 2 wide; n: 3; its formula approximates the spec's to
         1.0e-7
       the kernel loses digits (seed 7)
WEAK ReLU: 0 of 1 checks passed, 1 weak, 1 numbers compared; not passed: forward kernel = spec (f64)";
        assert_eq!(of(vec![weak()]).to_string(), text);
    }

    #[test]
    fn badly_conditioned_points_pass_but_not_plainly() {
        let mut wide = tally("forward kernel = spec");
        wide.point(&Dims::new([("n", 3)]));
        wide.compared(1e-9, 1e-8);
        wide.bounds(3.5e-6, 2, 0.0);
        let certificate = of(vec![wide.finish(), passed()]);
        assert!(certificate.is_pass());
        let text = certificate.to_string();
        let told = "\
  WIDE forward kernel = spec     f64           1 compared at 1 points on 1 shapes; worst 1.0e-9 of
         1.0e-8; bounds to 3.5e-6 of the scale; 2 wide; n: 3
       2 of these numbers are badly conditioned: WGSL lets the spec's own formula be off by more
         than 1e-4 of the scale there (seed 7)
PASS ReLU: 2 of 2 checks passed, 1 of them wide, 4 numbers compared";
        assert!(text.ends_with(told), "{text}");
    }

    #[test]
    fn what_does_not_pass_ends_a_program_with_a_failure() {
        // As `fn main() -> Certificate` ends.
        let ends = |checks: Vec<Finding>| Termination::report(of(checks));
        let fail = || tally("finite differences").fail("dx[0] is 1, not 2");
        assert_eq!(ends(vec![passed()]), ExitCode::SUCCESS);
        for wrong in [
            vec![passed(), fail()],
            vec![passed(), tally("kernels").skip("no GPU")],
            vec![passed(), tally("kernels").incomplete("one way only")],
            vec![weak()],
            vec![],
        ] {
            assert_eq!(ends(wrong), ExitCode::FAILURE);
        }
        let all = |certificates: Vec<Certificate>| Termination::report(Certificates(certificates));
        assert_eq!(all(vec![of(vec![passed()])]), ExitCode::SUCCESS);
        assert_eq!(
            all(vec![of(vec![passed()]), of(vec![fail()])]),
            ExitCode::FAILURE
        );
        assert_eq!(all(vec![]), ExitCode::FAILURE);
    }

    #[test]
    fn lines_fit_but_code_stays_whole() {
        let code = format!("        let x = [{}];", "1.0, ".repeat(30));
        for (text, wide) in [("a word ".repeat(40), false), (code, true)] {
            let text = wrap(&text, 4, 80);
            assert_eq!(
                text.lines().any(|line| line.chars().count() > 80),
                wide,
                "{text}"
            );
        }
        assert_eq!(wrap("  one two three", 4, 10), "  one two\n    three");
    }
}

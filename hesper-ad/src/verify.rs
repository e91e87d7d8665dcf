//! All checks on one op.

use crate::certificate::{Certificate, Finding, Tally, Verdict};
use crate::check::{self, Target};
use crate::op::DiffOp;
use crate::spec::Spec;

/// What to check with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Every random number follows from it.
    pub seed: u64,
    /// Random points per check of the spec; at least 8 are taken.
    pub points: usize,
    /// Where kernels run.
    pub targets: Vec<Target>,
    /// Whether to run the exact checks.
    pub exact: bool,
}

impl Default for Options {
    /// 16 points, the reference executor in f32 and f64, and the exact checks.
    fn default() -> Options {
        Options {
            seed: 1,
            points: 16,
            targets: vec![Target::F32, Target::F64],
            exact: true,
        }
    }
}

/// Something that can be verified: any [`DiffOp`]. What a list of ops erases is what is done with them.
pub trait Verify {
    /// The op's name.
    fn name(&self) -> String;

    /// Runs every check.
    fn verify(&self, options: &Options) -> Certificate;
}

impl<O: DiffOp> Verify for O {
    fn name(&self) -> String {
        self.signature().name().to_string()
    }

    fn verify(&self, options: &Options) -> Certificate {
        let spec = match Spec::new(self) {
            Ok(spec) => spec,
            Err(error) => {
                let checks =
                    vec![Tally::new("signature", "", options.seed).fail(error.to_string())];
                return Certificate {
                    op: self.name(),
                    checks,
                };
            }
        };
        let mut checks = Vec::new();
        if options.exact {
            checks.extend(check::exact(&spec, options.seed));
        }
        checks.push(check::dual_numbers(&spec, options.seed, options.points));
        checks.push(check::finite_differences(
            &spec,
            options.seed,
            options.points,
        ));
        checks.extend(check::known_points(&spec, options.seed));
        for target in &options.targets {
            checks.extend(check::kernels(&spec, target, options.seed));
        }
        tell_once(&mut checks);
        Certificate {
            op: self.name(),
            checks,
        }
    }
}

/// A mistake that stops several checks, an unbound parameter say, is told by the first of them; the others name that one.
fn tell_once(checks: &mut [Finding]) {
    for at in 1..checks.len() {
        let (before, rest) = checks.split_at_mut(at);
        let Some(finding) = rest.first_mut() else {
            return;
        };
        let told = before
            .iter()
            .find(|f| matches!(f.verdict, Verdict::Fail(_)) && f.verdict == finding.verdict);
        if let Some(told) = told {
            let place = match told.place.as_str() {
                "" => String::new(),
                place => format!(", {place}"),
            };
            finding.verdict =
                Verdict::Skip(format!("it stops where `{}`{place} failed", told.check));
        }
    }
}

/// Verifies an op in a test: panics with what was found wrong where it does not pass.
///
/// The message names the op, the check, the worst element with both values, the shape, the seed, and for exact checks a smallest
/// counterexample as a test to paste. What the exact check cannot judge is printed, and passes where the numeric checks do.
///
/// ```
/// use hesper_ad::ops::Softmax;
/// use hesper_ad::assert_verified;
///
/// assert_verified!(Softmax);
/// ```
///
/// With options of your own, say a device:
///
/// ```
/// use hesper_ad::ops::Relu;
/// use hesper_ad::prelude::*;
///
/// let options = Options { targets: vec![Target::F32, Target::Device(Device::reference())], ..Options::default() };
/// hesper_ad::assert_verified!(Relu, &options);
/// ```
#[macro_export]
macro_rules! assert_verified {
    ($op:expr $(,)?) => {
        $crate::assert_verified!($op, &$crate::Options::default())
    };
    ($op:expr, $options:expr $(,)?) => {
        $crate::require_verified(&$op, $options)
    };
}

/// What [`assert_verified!`](crate::assert_verified) does.
#[doc(hidden)]
#[track_caller]
#[allow(clippy::print_stderr)]
pub fn require_verified(op: &dyn Verify, options: &Options) {
    let certificate = op.verify(options);
    let lines = |wanted: fn(&Verdict) -> bool| -> Vec<String> {
        let findings = certificate.checks.iter().filter(|f| wanted(&f.verdict));
        findings
            .map(|f| format!("{} {} {f}", f.verdict.word(), certificate.op))
            .collect()
    };
    if !certificate.is_pass() {
        let wrong = lines(|v| !matches!(v, Verdict::Pass));
        let count = certificate.checks.len();
        panic!(
            "{} is not verified, by {} of {count} checks:\n{}",
            certificate.op,
            wrong.len(),
            wrong.join("\n")
        );
    }
    for line in lines(|v| matches!(v, Verdict::Inconclusive(_))) {
        eprintln!("{line}");
    }
}

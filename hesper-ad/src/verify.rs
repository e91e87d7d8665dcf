//! All checks on one op.

use crate::certificate::{Certificate, Finding, Tally, Verdict};
use crate::check::{self, Speed};
use crate::dims::Dims;
use crate::op::Op;
use crate::options::{Options, Target};
use crate::progress::Progress;
use crate::spec::{Spec, panic_message};
use std::panic::{AssertUnwindSafe, catch_unwind};

impl dyn Op + '_ {
    /// Runs every check.
    pub fn verify(&self, options: &Options) -> Certificate {
        certify(self, Some(OPERATIONS), options, checks)
    }

    /// Runs what finds a wrong connection in a graph whose ops were verified: the spec's VJP by dual numbers, and the kernels against the spec at two small
    /// shapes. A value read in the place of another is neither a matter of rounding nor of sizes, and the ops have passed
    /// at those where their kernels branch.
    pub(crate) fn verify_connections(&self, options: &Options) -> Certificate {
        certify(self, Some(OPERATIONS), options, connections)
    }

    /// Runs the checks at one shape: see [`DiffOp::verify_at`](crate::DiffOp::verify_at).
    pub fn verify_at(&self, dims: &Dims, options: &Options) -> Certificate {
        certify(self, None, options, |spec, options, progress| {
            checks_at(spec, dims, options, progress)
        })
    }
}

/// Operations of a pass at the sizes that checks choose, at most: a few more sizes are not worth the memory.
const OPERATIONS: usize = 8_000_000;

/// Runs checks on an op, whose passes are recorded up to so many operations, where that is given.
fn certify(
    op: &dyn Op,
    most: Option<usize>,
    options: &Options,
    checks: impl Fn(&Spec<'_>, &Options, &Progress) -> Vec<Finding>,
) -> Certificate {
    let progress = Progress::new(op.type_name(), options.progress);
    let open = || {
        let spec = Spec::new(op);
        let spec = match most {
            Some(most) => spec.map(|spec| spec.at_most(most)),
            None => spec,
        };
        (op.name(), spec)
    };
    let opened = catch_unwind(AssertUnwindSafe(open));
    let (name, spec) = match opened {
        Ok((name, spec)) => (name, spec.map_err(|error| error.to_string())),
        Err(payload) => {
            let message = panic_message(&*payload);
            let error = format!("`signature` or `sampling` panicked: {message}");
            (op.type_name().to_string(), Err(error))
        }
    };
    progress.of(&name);
    progress.at("its formulas");
    let (formulas, checks) = match spec {
        // What goes wrong with a spec is told by the checks.
        Ok(spec) => (
            spec.formulas().unwrap_or_default(),
            checks(&spec, options, &progress),
        ),
        Err(error) => {
            let tally = Tally::new("signature", "", options.seed);
            let failure = tally.fail(format!("{error}; no other check was run"));
            (Default::default(), vec![failure])
        }
    };
    Certificate {
        op: name,
        formulas,
        checks,
    }
}

/// Every check that makes sense: none where the spec does not run, none of the kernels where they are bound wrongly.
fn checks(spec: &Spec<'_>, options: &Options, progress: &Progress) -> Vec<Finding> {
    let seed = options.seed;
    progress.at("whether spec and plan fit the ports");
    if let Some(mistake) = check::spec_mistake(spec, seed) {
        return vec![mistake];
    }
    let plan_mistake = check::plan_mistake(spec, seed);
    let mut checks = Vec::new();
    if options.exact {
        progress.at("exact field");
        // Those of the kernels would only say the same again.
        let exact = check::exact(spec, seed).into_iter();
        checks.extend(exact.filter(|f| plan_mistake.is_none() || !f.check.contains("kernel")));
    }
    // What numbers could add to an exact counterexample is not worth the wait.
    let wrong = |check: &str| {
        let mut failed = checks.iter().filter(|f| is_failed(f));
        failed.find(|f| f.check == check).map(|f| f.place.clone())
    };
    let known = [
        wrong("forward kernel = spec"),
        wrong("backward kernel = spec"),
    ];
    go_on(progress, &checks, "dual numbers");
    checks.push(check::dual_numbers(spec, seed, options.points));
    go_on(progress, &checks, "finite differences");
    checks.push(check::finite_differences(spec, seed, options.points));
    go_on(progress, &checks, "second order");
    checks.extend(check::second_order(
        spec,
        seed,
        options.points,
        options.exact,
    ));
    go_on(progress, &checks, "singular points");
    checks.push(check::singular_points(spec, seed));
    go_on(progress, &checks, "digits of the spec");
    checks.push(check::digits(spec, seed));
    go_on(progress, &checks, "known points");
    checks.extend(check::known_points(spec, seed));
    let mut switches = check::Switches::default();
    match plan_mistake {
        Some(mistake) => checks.push(mistake),
        None => {
            let mut speed = Speed::Watched;
            let reaches = reaches(spec, options, &checks, progress);
            if let Some(reach) = reaches.first() {
                switches.clone_from(&reach.switches);
            }
            let mut reaches = reaches.into_iter();
            for target in &options.targets {
                go_on(progress, &checks, &format!("kernels, {}", target.name()));
                let reach = reaches.next();
                let accuracy = &options.accuracy;
                let kernels = check::kernels_at(speed, spec, target, seed, accuracy, &known, reach);
                checks.extend(kernels);
                if !matches!(target, Target::Device(_)) {
                    speed = Speed::Fast;
                }
            }
        }
    }
    // Which ways were not taken is moot where something is wrong.
    if !checks.is_empty() && first_failed(&checks).is_none() {
        go_on(progress, &checks, "largest sizes");
        checks.push(check::largest_sizes(spec, seed));
        checks.push(check::branches(spec, &switches, seed));
    }
    tell_once(&mut checks);
    checks
}

/// What a wrong connection does not stand.
fn connections(spec: &Spec<'_>, options: &Options, progress: &Progress) -> Vec<Finding> {
    let seed = options.seed;
    progress.at("whether spec and plan fit the ports");
    let mistakes = [check::spec_mistake, check::plan_mistake].map(|mistake| mistake(spec, seed));
    if let Some(mistake) = mistakes.into_iter().flatten().next() {
        return vec![mistake];
    }
    progress.at("dual numbers");
    let mut checks = vec![check::dual_numbers(spec, seed, options.points)];
    for target in &options.targets {
        for dims in spec.small_shapes().into_iter().take(2) {
            go_on(progress, &checks, &format!("kernels, {}", target.name()));
            let profile = &options.accuracy;
            let mut kernels = check::kernels_of_shape(spec, target, &dims, seed, profile);
            for finding in &mut kernels {
                finding.place = format!("{} at {dims}", finding.place);
            }
            checks.extend(kernels);
        }
    }
    tell_once(&mut checks);
    checks
}

/// The checks at one shape.
fn checks_at(spec: &Spec<'_>, dims: &Dims, options: &Options, progress: &Progress) -> Vec<Finding> {
    let seed = options.seed;
    if let Some(mistake) = misfit(spec, dims) {
        return vec![Tally::new("shape", "", seed).fail(mistake)];
    }
    progress.at("whether spec and plan fit the ports");
    let mistakes = [check::spec_mistake, check::plan_mistake].map(|mistake| mistake(spec, seed));
    if let Some(mistake) = mistakes.into_iter().flatten().next() {
        return vec![mistake];
    }
    let mut checks = Vec::new();
    if options.exact {
        progress.at("exact field");
        checks.extend(check::exact_of_shape(spec, dims, seed));
    }
    for target in &options.targets {
        go_on(progress, &checks, &format!("kernels, {}", target.name()));
        let profile = &options.accuracy;
        checks.extend(check::kernels_of_shape(spec, target, dims, seed, profile));
    }
    tell_once(&mut checks);
    checks
}

/// What is wrong with a shape that was asked for.
fn misfit(spec: &Spec<'_>, dims: &Dims) -> Option<String> {
    let names = spec.signature().dims();
    let missing = names.iter().find(|name| dims.get(name).is_none());
    if let Some(name) = missing {
        return Some(format!("the size of `{name}` is missing from ({dims})"));
    }
    let unknown = dims.iter().find(|(name, _)| !names.contains(name));
    if let Some((name, _)) = unknown {
        let names = names.join("`, `");
        return Some(format!(
            "there is no dimension `{name}`; there are `{names}`"
        ));
    }
    let odd = dims
        .iter()
        .find(|(name, size)| *size == 0 || size % spec.sampling().multiple_of(name) != 0);
    let odd = odd.map(|(name, size)| {
        let multiple = spec.sampling().multiple_of(name);
        format!(
            "`{name}` is {size}, which is no multiple of {multiple} above zero, as `sampling` wants"
        )
    });
    odd.or_else(|| spec.reach(dims).err().map(|error| error.to_string()))
}

/// Goes on to another check, and says which failed before.
fn go_on(progress: &Progress, checks: &[Finding], check: &str) {
    if let Some(failed) = first_failed(checks) {
        progress.failed(&failed.check);
    }
    progress.at(check);
}

fn is_failed(finding: &Finding) -> bool {
    matches!(finding.verdict, Verdict::Fail(_))
}

fn first_failed(checks: &[Finding]) -> Option<&Finding> {
    checks.iter().find(|finding| is_failed(finding))
}

/// What each target reaches; nothing far while another check fails, for that is to be mended first, and far sizes take the longest.
fn reaches(
    spec: &Spec<'_>,
    options: &Options,
    checks: &[Finding],
    progress: &Progress,
) -> Vec<check::Reach> {
    if let Some(Finding { check, .. }) = first_failed(checks) {
        let near = |_: &Target| check::Reach::near(&format!("mend `{check}` first"));
        return options.targets.iter().map(near).collect();
    }
    progress.at("kernels, far sizes of the spec");
    check::Reach::of(spec, &options.targets, options.seed)
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
            .find(|f| is_failed(f) && f.verdict == finding.verdict);
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
pub fn require_verified(op: &dyn Op, options: &Options) {
    let certificate = op.verify(options);
    if !certificate.is_pass() {
        panic!("{} is not verified\n{certificate}", certificate.op);
    }
    let open = certificate
        .checks
        .iter()
        .filter(|f| matches!(f.verdict, Verdict::Inconclusive(_)));
    for finding in open {
        eprintln!("{} {} {finding}", finding.verdict.word(), certificate.op);
    }
}

//! Who refuses an op: each check is run as far as a line of the table needs it.

use super::{By, lines};
use crate::witness::{classic, classic_spec, witness};
use hesper_ad::check::{self, Tie};
use hesper_ad::prelude::*;
use hesper_ad::{Finding, Spec, Verdict};

/// The random numbers of all checks follow from it.
pub(super) const SEED: u64 = 1;

/// Other judges are asked with several seeds.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=4;

/// Random points per check of a spec.
const POINTS: usize = 16;

/// What is said by whoever refuses the op, after the name of the check; an error where somebody else does, or somebody does not.
pub(super) fn refusals(op: &dyn Op, by: By) -> Result<Vec<String>, String> {
    let spec = || Spec::new(op).map_err(|e| e.to_string());
    match by {
        By::Nobody => accepted(op.verify(&numbers(vec![Target::F32, Target::F64])).checks),
        By::NoTie => accepted(check::exact(&spec()?, SEED)),
        By::NotForward => {
            let [forward, _] = check::kernels(&spec()?, &Target::F32, SEED);
            accepted(vec![forward])
        }
        By::Stopped(check) => stopped(op, check),
        By::NobodyAtAll => nobody(op),
        By::Singular => all(vec![check::singular_points(&spec()?, SEED)]),
        By::Differences => all(vec![check::finite_differences(&spec()?, SEED, POINTS)]),
        By::DualNumbers => all(vec![check::dual_numbers(&spec()?, SEED, POINTS)]),
        By::KnownPoint => all(check::known_points(&spec()?, SEED)),
        By::SecondOrder => all(check::second_order(&spec()?, SEED, POINTS, true)),
        By::Exact(tie) => all(named(check::exact(&spec()?, SEED), tie.name())),
        By::ExactAt(tie, dims) => {
            let dims = Dims::new(dims.iter().copied());
            tied(check::exact_at(&spec()?, &dims, SEED), tie)
        }
        By::Undefined => undefined(check::exact(&spec()?, SEED)),
        By::Forward => one_pass(check::kernels(&spec()?, &Target::F32, SEED)),
        By::Forward64 => one_pass(check::kernels(&spec()?, &Target::F64, SEED)),
        By::Backward => one_pass(swapped(check::kernels(&spec()?, &Target::F32, SEED))),
        By::Backward64 => one_pass(swapped(check::kernels(&spec()?, &Target::F64, SEED))),
        By::BothPasses => all(check::kernels(&spec()?, &Target::F32, SEED).to_vec()),
        By::Alone(check) => alone(op, check),
        By::Largest => all(vec![check::largest_sizes(&spec()?, SEED)]),
        By::LargestOpen => left_open(check::largest_sizes(&spec()?, SEED)),
        By::Unseen => unseen(op),
        By::Beyond(size) => beyond(op, size),
        By::BigFloats => SEEDS.map(|seed| big_floats(op, seed)).collect(),
        By::Classic(kernels, spec) => {
            let each = SEEDS.map(|seed| by_criteria(op, seed, kernels, spec));
            Ok(each.collect::<Result<Vec<_>, _>>()?.concat())
        }
    }
}

/// The numeric checks.
pub(super) fn numbers(targets: Vec<Target>) -> Options {
    Options {
        seed: SEED,
        points: POINTS,
        targets,
        exact: false,
        ..Options::default()
    }
}

/// What a failure, or a kernel that loses digits, is told by, after the name of its check.
fn refusal(finding: &Finding) -> Option<String> {
    match &finding.verdict {
        Verdict::Fail(message) | Verdict::Weak(message) => {
            Some(format!("{}: {message}", finding.check))
        }
        _ => None,
    }
}

/// Nothing, where all of them pass.
fn accepted(findings: Vec<Finding>) -> Result<Vec<String>, String> {
    let passed = |f: &Finding| f.verdict.is_right();
    match !findings.is_empty() && findings.iter().all(passed) {
        true => Ok(Vec::new()),
        false => Err(format!("not accepted:\n{}", lines(&findings))),
    }
}

/// The refusals, where there are some and all of them are.
fn all(findings: Vec<Finding>) -> Result<Vec<String>, String> {
    let refusals: Option<Vec<String>> = findings.iter().map(refusal).collect();
    let refusals = refusals.filter(|refusals| !refusals.is_empty());
    refusals.ok_or_else(|| format!("not refused:\n{}", lines(&findings)))
}

fn named(findings: Vec<Finding>, check: &str) -> Vec<Finding> {
    findings.into_iter().filter(|f| f.check == check).collect()
}

/// The one finding that says what stops verification.
fn stopped(op: &dyn Op, check: &str) -> Result<Vec<String>, String> {
    let findings = op.verify(&numbers(vec![Target::F32])).checks;
    let refusals: Vec<String> = findings.iter().filter_map(refusal).collect();
    match &refusals[..] {
        [only] if only.starts_with(check) => Ok(refusals),
        _ => Err(format!("not stopped:\n{}", lines(&findings))),
    }
}

/// A tie that breaks; those between programs of which none is wrong hold.
fn tied(findings: Vec<Finding>, tie: Tie) -> Result<Vec<String>, String> {
    let hold: &[Tie] = match tie {
        // A wrong `backward` breaks all ties but one.
        Tie::Vjp | Tie::Derived => &[Tie::Forward],
        Tie::Forward => &[Tie::Vjp, Tie::Derived, Tie::Backward],
        Tie::Backward => &[Tie::Vjp, Tie::Derived, Tie::Forward],
    };
    for other in hold {
        accepted(named(findings.clone(), other.name()))?;
    }
    all(named(findings, tie.name()))
}

/// A certificate that passes, and what it leaves open.
fn nobody(op: &dyn Op) -> Result<Vec<String>, String> {
    let options = Options {
        exact: true,
        ..numbers(vec![Target::F32, Target::F64])
    };
    let certificate = op.verify(&options);
    let open = certificate.checks.iter();
    let open = open.filter(|f| matches!(f.verdict, Verdict::Inconclusive(_)));
    match certificate.is_pass() {
        true => Ok(open.map(Finding::to_string).collect()),
        false => Err(format!("not accepted:\n{}", lines(&certificate.checks))),
    }
}

/// What the shadows show, while the spec is found right.
fn undefined(findings: Vec<Finding>) -> Result<Vec<String>, String> {
    accepted(named(findings.clone(), Tie::Vjp.name()))?;
    let refusals: Vec<String> = findings.iter().filter_map(refusal).collect();
    match refusals.is_empty() {
        true => Err(format!("not refused:\n{}", lines(&findings))),
        false => Ok(refusals),
    }
}

/// What is said of the kernels of one pass, while those of the other agree with the spec.
fn one_pass([wrong, right]: [Finding; 2]) -> Result<Vec<String>, String> {
    accepted(vec![right])?;
    all(vec![wrong])
}

/// The backward pass first.
fn swapped([forward, backward]: [Finding; 2]) -> [Finding; 2] {
    [backward, forward]
}

/// One check that fails in both number domains, while nothing else does.
fn alone(op: &dyn Op, check: &str) -> Result<Vec<String>, String> {
    let findings = op.verify(&numbers(vec![Target::F32, Target::F64])).checks;
    let (wrong, right): (Vec<_>, Vec<_>) = findings.into_iter().partition(|f| f.check == check);
    accepted(right)?;
    match wrong.len() {
        2 => all(wrong),
        _ => Err(format!("not in both domains:\n{}", lines(&wrong))),
    }
}

/// What a check says it cannot judge.
fn left_open(finding: Finding) -> Result<Vec<String>, String> {
    match &finding.verdict {
        Verdict::Inconclusive(message) => Ok(vec![message.clone()]),
        _ => Err(format!("not left open:\n{}", lines(&[finding]))),
    }
}

/// What was not seen, where everything that was is right.
fn unseen(op: &dyn Op) -> Result<Vec<String>, String> {
    let findings = op.verify(&numbers(vec![Target::F32, Target::F64])).checks;
    let (unseen, right): (Vec<_>, Vec<_>) = findings
        .into_iter()
        .partition(|f| f.check == "branches of kernels");
    accepted(right)?;
    let what = |f: &Finding| match &f.verdict {
        Verdict::Incomplete(message) => Some(message.clone()),
        _ => None,
    };
    let all: Vec<String> = unseen.iter().filter_map(what).collect();
    match all.is_empty() {
        true => Err(format!("nothing was unseen:\n{}", lines(&unseen))),
        false => Ok(all),
    }
}

/// Kernels that are right up to some size: told at the first beyond it, or, for a grid over several dimensions, at one near.
fn beyond(op: &dyn Op, size: usize) -> Result<Vec<String>, String> {
    let findings = op.verify(&numbers(vec![Target::F64])).checks;
    let kernels: Vec<&Finding> = findings.iter().filter(|f| is_of_kernels(f)).collect();
    let refusals: Vec<String> = kernels.iter().filter_map(|f| refusal(f)).collect();
    let sizes = refusals.first().and_then(|text| text.rsplit('(').next());
    let sizes = sizes.unwrap_or_default().trim_end_matches(')').split(' ');
    let sizes = sizes.filter_map(|dim| dim.split('=').nth(1)?.parse().ok());
    match sizes.max() {
        Some(found) if (size / 3..=size + 2).contains(&found) => Ok(refusals),
        found => Err(format!("refused at {found:?}:\n{}", lines(&findings))),
    }
}

pub(super) fn is_of_kernels(finding: &Finding) -> bool {
    finding.check.ends_with("kernel = spec")
}

fn big_floats(op: &dyn Op, seed: u64) -> Result<String, String> {
    match witness(op, seed) {
        Err(error) if error.starts_with("error") => Ok(error),
        Err(error) => Err(error),
        Ok(_) => Err(format!("not seen with seed {seed}")),
    }
}

/// Why the first criterion that could not judge the kernels could not.
fn by_criteria(
    op: &dyn Op,
    seed: u64,
    kernels: [bool; 3],
    spec: [bool; 3],
) -> Result<Vec<String>, String> {
    let (of_kernels, of_spec) = (classic(op, seed), classic_spec(op, seed));
    if [of_kernels.passes(), of_spec.passes()] != [kernels, spec] {
        return Err(format!("{of_kernels:?}, {of_spec:?}, seed {seed}"));
    }
    Ok(of_kernels.stopped.into_iter().collect())
}

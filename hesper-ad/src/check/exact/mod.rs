//! The exact check: no tolerance between a spec, its VJP and its kernels.
//!
//! ```text
//! point      the real numbers that choose a path     coverage   which decisions went which way
//! trial      a point in one random field             vjp, plan  the comparisons there
//! harmless   overflows that spoil nothing
//! near       what only real numbers tell apart
//! bisect     both ends of every threshold            shape      the points of one shape; search: those that show something new
//! bits       how sure a trial is                     tally      what was found so far
//! cannot     decisions that have no other way
//! counterexample  where a tie breaks, as small as may be
//! ```

mod bisect;
mod bits;
mod cannot;
mod counterexample;
mod coverage;
#[cfg(test)]
mod hard_tests;
mod harmless;
mod near;
mod notes;
mod plan;
mod point;
mod search;
mod shape;
mod squares;
mod tally;
#[cfg(test)]
mod tests;
mod trial;
mod vjp;

pub use counterexample::Counterexample;
pub use trial::Tie;

use super::kernels::built_plans;
use super::shapes::{broad_shapes, equal_shapes, kernel_shapes};
use crate::certificate::{Finding, Verdict};
use crate::dims::Dims;
use crate::op_plan::Plans;
use crate::spec::Spec;
use shape::Shape;
use std::collections::BTreeSet;
use tally::Tallies;
use trial::Silence;

/// Elements of all ports together, and size of a dimension, at most: larger shapes are left to the numeric checks.
const MOST_ELEMENTS: usize = 6_000;
const LARGEST: usize = 150;

/// Checks in random fields that `backward` is the VJP of `forward`, and that the kernels compute both: element by element, without
/// tolerance. One finding for each [`Tie`], and one for what the shadows show to be undefined or out of range.
///
/// At each shape, points are chosen such that every decision on data goes both ways, every threshold is approached from both sides,
/// rows rise, fall, and have their maximum anywhere, numbers tie; at each point, so many fields are drawn that a wrong program
/// hardly passes. See `docs/exact.md`.
pub fn exact(spec: &Spec<'_>, seed: u64) -> Vec<Finding> {
    let (tallies, looked) = look(spec, Tallies::new(spec, seed), Shape::check);
    tell(spec, &tallies);
    let mut findings = explained(spec, tallies, seed);
    for finding in &mut findings {
        let notes = looked.notes.iter().cloned();
        notes.for_each(|note| finding.note_also(Some(note)));
    }
    let holds = |tie: Tie| {
        let mut all = findings.iter();
        all.any(|f| f.check == tie.name() && f.verdict == Verdict::Pass)
    };
    if holds(Tie::Forward) && holds(Tie::Backward) {
        spec.settle(looked.shapes);
    }
    findings
}

/// Where a check looked.
struct Looked {
    /// By name.
    shapes: BTreeSet<String>,
    /// What is to be noted of those that were not reached.
    notes: Vec<String>,
}

/// [`exact`] for some ties, until one breaks, without a counterexample.
pub(crate) fn exact_until_one_breaks(spec: &Spec<'_>, ties: &[Tie], seed: u64) -> Vec<Finding> {
    let tallies = Tallies::until_one_breaks(ties, spec, seed);
    let (tallies, _) = look(spec, tallies, Shape::check);
    tell(spec, &tallies);
    tallies.finish()
}

/// What other checks ought to know: where kernels differ by less than a rounding, and decisions that can go one way only.
fn tell(spec: &Spec<'_>, tallies: &Tallies) {
    for tie in tallies.approximate() {
        spec.let_differ(tie == Tie::Forward);
    }
    for site in tallies.cannot() {
        spec.proved(site.file, site.at.0);
    }
}

/// The first of some ties that breaks at one point or two of a shape, in one field: most wrong programs are told by it at once. That none does
/// says little.
pub(crate) fn glance(spec: &Spec<'_>, ties: &[Tie], seed: u64) -> Option<Finding> {
    let tallies = Tallies::brief(ties, spec, seed);
    let glance = |shape: Shape<'_>, _: bool, tallies: &mut Tallies| shape.glance(tallies);
    let (tallies, _) = look(spec, tallies, glance);
    tallies.broken().cloned()
}

/// Looks at every shape.
fn look<'s>(
    spec: &'s Spec<'s>,
    mut tallies: Tallies,
    check: impl Fn(Shape<'s>, bool, &mut Tallies),
) -> (Tallies, Looked) {
    let plans = match built_plans(spec, &spec.least_shape(), false) {
        Ok(plans) => Some(plans),
        Err(error) => {
            tallies.end_kernels(&error);
            None
        }
    };
    if spec.is_derived(&spec.least_shape()) {
        tallies.derived();
    }
    let home = home_shape(spec);
    let (mut seen, mut looked) = (BTreeSet::new(), BTreeSet::new());
    let (mut missed, mut left_out) = (spec.missed(), 0);
    for dims in shapes(spec, plans.as_ref()) {
        if tallies.over() || !seen.insert(dims.to_string()) {
            continue;
        }
        if tallies.budget.is_spent(spec) {
            left_out += 1;
            continue;
        }
        if spec.reach(&dims).is_err() {
            missed.add(&dims);
            continue;
        }
        check(Shape::new(spec, dims.clone()), dims == home, &mut tallies);
        looked.insert(dims.to_string());
    }
    if seen.is_empty() {
        let least = spec.least_shape();
        let why = format!("all ports together have more than {MOST_ELEMENTS} elements");
        Tie::ALL
            .into_iter()
            .for_each(|tie| tallies.too_long(tie, &why, &least));
    }
    let given_up = tallies.budget.given_up(spec);
    let given_up = given_up.map(|why| format!("{why}, {left_out} shapes were left out"));
    let looked = Looked {
        shapes: looked,
        notes: missed.note().into_iter().chain(given_up).collect(),
    };
    (tallies, looked)
}

/// The first tie alone, at small shapes: for what has no kernels.
pub(super) fn exact_vjp(spec: &Spec<'_>, seed: u64) -> Option<Finding> {
    let mut tallies = Tallies::of(&[Tie::Vjp], spec, seed).of_covered();
    let home = home_shape(spec);
    for dims in [home.clone(), spec.least_shape()] {
        if !tallies.over() && spec.reach(&dims).is_ok() {
            Shape::new(spec, dims.clone()).check(dims == home, &mut tallies);
        }
    }
    tallies.finish().into_iter().next()
}

/// The findings, failures with their smallest counterexample.
fn explained(spec: &Spec<'_>, mut tallies: Tallies, seed: u64) -> Vec<Finding> {
    for (tie, point) in tallies.failures() {
        let how = counterexample::explain(spec, point, tie, seed);
        tallies.explain(tie, &how);
    }
    tallies.finish()
}

/// [`exact`] at one shape of any size, every threshold there bisected.
pub fn exact_at(spec: &Spec<'_>, dims: &Dims, seed: u64) -> Vec<Finding> {
    at(spec, dims, true, seed)
}

/// The same, but as [`exact`] looks at a shape of its size: with many elements it is enough that decisions go both ways somewhere.
pub(crate) fn exact_of_shape(spec: &Spec<'_>, dims: &Dims, seed: u64) -> Vec<Finding> {
    let elements = spec.elements(dims);
    if elements <= MOST_ELEMENTS {
        return at(spec, dims, elements <= shape::THOROUGH, seed);
    }
    // With so many roots there may be no inputs of which all are squares: as larger shapes are left to the numeric checks, so is this one.
    let mut tallies = Tallies::new(spec, seed);
    let why = format!("all ports together have more than {MOST_ELEMENTS} elements");
    Tie::ALL
        .into_iter()
        .for_each(|tie| tallies.too_long(tie, &why, dims));
    tallies.finish()
}

fn at(spec: &Spec<'_>, dims: &Dims, home: bool, seed: u64) -> Vec<Finding> {
    let mut tallies = Tallies::new(spec, seed);
    if let Err(error) = built_plans(spec, dims, false) {
        tallies.end_kernels(&error);
    }
    if spec.is_derived(dims) {
        tallies.derived();
    }
    match spec.reach(dims) {
        Ok(()) => Shape::new(spec, dims.clone()).check(home, &mut tallies),
        Err(error) => {
            let silence = Silence::Fault(error.to_string());
            Tie::ALL
                .into_iter()
                .for_each(|tie| tallies.silent(tie, &silence, dims, None));
        }
    }
    explained(spec, tallies, seed)
}

/// Where every decision is bisected and random points are drawn until nothing new is seen.
fn home_shape(spec: &Spec<'_>) -> Dims {
    let mut small = spec.small_shapes();
    small.truncate(2);
    small.pop().unwrap_or_default()
}

/// Small shapes, each dimension large in turn, equal ones, and shapes around the workgroups' sizes.
fn shapes(spec: &Spec<'_>, plans: Option<&Plans>) -> Vec<Dims> {
    let mut shapes = vec![home_shape(spec)];
    shapes.extend(spec.small_shapes());
    shapes.push(spec.least_shape());
    shapes.extend(spec.large_shapes());
    let (names, sampling) = (spec.signature().dims(), spec.sampling());
    shapes.extend(equal_shapes(&names, sampling));
    if let Some(plans) = plans {
        let plans = [&plans.forward, &plans.backward];
        shapes.extend(kernel_shapes(&names, sampling, &plans));
        shapes.extend(broad_shapes(&names, sampling, &plans));
    }
    let small = |dims: &Dims| {
        dims.iter().all(|(_, size)| size <= LARGEST) && spec.elements(dims) <= MOST_ELEMENTS
    };
    shapes.retain(small);
    shapes
}

//! Backward where numbers are zero, equal or at a threshold.
//!
//! ```text
//! points   numbers made special on purpose      roots    where the spec's own decisions tie and divisors vanish
//! line     forward's slopes on both sides       probe    duals that see kinks and poles
//! judge    backward against the slopes          report   kinks, and what was left out
//! kinks    backward at a kink               shares   what a slope may be there
//! infinite numbers by way of an infinity
//! ```

mod infinite;
mod judge;
mod kinks;
mod line;
#[cfg(test)]
mod parameter_tests;
mod points;
mod probe;
mod report;
mod roots;
mod shares;
#[cfg(test)]
mod tests;

use crate::certificate::{Finding, Tally};
use crate::check::budget::{Budget, NUMERIC};
use crate::dims::Dims;
use crate::sample::{Rng, Sample};
use crate::spec::Spec;
use judge::{Judge, Stop};
use points::{scale_cotangents, special_points};
pub(super) use report::Report;
use roots::roots;

/// The check's name in reports.
const NAME: &str = "singular points";

/// Checks `backward` at points that random numbers never hit: zeros, rows of zeros, equal numbers, small integers, and wherever the
/// spec's own comparisons tie or its divisors vanish.
///
/// Where `forward` is smooth, or its one-sided slopes agree in all directions, `backward` must be a number and equal them: 0/0 is a
/// failure, and so is a rule for `max` or `|x|` where the kinks of several cancel. Where it has a kink, `backward` must lie in the generalised
/// derivative: between the slopes, or what some shares of either side at each kink of `forward` make, element by element and all together. It
/// may be no number where [`Sampling::undefined_at_kinks`](crate::Sampling::undefined_at_kinks) says so. Where
/// `forward` is not defined the point does not count, and where it is a number only by way of an infinity, as `1/z` with an infinite `z`,
/// `backward` may be none and is not held against what a derived one makes of it; such points are noted.
///
/// Slopes are those of dual numbers in f64 with a running error bound: at the point itself where no decision is near its threshold, else at
/// shrinking distances on both sides of it.
pub fn singular_points(spec: &Spec<'_>, seed: u64) -> Finding {
    let mut tally = Tally::new(NAME, "f64", seed);
    let mut report = Report::new(Budget::of(spec, NUMERIC));
    let mut rng = Rng::new(seed);
    let mut missed = spec.missed();
    for dims in spec.reached(shapes(spec), &mut missed) {
        if let Err(stop) = check_shape(spec, &dims, &mut rng, &mut tally, &mut report) {
            return tally.fail(stop.to_string());
        }
    }
    tally.note(report.note(spec.sampling()));
    tally.note_also(missed.note());
    tally.finish_early(report.budget.given_up(spec))
}

fn check_shape(
    spec: &Spec<'_>,
    dims: &Dims,
    rng: &mut Rng,
    tally: &mut Tally,
    report: &mut Report,
) -> Result<(), Stop> {
    let mut points = special_points(spec, dims, rng);
    let mut start = spec.draw(dims, rng);
    scale_cotangents(&mut start);
    points.extend(roots(spec, &start, rng)?);
    for (label, sample) in &points {
        if report.budget.is_spent(spec) {
            break;
        }
        if Judge::new(spec, sample, label, rng)?.judge(tally, report)? {
            tally.point(dims);
        }
    }
    Ok(())
}

/// One point that an op names, judged as special points are.
pub(super) fn judge_known(
    spec: &Spec<'_>,
    sample: &Sample,
    tally: &mut Tally,
) -> Result<Report, String> {
    let mut report = Report::new(Budget::of(spec, NUMERIC));
    let judged = Judge::new(spec, sample, "this point", &mut Rng::new(1))
        .and_then(|mut judge| judge.judge(tally, &mut report));
    judged.map_err(|stop| stop.to_string())?;
    Ok(report)
}

/// One element of each dimension, and two small shapes in which neighbours differ.
fn shapes(spec: &Spec<'_>) -> Vec<Dims> {
    let names = spec.signature().dims();
    let shape = |sizes: [usize; 2]| {
        let size = |(i, name): (usize, &&str)| {
            (name.to_string(), spec.sampling().times(sizes[i % 2], name))
        };
        let dims = Dims::new(names.iter().enumerate().map(size));
        spec.sampling().fitted(dims)
    };
    vec![spec.least_shape(), shape([2, 3]), shape([3, 2])]
}

//! The points that an op's sampling names, each on its own.

use super::budget::{Budget, DIFFERENCES};
use super::finite_differences::{Stencil, note};
use super::singular::judge_known;
use crate::certificate::{Finding, Tally};
use crate::sample::{Known, Rng, Sample};
use crate::spec::Spec;

/// Checks `backward` at each [known point](crate::Sampling::known) of the op: against differences of `forward` as
/// [`finite_differences`](super::finite_differences()) does, and against its slopes from both sides as
/// [`singular_points`](super::singular_points()) does. The finding's place is the point's label.
pub fn known_points(spec: &Spec<'_>, seed: u64) -> Vec<Finding> {
    let known = spec.sampling().known_points().iter();
    known.map(|known| known_point(spec, known, seed)).collect()
}

fn known_point(spec: &Spec<'_>, known: &Known, seed: u64) -> Finding {
    let mut tally = Tally::new("known point", &known.label, seed);
    let sample = spec.complete(known, &mut Rng::new(seed));
    let (note, no_derivative) = match judge(spec, &sample, &mut tally) {
        Ok(seen) => seen,
        Err(message) => return tally.fail(format!("{message} ({})", known.dims)),
    };
    if let (0, Some(why)) = (tally.count(), no_derivative) {
        return tally.inconclusive(format!("{why}: {note}"));
    }
    if tally.count() > 0 {
        tally.point(&known.dims);
    }
    tally.note(note);
    tally.finish()
}

/// Both judgements: what they note, and why nothing may have been judged, if there is a reason. Differences want numbers everywhere; where
/// there are none, slopes have told that there need not be.
fn judge(
    spec: &Spec<'_>,
    sample: &Sample,
    tally: &mut Tally,
) -> Result<(String, Option<&'static str>), String> {
    let slopes = judge_known(spec, sample, tally)?;
    let mut notes = Vec::new();
    match Stencil::new(spec, sample) {
        Ok(stencil) => {
            let budget = Budget::of(spec, DIFFERENCES);
            let point = stencil.check_point(&budget, tally)?;
            notes.extend(budget.given_up(spec));
            if tally.count() > 0 {
                notes.push(note(point.classic, point.skipped));
            }
        }
        Err(message) if slopes.declared + slopes.by_infinity == 0 => return Err(message),
        Err(_) => {}
    }
    let said = slopes.note(spec.sampling());
    notes.extend((!said.is_empty()).then_some(said));
    let why = match () {
        () if slopes.by_infinity > 0 => Some("`backward` has nothing to be held against here"),
        () if slopes.has_no_derivative() => Some("`forward` has no derivative here"),
        () => None,
    };
    Ok((notes.join("; "), why))
}

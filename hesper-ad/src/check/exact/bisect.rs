//! Both ends of every threshold.

use super::coverage::{Program, Threshold, outcome};
use super::point::RealPoint;
use super::shape::Shape;
use super::tally::Tallies;
use crate::field::Site;
use std::collections::BTreeSet;

/// How often thresholds are looked for anew.
const ROUNDS: usize = 2;

/// How close the two ends come, as part of the way between two points.
const CLOSE: f64 = 1.0 / (1u64 << 42) as f64;

/// For each decision that was seen both ways: walks from a point of one side to a point of the other, finds where it turns, and
/// checks right before and right behind. A kernel or a VJP whose threshold lies elsewhere is wrong there.
pub(super) fn bisect(shape: &mut Shape<'_>, tallies: &mut Tallies) {
    let (mut found, mut done) = (0, BTreeSet::new());
    // Next to a threshold others may show.
    for _ in 0..ROUNDS {
        found += bisect_new(shape, &mut done, tallies);
    }
    tallies.bisected(found);
}

/// The thresholds that are not done yet.
fn bisect_new(
    shape: &mut Shape<'_>,
    done: &mut BTreeSet<(Program, Site)>,
    tallies: &mut Tallies,
) -> usize {
    let mut found = 0;
    for candidates in shape.coverage.thresholds() {
        let Some(threshold) = candidates.first() else {
            continue;
        };
        let is_new = done.insert((threshold.program, threshold.site));
        if !is_new || !tallies.needs(threshold.program) || shape.is_over(tallies) {
            continue;
        }
        // On the way all but what is differentiable stays as it is at the start: it may be that alone which made the decision another.
        let mut ways = candidates.iter().flat_map(|way| [*way, way.turned()]);
        match ways.find_map(|way| ends(shape, &way, tallies)) {
            Some(ends) => {
                found += 1;
                for end in &ends {
                    shape.visit_point(end, true, tallies);
                }
                // What holds at one number only holds at that number.
                if matches!(threshold.site.kind, "==" | "!=") {
                    shape.visit_point(&ends[0].rounded(), true, tallies);
                }
            }
            None => tallies.not_covered(
                threshold.program,
                threshold.site,
                format!("{} was not bisected", threshold.site),
            ),
        }
    }
    found
}

fn ends(shape: &Shape<'_>, threshold: &Threshold, tallies: &mut Tallies) -> Option<[RealPoint; 2]> {
    let [from, to] = threshold.points.map(|n| shape.points.get(n));
    let (from, to) = (from?, to?);
    let mut decide = |part: f64| {
        let point = from.towards(to, part);
        let runs = shape.scout(&point, tallies).ok()?.runs;
        let run = runs
            .iter()
            .find(|(program, _)| *program == threshold.program)?;
        outcome(&run.1.trace, threshold.site, threshold.occurrence)
    };
    let start = decide(0.0)?;
    if decide(1.0)? == start {
        return None;
    }
    let (mut near, mut far) = (0.0, 1.0);
    while far - near > CLOSE {
        // Where rounding leaves the middle open, its neighbourhood may not be.
        let width = far - near;
        let part = [0.5, 0.375, 0.625].into_iter().map(|p| near + p * width);
        let (part, decided) = part
            .map(|p| (p, decide(p)))
            .find(|(_, decided)| decided.is_some())?;
        if decided == Some(start) {
            near = part;
        } else {
            far = part;
        }
    }
    Some([near, far].map(|part| from.towards(to, part)))
}

//! The points that an op's sampling names, each on its own.

use super::finite_differences::{Stencil, note};
use crate::certificate::{Finding, Tally};
use crate::op::DiffOp;
use crate::sample::{Known, Rng};
use crate::spec::Spec;

/// Checks `backward` against differences of `forward` as [`finite_differences`](super::finite_differences()) does, at each
/// [known point](crate::Sampling::known) of the op. The finding's place is the point's label.
pub fn known_points<O: DiffOp>(spec: &Spec<O>, seed: u64) -> Vec<Finding> {
    let known = spec.sampling().known_points().iter();
    known.map(|known| known_point(spec, known, seed)).collect()
}

fn known_point<O: DiffOp>(spec: &Spec<O>, known: &Known, seed: u64) -> Finding {
    let mut tally = Tally::new("known point", &known.label, seed);
    let sample = spec.complete(known, &mut Rng::new(seed));
    match Stencil::new(spec, &sample).and_then(|s| s.check_point(&mut tally)) {
        Ok(point) => {
            tally.point(&known.dims);
            tally.note(note(point.classic, point.skipped));
            tally.finish()
        }
        Err(message) => tally.fail(format!("{message} ({})", known.dims)),
    }
}

//! What others than the checks of `hesper-ad` say about an op's derivative: a witness in 512-bit floats, in which differences
//! are all but exact, and the classic criteria, which let much pass.

mod big_float;
mod classic;
mod difference;
mod magnitudes;
mod rules;
mod subject;
mod tests;

pub(crate) use classic::{Classic, classic, classic_spec};
pub(crate) use subject::{Kernels, Subject};

use big_float::Arena;
use difference::{Point, difference};
use hesper_ad::prelude::*;
use hesper_ad::{Rng, Spec};

/// Largest error, as part of `Σ|terms|`. That of a right backward is below 10⁻⁵⁰.
const TOLERANCE: f64 = 1e-20;

/// Points at which an op is looked at for each seed.
const POINTS: usize = 40;

/// What was seen of an op.
#[derive(Default)]
pub(crate) struct Seen {
    /// How many points count.
    pub(crate) compared: usize,
    /// The largest error, as part of `Σ|terms|`.
    pub(crate) worst: f64,
}

/// Compares an op's backward with differences at random points of small shapes.
pub(crate) fn witness(op: &dyn Op, seed: u64) -> Result<Seen, String> {
    witness_at(op, seed, POINTS)
}

/// As [`witness`], at so many points.
pub(crate) fn witness_at(op: &dyn Op, seed: u64, points: usize) -> Result<Seen, String> {
    let spec = Spec::new(op).map_err(|e| e.to_string())?;
    let (arena, mut rng) = (Arena::new(), Rng::new(seed));
    let mut seen = Seen::default();
    for dims in spec.small_shapes().iter().cycle().take(points) {
        let sample = spec.draw(dims, &mut rng);
        match difference(&arena, &spec, &sample).map_err(|e| format!("{e} ({dims})"))? {
            Point::Error(error) if error <= TOLERANCE => {
                seen.compared += 1;
                seen.worst = seen.worst.max(error);
            }
            Point::Error(error) => return Err(format!("error {error:.1e} ({dims})")),
            Point::Kink | Point::Steep | Point::Flat => {}
        }
    }
    Ok(seen)
}

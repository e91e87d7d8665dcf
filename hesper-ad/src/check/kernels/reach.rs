//! Which sizes are reached beyond those around the workgroups.

use super::point::SpecPoint;
use crate::check::cost::Growth;
use crate::check::shapes::{alone, threshold_shapes};
use crate::check::target::Target;
use crate::check::thresholds::{FAR, Thresholds};
use crate::dims::Dims;
use crate::sample::Rng;
use crate::spec::Spec;
use std::collections::BTreeMap;

/// Which sizes are reached beyond those around the workgroups, on one target.
pub(super) struct Reach {
    /// Around every threshold.
    pub(super) shapes: Vec<Dims>,
    /// Each dimension far beyond.
    pub(super) far: Vec<Far>,
    /// What is not reached, and why.
    pub(super) notes: Vec<String>,
}

/// A point at which one dimension is far beyond.
pub(super) struct Far {
    pub(super) dims: Dims,
    pub(super) point: SpecPoint,
}

impl Reach {
    pub(super) fn of(spec: &Spec<'_>, target: &Target, seed: u64) -> Reach {
        let (thresholds, mut rng) = (Thresholds::of(spec), Rng::new(seed));
        let (names, sampling) = (spec.signature().dims(), spec.sampling());
        let (mut most, mut far, mut notes) = (BTreeMap::new(), Vec::new(), Vec::new());
        for dim in &names {
            let planned = thresholds.far.get(*dim).copied().unwrap_or(0);
            // Without any, what is wrong there is told by others.
            let growth = Growth::of(spec, dim, &mut rng);
            let bearable = growth.as_ref().map_or(0, Growth::most);
            let sizes = FAR.into_iter().filter(|size| *size <= planned);
            let reached = sizes.into_iter().find(|size| *size <= bearable);
            let reached = reached.unwrap_or(bearable.min(planned));
            if planned < FAR[0] {
                notes.push(format!("{dim} to {planned}: there is no plan beyond"));
            } else if let (true, Some(growth)) = (reached < planned, &growth) {
                notes.push(format!("{dim} to {reached}: {}", growth.words()));
            }
            most.insert(dim.to_string(), reached);
            // A device has limits of its own, and software drivers stop long loops.
            if reached > 0 && !matches!(target, Target::Device(_)) {
                let dims = alone(&names, sampling, dim, reached);
                match SpecPoint::far(spec, target, &dims, &mut rng) {
                    Ok(Some(point)) => far.push(Far { dims, point }),
                    Ok(None) => notes.push(format!(
                        "not at {dims}: comparisons there are within rounding"
                    )),
                    // Told by the checks of the spec.
                    Err(error) => notes.push(format!("not at {dims}: {error}")),
                }
            }
            let beyond = thresholds.sizes.get(*dim).into_iter().flatten();
            let beyond = beyond.filter(|size| Some(*size) > most.get(*dim));
            if let (Some(least), count) = (beyond.clone().min(), beyond.count()) {
                notes.push(format!(
                    "{count} sizes of {dim} at thresholds from {least} on not reached"
                ));
            }
        }
        let most = |dim: &str| most.get(dim).copied().unwrap_or(0);
        Reach {
            shapes: threshold_shapes(&names, sampling, &thresholds, most),
            far,
            notes,
        }
    }
}

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
pub(crate) struct Reach {
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
    /// Nothing beyond the sizes around the workgroups, and why: what is known to be wrong is told sooner so.
    pub(crate) fn near(why: &str) -> Reach {
        Reach {
            shapes: Vec::new(),
            far: Vec::new(),
            notes: vec![format!("no far sizes: {why}")],
        }
    }

    /// What is reached on each target. All of them go to a dimension one after the other: the spec keeps the record of so large a shape no longer
    /// than until the next.
    pub(crate) fn of(spec: &Spec<'_>, targets: &[Target], seed: u64) -> Vec<Reach> {
        let thresholds = Thresholds::of(spec);
        let mut going: Vec<Going<'_>> = targets.iter().map(|t| Going::new(t, seed)).collect();
        let names = spec.signature().dims();
        for dim in &names {
            let mut measured: Option<Measured> = None;
            for going in &mut going {
                going.to(spec, &thresholds, dim, &mut measured);
            }
        }
        let arrived = |going: Going<'_>| {
            let most = |dim: &str| going.most.get(dim).copied().unwrap_or(0);
            Reach {
                shapes: threshold_shapes(&names, spec.sampling(), &thresholds, most),
                far: going.far,
                notes: going.notes,
            }
        };
        going.into_iter().map(arrived).collect()
    }
}

/// A target on its way through the dimensions.
struct Going<'t> {
    target: &'t Target,
    rng: Rng,
    /// The greatest size of each dimension so far.
    most: BTreeMap<String, usize>,
    far: Vec<Far>,
    notes: Vec<String>,
}

/// How the work grows along a dimension, with the random numbers before and after: whoever comes with the same finds the same.
struct Measured {
    before: Rng,
    after: Rng,
    growth: Option<Growth>,
}

impl Going<'_> {
    fn new(target: &Target, seed: u64) -> Going<'_> {
        Going {
            target,
            rng: Rng::new(seed),
            most: BTreeMap::new(),
            far: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn to(
        &mut self,
        spec: &Spec<'_>,
        thresholds: &Thresholds,
        dim: &str,
        measured: &mut Option<Measured>,
    ) {
        let planned = thresholds.far.get(dim).copied().unwrap_or(0);
        // Without any, what is wrong there is told by others.
        let growth = self.growth(spec, dim, measured);
        let bearable = growth.map_or(0, Growth::most);
        let sizes = FAR.into_iter().filter(|size| *size <= planned);
        let reached = sizes.into_iter().find(|size| *size <= bearable);
        let reached = reached.unwrap_or(bearable.min(planned));
        if planned < FAR[0] {
            let note = format!("{dim} to {planned}: there is no plan beyond");
            self.notes.push(note);
        } else if let (true, Some(growth)) = (reached < planned, growth) {
            let note = format!("{dim} to {reached}: {}", growth.words());
            self.notes.push(note);
        }
        self.most.insert(dim.to_string(), reached);
        // A device has limits of its own, and software drivers stop long loops.
        if reached > 0 && !matches!(self.target, Target::Device(_)) {
            self.draw_far(spec, dim, reached);
        }
        let beyond = thresholds.sizes.get(dim).into_iter().flatten();
        let beyond = beyond.filter(|size| **size > reached);
        if let (Some(least), count) = (beyond.clone().min(), beyond.count()) {
            self.notes.push(format!(
                "{count} sizes of {dim} at thresholds from {least} on not reached"
            ));
        }
    }

    fn growth<'m>(
        &mut self,
        spec: &Spec<'_>,
        dim: &str,
        measured: &'m mut Option<Measured>,
    ) -> Option<&'m Growth> {
        if measured.as_ref().is_none_or(|m| m.before != self.rng) {
            let before = self.rng.clone();
            let growth = Growth::of(spec, dim, &mut self.rng);
            let after = self.rng.clone();
            *measured = Some(Measured {
                before,
                after,
                growth,
            });
        }
        let measured = measured.as_ref()?;
        self.rng = measured.after.clone();
        measured.growth.as_ref()
    }

    fn draw_far(&mut self, spec: &Spec<'_>, dim: &str, size: usize) {
        let dims = alone(&spec.signature().dims(), spec.sampling(), dim, size);
        match SpecPoint::far(spec, self.target, &dims, &mut self.rng) {
            Ok(Some(point)) => self.far.push(Far { dims, point }),
            Ok(None) => self.notes.push(format!(
                "not at {dims}: comparisons there are within rounding"
            )),
            // Told by the checks of the spec.
            Err(error) => self.notes.push(format!("not at {dims}: {error}")),
        }
    }
}

//! Which sizes are reached beyond those around the workgroups.

use super::point::SpecPoint;
use crate::accuracy::Profile;
use crate::check::cost::Growth;
use crate::check::shapes::{alone, threshold_shapes};
use crate::check::target::Target;
use crate::check::thresholds::{FAR, Thresholds};
use crate::dims::Dims;
use crate::sample::Rng;
use crate::spec::Spec;
use std::collections::{BTreeMap, BTreeSet};

/// Which sizes are reached beyond those around the workgroups, on one target.
pub(crate) struct Reach {
    /// Around every threshold.
    pub(super) shapes: Vec<Dims>,
    /// Each dimension far beyond.
    pub(super) far: Vec<Far>,
    /// Whether shapes of many elements are gone to on another target.
    pub(super) leaves_many: bool,
    /// What is not reached, and why.
    pub(super) notes: Vec<String>,
    /// The sizes of each dimension alone from which on the plan is of another kind.
    pub(crate) switches: BTreeMap<String, BTreeSet<usize>>,
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
            leaves_many: false,
            notes: vec![format!("no far sizes: {why}")],
            switches: BTreeMap::new(),
        }
    }

    /// What is reached on each target. The largest sizes are gone to once, on the reference executor in the most precise of its number domains: wrong
    /// indices are as wrong there, and a long sum is granted less rounding.
    pub(crate) fn of(spec: &Spec<'_>, targets: &[Target], seed: u64) -> Vec<Reach> {
        let thresholds = Thresholds::of(spec);
        let far = targets
            .iter()
            .find(|t| matches!(t, Target::F64))
            .or_else(|| targets.iter().find(|t| matches!(t, Target::F32)));
        let mut going: Vec<Going<'_>> = targets.iter().map(|t| Going::new(t, far)).collect();
        let names = spec.signature().dims();
        for dim in &names {
            let mut rng = Rng::new(seed);
            let growth = Growth::of(spec, dim, &mut rng);
            for going in &mut going {
                going.to(spec, &thresholds, dim, growth.as_ref(), &mut rng);
            }
        }
        let arrived = |going: Going<'_>| {
            let most = |dim: &str| going.most.get(dim).copied().unwrap_or(0);
            Reach {
                shapes: threshold_shapes(&names, spec.sampling(), &thresholds, most),
                far: going.far,
                leaves_many: !going.goes_far && !matches!(going.target, Target::Device(_)),
                notes: going.notes,
                switches: thresholds.switches.clone(),
            }
        };
        going.into_iter().map(arrived).collect()
    }
}

/// A target on its way through the dimensions.
struct Going<'t> {
    target: &'t Target,
    /// Whether it is the one that goes far.
    goes_far: bool,
    /// The greatest size of each dimension so far.
    most: BTreeMap<String, usize>,
    far: Vec<Far>,
    notes: Vec<String>,
}

impl Going<'_> {
    fn new<'t>(target: &'t Target, far: Option<&Target>) -> Going<'t> {
        let goes_far = far.is_some_and(|far| std::ptr::eq(far, target));
        let elsewhere = match far {
            Some(far) if !goes_far && !matches!(target, Target::Device(_)) => {
                Some(format!("far sizes: see {}", far.name()))
            }
            // A device has limits of its own, and software drivers stop long loops.
            _ => None,
        };
        Going {
            target,
            goes_far,
            most: BTreeMap::new(),
            far: Vec::new(),
            notes: elsewhere.into_iter().collect(),
        }
    }

    fn to(
        &mut self,
        spec: &Spec<'_>,
        thresholds: &Thresholds,
        dim: &str,
        growth: Option<&Growth>,
        rng: &mut Rng,
    ) {
        let most = thresholds.far.get(dim).copied().unwrap_or(0);
        let planned = most.min(FAR[0]);
        // Without any, what is wrong there is told by others.
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
        let most = match self.goes_far {
            true => bearable.min(most).max(reached),
            false => reached,
        };
        self.most.insert(dim.to_string(), most);
        if reached > 0 && self.goes_far {
            self.draw_far(spec, dim, reached, rng);
        }
        let beyond = thresholds.sizes.get(dim).into_iter().flatten();
        // What is far is told where it is gone to.
        let beyond = beyond.filter(|size| **size > most && (self.goes_far || **size <= FAR[0]));
        if let (Some(least), count) = (beyond.clone().min(), beyond.count()) {
            self.notes.push(format!(
                "{count} sizes of {dim} at thresholds from {least} on not reached"
            ));
        }
    }

    fn draw_far(&mut self, spec: &Spec<'_>, dim: &str, size: usize, rng: &mut Rng) {
        let dims = alone(&spec.signature().dims(), spec.sampling(), dim, size);
        match SpecPoint::far(spec, (self.target, &Profile::wgsl()), &dims, rng) {
            Ok(Some(point)) => self.far.push(Far { dims, point }),
            Ok(None) => self.notes.push(format!(
                "not at {dims}: comparisons there are within rounding"
            )),
            // Told by the checks of the spec.
            Err(error) => self.notes.push(format!("not at {dims}: {error}")),
        }
    }
}

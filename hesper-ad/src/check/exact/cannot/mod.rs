//! Decisions that were seen one way only, and cannot go another on any path that was taken.

mod ranges;

use super::coverage::{Occurrence, Program};
use super::point::RealPoint;
use super::shape::{PASSES, Shape};
use crate::check::feed::{Fed, feed};
use crate::check::target::Speed;
use crate::field::Site;
use crate::op_plan::Pass;
use crate::signature::Port;
use crate::tensor::Tensor;
use ranges::{Ranged, Ranges};
use std::collections::{BTreeMap, BTreeSet};

/// Numbers without a rule may be about as great as binary32 has them.
const GREATEST: f64 = 1e38;

/// Paths that are looked at, at most.
const PATHS: usize = 64;

/// A decision of a program.
pub(super) type Decided = (Program, Site, Occurrence);

impl Shape<'_> {
    /// Which decisions cannot go another way, wherever what is given lies: by ranges, on each path that was taken.
    pub(super) fn cannot(&self) -> BTreeSet<Decided> {
        let mut all: BTreeMap<Decided, bool> = BTreeMap::new();
        for point in self.points.iter().take(PATHS) {
            let Some(found) = self.on_path(point) else {
                // Of a run that ends early nothing is known.
                return BTreeSet::new();
            };
            for (at, proved) in found {
                let known = all.entry(at).or_insert(true);
                *known &= proved;
            }
        }
        let proved = all.into_iter().filter(|(_, proved)| *proved);
        proved.map(|(at, _)| at).collect()
    }

    /// The decisions of all programs on the path of one point.
    fn on_path(&self, point: &RealPoint) -> Option<Vec<(Decided, bool)>> {
        let (spec, ranges) = (self.spec, Ranges::default());
        let sampling = spec.sampling();
        let given = point.reals.map(spec.signature(), |name, t| {
            let list = name.is_some_and(|name| sampling.is_list(name));
            let rule = name.and_then(|name| sampling.bounds(name));
            let range = rule.unwrap_or([-GREATEST, GREATEST]);
            t.map(|x| match list {
                true => ranges.number(*x),
                false => ranges.given(*x, range),
            })
        });
        let mut found = Vec::new();
        let mut seen = |program: Program| {
            for ((site, invocation), all) in ranges.take() {
                let all = all.into_iter().enumerate();
                found.extend(all.map(|(nth, proved)| ((program, site, (invocation, nth)), proved)));
            }
        };
        let forward = spec.forward_at(&ranges, &given).ok()?;
        seen(Program::ForwardSpec);
        spec.backward_at(&ranges, &given).ok()?;
        seen(Program::BackwardSpec);
        let results: BTreeMap<String, Tensor<Ranged>> = forward.saved.into_iter().collect();
        let outputs = spec
            .signature()
            .outputs()
            .map(|port: &Port| port.name.clone());
        let results: BTreeMap<String, Tensor<Ranged>> = results
            .into_iter()
            .chain(outputs.zip(forward.outputs))
            .collect();
        for (_, pass, program) in PASSES {
            let Some(plans) = &self.plans else { continue };
            let plan = match pass {
                Pass::Forward => &plans.forward,
                Pass::Backward => &plans.backward,
            };
            let named: BTreeMap<String, &Tensor<Ranged>> = given.named(spec.signature()).collect();
            let real = |name: &str| {
                let known = named.get(name).copied();
                let known = known.or_else(|| results.get(name).filter(|_| pass == Pass::Backward));
                known.map(|t| t.data().to_vec())
            };
            let unwritten = |x: f64| ranges.number(x);
            let Fed { memory, scalars } = feed(plan, real, &given.integers, unwritten);
            plan.run_told(&ranges, memory, scalars, &Speed::Fast.options())
                .ok()?;
            seen(program);
        }
        Some(found)
    }
}

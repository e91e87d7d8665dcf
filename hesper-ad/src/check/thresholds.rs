//! Sizes at which an op's plan or its kernels may begin to do something else.
//!
//! What a kernel compares sizes with stands in its tree. What the plan decides on the host, a cap by `n.min(512)` or another kernel from some
//! size on, is found by making plans: what far out stays the same at every size began somewhere.

use crate::dims::{Dims, multiple};
use crate::error::OpError;
use crate::op::op_plan;
use crate::op_plan::{Binder, OpPlan, OpStep, Pass};
use crate::spec::Spec;
use hesper_shader::{Bound, Grid, Kernel};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Sizes that count as far, the first that is reached.
pub(super) const FAR: [usize; 3] = [100_000, 10_000, 1_000];

/// Sizes for which plans are made, the first for which there is one: a plan costs little, and what is capped there, as a grid at 65 535
/// workgroups, is capped somewhere. No multiple of anything, as most sizes are.
pub(super) const PLANNED: [usize; 4] = [30_000_001, FAR[0], FAR[1], FAR[2]];

/// Between these, plans are compared first; then between two that differ, more closely.
const PROBES: [usize; 7] = [1, 16, 128, 1024, 8192, 100_000, 1_500_000];

/// What was found about an op.
#[derive(Clone, Debug, Default)]
pub(super) struct Thresholds {
    /// The thresholds for each dimension.
    pub(super) sizes: BTreeMap<String, BTreeSet<usize>>,
    /// The greatest size of each dimension for which a plan was made, the others as small as they get.
    pub(super) far: BTreeMap<String, usize>,
    /// The sizes of each dimension alone from which on the plan is of another kind.
    pub(super) switches: BTreeMap<String, BTreeSet<usize>>,
}

impl Thresholds {
    /// Looks at the op's plans and kernels.
    pub(super) fn of(spec: &Spec<'_>) -> Thresholds {
        let mut all = Thresholds::default();
        let mut constants = BTreeSet::new();
        let names = spec.signature().dims();
        for dim in &names {
            let at = |size: usize| Seen::at(spec, dim, size);
            let far = PLANNED.iter().find_map(|size| Some((*size, at(*size)?)));
            let Some((size, far)) = far else { continue };
            all.far.insert(dim.to_string(), size);
            // The same plan at another far size: what differs goes with the size.
            if let Some(near) = at(size - size / 4) {
                let fixed = far.fixed(&near);
                constants.extend(far.constants(&near));
                let switches = switches(size, |size| Some(at(size)?.key(&far, &fixed)));
                let sizes = all.sizes.entry(dim.to_string()).or_default();
                sizes.extend(&switches);
                all.switches.insert(dim.to_string(), switches);
            }
        }
        for dim in names {
            let sizes = all.sizes.entry(dim.to_string()).or_default();
            for factor in factors(spec, dim) {
                sizes.extend(constants.iter().map(|size| size.div_ceil(factor)));
            }
            // A size counts with its neighbours, whether it bounds indices or counts.
            let around: Vec<usize> = sizes
                .iter()
                .flat_map(|t| [t - 1, *t, t + 1, t + 2])
                .collect();
            // Beyond all sizes that are run anyway, one as far from it: where a grid ends is a workgroup after the threshold.
            let last = sizes.last().copied().filter(|size| *size > FAR[0]);
            sizes.extend(around);
            sizes.extend(last.map(|size| size.saturating_mul(2)));
            sizes.remove(&0);
        }
        all
    }
}

/// How many times a dimension counts in the ports that have it: 2 for `2*half`.
fn factors(spec: &Spec<'_>, dim: &str) -> BTreeSet<usize> {
    let dims = spec.signature().ports().iter().flat_map(|port| &port.dims);
    let parts = dims
        .map(|dim| multiple(dim))
        .filter(|(_, base)| *base == dim);
    parts.map(|(factor, _)| factor).chain([1]).collect()
}

/// The sizes up to `far` from which on plans are made otherwise; `key` says how.
fn switches<K: PartialEq>(far: usize, key: impl Fn(usize) -> Option<K>) -> BTreeSet<usize> {
    let probes = PROBES
        .iter()
        .copied()
        .filter(|size| *size < far)
        .chain([far]);
    let keys: Vec<(usize, K)> = probes.filter_map(|size| Some((size, key(size)?))).collect();
    let mut found = BTreeSet::new();
    for pair in keys.windows(2) {
        let [(low, before), (high, after)] = pair else {
            continue;
        };
        if before == after {
            continue;
        }
        let (mut low, mut high) = (*low, *high);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if key(middle).as_ref() == Some(before) {
                low = middle;
            } else {
                high = middle;
            }
        }
        found.insert(high);
    }
    found
}

/// The steps of a plan for some sizes.
struct Seen(Vec<SeenStep>);

struct SeenStep {
    kernel: Kernel,
    text: String,
    grid: Grid,
    /// Of each parameter, where it is a number.
    values: Vec<Option<f64>>,
}

/// What is the same for two steps: tree, grid, and each value.
struct Fixed {
    text: bool,
    grid: bool,
    values: Vec<bool>,
}

impl Seen {
    /// The plan where one dimension has a size and the others are as small as they get; none where the op or its kernels refuse it.
    fn at(spec: &Spec<'_>, dim: &str, size: usize) -> Option<Seen> {
        let mut dims: Dims = spec.least_shape();
        dims.set(dim, spec.sampling().raised(size, dim));
        let dims = spec.sampling().fitted(dims);
        let make = || Seen::of(&op_plan(spec.op(), &dims)?);
        catch_unwind(AssertUnwindSafe(make)).ok()?.ok()
    }

    fn of(plan: &OpPlan) -> Result<Seen, OpError> {
        let forward = plan.forward.iter().map(|step| (Pass::Forward, step));
        let backward = plan.backward.iter().map(|step| (Pass::Backward, step));
        let seen = forward
            .chain(backward)
            .map(|(pass, step)| SeenStep::of(plan, pass, step));
        Ok(Seen(seen.collect::<Result<_, _>>()?))
    }

    /// What of each step is the same for another plan; nothing where the steps are others.
    fn fixed(&self, other: &Seen) -> Vec<Fixed> {
        let steps = self.0.iter().zip(&other.0);
        let fixed = steps.map(|(a, b)| Fixed {
            text: a.text == b.text,
            grid: a.grid == b.grid,
            values: a
                .values
                .iter()
                .zip(&b.values)
                .map(|(x, y)| x == y)
                .collect(),
        });
        fixed.collect()
    }

    /// The kernels, and whether what is fixed far out is so here.
    fn key(&self, far: &Seen, fixed: &[Fixed]) -> Vec<(String, [u32; 3], Vec<bool>)> {
        let step = |(i, step): (usize, &SeenStep)| {
            let same = far.0.get(i).zip(fixed.get(i)).map(|(far, fixed)| {
                let values = step.values.iter().zip(&far.values).zip(&fixed.values);
                let values = values.map(|((x, y), fixed)| !fixed || x == y);
                let others = [
                    !fixed.text || step.text == far.text,
                    !fixed.grid || step.grid == far.grid,
                ];
                values.chain(others).collect()
            });
            let kernel = &step.kernel;
            (
                kernel.name().to_string(),
                kernel.workgroup_size(),
                same.unwrap_or_default(),
            )
        };
        self.0.iter().enumerate().map(step).collect()
    }

    /// The thresholds of all kernels that do not go with the size.
    fn constants(&self, other: &Seen) -> BTreeSet<usize> {
        let mut all = BTreeSet::new();
        for (a, b) in self.0.iter().zip(&other.0) {
            let (Ok(tree), Ok(twin)) = (a.kernel.tree(), b.kernel.tree()) else {
                continue;
            };
            let value = |values: &[Option<f64>], i: usize| values.get(i).copied().flatten();
            let fixed = |i: usize| value(&a.values, i).filter(|x| value(&b.values, i) == Some(*x));
            let here = tree.thresholds(twin, |param| fixed(param.index()));
            let there = twin.thresholds(tree, |param| fixed(param.index()));
            all.extend(
                here.intersection(&there)
                    .filter_map(|size| usize::try_from(*size).ok()),
            );
        }
        all
    }
}

impl SeenStep {
    fn of(plan: &OpPlan, pass: Pass, step: &OpStep) -> Result<SeenStep, OpError> {
        let number = |bound: &Bound| match bound {
            Bound::Value(value) => Some(value.to_f64()),
            Bound::Slot(_) | Bound::Scalar(_) | Bound::Parts(_) => None,
        };
        // A dimension by its name is a size, though there be one as large.
        let value = |(param, bound): (&hesper_shader::tree::Param, Bound)| {
            let rename = step.renames.iter().find(|(p, _)| *p == param.name);
            let name = rename.map_or(&param.name, |(_, name)| name);
            let given = step.uniforms.iter().any(|(p, _)| *p == param.name);
            (given || plan.dims.get(name).is_none())
                .then(|| number(&bound))
                .flatten()
        };
        let resolved = Binder::new(plan, pass).resolve(step)?;
        let values = resolved.into_iter().map(value).collect();
        let text = step
            .kernel
            .tree()
            .map(|tree| tree.to_string())
            .unwrap_or_default();
        Ok(SeenStep {
            kernel: step.kernel.clone(),
            text,
            grid: step.grid,
            values,
        })
    }
}

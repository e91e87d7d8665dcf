//! How much of each dimension one workgroup covers, where that is not what its extent says: invocations that treat several elements each.

use super::kernels::built_plans;
use super::shapes::{alone, extents};
use crate::dims::Dims;
use crate::spec::Spec;
use hesper_shader::Plan;
use std::collections::{BTreeMap, BTreeSet};

/// Beyond this nobody looks for the edge of a workgroup.
const GREATEST: usize = 4096;

/// Each dimension in turn as large as one workgroup of a dispatch covers, one larger, and beyond the second workgroup, the others as small as they get: where
/// what a workgroup covers is none of the extents around which other shapes are.
pub(super) fn span_shapes(spec: &Spec<'_>, names: &[&str], plans: &[&Plan]) -> Vec<Dims> {
    let (sampling, mut known) = (spec.sampling(), extents(plans));
    known.insert(1);
    let mut shapes = Vec::new();
    for dim in names {
        let spans = Along::new(spec, names, dim).spans();
        for span in spans.difference(&known) {
            let sizes = [*span, span + 1, 2 * span + 3];
            shapes.extend(sizes.map(|size| alone(names, sampling, dim, size)));
        }
    }
    shapes
}

/// The dispatches of an op along one dimension.
struct Along<'s> {
    spec: &'s Spec<'s>,
    names: &'s [&'s str],
    dim: &'s str,
    /// By size, how many workgroups each dispatch has.
    known: BTreeMap<usize, Vec<i128>>,
}

impl<'s> Along<'s> {
    fn new(spec: &'s Spec<'s>, names: &'s [&'s str], dim: &'s str) -> Along<'s> {
        Along {
            spec,
            names,
            dim,
            known: BTreeMap::new(),
        }
    }

    /// The greatest sizes at which a dispatch has no more workgroups than at the least.
    fn spans(mut self) -> BTreeSet<usize> {
        let least = self.groups(1);
        let steps = 0..least.len();
        steps.filter_map(|step| self.span(step, &least)).collect()
    }

    fn span(&mut self, step: usize, least: &[i128]) -> Option<usize> {
        // Where the plan is another one, so is its dispatch.
        let mut is_more = |size| {
            let groups = self.groups(size);
            (groups.len() == least.len()).then(|| groups.get(step) > least.get(step))
        };
        let mut high = 2;
        while !is_more(high)? {
            high *= 2;
            if high > GREATEST {
                return None;
            }
        }
        let mut low = high / 2;
        while high - low > 1 {
            let middle = (low + high) / 2;
            match is_more(middle)? {
                true => high = middle,
                false => low = middle,
            }
        }
        Some(low)
    }

    fn groups(&mut self, size: usize) -> Vec<i128> {
        if let Some(known) = self.known.get(&size) {
            return known.clone();
        }
        let dims = alone(self.names, self.spec.sampling(), self.dim, size);
        let groups = built_plans(self.spec, &dims, false).map_or(Vec::new(), |plans| {
            let launches = plans.forward.launches().chain(plans.backward.launches());
            let count = launches.map(|(_, launch)| launch.groups.iter().map(|n| n.low).product());
            count.collect()
        });
        self.known.insert(size, groups.clone());
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::Op;
    use crate::ops::{MatMul, Relu, Softmax};

    #[test]
    fn sizes_are_what_workgroups_cover() {
        for (op, expected) in [
            // Invocations of 16 numbers each.
            (&Relu as &dyn Op, &["rows=512", "rows=513", "rows=1027"][..]),
            // 32 rows and 64 columns for 8 × 4 invocations: the extent 32 is known.
            (&MatMul, &["n=64", "n=65", "n=131"]),
            // A workgroup for each row, whose columns are one number after another.
            (&Softmax, &[]),
        ] {
            let spec = Spec::new(op).unwrap();
            let names = spec.signature().dims();
            let plans = built_plans(&spec, &spec.least_shape(), false).unwrap();
            let shapes = span_shapes(&spec, &names, &[&plans.forward, &plans.backward]);
            let shapes: Vec<String> = shapes.iter().map(Dims::to_string).collect();
            let has = |wanted: &&str| shapes.iter().any(|s| s.split(' ').any(|d| d == *wanted));
            assert!(expected.iter().all(has), "{shapes:?}");
            assert_eq!(shapes.is_empty(), expected.is_empty(), "{shapes:?}");
        }
    }
}

//! Shapes at which kernels break: around the workgroup size, ragged, one.

use crate::dims::Dims;
use crate::sample::Sampling;
use hesper_shader::Plan;
use std::collections::BTreeSet;

/// A size that divides by nothing.
const PRIME: usize = 131;

/// Each dimension in turn at 1, `w − 1`, `w`, `w + 1`, `2w + 3` for every extent `w` of the kernels' workgroups, and at a
/// prime; the others at distinct small primes. A size that divides evenly by the workgroup hides bugs from everything.
pub(crate) fn kernel_shapes(dims: &[&str], sampling: &Sampling, plans: &[&Plan]) -> Vec<Dims> {
    let mut sizes = BTreeSet::from([1, PRIME]);
    for w in extents(plans) {
        sizes.extend([w - 1, w, w + 1, 2 * w + 3]);
    }
    let mut shapes = Vec::new();
    for dim in dims {
        for size in &sizes {
            let shape = shape(dims, sampling, dim, *size);
            if !shapes.contains(&shape) {
                shapes.push(shape);
            }
        }
    }
    shapes
}

/// The extents above 1 of the workgroups of all kernels.
fn extents(plans: &[&Plan]) -> BTreeSet<usize> {
    let steps = plans.iter().flat_map(|plan| plan.steps());
    let extents = steps.flat_map(|step| step.kernel().workgroup_size());
    extents.filter(|w| *w > 1).map(|w| w as usize).collect()
}

/// One dimension of about `size`, the others distinct and small.
fn shape(dims: &[&str], sampling: &Sampling, varying: &str, size: usize) -> Dims {
    let fit = |dim: &str, size: usize| size.next_multiple_of(sampling.multiple_of(dim));
    let mut used = BTreeSet::from([fit(varying, size)]);
    let sizes = dims.iter().map(|dim| {
        if *dim == varying {
            return (dim.to_string(), fit(dim, size));
        }
        let mut candidates = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37]
            .map(|prime| prime * sampling.multiple_of(dim))
            .into_iter();
        let free = candidates.find(|size| !used.contains(size)).unwrap_or(41);
        used.insert(free);
        (dim.to_string(), free)
    });
    Dims::new(sizes.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_ragged_and_distinct() {
        let shown = |sampling: &Sampling, dims: &[&str]| -> Vec<String> {
            kernel_shapes(dims, sampling, &[])
                .iter()
                .map(Dims::to_string)
                .collect()
        };
        assert_eq!(
            shown(&Sampling::default(), &["m", "k", "n"]),
            [
                "m=1 k=2 n=3",
                "m=131 k=2 n=3",
                "m=2 k=1 n=3",
                "m=2 k=131 n=3",
                "m=2 k=3 n=1",
                "m=2 k=3 n=131"
            ]
        );
        assert_eq!(
            shown(&Sampling::default().multiple("n", 4), &["m", "n"]),
            ["m=1 n=8", "m=131 n=8", "m=2 n=4", "m=2 n=132"]
        );
    }
}

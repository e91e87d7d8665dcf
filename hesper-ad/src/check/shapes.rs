//! Shapes at which kernels break: around the workgroup size, ragged, one.

use super::thresholds::{FAR, Thresholds};
use crate::dims::Dims;
use crate::sample::Sampling;
use hesper_shader::Plan;
use std::collections::BTreeSet;

/// A size that divides by nothing.
const PRIME: usize = 131;

/// Where two dimensions are equal, at least so large.
const EQUAL: usize = 5;

/// Where three dimensions are large, at most about so large; half of it with more elements than so many, or more dimensions.
const DEEP: usize = 64;
const DEEP_ELEMENTS: usize = 1 << 19;

/// The greatest size but for what it is raised by.
const GREATEST: usize = 4096;

/// From this size on a dimension is long: in products with the others there would be very many elements.
const LONG: usize = 1000;

/// A size that many powers of two divide, for what is done otherwise there, as four at a time.
const EVEN: usize = 256;

/// Each dimension in turn at 1, `w − 1`, `w`, `w + 1`, `2w + 3`, `w² + 3` for every extent `w` of the kernels' workgroups, and at a
/// prime and at 256; the others at distinct small primes. A size that divides evenly by the workgroup hides bugs from everything; `w²` is what a
/// reduction in two steps can do. Then all dimensions at 1.
pub(crate) fn kernel_shapes(dims: &[&str], sampling: &Sampling, plans: &[&Plan]) -> Vec<Dims> {
    let mut sizes = BTreeSet::from([1, PRIME, EVEN]);
    for w in extents(plans) {
        sizes.extend([w - 1, w, w + 1, 2 * w + 3, (w * w).min(GREATEST) + 3]);
    }
    let mut shapes = Vec::new();
    for dim in dims {
        for size in &sizes {
            shapes.push(shape(dims, sampling, &[(dim, *size)]));
        }
    }
    let ones: Vec<(&str, usize)> = dims.iter().map(|dim| (*dim, 1)).collect();
    shapes.push(shape(dims, sampling, &ones));
    let mut seen = Vec::new();
    shapes.retain(|shape| {
        let new = !seen.contains(shape);
        seen.push(shape.clone());
        new
    });
    shapes
}

/// Each pair of dimensions, or the only one, just above the greatest extent of a workgroup: what a loop over tiles does in its second
/// round for a second workgroup shows nowhere else.
pub(crate) fn broad_shapes(dims: &[&str], sampling: &Sampling, plans: &[&Plan]) -> Vec<Dims> {
    let w = extents(plans).into_iter().max().unwrap_or(1).min(GREATEST);
    let beyond = |(first, second)| vec![(first, w + 1), (second, w + 2)];
    let mut broad: Vec<Vec<(&str, usize)>> = pairs(dims).map(beyond).collect();
    if let [only] = dims {
        broad.push(vec![(*only, w + 1)]);
    }
    broad
        .iter()
        .map(|given| shape(dims, sampling, given))
        .collect()
}

/// Each pair of dimensions equal, and all of them: what reads across, or drops a transposition or a mask, where two sizes are the same shows
/// nowhere else. Pairs that have no small common size are left out.
pub(crate) fn equal_shapes(dims: &[&str], sampling: &Sampling) -> Vec<Dims> {
    let common = |equal: &[&str]| {
        let fits = |size: &usize| {
            let raised = |dim: &&str| sampling.raised(*size, dim);
            equal.iter().all(|dim| raised(dim) == *size)
        };
        let size = (EQUAL..=PRIME).find(fits)?;
        let given: Vec<(&str, usize)> = equal.iter().map(|dim| (*dim, size)).collect();
        Some(shape(dims, sampling, &given))
    };
    let mut shapes: Vec<Dims> = pairs(dims).filter_map(|(a, b)| common(&[a, b])).collect();
    if dims.len() > 2 {
        shapes.extend(common(dims));
    }
    shapes
}

/// Two of everything: what rounding does shows, and sums of many do not hide it.
pub(crate) fn small_shape(dims: &[&str], sampling: &Sampling) -> Dims {
    let given: Vec<(&str, usize)> = dims.iter().map(|dim| (*dim, 2)).collect();
    shape(dims, sampling, &given)
}

/// Each three dimensions beyond a tile at once: beyond the greatest extent of a workgroup along one axis, or beyond a smaller one where that
/// would be too many elements.
pub(crate) fn deep_shapes(
    dims: &[&str],
    sampling: &Sampling,
    plans: &[&Plan],
    elements: impl Fn(&Dims) -> usize,
) -> Vec<Dims> {
    let steps = plans.iter().flat_map(|plan| plan.steps());
    let axes = steps.flat_map(|step| step.kernel().workgroup_size());
    let w = axes.max().map_or(1, |w| w as usize);
    let beyond = |w: usize, [first, second, third]: [&str; 3]| {
        shape(
            dims,
            sampling,
            &[(first, w + 1), (second, w + 2), (third, w + 3)],
        )
    };
    let mut shapes = Vec::new();
    for (i, first) in dims.iter().enumerate() {
        for (second, third) in pairs(&dims[i + 1..]) {
            let three = [*first, second, third];
            let whole = Some(beyond(w.min(DEEP), three)).filter(|_| dims.len() == 3);
            let whole = whole.filter(|dims| elements(dims) <= DEEP_ELEMENTS);
            shapes.push(whole.unwrap_or_else(|| beyond(w.min(DEEP / 2), three)));
        }
    }
    shapes
}

fn pairs<'d>(dims: &'d [&'d str]) -> impl Iterator<Item = (&'d str, &'d str)> {
    let firsts = dims.iter().enumerate();
    firsts.flat_map(|(i, first)| dims[i + 1..].iter().map(|second| (*first, *second)))
}

/// Each dimension in turn at its thresholds, up to `most`, the others distinct and small; and at the thresholds themselves with the others as
/// small as they get, where a count of all elements is that size; only so beyond what counts as far.
pub(crate) fn threshold_shapes(
    dims: &[&str],
    sampling: &Sampling,
    thresholds: &Thresholds,
    most: impl Fn(&str) -> usize,
) -> Vec<Dims> {
    let mut shapes = Vec::new();
    for dim in dims {
        let sizes = thresholds.sizes.get(*dim).into_iter().flatten();
        for size in sizes.filter(|size| **size <= most(dim)) {
            if *size <= FAR[0] {
                shapes.push(shape(dims, sampling, &[(dim, *size)]));
            }
            shapes.push(alone(dims, sampling, dim, *size));
        }
    }
    shapes
}

/// One dimension at a size, the others as small as they get.
pub(crate) fn alone(dims: &[&str], sampling: &Sampling, dim: &str, size: usize) -> Dims {
    let sizes = dims
        .iter()
        .map(|other| (*other, if *other == dim { size } else { 1 }));
    shape(dims, sampling, &sizes.collect::<Vec<_>>())
}

/// The extents above 1 of the workgroups of all kernels, and their numbers of invocations.
pub(super) fn extents(plans: &[&Plan]) -> BTreeSet<usize> {
    let steps = plans.iter().flat_map(|plan| plan.steps());
    let extents = steps.flat_map(|step| {
        let [x, y, z] = step.kernel().workgroup_size();
        [x, y, z, x.saturating_mul(y).saturating_mul(z)]
    });
    extents.filter(|w| *w > 1).map(|w| w as usize).collect()
}

/// Some dimensions of about the sizes given, the others distinct and small; beside a long one they are two each, since what distinct sizes tell apart
/// shows at less.
fn shape(dims: &[&str], sampling: &Sampling, given: &[(&str, usize)]) -> Dims {
    let is_long = given.iter().any(|(_, size)| *size >= LONG);
    let raised = given.iter().map(|(dim, size)| sampling.raised(*size, dim));
    let mut used: BTreeSet<usize> = raised.collect();
    let mut distinct = |dim: &str| {
        let mut candidates = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37]
            .map(|prime| sampling.times(prime, dim))
            .into_iter();
        let free = candidates.find(|size| !used.contains(size)).unwrap_or(41);
        used.insert(free);
        free
    };
    let sizes = dims.iter().map(|dim| {
        let given = given.iter().find(|(name, _)| name == dim);
        let size = match given.map(|(_, size)| *size).or(is_long.then_some(2)) {
            Some(size) => sampling.raised(size, dim),
            None => distinct(dim),
        };
        (dim.to_string(), size)
    });
    sampling.fitted(Dims::new(sizes.collect::<Vec<_>>()))
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
                "m=256 k=2 n=3",
                "m=2 k=1 n=3",
                "m=2 k=131 n=3",
                "m=2 k=256 n=3",
                "m=2 k=3 n=1",
                "m=2 k=3 n=131",
                "m=2 k=3 n=256",
                "m=1 k=1 n=1"
            ]
        );
        assert_eq!(
            shown(&Sampling::default().multiple("n", 4), &["m", "n"]),
            [
                "m=1 n=8",
                "m=131 n=8",
                "m=256 n=8",
                "m=2 n=4",
                "m=2 n=132",
                "m=2 n=256",
                "m=1 n=4"
            ]
        );
        let broad = |dims: &[&str]| -> Vec<String> {
            let shapes = broad_shapes(dims, &Sampling::default(), &[]);
            shapes.iter().map(Dims::to_string).collect()
        };
        assert_eq!(broad(&["n"]), ["n=2"]);
        assert_eq!(
            broad(&["m", "k", "n"]),
            ["m=2 k=3 n=5", "m=2 k=5 n=3", "m=5 k=2 n=3"]
        );
        let shown = |shapes: Vec<Dims>| shapes.iter().map(Dims::to_string).collect::<Vec<_>>();
        let (plain, three) = (Sampling::default(), ["m", "k", "n"]);
        assert_eq!(
            shown(equal_shapes(&three, &plain)),
            ["m=5 k=5 n=2", "m=5 k=2 n=5", "m=2 k=5 n=5", "m=5 k=5 n=5"]
        );
        assert_eq!(shown(equal_shapes(&three[..2], &plain)), ["m=5 k=5"]);
        let even = Sampling::default().multiple("n", 4).multiple("m", 6);
        assert_eq!(shown(equal_shapes(&["m", "n"], &even)), ["m=12 n=12"]);
        assert_eq!(shown(equal_shapes(&["n"], &plain)), [""; 0]);
        assert_eq!(
            shown(deep_shapes(&three, &plain, &[], |_| 0)),
            ["m=2 k=3 n=4"]
        );
        let beside = |size| shape(&three, &even, &[("k", size)]).to_string();
        assert_eq!(beside(LONG - 1), "m=12 k=999 n=8");
        assert_eq!(beside(LONG), "m=6 k=1000 n=4");
        let four = ["a", "b", "c", "d"];
        assert_eq!(
            shown(deep_shapes(&four, &plain, &[], |_| 0)),
            [
                "a=2 b=3 c=4 d=5",
                "a=2 b=3 c=5 d=4",
                "a=2 b=5 c=3 d=4",
                "a=5 b=2 c=3 d=4"
            ]
        );
    }
}

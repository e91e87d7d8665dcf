//! At which sizes kernels are checked, and at which numbers.

use super::built_plans;
use super::reach::Reach;
use crate::check::shapes::{
    alone, broad_shapes, deep_shapes, equal_shapes, kernel_shapes, small_shape,
};
use crate::check::spans::span_shapes;
use crate::check::target::Target;
use crate::dims::Dims;
use crate::sample::Numbers;
use crate::spec::Spec;

/// What points are made of where two dimensions are large.
const NUMBERS: [Numbers; 9] = [
    Numbers::Plain,
    Numbers::Equal,
    Numbers::Large,
    Numbers::Peaks,
    Numbers::Zero,
    Numbers::Masked,
    Numbers::Varied,
    Numbers::Huge,
    Numbers::HugeEqual,
];

/// More elements of all ports together are looked at in one number domain, as what is far is; of each dimension the greatest size in the others, too,
/// if that is fewer with the other dimensions as small as they get: sums round the more, the longer they are.
const MANY: usize = 1 << 15;

/// Those at which an op ought to be defined, or it is said.
pub(super) const NAMED: [(Numbers, &str); 3] = [
    (Numbers::Equal, "equal"),
    (Numbers::Large, "large"),
    (Numbers::Zero, "zero"),
];

/// Numbers at certain sizes.
pub(super) struct Case {
    pub(super) dims: Dims,
    pub(super) numbers: Numbers,
    /// Whether plans run with more workgroups than needed, too, and with other subgroups.
    pub(super) folds: bool,
}

/// All numbers at one shape.
pub(super) fn here(spec: &Spec<'_>, target: &Target, dims: &Dims) -> Vec<Case> {
    // Binary64 does not overflow where binary32 would.
    let has_huge = spec.sampling().has_huge() && !matches!(target, Target::F64);
    let varies = spec.varies();
    let every = NUMBERS.iter().filter(|numbers| match numbers {
        Numbers::Varied => varies,
        Numbers::Huge | Numbers::HugeEqual => has_huge,
        _ => true,
    });
    let case = |numbers: &Numbers| Case {
        dims: dims.clone(),
        numbers: *numbers,
        folds: *numbers == Numbers::Plain,
    };
    every.map(case).collect()
}

/// The sizes, and the numbers at each.
///
/// # Errors
/// Where there is no plan.
pub(super) fn cases(spec: &Spec<'_>, target: &Target, reach: &Reach) -> Result<Vec<Case>, String> {
    let plans = built_plans(spec, &spec.least_shape(), false)?;
    let plans = [&plans.forward, &plans.backward];
    let (names, sampling) = (spec.signature().dims(), spec.sampling());
    let is_few = |dims: &Dims| !reach.leaves_many || spec.elements(dims) <= MANY;
    let mut around = kernel_shapes(&names, sampling, &plans);
    around.extend(equal_shapes(&names, sampling));
    around.extend(deep_shapes(&names, sampling, &plans, |dims| {
        spec.elements(dims)
    }));
    let spans = span_shapes(spec, &names, &plans);
    let new: Vec<Dims> = spans.into_iter().filter(|s| !around.contains(s)).collect();
    around.extend(new);
    let longest = |dim: &str| around.iter().filter_map(|dims| dims.get(dim)).max();
    let long = names
        .iter()
        .map(|dim| alone(&names, sampling, dim, longest(dim).unwrap_or(1)));
    let long: Vec<Dims> = long
        .filter(|dims| reach.leaves_many && !around.contains(dims))
        .collect();
    around.extend(long);
    around.retain(is_few);
    let mut beyond: Vec<&Dims> = Vec::new();
    for dims in &reach.shapes {
        if !around.contains(dims) && !beyond.contains(&dims) {
            beyond.push(dims);
        }
    }
    let case = |dims: &Dims, numbers, folds| Case {
        dims: dims.clone(),
        numbers,
        folds,
    };
    let mut cases: Vec<Case> = Vec::new();
    cases.extend(around.iter().map(|d| case(d, Numbers::Plain, true)));
    // What workgroups too many do shows around the workgroups.
    cases.extend(beyond.into_iter().map(|d| case(d, Numbers::Plain, false)));
    for dims in broad_shapes(&names, sampling, &plans) {
        cases.extend(here(spec, target, &dims));
    }
    let small = small_shape(&names, sampling);
    cases.push(case(&small, Numbers::Offset, false));
    Ok(cases)
}

//! Lines along one axis of a tensor, which is viewed as `[outer, axis, inner]`: `outer` the product of the sizes before the axis, `inner` that of those
//! after it. So one op serves any axis of any rank.

use crate::prelude::*;

shader! {
    /// Where the line begins that belongs to an element of `[outer, inner]`; its elements lie `inner` apart.
    pub fn line_start(result: u32, axis: u32, inner: u32) -> u32 {
        result / inner * axis * inner + result % inner
    }

    /// The element of `[outer, inner]` whose line an element of `[outer, axis, inner]` lies on.
    pub fn line_of(element: u32, axis: u32, inner: u32) -> u32 {
        element / (axis * inner) * inner + element % inner
    }
}

/// One number, of `[outer, inner]`, for each line of `x[outer, axis, inner]`.
pub(super) fn reduce_lines(x: &Tensor, mut f: impl FnMut(Vec<Real>) -> Real) -> Tensor {
    let [outer, axis, inner] = shape(x);
    Tensor::from_fn([outer, inner], |[o, i]| {
        f((0..axis).map(|a| x[[o, a, i]]).collect())
    })
}

/// For each element of `x[outer, axis, inner]` a number of it and of what `[outer, inner]` has for its line.
pub(super) fn with_lines(
    x: &Tensor,
    lines: &Tensor,
    mut f: impl FnMut(Real, Real) -> Real,
) -> Tensor {
    Tensor::from_fn(shape(x), |[o, a, i]| f(x[[o, a, i]], lines[[o, i]]))
}

/// The shape of a tensor of three dimensions.
fn shape(x: &Tensor) -> [usize; 3] {
    let size = |axis: usize| x.shape().get(axis).copied().unwrap_or(0);
    [size(0), size(1), size(2)]
}

/// The sizes of such a view.
pub(super) fn sizes(plan: &OpPlan) -> Result<[usize; 3], OpError> {
    Ok([plan.dim("outer")?, plan.dim("axis")?, plan.dim("inner")?])
}

/// Sizes up to which the kernels of such ops are right.
pub(super) fn sampling() -> Sampling {
    Sampling::default()
        .greatest([("outer", 1 << 12), ("axis", 1 << 12), ("inner", 1 << 7)])
        .greatest([("outer", 1 << 24), ("axis", 128), ("inner", 1)])
}

//! The greater of two numbers.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use crate::prelude::*;

/// The greater number `y = max(a, b)`, elementwise over `n` numbers; its cotangent is `dy`, that of the other 0.
///
/// Where both are equal the derivative does not exist; each gets half of `dy`, as in `torch.maximum` and JAX.
#[derive(Clone, Copy, Debug, Default)]
pub struct Maximum;

shader! {
    /// y = max(a, b), elementwise.
    #[workgroup_size(LANES)]
    pub fn maximum(a: &[f32], b: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = a[i].max(b[i]);
        }
    }

    /// da = dy where a > b, dy/2 where a = b, else 0; db is the rest of dy.
    #[workgroup_size(LANES)]
    pub fn maximum_backward(a: &[f32], b: &[f32], dy: &[f32], da: &mut [f32], db: &mut [f32]) {
        for i in (first()..end(dy.len())).step_by(LANES) {
            let first = a[i] > b[i];
            let second = a[i] < b[i];
            da[i] = if first { dy[i] } else if second { 0.0 } else { 0.5 * dy[i] };
            db[i] = if second { dy[i] } else if first { 0.0 } else { 0.5 * dy[i] };
        }
    }
}

impl Elementwise<2> for Maximum {
    const NAME: &'static str = "Maximum";
    const INPUTS: [&'static str; 2] = ["a", "b"];

    fn value(_: &Context, [a, b]: [Real; 2]) -> Real {
        a.max(b)
    }

    fn cotangents(_: &Context, [a, b]: [Real; 2], dy: Real) -> [Real; 2] {
        let half = Real::select(a.eq(b), dy * 0.5, 0.0);
        [
            Real::select(a.gt(b), dy, half),
            Real::select(a.lt(b), dy, half),
        ]
    }

    fn kernels() -> [Kernel; 2] {
        [maximum(), maximum_backward()]
    }
}

elementwise!(Maximum: 2);

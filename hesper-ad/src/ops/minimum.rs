//! The lesser of two numbers.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use crate::prelude::*;

/// The lesser number `y = min(a, b)`, elementwise over `n` numbers; its cotangent is `dy`, that of the other 0.
///
/// Where both are equal the derivative does not exist; each gets half of `dy`, as in `torch.minimum` and JAX.
#[derive(Clone, Copy, Debug, Default)]
pub struct Minimum;

shader! {
    /// y = min(a, b), elementwise.
    #[workgroup_size(LANES)]
    pub fn minimum(a: &[f32], b: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = a[i].min(b[i]);
        }
    }

    /// da = dy where a < b, dy/2 where a = b, else 0; db is the rest of dy.
    #[workgroup_size(LANES)]
    pub fn minimum_backward(a: &[f32], b: &[f32], dy: &[f32], da: &mut [f32], db: &mut [f32]) {
        for i in (first()..end(dy.len())).step_by(LANES) {
            let first = a[i] < b[i];
            let second = a[i] > b[i];
            da[i] = if first { dy[i] } else if second { 0.0 } else { 0.5 * dy[i] };
            db[i] = if second { dy[i] } else if first { 0.0 } else { 0.5 * dy[i] };
        }
    }
}

impl Elementwise<2> for Minimum {
    const NAME: &'static str = "Minimum";
    const INPUTS: [&'static str; 2] = ["a", "b"];

    fn value(_: &Context, [a, b]: [Real; 2]) -> Real {
        a.min(b)
    }

    fn cotangents(_: &Context, [a, b]: [Real; 2], dy: Real) -> [Real; 2] {
        let half = Real::select(a.eq(b), dy * 0.5, 0.0);
        [
            Real::select(a.lt(b), dy, half),
            Real::select(a.gt(b), dy, half),
        ]
    }

    fn kernels() -> [Kernel; 2] {
        [minimum(), minimum_backward()]
    }
}

elementwise!(Minimum: 2);

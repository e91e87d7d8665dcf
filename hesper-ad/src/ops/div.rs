//! Division.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use crate::prelude::*;

/// Division `y = a/b`, elementwise over `n` numbers; `da = dy/b`, `db = −dy/b·(a/b)`.
///
/// As `torch.div` of equal shapes, where no `b` is 0. That of `b` is a product of quotients, since `b²` leaves binary32 before they do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Div;

shader! {
    /// y = a/b, elementwise.
    #[workgroup_size(LANES)]
    pub fn div(a: &[f32], b: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = a[i] / b[i];
        }
    }

    /// da = dy/b and db = −dy/b·(a/b).
    #[workgroup_size(LANES)]
    pub fn div_backward(a: &[f32], b: &[f32], dy: &[f32], da: &mut [f32], db: &mut [f32]) {
        for i in (first()..end(dy.len())).step_by(LANES) {
            let slope = dy[i] / b[i];
            da[i] = slope;
            db[i] = -slope * (a[i] / b[i]);
        }
    }
}

impl Elementwise<2> for Div {
    const NAME: &'static str = "Div";
    const INPUTS: [&'static str; 2] = ["a", "b"];

    fn value(_: &Context, [a, b]: [Real; 2]) -> Real {
        a / b
    }

    fn cotangents(_: &Context, [a, b]: [Real; 2], dy: Real) -> [Real; 2] {
        [dy / b, -(dy / b) * (a / b)]
    }

    fn kernels() -> [Kernel; 2] {
        [div(), div_backward()]
    }
}

elementwise!(Div: 2);

//! Multiplication.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use crate::prelude::*;

/// Multiplication `y = a·b`, elementwise over `n` numbers; `da = b·dy`, `db = a·dy`. As `torch.mul` of equal shapes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mul;

shader! {
    /// y = a·b, elementwise.
    #[workgroup_size(LANES)]
    pub fn mul(a: &[f32], b: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = a[i] * b[i];
        }
    }

    /// da = b·dy and db = a·dy.
    #[workgroup_size(LANES)]
    pub fn mul_backward(a: &[f32], b: &[f32], dy: &[f32], da: &mut [f32], db: &mut [f32]) {
        for i in (first()..end(dy.len())).step_by(LANES) {
            da[i] = b[i] * dy[i];
            db[i] = a[i] * dy[i];
        }
    }
}

impl Elementwise<2> for Mul {
    const NAME: &'static str = "Mul";
    const INPUTS: [&'static str; 2] = ["a", "b"];

    fn value(_: &Context, [a, b]: [Real; 2]) -> Real {
        a * b
    }

    fn cotangents(_: &Context, [a, b]: [Real; 2], dy: Real) -> [Real; 2] {
        [b * dy, a * dy]
    }

    fn kernels() -> [Kernel; 2] {
        [mul(), mul_backward()]
    }
}

elementwise!(Mul: 2);

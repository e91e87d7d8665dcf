//! The other sign.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use crate::prelude::*;

/// Negation `y = −x`, elementwise over `n` numbers; `dx = −dy`. As `torch.neg`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Neg;

shader! {
    /// y = −x, elementwise.
    #[workgroup_size(LANES)]
    pub fn neg(x: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = -x[i];
        }
    }

    /// dx = −dy.
    #[workgroup_size(LANES)]
    pub fn neg_backward(dy: &[f32], dx: &mut [f32]) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            dx[i] = -dy[i];
        }
    }
}

impl Elementwise<1> for Neg {
    const NAME: &'static str = "Neg";
    const INPUTS: [&'static str; 1] = ["x"];

    fn value(_: &Context, [x]: [Real; 1]) -> Real {
        -x
    }

    fn cotangents(_: &Context, _: [Real; 1], dy: Real) -> [Real; 1] {
        [-dy]
    }

    fn kernels() -> [Kernel; 2] {
        [neg(), neg_backward()]
    }
}

elementwise!(Neg: 1);

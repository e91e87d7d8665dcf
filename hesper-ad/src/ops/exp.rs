//! The exponential.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use crate::prelude::*;

/// Exponential `y = eˣ`, elementwise over `n` numbers; `dx = y·dy`.
///
/// As `torch.exp`. Beyond 88.7 it leaves binary32 and is infinite.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exp;

shader! {
    /// y = eˣ, elementwise.
    #[workgroup_size(LANES)]
    pub fn exp(x: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = x[i].exp();
        }
    }

    /// dx = y·dy.
    #[workgroup_size(LANES)]
    pub fn exp_backward(y: &[f32], dy: &[f32], dx: &mut [f32]) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            dx[i] = y[i] * dy[i];
        }
    }
}

impl Elementwise<1> for Exp {
    const NAME: &'static str = "Exp";
    const INPUTS: [&'static str; 1] = ["x"];

    fn value(_: &Context, [x]: [Real; 1]) -> Real {
        x.exp()
    }

    fn cotangents(_: &Context, [x]: [Real; 1], dy: Real) -> [Real; 1] {
        [x.exp() * dy]
    }

    fn kernels() -> [Kernel; 2] {
        [exp(), exp_backward()]
    }
}

elementwise!(Exp: 1);

//! The absolute value.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use crate::prelude::*;

/// Absolute value `y = |x|`, elementwise over `n` numbers; `dx = dy` where `x > 0`, `−dy` where `x < 0`.
///
/// At `x = 0` the derivative does not exist; the cotangent is taken as 0 there, as by `torch.abs`. JAX takes `dy`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Abs;

shader! {
    /// y = |x|, elementwise.
    #[workgroup_size(LANES)]
    pub fn abs(x: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = x[i].abs();
        }
    }

    /// dx = dy where x > 0, −dy where x < 0, else 0.
    #[workgroup_size(LANES)]
    pub fn abs_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            dx[i] = if x[i] > 0.0 {
                dy[i]
            } else if x[i] < 0.0 {
                -dy[i]
            } else {
                0.0
            };
        }
    }
}

impl Elementwise<1> for Abs {
    const NAME: &'static str = "Abs";
    const INPUTS: [&'static str; 1] = ["x"];

    fn value(_: &Context, [x]: [Real; 1]) -> Real {
        x.abs()
    }

    fn cotangents(_: &Context, [x]: [Real; 1], dy: Real) -> [Real; 1] {
        let negative = Real::select(x.lt(0.0), -dy, 0.0);
        [Real::select(x.gt(0.0), dy, negative)]
    }

    fn kernels() -> [Kernel; 2] {
        [abs(), abs_backward()]
    }
}

elementwise!(Abs: 1);

//! The hyperbolic tangent.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use crate::prelude::*;

/// Hyperbolic tangent `y = tanh x`, elementwise over `n` numbers; `dx = sech² x·dy`, `sech² x = 4e/(1 + e)²` with `e = exp(−2·|x|)`.
///
/// As `torch.tanh`. The slope is not taken as `1 − y²`, which cancels where `y` is near ±1. Beyond ±4 kernels compute `y` of `e` as well: many a
/// GPU's tanh overflows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tanh;

shader! {
    /// tanh x of positive x; where it is small this loses digits.
    pub fn outer_tanh(x: f32) -> f32 {
        let e = (-2.0 * x).exp();
        (1.0 - e) / (1.0 + e)
    }

    /// tanh x.
    pub fn bounded_tanh(x: f32) -> f32 {
        if x > 4.0 {
            outer_tanh(x)
        } else if x < -4.0 {
            -outer_tanh(-x)
        } else {
            x.tanh()
        }
    }

    /// sech² x, the slope of tanh.
    pub fn squared_sech(x: f32) -> f32 {
        let e = (-2.0 * x.abs()).exp();
        4.0 * e / ((1.0 + e) * (1.0 + e))
    }

    /// y = tanh x, elementwise.
    #[workgroup_size(LANES)]
    pub fn tanh(x: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = bounded_tanh(x[i]);
        }
    }

    /// dx = sech² x·dy.
    #[workgroup_size(LANES)]
    pub fn tanh_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            dx[i] = squared_sech(x[i]) * dy[i];
        }
    }
}

/// `sech² x`, the slope of tanh.
pub(super) fn slope(x: Real) -> Real {
    let e = (-2.0 * x.max(-x)).exp();
    4.0 * e / (e + 1.0).powi(2)
}

impl Elementwise<1> for Tanh {
    const NAME: &'static str = "Tanh";
    const INPUTS: [&'static str; 1] = ["x"];

    fn value(_: &Context, [x]: [Real; 1]) -> Real {
        x.tanh()
    }

    fn cotangents(_: &Context, [x]: [Real; 1], dy: Real) -> [Real; 1] {
        [slope(x) * dy]
    }

    fn kernels() -> [Kernel; 2] {
        [tanh(), tanh_backward()]
    }

    fn domain(sampling: Sampling) -> Sampling {
        sampling.up_to("x", 1e6)
    }
}

elementwise!(Tanh: 1);

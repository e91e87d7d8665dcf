//! Softplus, the smooth ReLU.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use super::silu::{logistic, sigmoid};
use crate::prelude::*;

/// Softplus `y = ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|)`, elementwise over `n` numbers; `dx = σ(x)·dy`.
///
/// As `torch.nn.functional.softplus` with `beta=1`, but for its cut: PyTorch yields `x` itself beyond 20, where the two are 2·10⁻⁹ apart at most, less than
/// binary32 tells. Below −16 `1 + eˣ` rounds to 1 in binary32, and `y` to 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct Softplus;

shader! {
    /// ln(1 + eˣ).
    pub fn ln_one_plus_exp(x: f32) -> f32 {
        x.max(0.0) + (1.0 + (-x.abs()).exp()).ln()
    }

    /// y = ln(1 + eˣ), elementwise.
    #[workgroup_size(LANES)]
    pub fn softplus(x: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = ln_one_plus_exp(x[i]);
        }
    }

    /// dx = σ(x)·dy.
    #[workgroup_size(LANES)]
    pub fn softplus_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            dx[i] = sigmoid(x[i]) * dy[i];
        }
    }
}

/// `ln(1 + eˣ)`.
pub(super) fn softplus_of(x: Real) -> Real {
    x.max(0.0) + ((-x.max(-x)).exp() + 1.0).ln()
}

impl Elementwise<1> for Softplus {
    const NAME: &'static str = "Softplus";
    const INPUTS: [&'static str; 1] = ["x"];

    fn value(_: &Context, [x]: [Real; 1]) -> Real {
        softplus_of(x)
    }

    fn cotangents(cx: &Context, [x]: [Real; 1], dy: Real) -> [Real; 1] {
        [logistic(cx, x) * dy]
    }

    fn kernels() -> [Kernel; 2] {
        [softplus(), softplus_backward()]
    }
}

elementwise!(Softplus: 1);

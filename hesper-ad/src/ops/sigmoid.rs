//! The logistic function.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use super::silu::logistic;
use crate::prelude::*;

/// Logistic function `y = σ(x) = 1/(1 + e⁻ˣ)`, elementwise over `n` numbers; `dx = σ(x)·σ(−x)·dy`.
///
/// As `torch.sigmoid`. The exponential is taken of −|x|, so that it never leaves the range of numbers, and `σ(−x)` stands for `1 − y`,
/// which would cancel.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sigmoid;

shader! {
    /// y = σ(x), elementwise.
    #[workgroup_size(LANES)]
    pub fn sigmoid(x: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = super::silu::sigmoid(x[i]);
        }
    }

    /// dx = σ(x)·σ(−x)·dy.
    #[workgroup_size(LANES)]
    pub fn sigmoid_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            dx[i] = super::silu::sigmoid(x[i]) * super::silu::sigmoid(-x[i]) * dy[i];
        }
    }
}

impl Elementwise<1> for Sigmoid {
    const NAME: &'static str = "Sigmoid";
    const INPUTS: [&'static str; 1] = ["x"];

    fn value(cx: &Context, [x]: [Real; 1]) -> Real {
        logistic(cx, x)
    }

    fn cotangents(cx: &Context, [x]: [Real; 1], dy: Real) -> [Real; 1] {
        [logistic(cx, x) * logistic(cx, -x) * dy]
    }

    fn kernels() -> [Kernel; 2] {
        [sigmoid(), sigmoid_backward()]
    }
}

elementwise!(Sigmoid: 1);

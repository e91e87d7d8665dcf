//! The logistic function.

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
    #[workgroup_size(64)]
    pub fn sigmoid(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = super::silu::sigmoid(x[i]);
        }
    }

    /// dx = σ(x)·σ(−x)·dy.
    #[workgroup_size(64)]
    pub fn sigmoid_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
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

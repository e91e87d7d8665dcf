//! The square root.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use crate::prelude::*;

/// Square root `y = √x` of `n` positive numbers, elementwise; `dx = dy/(2·y)`.
///
/// As `torch.sqrt`. At 0 the slope is infinite, and so is `dx` there and in PyTorch, or NaN where `dy` is 0: add an eps before.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sqrt;

shader! {
    /// y = √x, elementwise.
    #[workgroup_size(LANES)]
    pub fn sqrt(x: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = x[i].sqrt();
        }
    }

    /// dx = dy/(2·y).
    #[workgroup_size(LANES)]
    pub fn sqrt_backward(y: &[f32], dy: &[f32], dx: &mut [f32]) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            dx[i] = dy[i] / (2.0 * y[i]);
        }
    }
}

impl Elementwise<1> for Sqrt {
    const NAME: &'static str = "Sqrt";
    const INPUTS: [&'static str; 1] = ["x"];

    fn value(_: &Context, [x]: [Real; 1]) -> Real {
        x.sqrt()
    }

    fn cotangents(_: &Context, [x]: [Real; 1], dy: Real) -> [Real; 1] {
        [dy / (x.sqrt() * 2.0)]
    }

    fn kernels() -> [Kernel; 2] {
        [sqrt(), sqrt_backward()]
    }

    fn domain(sampling: Sampling) -> Sampling {
        sampling.uniform("x", 1e-3, 50.0)
    }
}

elementwise!(Sqrt: 1);

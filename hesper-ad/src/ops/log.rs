//! The natural logarithm.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use crate::prelude::*;

/// Natural logarithm `y = ln x` of `n` positive numbers, elementwise; `dx = dy/x`.
///
/// As `torch.log`. At 0 there is neither a value nor a slope that is a number; PyTorch yields −∞ and `dy/0`, devices what their logarithm does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Log;

shader! {
    /// y = ln x, elementwise.
    #[workgroup_size(LANES)]
    pub fn log(x: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = x[i].ln();
        }
    }

    /// dx = dy/x.
    #[workgroup_size(LANES)]
    pub fn log_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            dx[i] = dy[i] / x[i];
        }
    }
}

impl Elementwise<1> for Log {
    const NAME: &'static str = "Log";
    const INPUTS: [&'static str; 1] = ["x"];

    fn value(_: &Context, [x]: [Real; 1]) -> Real {
        x.ln()
    }

    fn cotangents(_: &Context, [x]: [Real; 1], dy: Real) -> [Real; 1] {
        [dy / x]
    }

    fn kernels() -> [Kernel; 2] {
        [log(), log_backward()]
    }

    fn domain(sampling: Sampling) -> Sampling {
        sampling.uniform("x", 1e-3, 50.0)
    }
}

elementwise!(Log: 1);

//! Numbers cut to a range.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use crate::prelude::*;

/// `y = min(max(x, low), high)`, elementwise over `n` numbers, with constants `low < high`; `dx = dy` where `low < x < high`, else 0.
///
/// At a bound the derivative does not exist; the cotangent is taken as 0 there, as by `torch.clamp` with numbers for bounds. With tensors for
/// bounds PyTorch passes half of it on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clamp;

shader! {
    /// y = min(max(x, low), high), elementwise.
    #[workgroup_size(LANES)]
    pub fn clamp(x: &[f32], y: &mut [f32], low: f32, high: f32) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = x[i].max(low).min(high);
        }
    }

    /// dx = dy where low < x < high, else 0.
    #[workgroup_size(LANES)]
    pub fn clamp_backward(x: &[f32], dy: &[f32], dx: &mut [f32], low: f32, high: f32) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            dx[i] = if x[i] > low && x[i] < high { dy[i] } else { 0.0 };
        }
    }
}

impl Elementwise<1> for Clamp {
    const NAME: &'static str = "Clamp";
    const INPUTS: [&'static str; 1] = ["x"];
    const CONSTANTS: &'static [&'static str] = &["low", "high"];

    fn value(cx: &Context, [x]: [Real; 1]) -> Real {
        x.max(cx.scalar("low")).min(cx.scalar("high"))
    }

    fn cotangents(cx: &Context, [x]: [Real; 1], dy: Real) -> [Real; 1] {
        let below = Real::select(x.lt(cx.scalar("high")), dy, 0.0);
        [Real::select(x.gt(cx.scalar("low")), below, 0.0)]
    }

    fn kernels() -> [Kernel; 2] {
        [clamp(), clamp_backward()]
    }

    fn domain(sampling: Sampling) -> Sampling {
        sampling
            .uniform("low", -1.5, -0.25)
            .uniform("high", -0.125, 1.5)
    }
}

elementwise!(Clamp: 1);

//! The Huber loss.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use crate::prelude::*;

/// Huber loss of `n` predictions `x` and targets `t`, elementwise, with a constant `delta > 0`: `y = ½·d²` where `|d| ≤ delta`, else
/// `delta·(|d| − ½·delta)`, `d = x − t`; `dx = min(max(d, −delta), delta)·dy`, `dt = −dx`.
///
/// Huber (1964); as `torch.nn.functional.huber_loss` with `reduction="none"`: [`Mean`](super::Mean) or [`Sum`](super::Sum) of it is the loss of all. `smooth_l1_loss` is
/// this divided by its `beta`, the `delta` here.
#[derive(Clone, Copy, Debug, Default)]
pub struct Huber;

shader! {
    /// y = ½·d² where |d| ≤ delta, else delta·(|d| − ½·delta), with d = x − t.
    #[workgroup_size(LANES)]
    pub fn huber(x: &[f32], t: &[f32], y: &mut [f32], delta: f32) {
        for i in (first()..end(y.len())).step_by(LANES) {
            let d = (x[i] - t[i]).abs();
            y[i] = if d <= delta { 0.5 * d * d } else { delta * (d - 0.5 * delta) };
        }
    }

    /// dx = d·dy, d = x − t kept between −delta and delta, and dt = −dx.
    #[workgroup_size(LANES)]
    pub fn huber_backward(
        x: &[f32],
        t: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        dt: &mut [f32],
        delta: f32,
    ) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            let slope = (x[i] - t[i]).max(-delta).min(delta) * dy[i];
            dx[i] = slope;
            dt[i] = -slope;
        }
    }
}

impl Elementwise<2> for Huber {
    const NAME: &'static str = "Huber";
    const INPUTS: [&'static str; 2] = ["x", "t"];
    const CONSTANTS: &'static [&'static str] = &["delta"];

    fn value(cx: &Context, [x, t]: [Real; 2]) -> Real {
        let (d, delta) = ((x - t).abs(), cx.scalar("delta"));
        Real::select(d.le(delta), d.powi(2) * 0.5, delta * (d - delta * 0.5))
    }

    fn cotangents(cx: &Context, [x, t]: [Real; 2], dy: Real) -> [Real; 2] {
        let delta = cx.scalar("delta");
        let dx = (x - t).max(-delta).min(delta) * dy;
        [dx, -dx]
    }

    fn kernels() -> [Kernel; 2] {
        [huber(), huber_backward()]
    }

    fn domain(sampling: Sampling) -> Sampling {
        sampling.uniform("delta", 0.5, 2.0)
    }
}

elementwise!(Huber: 2);

//! SiLU.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// SiLU `y = x·σ(x)`, `σ(x) = 1/(1 + e⁻ˣ)`, elementwise over `n` numbers; `dx = σ·(1 + x·(1 − σ))·dy`.
///
/// Elfwing et al. (2017), Hendrycks and Gimpel (2016); as `torch.nn.functional.silu`. The exponential is taken of −|x|, so that it
/// never leaves the range of numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silu;

shader! {
    /// σ(x) = 1/(1 + e⁻ˣ).
    pub fn sigmoid(x: f32) -> f32 {
        let e = (-x.abs()).exp();
        if x >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
    }

    /// The slope σ·(1 + x·(1 − σ)) of x·σ(x); σ(−x) for 1 − σ(x), which would cancel.
    pub fn silu_slope(x: f32) -> f32 {
        sigmoid(x) * (1.0 + x * sigmoid(-x))
    }

    /// y = x·σ(x), elementwise.
    #[workgroup_size(LANES)]
    pub fn silu(x: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = x[i] * sigmoid(x[i]);
        }
    }

    /// dx = σ·(1 + x·(1 − σ))·dy.
    #[workgroup_size(LANES)]
    pub fn silu_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            dx[i] = silu_slope(x[i]) * dy[i];
        }
    }
}

/// `σ(x) = 1/(1 + e⁻ˣ)`.
pub(super) fn logistic(cx: &Context, x: Real) -> Real {
    let e = (-x.max(-x)).exp();
    Real::select(x.ge(0.0), cx.real(1.0), e) / (e + 1.0)
}

/// The slope `σ·(1 + x·(1 − σ))` of `x·σ(x)`.
pub(super) fn slope(cx: &Context, x: Real) -> Real {
    logistic(cx, x) * (x * logistic(cx, -x) + 1.0)
}

impl DiffOp for Silu {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("SiLU").input("x", ["n"]).output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| x * logistic(cx, *x))]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.zip(dy, |x, dy| slope(cx, *x) * dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(silu(), grid(n));
        plan.backward(silu_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([("n", MOST_ELEMENTS)])
    }
}

//! Binary cross-entropy of logits.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use super::silu::{logistic, sigmoid};
use super::softplus::{ln_one_plus_exp, softplus_of};
use crate::prelude::*;

/// Binary cross-entropy of `n` logits `x` and targets `t` between 0 and 1, elementwise:
/// `y = −w·t·ln σ(x) − (1 − t)·ln σ(−x)` with a constant `w`, the weight of the targets 1; `dx = ((1 − t)·σ(x) − w·t·σ(−x))·dy`.
///
/// As `torch.nn.functional.binary_cross_entropy_with_logits` with `pos_weight` and `reduction="none"`: [`Mean`](super::Mean) or [`Sum`](super::Sum) of it is the loss
/// of all. The logarithms are `−ln(1 + e⁻ˣ)` and `−ln(1 + eˣ)`, which never leave the range of numbers. Targets are constants.
#[derive(Clone, Copy, Debug, Default)]
pub struct BinaryCrossEntropy;

shader! {
    /// y = w·t·ln(1 + e⁻ˣ) + (1 − t)·ln(1 + eˣ), elementwise.
    #[workgroup_size(LANES)]
    pub fn binary_cross_entropy(x: &[f32], t: &[f32], y: &mut [f32], w: f32) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = w * t[i] * ln_one_plus_exp(-x[i]) + (1.0 - t[i]) * ln_one_plus_exp(x[i]);
        }
    }

    /// dx = ((1 − t)·σ(x) − w·t·σ(−x))·dy.
    #[workgroup_size(LANES)]
    pub fn binary_cross_entropy_backward(
        x: &[f32],
        t: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        w: f32,
    ) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            dx[i] = ((1.0 - t[i]) * sigmoid(x[i]) - w * t[i] * sigmoid(-x[i])) * dy[i];
        }
    }
}

impl DiffOp for BinaryCrossEntropy {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("BinaryCrossEntropy")
            .input("x", ["n"])
            .constant("t", ["n"])
            .constant("w", [])
            .output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let (t, w) = (cx.constant("t"), cx.scalar("w"));
        [x.zip(t, |x, t| {
            w * t * softplus_of(-x) + (1.0 - t) * softplus_of(*x)
        })]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let (t, w) = (cx.constant("t"), cx.scalar("w"));
        let slope = x.zip(t, |x, t| {
            (1.0 - t) * logistic(cx, *x) - w * t * logistic(cx, -x)
        });
        [slope.zip(dy, |slope, dy| slope * dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(binary_cross_entropy(), grid(n));
        plan.backward(binary_cross_entropy_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("n", MOST_ELEMENTS)])
            .uniform("t", 0.0, 1.0)
            .uniform("w", 0.5, 4.0)
    }
}

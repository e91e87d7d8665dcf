//! GELU, with a tanh for the error function.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use super::silu::{logistic, sigmoid};
use crate::prelude::*;

/// GELU in its tanh form: `y = x/2·(1 + tanh u)`, `u = c·(x + a·x³)` with `c = √(2/π)` and `a = 0.044715`, elementwise over `n`
/// numbers; `dx = (s + 2x·s·(1 − s)·c·(1 + 3a·x²))·dy` with `s = (1 + tanh u)/2`.
///
/// Hendrycks and Gimpel (2016); as `torch.nn.functional.gelu` with `approximate="tanh"`. Kernels compute `s` as the logistic
/// function of `2u`, the same number: many a GPU's tanh overflows. [`Gelu`](super::Gelu) is the other form.
#[derive(Clone, Copy, Debug, Default)]
pub struct GeluTanh;

/// `√(2/π)`, in specs and kernels alike.
const C: f64 = 0.7978845608028654;

shader! {
    /// 2u, the logistic function of which is (1 + tanh u)/2.
    fn twice_u(x: f32) -> f32 {
        2.0 * 0.7978845608028654 * (x + 0.044715 * x * x * x)
    }

    /// y = x/2·(1 + tanh u), elementwise.
    #[workgroup_size(LANES)]
    pub fn gelu_tanh(x: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = x[i] * sigmoid(twice_u(x[i]));
        }
    }

    /// dx = (s + 2x·s·(1 − s)·c·(1 + 3a·x²))·dy with s = (1 + tanh u)/2.
    #[workgroup_size(LANES)]
    pub fn gelu_tanh_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            let v = x[i];
            let s = sigmoid(twice_u(v));
            // x·s·(1 − s) is 0 before x² would overflow, and so it comes first.
            let bell = v * s * sigmoid(-twice_u(v));
            let inner = 0.7978845608028654 * (bell + 3.0 * 0.044715 * (bell * v * v));
            dx[i] = (s + 2.0 * inner) * dy[i];
        }
    }
}

impl DiffOp for GeluTanh {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("GELU(tanh)")
            .input("x", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| x * 0.5 * (u(*x).tanh() + 1.0))]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.zip(dy, |x, dy| {
            let u = u(*x) * 2.0;
            let (s, rest) = (logistic(cx, u), logistic(cx, -u));
            let bell = x * s * rest;
            let inner = (bell + bell * x * x * 0.044715 * 3.0) * C;
            (s + inner * 2.0) * dy
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(gelu_tanh(), grid(n));
        plan.backward(gelu_tanh_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([("n", MOST_ELEMENTS)])
    }
}

fn u(x: Real) -> Real {
    (x + x.powi(3) * 0.044715) * C
}

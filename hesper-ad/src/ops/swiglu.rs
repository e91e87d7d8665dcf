//! SwiGLU.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use super::silu::{self, sigmoid, silu_slope};
use crate::prelude::*;

/// SwiGLU `y = x·σ(x)·up`, `σ(x) = 1/(1 + e⁻ˣ)`, elementwise over `n` numbers; `dx = σ·(1 + x·(1 − σ))·up·dy`,
/// `dup = x·σ·dy`.
///
/// The gate of Shazeer, "GLU variants improve Transformer" (2020), after its two linear maps; as in Llama's feed-forward layer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Swiglu;

shader! {
    /// y = x·σ(x)·up, elementwise.
    #[workgroup_size(LANES)]
    pub fn swiglu(x: &[f32], up: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = x[i] * sigmoid(x[i]) * up[i];
        }
    }

    /// dx = σ·(1 + x·(1 − σ))·up·dy and dup = x·σ·dy.
    #[workgroup_size(LANES)]
    pub fn swiglu_backward(x: &[f32], up: &[f32], dy: &[f32], dx: &mut [f32], dup: &mut [f32]) {
        for i in (first()..end(dy.len())).step_by(LANES) {
            dx[i] = silu_slope(x[i]) * up[i] * dy[i];
            dup[i] = x[i] * sigmoid(x[i]) * dy[i];
        }
    }
}

impl DiffOp for Swiglu {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("SwiGLU")
            .input("x", ["n"])
            .input("up", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [x, up]: [&Tensor; 2]) -> [Tensor; 1] {
        [x.zip(up, |x, up| x * silu::logistic(cx, *x) * up)]
    }

    fn backward(&self, cx: &mut Context, [x, up]: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        let dx = x.zip(up, |x, up| silu::slope(cx, *x) * up);
        [
            dx.zip(dy, |slope, dy| slope * dy),
            x.zip(dy, |x, dy| x * silu::logistic(cx, *x) * dy),
        ]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(swiglu(), grid(n));
        plan.backward(swiglu_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([("n", MOST_ELEMENTS)])
    }
}

//! A gate of squared ReLU.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// Squared ReLU times another input: `y = max(x, 0)²·up`, elementwise over `n` numbers; `dx = 2·max(x, 0)·up·dy`,
/// `dup = max(x, 0)²·dy`.
///
/// At a NaN in `x` the gate is what `max` yields, usually 0, where PyTorch's ReLU is NaN.
///
/// The activation of So et al., "Primer" (2021), as a gate; both derivatives exist everywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReluSquaredMul;

shader! {
    /// a·b·c, the greatest magnitude times the least first: in between nothing leaves the range of numbers unless the result does.
    fn product(a: f32, b: f32, c: f32) -> f32 {
        let low = a.abs().min(b.abs());
        let high = a.abs().max(b.abs());
        let middle = low.max(high.min(c.abs()));
        high.max(c.abs()) * low.min(c.abs()) * middle * sign(a) * sign(b) * sign(c)
    }

    /// y = max(x, 0)²·up, elementwise.
    #[workgroup_size(LANES)]
    pub fn relu_squared_mul(x: &[f32], up: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            let gate = x[i].max(0.0);
            y[i] = gate * (gate * up[i]);
        }
    }

    /// dx = 2·max(x, 0)·up·dy and dup = max(x, 0)²·dy.
    #[workgroup_size(LANES)]
    pub fn relu_squared_mul_backward(
        x: &[f32],
        up: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        dup: &mut [f32],
    ) {
        for i in (first()..end(dy.len())).step_by(LANES) {
            let gate = x[i].max(0.0);
            dx[i] = 2.0 * product(gate, up[i], dy[i]);
            dup[i] = gate * (gate * dy[i]);
        }
    }
}

impl DiffOp for ReluSquaredMul {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("ReLU²Mul")
            .input("x", ["n"])
            .input("up", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x, up]: [&Tensor; 2]) -> [Tensor; 1] {
        [x.zip(up, |x, up| x.max(0.0).powi(2) * up)]
    }

    fn backward(&self, _: &mut Context, [x, up]: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        let gate = x.map(|x| x.max(0.0));
        let dx = gate.zip(up, |gate, up| gate * up * 2.0);
        [
            dx.zip(dy, |slope, dy| slope * dy),
            gate.zip(dy, |gate, dy| gate.powi(2) * dy),
        ]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(relu_squared_mul(), grid(n));
        plan.backward(relu_squared_mul_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        let (x, up) = ([1.0, -0.5, 2.0, 0.3], [0.5, 1.0, -1.0, 2.0]);
        let dy = [0.1, -0.2, 0.3, 0.5];
        Sampling::default().greatest([("n", MOST_ELEMENTS)]).known(
            "Lean",
            [("n", 4)],
            [("x", &x), ("up", &up), ("dy", &dy)],
        )
    }
}

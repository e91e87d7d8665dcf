//! ReLU.

use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// ReLU: `y = max(x, 0)`; `dx = dy` where `x > 0`, else 0, elementwise over `rows` × `cols` numbers.
///
/// At `x = 0` the derivative does not exist; the cotangent is taken as 0 there, as by `torch.nn.functional.relu`. At a NaN the two differ:
/// PyTorch yields NaN and passes the cotangent on, here `y` is what `max` yields, usually 0, and `dx` is 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct Relu;

shader! {
    /// y = max(x, 0), elementwise.
    #[workgroup_size(LANES)]
    pub fn relu(x: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = x[i].max(0.0);
        }
    }

    /// dx = dy where x > 0, else 0.
    #[workgroup_size(LANES)]
    pub fn relu_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            dx[i] = if x[i] > 0.0 { dy[i] } else { 0.0 };
        }
    }
}

impl DiffOp for Relu {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("ReLU")
            .input("x", ["rows", "cols"])
            .output("y", ["rows", "cols"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| x.max(0.0))]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let zero = cx.real(0.0);
        [x.zip(dy, |x, dy| Real::select(x.gt(0.0), *dy, zero))]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("rows")? * plan.dim("cols")?;
        plan.forward(relu(), grid(n));
        plan.backward(relu_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        let (x, dy) = ([1.0, -2.0, 3.0, -0.5, 0.1], [0.1, -0.3, 0.2, 0.5, -0.1]);
        Sampling::default()
            .greatest([("rows", 1 << 24), ("cols", 128)])
            .greatest([("rows", 1 << 11), ("cols", 1_000_000)])
            .known("Lean", [("rows", 1), ("cols", 5)], [("x", &x), ("dy", &dy)])
    }
}

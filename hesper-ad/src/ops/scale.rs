//! Multiplication by a constant.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// Scaling `y = s·x` by a constant `s`, elementwise over `n` numbers; `dx = s·dy`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scale;

shader! {
    /// y = s·x, elementwise.
    #[workgroup_size(LANES)]
    pub fn scale(x: &[f32], y: &mut [f32], s: f32) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = s * x[i];
        }
    }
}

impl DiffOp for Scale {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Scale")
            .input("x", ["n"])
            .constant("s", [])
            .output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let s = cx.scalar("s");
        [x.map(|x| s * x)]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let s = cx.scalar("s");
        [dy.map(|dy| s * dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(scale(), grid(n));
        let backward = plan.backward(scale(), grid(n));
        backward.bind("x", "dy").bind("y", "dx");
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([("n", MOST_ELEMENTS)])
    }
}

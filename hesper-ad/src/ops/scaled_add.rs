//! Scaled addition, the step of gradient descent.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// Scaled addition `y = a + s·b` with a constant `s`, elementwise over `n` numbers; `da = dy`, `db = s·dy`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScaledAdd;

shader! {
    /// y = a + s·b, elementwise.
    #[workgroup_size(LANES)]
    pub fn scaled_add(a: &[f32], b: &[f32], y: &mut [f32], s: f32) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = a[i] + s * b[i];
        }
    }

    /// da = dy, db = s·dy.
    #[workgroup_size(LANES)]
    pub fn scaled_add_backward(dy: &[f32], da: &mut [f32], db: &mut [f32], s: f32) {
        for i in (first()..end(dy.len())).step_by(LANES) {
            da[i] = dy[i];
            db[i] = s * dy[i];
        }
    }
}

impl DiffOp for ScaledAdd {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("ScaledAdd")
            .input("a", ["n"])
            .input("b", ["n"])
            .constant("s", [])
            .output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [a, b]: [&Tensor; 2]) -> [Tensor; 1] {
        let s = cx.scalar("s");
        [a.zip(b, |a, b| a + s * b)]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        let s = cx.scalar("s");
        [dy.clone(), dy.map(|dy| s * dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(scaled_add(), grid(n));
        plan.backward(scaled_add_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([("n", MOST_ELEMENTS)])
    }
}

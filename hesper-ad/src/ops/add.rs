//! Addition, the residual connection.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// Addition `y = a + b`, elementwise over `n` numbers; `da = db = dy`.
///
/// A residual connection adds what a block computed to what it was given: `torch.add`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Add;

shader! {
    /// y = a + b, elementwise.
    #[workgroup_size(LANES)]
    pub fn add(a: &[f32], b: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = a[i] + b[i];
        }
    }

    /// da = db = dy.
    #[workgroup_size(LANES)]
    pub fn add_backward(dy: &[f32], da: &mut [f32], db: &mut [f32]) {
        for i in (first()..end(dy.len())).step_by(LANES) {
            da[i] = dy[i];
            db[i] = dy[i];
        }
    }
}

impl DiffOp for Add {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Add")
            .input("a", ["n"])
            .input("b", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [a, b]: [&Tensor; 2]) -> [Tensor; 1] {
        [a.zip(b, |a, b| a + b)]
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        [dy.clone(), dy.clone()]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(add(), grid(n));
        plan.backward(add_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([("n", MOST_ELEMENTS)])
    }
}

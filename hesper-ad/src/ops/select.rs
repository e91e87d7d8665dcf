//! A choice between two numbers.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// `y = a` where `mask` is 1, else `b`, elementwise over `n` numbers; the cotangent of what is chosen is `dy`, that of the other 0.
///
/// As `torch.where`. What is not chosen is not computed with: it may be infinite or NaN.
#[derive(Clone, Copy, Debug, Default)]
pub struct Where;

shader! {
    /// y = a where mask is 1, else b.
    #[workgroup_size(LANES)]
    pub fn select(mask: &[u32], a: &[f32], b: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = if mask[i] == 1 { a[i] } else { b[i] };
        }
    }

    /// da = dy where mask is 1, else 0; db the other way.
    #[workgroup_size(LANES)]
    pub fn select_backward(mask: &[u32], dy: &[f32], da: &mut [f32], db: &mut [f32]) {
        for i in (first()..end(dy.len())).step_by(LANES) {
            da[i] = if mask[i] == 1 { dy[i] } else { 0.0 };
            db[i] = if mask[i] == 1 { 0.0 } else { dy[i] };
        }
    }
}

impl DiffOp for Where {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Where")
            .integer("mask", ["n"], "2")
            .input("a", ["n"])
            .input("b", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [a, b]: [&Tensor; 2]) -> [Tensor; 1] {
        [chosen(cx.integers("mask"), a, b)]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        let (mask, zero) = (cx.integers("mask"), cx.zeros([cx.dim("n")]));
        [chosen(mask, dy, &zero), chosen(mask, &zero, dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(select(), grid(n));
        plan.backward(select_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([("n", MOST_ELEMENTS)])
    }
}

/// `a` where `mask` is 1, else `b`.
fn chosen(mask: &Tensor<u32>, a: &Tensor, b: &Tensor) -> Tensor {
    Tensor::from_fn([mask.len()], |i| if mask[i] == 1 { a[i] } else { b[i] })
}

//! The causal mask of attention.

use crate::prelude::*;

/// Causal mask: of each of `batch` matrices of `rows` queries and `keys` keys, `y = x` where `key ≤ row`, else −∞;
/// `dx = dy` where `key ≤ row`, else 0.
///
/// −∞ is the mask value, whose exponential is 0: a softmax along the keys ignores it. Every row keeps its first key. As
/// `tril` does, this counts rows and keys from the upper left corner, whichever are more.
#[derive(Clone, Copy, Debug, Default)]
pub struct CausalMask;

shader! {
    /// y = x where key ≤ row, else −∞.
    #[workgroup_size(64)]
    pub fn causal_mask(x: &[f32], y: &mut [f32], rows: u32, keys: u32) {
        let i = global_index();
        if i < y.len() {
            let row = i / keys % rows;
            y[i] = if i % keys <= row { x[i] } else { neg_infinity() };
        }
    }

    /// dx = dy where key ≤ row, else 0.
    #[workgroup_size(64)]
    pub fn causal_mask_backward(dy: &[f32], dx: &mut [f32], rows: u32, keys: u32) {
        let i = global_index();
        if i < dx.len() {
            let row = i / keys % rows;
            dx[i] = if i % keys <= row { dy[i] } else { 0.0 };
        }
    }
}

impl DiffOp for CausalMask {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("CausalMask")
            .input("x", ["batch", "rows", "keys"])
            .output("y", ["batch", "rows", "keys"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [masked(cx, x, cx.neg_infinity())]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [masked(cx, dy, cx.real(0.0))]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("batch")? * plan.dim("rows")? * plan.dim("keys")?;
        plan.forward(causal_mask(), Grid::cover(n));
        plan.backward(causal_mask_backward(), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("batch", 128), ("rows", 1 << 12), ("keys", 1 << 12)])
            .greatest([("batch", 1), ("rows", 1 << 15), ("keys", 1 << 16)])
    }
}

/// `x` where `key ≤ row`, else `mask`.
fn masked(cx: &Context, x: &Tensor, mask: Real) -> Tensor {
    let shape = [cx.dim("batch"), cx.dim("rows"), cx.dim("keys")];
    Tensor::from_fn(shape, |[batch, row, key]| {
        if key <= row {
            x[[batch, row, key]]
        } else {
            mask
        }
    })
}

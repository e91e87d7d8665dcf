//! A mask that is given.

use crate::prelude::*;

/// Mask: of each of `batch` matrices of `rows` queries and `keys` keys, `y = x` where `mask[rows, keys]` is 1, else −∞; `dx = dy` where it is 1, else 0.
///
/// As the `attn_mask` of truth values of `torch.nn.functional.scaled_dot_product_attention`: −∞ is the mask value, whose exponential is 0, so that a softmax along the keys
/// ignores it. Of a row without any key such a softmax is no number, as in PyTorch's `softmax`; its attention yields 0 there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Masked;

shader! {
    /// y = x where the mask is 1, else −∞.
    #[workgroup_size(64)]
    pub fn masked(x: &[f32], mask: &[u32], y: &mut [f32], rows: u32, keys: u32) {
        let i = global_index();
        if i < y.len() {
            y[i] = if mask[i % (rows * keys)] == 1 { x[i] } else { neg_infinity() };
        }
    }

    /// dx = dy where the mask is 1, else 0.
    #[workgroup_size(64)]
    pub fn masked_backward(dy: &[f32], mask: &[u32], dx: &mut [f32], rows: u32, keys: u32) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = if mask[i % (rows * keys)] == 1 { dy[i] } else { 0.0 };
        }
    }
}

impl DiffOp for Masked {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Masked")
            .input("x", ["batch", "rows", "keys"])
            .integer("mask", ["rows", "keys"], "2")
            .output("y", ["batch", "rows", "keys"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [kept(cx, x, cx.neg_infinity())]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [kept(cx, dy, cx.real(0.0))]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("batch")? * plan.dim("rows")? * plan.dim("keys")?;
        plan.forward(masked(), Grid::cover(n));
        plan.backward(masked_backward(), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("batch", 128), ("rows", 1 << 12), ("keys", 1 << 12)])
            .greatest([("batch", 1), ("rows", 1 << 15), ("keys", 1 << 16)])
    }
}

/// `x` where the mask is 1, else `other`.
fn kept(cx: &Context, x: &Tensor, other: Real) -> Tensor {
    let mask = cx.integers("mask");
    let shape = [cx.dim("batch"), cx.dim("rows"), cx.dim("keys")];
    Tensor::from_fn(shape, |[batch, row, key]| {
        if mask[[row, key]] == 1 {
            x[[batch, row, key]]
        } else {
            other
        }
    })
}

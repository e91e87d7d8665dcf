//! Images laid out as rows.

use super::MOST_ELEMENTS;
use crate::prelude::*;

/// Images `x[batch, channels, h, w]` as rows `y[batch, channels·h·w]` of the same numbers in the same order; `dx = dy`.
///
/// As `torch.flatten(x, 1)`: what comes between the convolutions of a network and its dense layers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flatten;

shader! {
    /// y = x.
    #[workgroup_size(64)]
    pub fn flatten(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i];
        }
    }
}

impl DiffOp for Flatten {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Flatten")
            .input("x", ["batch", "channels", "h", "w"])
            .output("y", ["batch", "h*w*channels"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let [channels, h, w] = ["channels", "h", "w"].map(|dim| cx.dim(dim));
        let shape = [cx.dim("batch"), channels * h * w];
        [Tensor::from_fn(shape, |[n, at]| {
            x[[n, at / (h * w), at / w % h, at % w]]
        })]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let shape @ [_, _, h, w] = ["batch", "channels", "h", "w"].map(|dim| cx.dim(dim));
        [Tensor::from_fn(shape, |[n, c, i, j]| {
            dy[[n, (c * h + i) * w + j]]
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let mut n = 1;
        for dim in ["batch", "channels", "h", "w"] {
            n *= plan.dim(dim)?;
        }
        plan.forward(flatten(), Grid::cover(n));
        let backward = plan.backward(flatten(), Grid::cover(n));
        backward.bind("x", "dy").bind("y", "dx");
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("batch", MOST_ELEMENTS)])
            .greatest([
                ("batch", 1 << 7),
                ("channels", 1 << 8),
                ("h", 1 << 8),
                ("w", 1 << 8),
            ])
    }
}

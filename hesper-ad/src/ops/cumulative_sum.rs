//! Running sums along an axis.

use super::axis::{line_start, sampling, sizes};
use crate::prelude::*;

/// Running sums `y[·, a, ·] = Σ x[·, k, ·]` over `k ≤ a`, of `x[outer, axis, inner]` along its axis; `dx[·, a, ·] = Σ dy[·, k, ·]` over `k ≥ a`.
///
/// Any axis of any tensor is one such: `outer` is the product of the sizes before it, `inner` of those after it. As `torch.cumsum`. One invocation adds up a line from its
/// end on, so that a sum has one order.
#[derive(Clone, Copy, Debug, Default)]
pub struct CumulativeSum;

shader! {
    /// y = the sums of x up to each element; one invocation per line.
    #[workgroup_size(64)]
    pub fn cumulative_sum(x: &[f32], y: &mut [f32], outer: u32, axis: u32, inner: u32) {
        let line = global_index();
        if line < outer * inner {
            let start = line_start(line, axis, inner);
            let mut sum = 0.0;
            for a in 0..axis {
                sum += x[start + a * inner];
                y[start + a * inner] = sum;
            }
        }
    }

    /// dx = the sums of dy from each element on; one invocation per line.
    #[workgroup_size(64)]
    pub fn cumulative_sum_backward(dy: &[f32], dx: &mut [f32], outer: u32, axis: u32, inner: u32) {
        let line = global_index();
        if line < outer * inner {
            let start = line_start(line, axis, inner);
            let mut sum = 0.0;
            for a in (0..axis).rev() {
                sum += dy[start + a * inner];
                dx[start + a * inner] = sum;
            }
        }
    }
}

impl DiffOp for CumulativeSum {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("CumulativeSum")
            .input("x", ["outer", "axis", "inner"])
            .output("y", ["outer", "axis", "inner"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let shape = [cx.dim("outer"), cx.dim("axis"), cx.dim("inner")];
        [Tensor::from_fn(shape, |[o, a, i]| {
            cx.sum((0..=a).map(|k| x[[o, k, i]]))
        })]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let shape = [cx.dim("outer"), cx.dim("axis"), cx.dim("inner")];
        [Tensor::from_fn(shape, |[o, a, i]| {
            cx.sum((a..shape[1]).map(|k| dy[[o, k, i]]))
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let [outer, _, inner] = sizes(plan)?;
        plan.forward(cumulative_sum(), Grid::cover(outer * inner));
        plan.backward(cumulative_sum_backward(), Grid::cover(outer * inner));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        sampling()
    }
}

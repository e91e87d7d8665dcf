//! The mean along an axis.

use super::axis::{line_of, line_start, reduce_lines, sampling, sizes, with_lines};
use super::reduce::{LANES, workgroup_sum};
use crate::prelude::*;

/// The mean `y[outer, inner] = Σₐ x[·, a, ·]/axis` of `x[outer, axis, inner]` along its axis; `dx = dy/axis`, the same along each line.
///
/// Any axis of any tensor is one such: `outer` is the product of the sizes before it, `inner` of those after it. As `torch.mean` with a `dim`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mean;

shader! {
    /// y = Σₐ x[·, a, ·]/axis along each line; one workgroup per line.
    #[workgroup_size(64)]
    pub fn mean(x: &[f32], y: &mut [f32], axis: u32, inner: u32) {
        let scratch = workgroup::<[f32; 64]>();
        let line = workgroup_index();
        let lane = local_invocation_index();
        if line < y.len() {
            let start = line_start(line, axis, inner);
            let mut partial = 0.0;
            for a in (lane..axis).step_by(LANES) {
                partial += x[start + a * inner];
            }
            let total = workgroup_sum(scratch, partial) / (axis as f32);
            if lane == 0 {
                y[line] = total;
            }
        }
    }

    /// dx = dy/axis of its line.
    #[workgroup_size(64)]
    pub fn mean_backward(dy: &[f32], dx: &mut [f32], axis: u32, inner: u32) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = dy[line_of(i, axis, inner)] / (axis as f32);
        }
    }
}

impl DiffOp for Mean {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Mean")
            .input("x", ["outer", "axis", "inner"])
            .output("y", ["outer", "inner"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let axis = cx.count(cx.dim("axis"));
        [reduce_lines(x, |line| cx.sum(line) / axis)]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let axis = cx.count(cx.dim("axis"));
        [with_lines(x, dy, |_, dy| dy / axis)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let [outer, axis, inner] = sizes(plan)?;
        plan.forward(mean(), Grid::workgroups(outer * inner));
        plan.backward(mean_backward(), Grid::cover(outer * axis * inner));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        sampling()
    }
}

//! The sum along an axis.

use super::axis::{line_of, line_start, reduce_lines, sampling, sizes, with_lines};
use super::reduce::{LANES, workgroup_sum};
use crate::prelude::*;

/// The sum `y[outer, inner] = Σₐ x[·, a, ·]` of `x[outer, axis, inner]` along its axis; `dx = dy`, the same along each line.
///
/// Any axis of any tensor is one such: `outer` is the product of the sizes before it, `inner` of those after it. As `torch.sum` with a `dim`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum;

shader! {
    /// y = Σₐ x[·, a, ·] along each line; one workgroup per line.
    #[workgroup_size(64)]
    pub fn sum(x: &[f32], y: &mut [f32], axis: u32, inner: u32) {
        let scratch = workgroup::<[f32; 64]>();
        let line = workgroup_index();
        let lane = local_invocation_index();
        if line < y.len() {
            let start = line_start(line, axis, inner);
            let mut partial = 0.0;
            for a in (lane..axis).step_by(LANES) {
                partial += x[start + a * inner];
            }
            let total = workgroup_sum(scratch, partial);
            if lane == 0 {
                y[line] = total;
            }
        }
    }

    /// dx = dy of its line.
    #[workgroup_size(64)]
    pub fn sum_backward(dy: &[f32], dx: &mut [f32], axis: u32, inner: u32) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = dy[line_of(i, axis, inner)];
        }
    }
}

impl DiffOp for Sum {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Sum")
            .input("x", ["outer", "axis", "inner"])
            .output("y", ["outer", "inner"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [reduce_lines(x, |line| cx.sum(line))]
    }

    fn backward(&self, _: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [with_lines(x, dy, |_, dy| dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let [outer, axis, inner] = sizes(plan)?;
        plan.forward(sum(), Grid::workgroups(outer * inner));
        plan.backward(sum_backward(), Grid::cover(outer * axis * inner));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        sampling()
    }
}

//! The sum along an axis.

use super::axis::{line_of, line_start, reduce_lines, sampling, sizes, with_lines};
use super::reduce::{LANES, workgroup_total};
use crate::prelude::*;

/// The sum `y[outer, inner] = Σₐ x[·, a, ·]` of `x[outer, axis, inner]` along its axis; `dx = dy`, the same along each line.
///
/// Any axis of any tensor is one such: `outer` is the product of the sizes before it, `inner` of those after it. As `torch.sum` with a `dim`.
///
/// A short line, of up to 16 elements, has one invocation, others a workgroup. A long line is summed in two stages, first 32 768 elements at a time: so that all of a device has
/// something to do, and fewer sums are rounded one after another.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum;

/// Elements of a line that one invocation adds up.
const SHORT: usize = 16;

/// Elements of a line that one workgroup adds up.
const PART: usize = 1 << 15;

shader! {
    /// Invocations that read side by side.
    const TEAM: u32 = 8;

    /// y[outer, parts, inner] = Σₐ x[·, a, ·] over each part of each line, `part` elements or what is left; one workgroup per part.
    #[workgroup_size(64)]
    pub fn sum(x: &[f32], y: &mut [f32], axis: u32, inner: u32, part: u32, parts: u32) {
        let scratch = workgroup::<[f32; 64]>();
        let i = workgroup_index();
        let lane = local_invocation_index();
        if i < y.len() {
            let first = i / inner % parts * part;
            let start = i / (inner * parts) * axis * inner + i % inner;
            // Eight invocations go through a stretch of their own: what they read lies closer together than what all would.
            let stretch = (part + LANES / TEAM - 1) / (LANES / TEAM);
            let begin = first + lane / TEAM * stretch;
            let end = axis.min(first + part).min(begin + stretch);
            let mut partial = 0.0;
            for a in (begin + lane % TEAM..end).step_by(TEAM) {
                partial += x[start + a * inner];
            }
            let total = workgroup_total(scratch, partial);
            if lane == 0 {
                y[i] = total;
            }
        }
    }

    /// y[outer, inner] = Σₐ x[·, a, ·] of short lines; one invocation per line.
    #[workgroup_size(64)]
    pub fn sum_short(x: &[f32], y: &mut [f32], axis: u32, inner: u32) {
        let line = global_index();
        if line < y.len() {
            let start = line_start(line, axis, inner);
            let mut total = 0.0;
            for a in 0..axis {
                total += x[start + a * inner];
            }
            y[line] = total;
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
        plan.backward(sum_backward(), Grid::cover(outer * axis * inner));
        if axis <= SHORT {
            plan.forward(sum_short(), Grid::cover(outer * inner));
            return Ok(());
        }
        let parts = axis.div_ceil(PART);
        let mut left = axis;
        if parts > 1 {
            plan.temporary("sums", Type::F32, outer * parts * inner)?;
            let first = plan.forward(sum(), Grid::workgroups(outer * parts * inner));
            first.bind("y", "sums");
            first.uniform("part", PART).uniform("parts", parts);
            left = parts;
        }
        let last = plan.forward(sum(), Grid::workgroups(outer * inner));
        last.uniform("axis", left).uniform("part", left);
        last.uniform("parts", 1usize);
        if parts > 1 {
            last.bind("x", "sums");
        }
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        sampling()
    }
}

//! The maximum along an axis.

use super::axis::{line_of, line_start, reduce_lines, sampling, sizes};
use super::reduce::{LANES, workgroup_max, workgroup_sum};
use crate::prelude::*;

/// The maximum `y[outer, inner] = maxₐ x[·, a, ·]` of `x[outer, axis, inner]` along its axis; of the `ties` elements of a line that are the greatest
/// each has the cotangent `dy/ties`, the others 0.
///
/// Any axis of any tensor is one such: `outer` is the product of the sizes before it, `inner` of those after it. As `torch.amax` and JAX, where
/// several are the greatest; `torch.max` gives all of `dy` to one of them. The forward pass saves `ties`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Max;

shader! {
    /// y = max x along each line, and how many elements that is; one workgroup per line.
    #[workgroup_size(64)]
    pub fn max(x: &[f32], y: &mut [f32], ties: &mut [f32], axis: u32, inner: u32) {
        let scratch = workgroup::<[f32; 64]>();
        let line = workgroup_index();
        let lane = local_invocation_index();
        if line < y.len() {
            let start = line_start(line, axis, inner);
            let mut partial = neg_infinity();
            for a in (lane..axis).step_by(LANES) {
                partial = partial.max(x[start + a * inner]);
            }
            let greatest = workgroup_max(scratch, partial);
            let mut count = 0.0;
            for a in (lane..axis).step_by(LANES) {
                if x[start + a * inner] == greatest {
                    count += 1.0;
                }
            }
            let all = workgroup_sum(scratch, count);
            if lane == 0 {
                y[line] = greatest;
                ties[line] = all;
            }
        }
    }

    /// dx = dy/ties where x is the greatest of its line, else 0.
    #[workgroup_size(64)]
    pub fn max_backward(
        x: &[f32],
        y: &[f32],
        ties: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        axis: u32,
        inner: u32,
    ) {
        let i = global_index();
        if i < dx.len() {
            let line = line_of(i, axis, inner);
            dx[i] = if x[i] == y[line] { dy[line] / ties[line] } else { 0.0 };
        }
    }
}

/// The greatest of each line, and how many elements that is.
fn greatest(cx: &Context, x: &Tensor) -> [Tensor; 2] {
    let one = cx.real(1.0);
    let greatest = reduce_lines(x, |line| cx.max(line));
    let mut maxima = greatest.data().iter();
    let ties = reduce_lines(x, |line| {
        let m = maxima.next().copied().unwrap_or(one);
        cx.sum(line.iter().map(|x| Real::select(x.eq(m), one, 0.0)))
    });
    [greatest, ties]
}

impl DiffOp for Max {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Max")
            .input("x", ["outer", "axis", "inner"])
            .output("y", ["outer", "inner"])
            .saved("ties", ["outer", "inner"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let [y, ties] = greatest(cx, x);
        cx.save("ties", ties);
        [y]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let [y, ties] = greatest(cx, x);
        let shape = [cx.dim("outer"), cx.dim("axis"), cx.dim("inner")];
        [Tensor::from_fn(shape, |[o, a, i]| {
            let share = dy[[o, i]] / ties[[o, i]];
            Real::select(x[[o, a, i]].eq(y[[o, i]]), share, 0.0)
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let [outer, axis, inner] = sizes(plan)?;
        plan.forward(max(), Grid::workgroups(outer * inner));
        plan.backward(max_backward(), Grid::cover(outer * axis * inner));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        sampling()
    }
}

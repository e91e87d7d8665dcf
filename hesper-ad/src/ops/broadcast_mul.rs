//! Multiplication by the same numbers along all other axes.

use super::axis::{sampling, sizes};
use super::broadcast_add::sums_of_others;
use super::reduce::{LANES, workgroup_sum};
use crate::prelude::*;

/// `y[o, a, i] = x[o, a, i]·b[a]` of `x[outer, axis, inner]` and `b[axis]`; `dx = b·dy`, `db[a] = Σₒᵢ x[o, a, i]·dy[o, a, i]`.
///
/// As `torch.mul` where `b` is broadcast: a scale of columns where `inner` is 1, one of channels, one number for all where `axis` is 1.
#[derive(Clone, Copy, Debug, Default)]
pub struct BroadcastMul;

shader! {
    /// y = x·b, b the same along all other axes. The same of dy is dx.
    #[workgroup_size(64)]
    pub fn broadcast_mul(x: &[f32], b: &[f32], y: &mut [f32], axis: u32, inner: u32) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i] * b[i / inner % axis];
        }
    }

    /// db = Σ x·dy over all other axes; one workgroup per place of the axis.
    #[workgroup_size(64)]
    pub fn broadcast_mul_db(
        x: &[f32],
        dy: &[f32],
        db: &mut [f32],
        outer: u32,
        axis: u32,
        inner: u32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let a = workgroup_index();
        let lane = local_invocation_index();
        if a < db.len() {
            let mut partial = 0.0;
            for other in (lane..outer * inner).step_by(LANES) {
                let at = (other / inner * axis + a) * inner + other % inner;
                partial += x[at] * dy[at];
            }
            let total = workgroup_sum(scratch, partial);
            if lane == 0 {
                db[a] = total;
            }
        }
    }
}

impl DiffOp for BroadcastMul {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("BroadcastMul")
            .input("x", ["outer", "axis", "inner"])
            .input("b", ["axis"])
            .output("y", ["outer", "axis", "inner"])
    }

    fn forward(&self, cx: &mut Context, [x, b]: [&Tensor; 2]) -> [Tensor; 1] {
        [scaled(cx, x, b)]
    }

    fn backward(&self, cx: &mut Context, [x, b]: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        let products = x.zip(dy, |x, dy| x * dy);
        [scaled(cx, dy, b), sums_of_others(cx, &products)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let [outer, axis, inner] = sizes(plan)?;
        plan.forward(broadcast_mul(), Grid::cover(outer * axis * inner));
        let dx = plan.backward(broadcast_mul(), Grid::cover(outer * axis * inner));
        dx.bind("x", "dy").bind("y", "dx");
        plan.backward(broadcast_mul_db(), Grid::workgroups(axis));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        sampling()
    }
}

/// `x·b`, `b` the same along all other axes.
fn scaled(cx: &Context, x: &Tensor, b: &Tensor) -> Tensor {
    let shape = [cx.dim("outer"), cx.dim("axis"), cx.dim("inner")];
    Tensor::from_fn(shape, |[o, a, i]| x[[o, a, i]] * b[[a]])
}

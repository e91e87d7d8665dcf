//! Addition of the same numbers along all other axes.

use super::axis::{sampling, sizes};
use super::reduce::{LANES, workgroup_sum};
use crate::prelude::*;

/// `y[o, a, i] = x[o, a, i] + b[a]` of `x[outer, axis, inner]` and `b[axis]`; `dx = dy`, `db[a] = Σₒᵢ dy[o, a, i]`.
///
/// As `torch.add` where `b` is broadcast: a bias of columns where `inner` is 1, one of channels, one number for all where `axis` is 1.
#[derive(Clone, Copy, Debug, Default)]
pub struct BroadcastAdd;

shader! {
    /// y = x + b, b the same along all other axes.
    #[workgroup_size(64)]
    pub fn broadcast_add(x: &[f32], b: &[f32], y: &mut [f32], axis: u32, inner: u32) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i] + b[i / inner % axis];
        }
    }

    /// dx = dy.
    #[workgroup_size(64)]
    pub fn broadcast_add_backward(dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = dy[i];
        }
    }

    /// db = Σ dy over all other axes; one workgroup per place of the axis.
    #[workgroup_size(64)]
    pub fn broadcast_add_db(dy: &[f32], db: &mut [f32], outer: u32, axis: u32, inner: u32) {
        let scratch = workgroup::<[f32; 64]>();
        let a = workgroup_index();
        let lane = local_invocation_index();
        if a < db.len() {
            let mut partial = 0.0;
            for other in (lane..outer * inner).step_by(LANES) {
                partial += dy[(other / inner * axis + a) * inner + other % inner];
            }
            let total = workgroup_sum(scratch, partial);
            if lane == 0 {
                db[a] = total;
            }
        }
    }
}

impl DiffOp for BroadcastAdd {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("BroadcastAdd")
            .input("x", ["outer", "axis", "inner"])
            .input("b", ["axis"])
            .output("y", ["outer", "axis", "inner"])
    }

    fn forward(&self, cx: &mut Context, [x, b]: [&Tensor; 2]) -> [Tensor; 1] {
        let shape = [cx.dim("outer"), cx.dim("axis"), cx.dim("inner")];
        [Tensor::from_fn(shape, |[o, a, i]| x[[o, a, i]] + b[[a]])]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        [dy.clone(), sums_of_others(cx, dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let [outer, axis, inner] = sizes(plan)?;
        plan.forward(broadcast_add(), Grid::cover(outer * axis * inner));
        plan.backward(broadcast_add_backward(), Grid::cover(outer * axis * inner));
        plan.backward(broadcast_add_db(), Grid::workgroups(axis));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        sampling()
    }
}

/// The sums over all axes but the middle one.
pub(super) fn sums_of_others(cx: &Context, x: &Tensor) -> Tensor {
    let (outer, inner) = (cx.dim("outer"), cx.dim("inner"));
    let others = || (0..outer).flat_map(|o| (0..inner).map(move |i| (o, i)));
    Tensor::from_fn([cx.dim("axis")], |[a]| {
        cx.sum(others().map(|(o, i)| x[[o, a, i]]))
    })
}

//! A tensor of length 1.

use super::MOST_ELEMENTS;
use super::norm::{CHUNK, norm, norm_partial};
use super::reduce::{LANES, workgroup_sum};
use super::sum::sum;
use crate::prelude::*;

/// A tensor divided by the Euclidean length of all its `n` numbers: `y = x/r`, `r = max(√Σ x², eps)`, with a constant `eps > 0`; `dx = (dy − y·Σ y·dy)/r` where the length is above `eps`,
/// else `dy/eps`.
///
/// As `torch.nn.functional.normalize` of all axes together; [`L2Normalize`](super::L2Normalize) takes each row by itself. The forward pass saves the length. Where it is `eps` there is no
/// derivative; that of `x/eps` is taken. Kernels square numbers divided by the greatest of them, or by eps, as [`Norm`](super::Norm) does.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnitNorm;

shader! {
    /// y = x/max(length, eps), elementwise.
    #[workgroup_size(64)]
    pub fn unit_norm(x: &[f32], length: &[f32], y: &mut [f32], eps: f32) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i] / length[0].max(eps);
        }
    }

    /// products = Σ y·dy over each chunk; one workgroup per chunk.
    #[workgroup_size(64)]
    pub fn unit_norm_along(y: &[f32], dy: &[f32], products: &mut [f32], n: u32) {
        let scratch = workgroup::<[f32; 64]>();
        let chunk = workgroup_index();
        let lane = local_invocation_index();
        if chunk < products.len() {
            let start = chunk * CHUNK;
            let mut partial = 0.0;
            for i in (start + lane..(start + CHUNK).min(n)).step_by(LANES) {
                partial += y[i] * dy[i];
            }
            let total = workgroup_sum(scratch, partial);
            if lane == 0 {
                products[chunk] = total;
            }
        }
    }

    /// dx = (dy − y·along)/length, where that is above eps; else dy/eps.
    #[workgroup_size(64)]
    pub fn unit_norm_backward(
        y: &[f32],
        length: &[f32],
        along: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        eps: f32,
    ) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = if length[0] > eps {
                (dy[i] - y[i] * along[0]) / length[0]
            } else {
                dy[i] / eps
            };
        }
    }
}

/// The length of all numbers.
fn length(cx: &Context, x: &Tensor) -> Real {
    cx.sum(x.data().iter().map(|x| x.powi(2))).sqrt()
}

impl DiffOp for UnitNorm {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("UnitNorm")
            .input("x", ["n"])
            .constant("eps", [])
            .output("y", ["n"])
            .saved("length", [])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let (length, eps) = (length(cx, x), cx.scalar("eps"));
        let y = x.map(|x| x / length.max(eps));
        cx.save("length", Tensor::scalar(length));
        [y]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let (r, eps) = (length(cx, x), cx.scalar("eps"));
        let y = x.map(|x| x / r.max(eps));
        let along = cx.sum(y.zip(dy, |y, dy| y * dy).data().iter().copied());
        [y.zip(dy, |y, dy| {
            Real::select(r.gt(eps), (dy - y * along) / r, dy / eps)
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        let chunks = n.div_ceil(CHUNK as usize);
        for name in ["units", "squares", "products"] {
            plan.temporary(name, Type::F32, chunks)?;
        }
        plan.temporary("along", Type::F32, 1)?;
        // Numbers that all together are shorter than eps need not be told from zeros.
        let partial = plan.forward(norm_partial(), Grid::workgroups(chunks));
        partial.bind("least", "eps");
        plan.forward(norm(), Grid::workgroups(1))
            .bind("y", "length");
        plan.forward(unit_norm(), Grid::cover(n));
        plan.backward(unit_norm_along(), Grid::workgroups(chunks));
        let along = plan.backward(sum(), Grid::workgroups(1));
        along.bind("x", "products").bind("y", "along");
        along.uniform("axis", chunks).uniform("inner", 1usize);
        along.uniform("part", chunks).uniform("parts", 1usize);
        plan.backward(unit_norm_backward(), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("n", MOST_ELEMENTS)])
            .uniform("eps", 0.0625, 1.0)
    }
}

//! BatchNorm after training.

use super::batch_norm::{channels, of_channel};
use super::reduce::{LANES, workgroup_sum};
use crate::prelude::*;

/// BatchNorm, after training, of `x[outer, axis, inner]`, `axis` being that of the channels: `y = (x − m)·r·γ + β`, `r = 1/√(v + eps)`, with constants `m[axis]` and `v[axis]`, the
/// running mean and variance, and `eps`; `dx = γ·r·dy`, `dγ = Σ dy·(x − m)·r`, `dβ = Σ dy`.
///
/// Ioffe and Szegedy (2015); as `torch.nn.functional.batch_norm` with `training=False`. [`BatchNorm`](super::BatchNorm) is the op in training.
#[derive(Clone, Copy, Debug, Default)]
pub struct BatchNormEvaluation;

shader! {
    /// y = (x − m)·r·gamma + beta with r = 1/√(v + eps), elementwise.
    #[workgroup_size(64)]
    pub fn batch_norm_evaluation(
        x: &[f32],
        gamma: &[f32],
        beta: &[f32],
        m: &[f32],
        v: &[f32],
        y: &mut [f32],
        axis: u32,
        inner: u32,
        eps: f32,
    ) {
        let i = global_index();
        if i < y.len() {
            let c = i / inner % axis;
            y[i] = (x[i] - m[c]) * inverse_sqrt(v[c] + eps) * gamma[c] + beta[c];
        }
    }

    /// dx = gamma·r·dy, elementwise.
    #[workgroup_size(64)]
    pub fn batch_norm_evaluation_backward(
        gamma: &[f32],
        v: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        axis: u32,
        inner: u32,
        eps: f32,
    ) {
        let i = global_index();
        if i < dx.len() {
            let c = i / inner % axis;
            dx[i] = gamma[c] * inverse_sqrt(v[c] + eps) * dy[i];
        }
    }

    /// dgamma = Σ dy·(x − m)·r and dbeta = Σ dy of each channel; one workgroup per channel.
    #[workgroup_size(64)]
    pub fn batch_norm_evaluation_dgamma_dbeta(
        x: &[f32],
        m: &[f32],
        v: &[f32],
        dy: &[f32],
        dgamma: &mut [f32],
        dbeta: &mut [f32],
        outer: u32,
        axis: u32,
        inner: u32,
        eps: f32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let channel = workgroup_index();
        let lane = local_invocation_index();
        if channel < axis {
            let scale = inverse_sqrt(v[channel] + eps);
            let mut products = 0.0;
            let mut slopes = 0.0;
            for k in (lane..outer * inner).step_by(LANES) {
                let at = of_channel(channel, k, axis, inner);
                products += dy[at] * ((x[at] - m[channel]) * scale);
                slopes += dy[at];
            }
            let all_products = workgroup_sum(scratch, products);
            let all_slopes = workgroup_sum(scratch, slopes);
            if lane == 0 {
                dgamma[channel] = all_products;
                dbeta[channel] = all_slopes;
            }
        }
    }
}

/// `1/√(v + eps)` of each channel.
fn scales(cx: &Context) -> Tensor {
    let eps = cx.scalar("eps");
    cx.constant("v").map(|v| 1.0 / (v + eps).sqrt())
}

impl DiffOp for BatchNormEvaluation {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("BatchNormEvaluation")
            .input("x", ["outer", "axis", "inner"])
            .input("gamma", ["axis"])
            .input("beta", ["axis"])
            .constant("m", ["axis"])
            .constant("v", ["axis"])
            .constant("eps", [])
            .output("y", ["outer", "axis", "inner"])
    }

    fn forward(&self, cx: &mut Context, [x, gamma, beta]: [&Tensor; 3]) -> [Tensor; 1] {
        let (m, r) = (cx.constant("m"), scales(cx));
        let shape = [cx.dim("outer"), cx.dim("axis"), cx.dim("inner")];
        [Tensor::from_fn(shape, |[o, a, i]| {
            (x[[o, a, i]] - m[[a]]) * r[[a]] * gamma[[a]] + beta[[a]]
        })]
    }

    fn backward(
        &self,
        cx: &mut Context,
        [x, gamma, _]: [&Tensor; 3],
        [dy]: [&Tensor; 1],
    ) -> [Tensor; 3] {
        let (m, r) = (cx.constant("m"), scales(cx));
        let shape = [cx.dim("outer"), cx.dim("axis"), cx.dim("inner")];
        let dx = Tensor::from_fn(shape, |[o, a, i]| gamma[[a]] * r[[a]] * dy[[o, a, i]]);
        let (x, dy) = (channels(cx, x), channels(cx, dy));
        let dgamma = Tensor::from_fn([shape[1]], |[a]| {
            cx.sum((0..x.row_len()).map(|k| dy[[a, k]] * ((x[[a, k]] - m[[a]]) * r[[a]])))
        });
        let dbeta = dy.reduce_rows(|row| cx.sum(row.iter().copied()));
        [dx, dgamma, dbeta]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let [outer, axis, inner] = super::axis::sizes(plan)?;
        let n = Grid::cover(outer * axis * inner);
        plan.forward(batch_norm_evaluation(), n);
        plan.backward(batch_norm_evaluation_backward(), n);
        plan.backward(batch_norm_evaluation_dgamma_dbeta(), Grid::workgroups(axis));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        super::axis::sampling()
            .uniform("v", 0.0625, 4.0)
            .one_of("eps", [1e-5, 1e-6])
    }
}

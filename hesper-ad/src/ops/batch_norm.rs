//! BatchNorm in training.

use super::layer_norm::Normal;
use super::reduce::{LANES, workgroup_sum};
use crate::prelude::*;

/// BatchNorm, in training, of `x[outer, axis, inner]`, `axis` being that of the channels: `y = x̂·γ + β`, `x̂ = (x − mean)·r`, with the `mean` of all of a channel, `r = 1/√(variance + eps)`, the
/// `variance = mean (x − mean)²` of these, `gamma[axis]`, `beta[axis]` and a constant `eps`; with the means over a channel of `n` numbers,
/// `dx = r·(γ·dy − mean(γ·dy) − x̂·mean(γ·dy·x̂)) + (dmean + 2·(x − mean)·dvariance)/n`, `dγ = Σ dy·x̂`, `dβ = Σ dy`.
///
/// Ioffe and Szegedy (2015); as `torch.nn.functional.batch_norm` with `training=True`. `mean` and `variance` are results, of which running ones are made:
/// PyTorch's running variance takes `variance·n/(n − 1)`. [`BatchNormEvaluation`](super::BatchNormEvaluation) is the op with these. The forward pass saves `r`.
#[derive(Clone, Copy, Debug, Default)]
pub struct BatchNorm;

shader! {
    /// Where the element k of a channel lies.
    pub fn of_channel(channel: u32, k: u32, axis: u32, inner: u32) -> u32 {
        (k / inner * axis + channel) * inner + k % inner
    }

    /// mean, variance, r = 1/√(variance + eps) and y = (x − mean)·r·gamma + beta for each channel; one workgroup per channel.
    #[workgroup_size(64)]
    pub fn batch_norm(
        x: &[f32],
        gamma: &[f32],
        beta: &[f32],
        y: &mut [f32],
        mean: &mut [f32],
        variance: &mut [f32],
        r: &mut [f32],
        outer: u32,
        axis: u32,
        inner: u32,
        eps: f32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let channel = workgroup_index();
        let lane = local_invocation_index();
        if channel < axis {
            let n = outer * inner;
            let mut partial = 0.0;
            for k in (lane..n).step_by(LANES) {
                partial += x[of_channel(channel, k, axis, inner)];
            }
            let m = workgroup_sum(scratch, partial) / (n as f32);
            let mut squares = 0.0;
            for k in (lane..n).step_by(LANES) {
                let centred = x[of_channel(channel, k, axis, inner)] - m;
                squares += centred * centred;
            }
            let v = workgroup_sum(scratch, squares) / (n as f32);
            let scale = inverse_sqrt(v + eps);
            for k in (lane..n).step_by(LANES) {
                let at = of_channel(channel, k, axis, inner);
                y[at] = (x[at] - m) * scale * gamma[channel] + beta[channel];
            }
            if lane == 0 {
                mean[channel] = m;
                variance[channel] = v;
                r[channel] = scale;
            }
        }
    }

    /// dgamma = Σ dy·x̂, dbeta = Σ dy and dx = gamma·r·(dy − dbeta/n − x̂·dgamma/n) + (dmean + 2·(x − mean)·dvariance)/n for each channel of n numbers; one
    /// workgroup per channel.
    #[workgroup_size(64)]
    pub fn batch_norm_backward(
        x: &[f32],
        gamma: &[f32],
        mean: &[f32],
        r: &[f32],
        dy: &[f32],
        dmean: &[f32],
        dvariance: &[f32],
        dx: &mut [f32],
        dgamma: &mut [f32],
        dbeta: &mut [f32],
        outer: u32,
        axis: u32,
        inner: u32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let channel = workgroup_index();
        let lane = local_invocation_index();
        if channel < axis {
            let n = outer * inner;
            let m = mean[channel];
            let scale = r[channel];
            let mut products = 0.0;
            let mut slopes = 0.0;
            for k in (lane..n).step_by(LANES) {
                let at = of_channel(channel, k, axis, inner);
                products += dy[at] * ((x[at] - m) * scale);
                slopes += dy[at];
            }
            let all_products = workgroup_sum(scratch, products);
            let all_slopes = workgroup_sum(scratch, slopes);
            let by = gamma[channel] * scale;
            for k in (lane..n).step_by(LANES) {
                let at = of_channel(channel, k, axis, inner);
                let normal = (x[at] - m) * scale;
                let own = dy[at] - all_slopes / (n as f32) - normal * (all_products / (n as f32));
                let others = dmean[channel] + 2.0 * (x[at] - m) * dvariance[channel];
                dx[at] = by * own + others / (n as f32);
            }
            if lane == 0 {
                dgamma[channel] = all_products;
                dbeta[channel] = all_slopes;
            }
        }
    }
}

/// The numbers of each channel as a row.
pub(super) fn channels(cx: &Context, x: &Tensor) -> Tensor {
    let (outer, axis, inner) = (cx.dim("outer"), cx.dim("axis"), cx.dim("inner"));
    Tensor::from_fn([axis, outer * inner], |[a, k]| x[[k / inner, a, k % inner]])
}

/// The tensor of which these are the channels.
fn of_channels(cx: &Context, x: &Tensor) -> Tensor {
    let shape = [cx.dim("outer"), cx.dim("axis"), cx.dim("inner")];
    Tensor::from_fn(shape, |[o, a, i]| x[[a, o * shape[2] + i]])
}

impl DiffOp for BatchNorm {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 3];

    fn signature(&self) -> Signature {
        Signature::new("BatchNorm")
            .input("x", ["outer", "axis", "inner"])
            .input("gamma", ["axis"])
            .input("beta", ["axis"])
            .constant("eps", [])
            .output("y", ["outer", "axis", "inner"])
            .output("mean", ["axis"])
            .output("variance", ["axis"])
            .saved("r", ["axis"])
    }

    fn forward(&self, cx: &mut Context, [x, gamma, beta]: [&Tensor; 3]) -> [Tensor; 3] {
        let rows = channels(cx, x);
        let Normal { m, r, normal } = Normal::of(cx, &rows);
        let n = cx.count(rows.row_len());
        let variance = Tensor::from_fn([cx.dim("axis")], |[a]| {
            cx.sum((0..rows.row_len()).map(|k| (rows[[a, k]] - m[[a]]).powi(2))) / n
        });
        let normal = of_channels(cx, &normal);
        let shape = [cx.dim("outer"), cx.dim("axis"), cx.dim("inner")];
        let y = Tensor::from_fn(shape, |[o, a, i]| {
            normal[[o, a, i]] * gamma[[a]] + beta[[a]]
        });
        cx.save("r", r);
        [y, m, variance]
    }

    fn backward(
        &self,
        cx: &mut Context,
        [x, gamma, _]: [&Tensor; 3],
        [dy, dmean, dvariance]: [&Tensor; 3],
    ) -> [Tensor; 3] {
        let (rows, dy) = (channels(cx, x), channels(cx, dy));
        let norm = Normal::of(cx, &rows);
        let shape = [cx.dim("axis"), rows.row_len()];
        let slopes = Tensor::from_fn(shape, |[a, k]| gamma[[a]] * dy[[a, k]]);
        let own = norm.cotangents(cx, &slopes);
        let n = cx.count(rows.row_len());
        let dx = Tensor::from_fn(shape, |[a, k]| {
            let centred = rows[[a, k]] - norm.m[[a]];
            own[[a, k]] + (dmean[[a]] + 2.0 * centred * dvariance[[a]]) / n
        });
        let products = dy.zip(&norm.normal, |dy, x| dy * x);
        let sums = |x: &Tensor| x.reduce_rows(|row| cx.sum(row.iter().copied()));
        [of_channels(cx, &dx), sums(&products), sums(&dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let axis = plan.dim("axis")?;
        plan.forward(batch_norm(), Grid::workgroups(axis));
        plan.backward(batch_norm_backward(), Grid::workgroups(axis));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        super::axis::sampling().one_of("eps", [1e-5, 1e-6])
    }
}

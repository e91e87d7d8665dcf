//! GroupNorm.

use super::layer_norm::Normal;
use super::reduce::{LANES, workgroup_sum};
use crate::prelude::*;

/// GroupNorm of `x[batch, groups, channels, inner]`: `y = x̂·γ + β`, `x̂ = (x − m)·r`, with the mean `m` of all channels of a group of one example, `r = 1/√(v + eps)`, the
/// variance `v = mean (x − m)²` of these, `gamma[groups, channels]`, `beta[groups, channels]` and a constant `eps`; `dx = r·(γ·dy − mean(γ·dy) − x̂·mean(γ·dy·x̂))` with the means of a
/// group, `dγ = Σ dy·x̂` and `dβ = Σ dy` over examples and `inner`.
///
/// Wu and He (2018); as `torch.nn.functional.group_norm`, whose channels are `groups·channels` here. One group is the LayerNorm of images, one channel in each group InstanceNorm.
/// The forward pass saves `m` and `r`.
#[derive(Clone, Copy, Debug, Default)]
pub struct GroupNorm;

shader! {
    /// m, r = 1/√(v + eps) and y = (x − m)·r·gamma + beta for each group of an example; one workgroup per group.
    #[workgroup_size(64)]
    pub fn group_norm(
        x: &[f32],
        gamma: &[f32],
        beta: &[f32],
        y: &mut [f32],
        m: &mut [f32],
        r: &mut [f32],
        groups: u32,
        channels: u32,
        inner: u32,
        eps: f32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let group = workgroup_index();
        let lane = local_invocation_index();
        if group < m.len() {
            let len = channels * inner;
            let start = group * len;
            let mut partial = 0.0;
            for j in (lane..len).step_by(LANES) {
                partial += x[start + j];
            }
            let mean = workgroup_sum(scratch, partial) / (len as f32);
            let mut squares = 0.0;
            for j in (lane..len).step_by(LANES) {
                let centred = x[start + j] - mean;
                squares += centred * centred;
            }
            let scale = inverse_sqrt(workgroup_sum(scratch, squares) / (len as f32) + eps);
            for j in (lane..len).step_by(LANES) {
                let channel = group % groups * channels + j / inner;
                y[start + j] = (x[start + j] - mean) * scale * gamma[channel] + beta[channel];
            }
            if lane == 0 {
                m[group] = mean;
                r[group] = scale;
            }
        }
    }

    /// dx = r·(gamma·dy − mean(gamma·dy) − x̂·mean(gamma·dy·x̂)) for each group of an example; one workgroup per group.
    #[workgroup_size(64)]
    pub fn group_norm_backward(
        x: &[f32],
        gamma: &[f32],
        m: &[f32],
        r: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        groups: u32,
        channels: u32,
        inner: u32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let group = workgroup_index();
        let lane = local_invocation_index();
        if group < m.len() {
            let len = channels * inner;
            let start = group * len;
            let first = group % groups * channels;
            let scale = r[group];
            let mut slopes = 0.0;
            let mut products = 0.0;
            for j in (lane..len).step_by(LANES) {
                let slope = scale * gamma[first + j / inner] * dy[start + j];
                slopes += slope;
                products += slope * ((x[start + j] - m[group]) * scale);
            }
            let mean_slope = workgroup_sum(scratch, slopes) / (len as f32);
            let mean_product = workgroup_sum(scratch, products) / (len as f32);
            for j in (lane..len).step_by(LANES) {
                let slope = scale * gamma[first + j / inner] * dy[start + j];
                let normal = (x[start + j] - m[group]) * scale;
                dx[start + j] = slope - mean_slope - normal * mean_product;
            }
        }
    }

    /// dgamma = Σ dy·x̂ and dbeta = Σ dy over examples and inner; one workgroup per channel.
    #[workgroup_size(64)]
    pub fn group_norm_dgamma_dbeta(
        x: &[f32],
        m: &[f32],
        r: &[f32],
        dy: &[f32],
        dgamma: &mut [f32],
        dbeta: &mut [f32],
        batch: u32,
        groups: u32,
        channels: u32,
        inner: u32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let channel = workgroup_index();
        let lane = local_invocation_index();
        if channel < dgamma.len() {
            let mut gamma = 0.0;
            let mut beta = 0.0;
            for k in (lane..batch * inner).step_by(LANES) {
                let at = (k / inner * groups * channels + channel) * inner + k % inner;
                let group = k / inner * groups + channel / channels;
                gamma += dy[at] * ((x[at] - m[group]) * r[group]);
                beta += dy[at];
            }
            let all_gamma = workgroup_sum(scratch, gamma);
            let all_beta = workgroup_sum(scratch, beta);
            if lane == 0 {
                dgamma[channel] = all_gamma;
                dbeta[channel] = all_beta;
            }
        }
    }
}

/// The sizes of `x`.
fn shape(cx: &Context) -> [usize; 4] {
    ["batch", "groups", "channels", "inner"].map(|dim| cx.dim(dim))
}

/// A tensor of the shape of `x`, a row for each group of an example.
fn groups_of(cx: &Context, x: &Tensor) -> Tensor {
    let [batch, groups, channels, inner] = shape(cx);
    x.clone().reshaped([batch * groups, channels * inner])
}

impl DiffOp for GroupNorm {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("GroupNorm")
            .input("x", ["batch", "groups", "channels", "inner"])
            .input("gamma", ["groups", "channels"])
            .input("beta", ["groups", "channels"])
            .constant("eps", [])
            .output("y", ["batch", "groups", "channels", "inner"])
            .saved("m", ["batch", "groups"])
            .saved("r", ["batch", "groups"])
    }

    fn forward(&self, cx: &mut Context, [x, gamma, beta]: [&Tensor; 3]) -> [Tensor; 1] {
        let [batch, groups, ..] = shape(cx);
        let Normal { m, r, normal } = Normal::of(cx, &groups_of(cx, x));
        let normal = normal.reshaped(shape(cx));
        let y = Tensor::from_fn(shape(cx), |[b, g, c, i]| {
            normal[[b, g, c, i]] * gamma[[g, c]] + beta[[g, c]]
        });
        cx.save("m", m.reshaped([batch, groups]));
        cx.save("r", r.reshaped([batch, groups]));
        [y]
    }

    fn backward(
        &self,
        cx: &mut Context,
        [x, gamma, _]: [&Tensor; 3],
        [dy]: [&Tensor; 1],
    ) -> [Tensor; 3] {
        let [batch, groups, channels, inner] = shape(cx);
        let norm = Normal::of(cx, &groups_of(cx, x));
        let slopes = Tensor::from_fn(shape(cx), |[b, g, c, i]| gamma[[g, c]] * dy[[b, g, c, i]]);
        let dx = norm
            .cotangents(cx, &groups_of(cx, &slopes))
            .reshaped(shape(cx));
        let normal = norm.normal.reshaped(shape(cx));
        let others = || (0..batch).flat_map(|b| (0..inner).map(move |i| (b, i)));
        let dgamma = Tensor::from_fn([groups, channels], |[g, c]| {
            cx.sum(others().map(|(b, i)| dy[[b, g, c, i]] * normal[[b, g, c, i]]))
        });
        let dbeta = Tensor::from_fn([groups, channels], |[g, c]| {
            cx.sum(others().map(|(b, i)| dy[[b, g, c, i]]))
        });
        [dx, dgamma, dbeta]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let groups = plan.dim("groups")?;
        let all = plan.dim("batch")? * groups;
        let channels = groups * plan.dim("channels")?;
        plan.forward(group_norm(), Grid::workgroups(all));
        plan.backward(group_norm_backward(), Grid::workgroups(all));
        plan.backward(group_norm_dgamma_dbeta(), Grid::workgroups(channels));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([
                ("batch", 64),
                ("groups", 32),
                ("channels", 32),
                ("inner", 1 << 12),
            ])
            .one_of("eps", [1e-5, 1e-6])
    }
}

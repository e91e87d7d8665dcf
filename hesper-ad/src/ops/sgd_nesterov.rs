//! Stochastic gradient descent with Nesterov's momentum.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// A step of gradient descent with Nesterov's momentum, of `n` weights `w` with gradients `g` and velocities `v`: `new_v = momentum·v + e`, `new_w = w − lr·(e + momentum·new_v)` with
/// `e = g + decay·w` and constants `lr`, `momentum` and `decay`.
///
/// Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013), as `torch.optim.SGD` writes it with `nesterov=True`; at the first step `v` is 0. With
/// `d = dnew_v − lr·momentum·dnew_w` and `de = d − lr·dnew_w`, `dw = dnew_w + decay·de`, `dg = de`, `dv = momentum·d`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SgdNesterov;

shader! {
    /// new_v = momentum·v + e and new_w = w − lr·(e + momentum·new_v) with e = g + decay·w, elementwise.
    #[workgroup_size(LANES)]
    pub fn sgd_nesterov(
        w: &[f32],
        g: &[f32],
        v: &[f32],
        new_w: &mut [f32],
        new_v: &mut [f32],
        lr: f32,
        momentum: f32,
        decay: f32,
    ) {
        for i in (first()..end(new_w.len())).step_by(LANES) {
            let e = g[i] + decay * w[i];
            let velocity = momentum * v[i] + e;
            new_v[i] = velocity;
            new_w[i] = w[i] - lr * (e + momentum * velocity);
        }
    }

    /// dw = dnew_w + decay·de, dg = de and dv = momentum·d with d = dnew_v − lr·momentum·dnew_w and de = d − lr·dnew_w.
    #[workgroup_size(LANES)]
    pub fn sgd_nesterov_backward(
        dnew_w: &[f32],
        dnew_v: &[f32],
        dw: &mut [f32],
        dg: &mut [f32],
        dv: &mut [f32],
        lr: f32,
        momentum: f32,
        decay: f32,
    ) {
        for i in (first()..end(dw.len())).step_by(LANES) {
            let d = dnew_v[i] - lr * momentum * dnew_w[i];
            let de = d - lr * dnew_w[i];
            dw[i] = dnew_w[i] + decay * de;
            dg[i] = de;
            dv[i] = momentum * d;
        }
    }
}

impl DiffOp for SgdNesterov {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 2];

    fn signature(&self) -> Signature {
        Signature::new("SGDNesterov")
            .input("w", ["n"])
            .input("g", ["n"])
            .input("v", ["n"])
            .constant("lr", [])
            .constant("momentum", [])
            .constant("decay", [])
            .output("new_w", ["n"])
            .output("new_v", ["n"])
    }

    fn forward(&self, cx: &mut Context, [w, g, v]: [&Tensor; 3]) -> [Tensor; 2] {
        let [lr, momentum, decay] = ["lr", "momentum", "decay"].map(|name| cx.scalar(name));
        let e = g.zip(w, |g, w| g + decay * w);
        let new_v = v.zip(&e, |v, e| momentum * v + e);
        let step = e.zip(&new_v, |e, v| lr * (e + momentum * v));
        [w.zip(&step, |w, step| w - step), new_v]
    }

    fn backward(
        &self,
        cx: &mut Context,
        _: [&Tensor; 3],
        [dnew_w, dnew_v]: [&Tensor; 2],
    ) -> [Tensor; 3] {
        let [lr, momentum, decay] = ["lr", "momentum", "decay"].map(|name| cx.scalar(name));
        let d = dnew_v.zip(dnew_w, |dv, dw| dv - lr * momentum * dw);
        let de = d.zip(dnew_w, |d, dw| d - lr * dw);
        let dw = dnew_w.zip(&de, |dw, de| dw + decay * de);
        [dw, de, d.map(|d| momentum * d)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(sgd_nesterov(), grid(n));
        plan.backward(sgd_nesterov_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("n", MOST_ELEMENTS)])
            .uniform("lr", 1e-3, 0.5)
            .uniform("momentum", 0.0, 1.0)
            .uniform("decay", 0.0, 0.25)
    }
}

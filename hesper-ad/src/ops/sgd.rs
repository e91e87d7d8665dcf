//! Stochastic gradient descent with momentum.

use super::MOST_ELEMENTS;
use crate::prelude::*;

/// A step of gradient descent with momentum, of `n` weights `w` with gradients `g` and velocities `v`:
/// `new_v = momentum·v + g + decay·w`, `new_w = w − lr·new_v`, with constants `lr`, `momentum` and `decay`.
///
/// As `torch.optim.SGD` without dampening and Nesterov's variant; at the first step `v` is 0. A step is a function as any other, and its VJP
/// what differentiates through training: with `d = dnew_v − lr·dnew_w`, `dw = dnew_w + decay·d`, `dg = d`, `dv = momentum·d`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sgd;

shader! {
    /// new_v = momentum·v + g + decay·w and new_w = w − lr·new_v, elementwise.
    #[workgroup_size(64)]
    pub fn sgd(
        w: &[f32],
        g: &[f32],
        v: &[f32],
        new_w: &mut [f32],
        new_v: &mut [f32],
        lr: f32,
        momentum: f32,
        decay: f32,
    ) {
        let i = global_index();
        if i < new_w.len() {
            let velocity = momentum * v[i] + g[i] + decay * w[i];
            new_v[i] = velocity;
            new_w[i] = w[i] - lr * velocity;
        }
    }

    /// dw = dnew_w + decay·d, dg = d and dv = momentum·d with d = dnew_v − lr·dnew_w.
    #[workgroup_size(64)]
    pub fn sgd_backward(
        dnew_w: &[f32],
        dnew_v: &[f32],
        dw: &mut [f32],
        dg: &mut [f32],
        dv: &mut [f32],
        lr: f32,
        momentum: f32,
        decay: f32,
    ) {
        let i = global_index();
        if i < dw.len() {
            let d = dnew_v[i] - lr * dnew_w[i];
            dw[i] = dnew_w[i] + decay * d;
            dg[i] = d;
            dv[i] = momentum * d;
        }
    }
}

impl DiffOp for Sgd {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 2];

    fn signature(&self) -> Signature {
        Signature::new("SGD")
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
        let gradient = g.zip(w, |g, w| g + decay * w);
        let new_v = v.zip(&gradient, |v, g| momentum * v + g);
        [w.zip(&new_v, |w, v| w - lr * v), new_v]
    }

    fn backward(
        &self,
        cx: &mut Context,
        _: [&Tensor; 3],
        [dnew_w, dnew_v]: [&Tensor; 2],
    ) -> [Tensor; 3] {
        let [lr, momentum, decay] = ["lr", "momentum", "decay"].map(|name| cx.scalar(name));
        let d = dnew_v.zip(dnew_w, |dv, dw| dv - lr * dw);
        let dw = dnew_w.zip(&d, |dw, d| dw + decay * d);
        let dv = d.map(|d| momentum * d);
        [dw, d, dv]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(sgd(), Grid::cover(n));
        plan.backward(sgd_backward(), Grid::cover(n));
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

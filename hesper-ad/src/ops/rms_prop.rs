//! RMSprop, an optimiser that divides by the size of gradients.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// A step of RMSprop, of `n` weights `w` with gradients `g` and mean squares `v`: `new_v = α·v + rest·g²`, `new_w = w − lr·g/(√new_v + eps)`. Constants are `lr`, `alpha`, `eps` and, a
/// number of its own, `rest = 1 − α`.
///
/// Tieleman and Hinton (2012); as `torch.optim.RMSprop` without momentum, decay and centring: eps outside the root, `v` 0 at the first step. `optax.rmsprop` adds eps inside. The VJP,
/// which differentiates through training, exists where `new_v > 0`: with `q = √new_v` and `f = dnew_v + dnew_w·lr·g/(2·q·(q + eps)²)`, `dw = dnew_w`,
/// `dg = 2·rest·g·f − lr·dnew_w/(q + eps)`, `dv = α·f`.
#[derive(Clone, Copy, Debug, Default)]
pub struct RmsProp;

shader! {
    /// new_v = α·v + rest·g² and new_w = w − lr·g/(√new_v + eps), elementwise.
    #[workgroup_size(LANES)]
    pub fn rms_prop(
        w: &[f32],
        g: &[f32],
        v: &[f32],
        new_w: &mut [f32],
        new_v: &mut [f32],
        lr: f32,
        alpha: f32,
        rest: f32,
        eps: f32,
    ) {
        for i in (first()..end(new_w.len())).step_by(LANES) {
            let square = alpha * v[i] + rest * g[i] * g[i];
            new_v[i] = square;
            new_w[i] = w[i] - lr * (g[i] / (square.sqrt() + eps));
        }
    }

    /// dw = dnew_w, dg = 2·rest·g·f − lr·dnew_w/(q + eps) and dv = α·f, with q = √new_v and f = dnew_v + dnew_w·lr·g/(2·q·(q + eps)²).
    #[workgroup_size(LANES)]
    pub fn rms_prop_backward(
        g: &[f32],
        new_v: &[f32],
        dnew_w: &[f32],
        dnew_v: &[f32],
        dw: &mut [f32],
        dg: &mut [f32],
        dv: &mut [f32],
        lr: f32,
        alpha: f32,
        rest: f32,
        eps: f32,
    ) {
        for i in (first()..end(dw.len())).step_by(LANES) {
            let q = new_v[i].sqrt();
            let size = q + eps;
            let f = dnew_v[i] + dnew_w[i] * (lr / (2.0 * q * size) * (g[i] / size));
            dw[i] = dnew_w[i];
            dg[i] = 2.0 * rest * g[i] * f - lr * dnew_w[i] / size;
            dv[i] = alpha * f;
        }
    }
}

impl DiffOp for RmsProp {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 2];

    fn signature(&self) -> Signature {
        Signature::new("RMSprop")
            .input("w", ["n"])
            .input("g", ["n"])
            .input("v", ["n"])
            .constant("lr", [])
            .constant("alpha", [])
            .constant("rest", [])
            .constant("eps", [])
            .output("new_w", ["n"])
            .output("new_v", ["n"])
    }

    fn forward(&self, cx: &mut Context, [w, g, v]: [&Tensor; 3]) -> [Tensor; 2] {
        let [lr, eps] = ["lr", "eps"].map(|name| cx.scalar(name));
        let new_v = squares(cx, g, v);
        let step = g.zip(&new_v, |g, v| lr * (g / (v.sqrt() + eps)));
        [w.zip(&step, |w, step| w - step), new_v]
    }

    fn backward(
        &self,
        cx: &mut Context,
        [_, g, v]: [&Tensor; 3],
        [dnew_w, dnew_v]: [&Tensor; 2],
    ) -> [Tensor; 3] {
        let [lr, alpha, rest, eps] = ["lr", "alpha", "rest", "eps"].map(|name| cx.scalar(name));
        let q = squares(cx, g, v).map(|v| v.sqrt());
        let n = [cx.dim("n")];
        let f = Tensor::from_fn(n, |i| {
            let size = q[i] + eps;
            dnew_v[i] + dnew_w[i] * (lr / (2.0 * q[i] * size) * (g[i] / size))
        });
        let dg = Tensor::from_fn(n, |i| {
            2.0 * rest * g[i] * f[i] - lr * dnew_w[i] / (q[i] + eps)
        });
        [dnew_w.clone(), dg, f.map(|f| alpha * f)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(rms_prop(), grid(n));
        plan.backward(rms_prop_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("n", MOST_ELEMENTS)])
            .uniform("v", 0.0625, 4.0)
            .uniform("lr", 1e-3, 0.5)
            .uniform("alpha", 0.5, 0.99)
            .uniform("rest", 0.01, 0.5)
            .one_of("eps", [1e-8, 1e-3])
    }
}

/// `new_v = α·v + rest·g²`.
fn squares(cx: &Context, g: &Tensor, v: &Tensor) -> Tensor {
    let [alpha, rest] = ["alpha", "rest"].map(|name| cx.scalar(name));
    v.zip(g, |v, g| alpha * v + rest * g.powi(2))
}

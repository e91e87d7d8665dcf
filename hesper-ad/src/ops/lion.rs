//! Lion, an optimiser that steps by signs.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// A step of Lion, of `n` weights `w` with gradients `g` and a moment `m`: `new_w = w·keep − lr·sign(β₁·m + rest₁·g)`, `new_m = β₂·m + rest₂·g`. Constants are `lr`, `beta1`, `beta2`
/// and, each a number of its own, `rest1 = 1 − β₁`, `rest2 = 1 − β₂` and `keep = 1 − lr·decay`.
///
/// Chen et al., "Symbolic discovery of optimization algorithms" (2023), algorithm 2: the decay is multiplied by the rate, at the first step `m` is 0. A sign has the slope 0, and at 0,
/// where it jumps, it is 0 and so is its slope here: `dw = keep·dnew_w`, `dg = rest₂·dnew_m`, `dm = β₂·dnew_m`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lion;

shader! {
    /// new_w = w·keep − lr·sign(β₁·m + rest₁·g) and new_m = β₂·m + rest₂·g, elementwise.
    #[workgroup_size(LANES)]
    pub fn lion(
        w: &[f32],
        g: &[f32],
        m: &[f32],
        new_w: &mut [f32],
        new_m: &mut [f32],
        lr: f32,
        beta1: f32,
        rest1: f32,
        beta2: f32,
        rest2: f32,
        keep: f32,
    ) {
        for i in (first()..end(new_w.len())).step_by(LANES) {
            new_w[i] = w[i] * keep - lr * sign(beta1 * m[i] + rest1 * g[i]);
            new_m[i] = beta2 * m[i] + rest2 * g[i];
        }
    }

    /// dw = keep·dnew_w, dg = rest₂·dnew_m and dm = β₂·dnew_m.
    #[workgroup_size(LANES)]
    pub fn lion_backward(
        dnew_w: &[f32],
        dnew_m: &[f32],
        dw: &mut [f32],
        dg: &mut [f32],
        dm: &mut [f32],
        beta2: f32,
        rest2: f32,
        keep: f32,
    ) {
        for i in (first()..end(dw.len())).step_by(LANES) {
            dw[i] = keep * dnew_w[i];
            dg[i] = rest2 * dnew_m[i];
            dm[i] = beta2 * dnew_m[i];
        }
    }
}

impl DiffOp for Lion {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 2];

    fn signature(&self) -> Signature {
        Signature::new("Lion")
            .input("w", ["n"])
            .input("g", ["n"])
            .input("m", ["n"])
            .constant("lr", [])
            .constant("beta1", [])
            .constant("rest1", [])
            .constant("beta2", [])
            .constant("rest2", [])
            .constant("keep", [])
            .output("new_w", ["n"])
            .output("new_m", ["n"])
    }

    fn forward(&self, cx: &mut Context, [w, g, m]: [&Tensor; 3]) -> [Tensor; 2] {
        let [lr, keep] = ["lr", "keep"].map(|name| cx.scalar(name));
        let moment = |beta: &str, rest: &str| {
            let (beta, rest) = (cx.scalar(beta), cx.scalar(rest));
            m.zip(g, |m, g| beta * m + rest * g)
        };
        let step = moment("beta1", "rest1").map(|x| x.sign());
        let new_w = w.zip(&step, |w, step| w * keep - lr * step);
        [new_w, moment("beta2", "rest2")]
    }

    fn backward(
        &self,
        cx: &mut Context,
        _: [&Tensor; 3],
        [dnew_w, dnew_m]: [&Tensor; 2],
    ) -> [Tensor; 3] {
        let times = |tensor: &Tensor, name: &str| {
            let factor = cx.scalar(name);
            tensor.map(|x| factor * x)
        };
        [
            times(dnew_w, "keep"),
            times(dnew_m, "rest2"),
            times(dnew_m, "beta2"),
        ]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(lion(), grid(n));
        plan.backward(lion_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("n", MOST_ELEMENTS)])
            .uniform("lr", 1e-4, 0.1)
            .uniform("beta1", 0.5, 0.95)
            .uniform("rest1", 0.05, 0.5)
            .uniform("beta2", 0.5, 0.99)
            .uniform("rest2", 0.01, 0.5)
            .uniform("keep", 0.9, 1.0)
    }
}

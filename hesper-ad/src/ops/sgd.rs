//! Stochastic gradient descent with momentum.

use super::MOST_ELEMENTS;
use super::adamw::rest;
use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// A step of gradient descent with momentum, of `n` weights `w` with gradients `g` and velocities `v`:
/// `new_v = momentum·v + rest·(g + decay·w)`, `new_w = w − lr·new_v`, with constants `lr`, `momentum`, `decay` and, a number of its own,
/// `rest = 1 − dampening`. [`Settings::step`] computes them from the decimals that users write; without dampening `rest` is 1.
///
/// As `torch.optim.SGD` without Nesterov's variant, which has an op of its own. At the first step `v` is 0 and, there as here, nothing is dampened: `rest` is 1
/// then. A step is a function as any other, and its VJP what differentiates through training: with `d = dnew_v − lr·dnew_w`,
/// `dw = dnew_w + decay·rest·d`, `dg = rest·d`, `dv = momentum·d`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sgd;

shader! {
    /// new_v = momentum·v + rest·(g + decay·w) and new_w = w − lr·new_v, elementwise.
    #[workgroup_size(LANES)]
    pub fn sgd(
        w: &[f32],
        g: &[f32],
        v: &[f32],
        new_w: &mut [f32],
        new_v: &mut [f32],
        lr: f32,
        momentum: f32,
        rest: f32,
        decay: f32,
    ) {
        for i in (first()..end(new_w.len())).step_by(LANES) {
            let velocity = momentum * v[i] + rest * (g[i] + decay * w[i]);
            new_v[i] = velocity;
            new_w[i] = w[i] - lr * velocity;
        }
    }

    /// dw = dnew_w + decay·dg, dg = rest·d and dv = momentum·d with d = dnew_v − lr·dnew_w.
    #[workgroup_size(LANES)]
    pub fn sgd_backward(
        dnew_w: &[f32],
        dnew_v: &[f32],
        dw: &mut [f32],
        dg: &mut [f32],
        dv: &mut [f32],
        lr: f32,
        momentum: f32,
        rest: f32,
        decay: f32,
    ) {
        for i in (first()..end(dw.len())).step_by(LANES) {
            let d = dnew_v[i] - lr * dnew_w[i];
            let gradient = rest * d;
            dw[i] = dnew_w[i] + decay * gradient;
            dg[i] = gradient;
            dv[i] = momentum * d;
        }
    }
}

/// What a run of [`Sgd`] is set to, in the decimals that users write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The rate.
    pub lr: f64,
    /// How much of the velocity a step keeps.
    pub momentum: f64,
    /// How much less than all of the gradient goes into a velocity that there is already.
    pub dampening: f64,
    /// Weight decay, a part of the gradient.
    pub decay: f64,
}

impl Settings {
    /// The constants of step `t`, the first of which is 1, by the names that the op's plans give their scalars. The first step makes the velocity and is not
    /// dampened, as in `torch.optim.SGD`.
    ///
    /// ```
    /// use hesper_ad::ops::sgd::Settings;
    /// let settings = Settings { lr: 0.1, momentum: 0.9, dampening: 0.9, decay: 0.0 };
    /// assert!(settings.step(1).contains(&("rest", 1.0)));
    /// assert!(settings.step(2).contains(&("rest", 0.1)));
    /// ```
    pub fn step(&self, t: u32) -> [(&'static str, f32); 4] {
        let share = if t > 1 { rest(self.dampening) } else { 1.0 };
        [
            ("lr", self.lr),
            ("momentum", self.momentum),
            ("rest", share),
            ("decay", self.decay),
        ]
        .map(|(name, value)| (name, value as f32))
    }
}

/// The constants' names.
const CONSTANTS: [&str; 4] = ["lr", "momentum", "rest", "decay"];

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
            .constant("rest", [])
            .constant("decay", [])
            .output("new_w", ["n"])
            .output("new_v", ["n"])
    }

    fn forward(&self, cx: &mut Context, [w, g, v]: [&Tensor; 3]) -> [Tensor; 2] {
        let [lr, momentum, rest, decay] = CONSTANTS.map(|name| cx.scalar(name));
        let gradient = g.zip(w, |g, w| rest * (g + decay * w));
        let new_v = v.zip(&gradient, |v, g| momentum * v + g);
        [w.zip(&new_v, |w, v| w - lr * v), new_v]
    }

    fn backward(
        &self,
        cx: &mut Context,
        _: [&Tensor; 3],
        [dnew_w, dnew_v]: [&Tensor; 2],
    ) -> [Tensor; 3] {
        let [lr, momentum, rest, decay] = CONSTANTS.map(|name| cx.scalar(name));
        let d = dnew_v.zip(dnew_w, |dv, dw| dv - lr * dw);
        let dg = d.map(|d| rest * d);
        let dw = dnew_w.zip(&dg, |dw, dg| dw + decay * dg);
        [dw, dg, d.map(|d| momentum * d)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(sgd(), grid(n));
        plan.backward(sgd_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("n", MOST_ELEMENTS)])
            .uniform("lr", 1e-3, 0.5)
            .uniform("momentum", 0.0, 1.0)
            .uniform("rest", 0.125, 1.0)
            .uniform("decay", 0.0, 0.25)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only from the second step on, and of the decimal.
    #[test]
    fn dampening_leaves_the_first_step() {
        for (dampening, t, want) in [
            (0.0, 1, 1.0),
            (0.0, 7, 1.0),
            (0.9, 0, 1.0),
            (0.9, 1, 1.0),
            (0.9, 2, 0.1),
            (0.999, 100_000, 0.001),
            (-0.5, 2, 1.5),
        ] {
            let settings = Settings {
                lr: 0.1,
                momentum: 0.9,
                dampening,
                decay: 0.01,
            };
            let constants = settings.step(t);
            assert_eq!(constants.map(|(name, _)| name), CONSTANTS);
            assert_eq!(
                constants.map(|(_, value)| value),
                [0.1, 0.9, want, 0.01],
                "{dampening} at step {t}"
            );
        }
    }
}

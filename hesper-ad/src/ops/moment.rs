//! A moving average of gradients that looks ahead.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// A moving average of `n` gradients `g`, as Muon takes it with Nesterov's look ahead: `new_m = beta·m + rest·g`, `u = beta·new_m + rest·g`, with constants `beta` and, a number of
/// its own, `rest = 1 − beta`; with `d = dnew_m + beta·du`, `dm = beta·d`, `dg = rest·(d + du)`.
///
/// As the average of `torch.optim.Muon` with `nesterov=True`; at the first step `m` is 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment;

shader! {
    /// new_m = beta·m + rest·g and u = beta·new_m + rest·g, elementwise.
    #[workgroup_size(LANES)]
    pub fn moment(
        g: &[f32],
        m: &[f32],
        new_m: &mut [f32],
        u: &mut [f32],
        beta: f32,
        rest: f32,
    ) {
        for i in (first()..end(u.len())).step_by(LANES) {
            let average = beta * m[i] + rest * g[i];
            new_m[i] = average;
            u[i] = beta * average + rest * g[i];
        }
    }

    /// dm = beta·d and dg = rest·(d + du) with d = dnew_m + beta·du.
    #[workgroup_size(LANES)]
    pub fn moment_backward(
        dnew_m: &[f32],
        du: &[f32],
        dg: &mut [f32],
        dm: &mut [f32],
        beta: f32,
        rest: f32,
    ) {
        for i in (first()..end(dg.len())).step_by(LANES) {
            let d = dnew_m[i] + beta * du[i];
            dm[i] = beta * d;
            dg[i] = rest * (d + du[i]);
        }
    }
}

impl DiffOp for Moment {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 2];

    fn signature(&self) -> Signature {
        Signature::new("Moment")
            .input("g", ["n"])
            .input("m", ["n"])
            .constant("beta", [])
            .constant("rest", [])
            .output("new_m", ["n"])
            .output("u", ["n"])
    }

    fn forward(&self, cx: &mut Context, [g, m]: [&Tensor; 2]) -> [Tensor; 2] {
        let [beta, rest] = ["beta", "rest"].map(|name| cx.scalar(name));
        let average = |m: &Tensor| m.zip(g, |m, g| beta * m + rest * g);
        let new_m = average(m);
        let u = average(&new_m);
        [new_m, u]
    }

    fn backward(
        &self,
        cx: &mut Context,
        _: [&Tensor; 2],
        [dnew_m, du]: [&Tensor; 2],
    ) -> [Tensor; 2] {
        let [beta, rest] = ["beta", "rest"].map(|name| cx.scalar(name));
        let d = dnew_m.zip(du, |dm, du| dm + beta * du);
        [d.zip(du, |d, du| rest * (d + du)), d.map(|d| beta * d)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(moment(), grid(n));
        plan.backward(moment_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("n", MOST_ELEMENTS)])
            .uniform("beta", 0.5, 0.99)
            .uniform("rest", 0.01, 0.5)
    }
}

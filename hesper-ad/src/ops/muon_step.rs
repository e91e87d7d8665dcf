//! A step along a matrix.

use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// The step of Muon, of weights `w[rows, cols]` along a matrix `u[rows, cols]`: `new_w = keep·w − lr·gain·u`, `gain = √max(1, cols/rows)`, with constants `lr` and `keep = 1 − lr·decay`;
/// `dw = keep·dnew_w`, `du = −lr·gain·dnew_w`.
///
/// As the default of `torch.optim.Muon`, whose matrices have a row for each output, where those of [`MatMul`](super::MatMul) have a column: `gain` is of outputs for each input.
#[derive(Clone, Copy, Debug, Default)]
pub struct MuonStep;

shader! {
    /// √max(1, cols/rows).
    fn gain(rows: u32, cols: u32) -> f32 {
        ((cols as f32) / (rows as f32)).max(1.0).sqrt()
    }

    /// new_w = keep·w − lr·gain·u, elementwise.
    #[workgroup_size(LANES)]
    pub fn muon_step(
        w: &[f32],
        u: &[f32],
        new_w: &mut [f32],
        rows: u32,
        cols: u32,
        lr: f32,
        keep: f32,
    ) {
        for i in (first()..end(new_w.len())).step_by(LANES) {
            new_w[i] = keep * w[i] - lr * gain(rows, cols) * u[i];
        }
    }

    /// dw = keep·dnew_w and du = −lr·gain·dnew_w.
    #[workgroup_size(LANES)]
    pub fn muon_step_backward(
        dnew_w: &[f32],
        dw: &mut [f32],
        du: &mut [f32],
        rows: u32,
        cols: u32,
        lr: f32,
        keep: f32,
    ) {
        for i in (first()..end(dw.len())).step_by(LANES) {
            dw[i] = keep * dnew_w[i];
            du[i] = -(lr * gain(rows, cols) * dnew_w[i]);
        }
    }
}

/// `lr·√max(1, cols/rows)`.
fn rate(cx: &Context) -> Real {
    let (rows, cols) = (cx.dim("rows"), cx.dim("cols"));
    let lr = cx.scalar("lr");
    match cols > rows {
        true => lr * (cx.count(cols) / cx.count(rows)).sqrt(),
        false => lr,
    }
}

impl DiffOp for MuonStep {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("MuonStep")
            .input("w", ["rows", "cols"])
            .input("u", ["rows", "cols"])
            .constant("lr", [])
            .constant("keep", [])
            .output("new_w", ["rows", "cols"])
    }

    fn forward(&self, cx: &mut Context, [w, u]: [&Tensor; 2]) -> [Tensor; 1] {
        let (keep, rate) = (cx.scalar("keep"), rate(cx));
        [w.zip(u, |w, u| keep * w - rate * u)]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 2], [dnew_w]: [&Tensor; 1]) -> [Tensor; 2] {
        let (keep, rate) = (cx.scalar("keep"), rate(cx));
        [dnew_w.map(|dw| keep * dw), dnew_w.map(|dw| -(rate * dw))]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("rows")? * plan.dim("cols")?;
        plan.forward(muon_step(), grid(n));
        plan.backward(muon_step_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("rows", 1 << 15), ("cols", 1 << 16)])
            .greatest([("rows", 1 << 24), ("cols", 128)])
            .uniform("lr", 1e-3, 0.5)
            .uniform("keep", 0.75, 1.0)
    }
}

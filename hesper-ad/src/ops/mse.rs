//! Mean squared error.

use super::MOST_ELEMENTS;
use super::reduce::{LANES, workgroup_sum};
use crate::prelude::*;

/// Mean squared error `y = Σᵢ (xᵢ − tᵢ)² / n` of `n` predictions `x` and targets `t`, one number;
/// `dx = 2·(x − t)·dy/n`, `dt = −dx`.
///
/// As `torch.nn.functional.mse_loss` with the reduction `mean`. The sum is taken in two stages, first of 1024 numbers at a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mse;

shader! {
    /// Numbers that one workgroup of the first stage adds up.
    const CHUNK: u32 = 1024;

    /// partial = Σ (x − t)² over each chunk; one workgroup per chunk.
    #[workgroup_size(64)]
    pub fn mse_partial(x: &[f32], t: &[f32], partial: &mut [f32], n: u32) {
        let scratch = workgroup::<[f32; 64]>();
        let chunk = workgroup_index();
        let lane = local_invocation_index();
        if chunk < partial.len() {
            let start = chunk * CHUNK;
            let mut sum = 0.0;
            for i in (start + lane..(start + CHUNK).min(n)).step_by(LANES) {
                let difference = x[i] - t[i];
                sum += difference * difference;
            }
            let total = workgroup_sum(scratch, sum);
            if lane == 0 {
                partial[chunk] = total;
            }
        }
    }

    /// y = Σ partial / n; one workgroup.
    #[workgroup_size(64)]
    pub fn mse(partial: &[f32], y: &mut [f32], n: u32) {
        let scratch = workgroup::<[f32; 64]>();
        let lane = local_invocation_index();
        if workgroup_index() == 0 {
            let mut sum = 0.0;
            for i in (lane..partial.len()).step_by(LANES) {
                sum += partial[i];
            }
            let total = workgroup_sum(scratch, sum);
            if lane == 0 {
                y[0] = total / (n as f32);
            }
        }
    }

    /// dx = 2·(x − t)·dy/n and dt = −dx.
    #[workgroup_size(64)]
    pub fn mse_backward(
        x: &[f32],
        t: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        dt: &mut [f32],
        n: u32,
    ) {
        let i = global_index();
        if i < n {
            let slope = 2.0 * (x[i] - t[i]) * (dy[0] / (n as f32));
            dx[i] = slope;
            dt[i] = -slope;
        }
    }
}

impl DiffOp for Mse {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("MSE")
            .input("x", ["n"])
            .input("t", ["n"])
            .output("y", [])
    }

    fn forward(&self, cx: &mut Context, [x, t]: [&Tensor; 2]) -> [Tensor; 1] {
        let squares = x.zip(t, |x, t| (x - t).powi(2));
        let mean = cx.sum(squares.data().iter().copied()) / cx.count(cx.dim("n"));
        [Tensor::scalar(mean)]
    }

    fn backward(&self, cx: &mut Context, [x, t]: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        let (dy, n) = (dy[[]], cx.count(cx.dim("n")));
        let dx = x.zip(t, |x, t| (x - t) * 2.0 * (dy / n));
        let dt = dx.map(|dx| -*dx);
        [dx, dt]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        let chunks = n.div_ceil(CHUNK as usize);
        plan.temporary("partial", Type::F32, chunks)?;
        plan.forward(mse_partial(), Grid::workgroups(chunks));
        plan.forward(mse(), Grid::workgroups(1));
        plan.backward(mse_backward(), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([("n", MOST_ELEMENTS)])
    }
}

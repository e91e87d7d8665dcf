//! Kernels that overflow on the way to a result that does not.

use crate::faults::wrong::Wrong;
use hesper_ad::ops::columns::{ROWS_AT_ONCE, blocks, sum_columns};
use hesper_ad::ops::reduce::{row_scale, workgroup_sum};
use hesper_ad::ops::{LayerNorm, RmsNorm, layer_norm, rms_norm};
use hesper_ad::prelude::*;

/// Squares as they are; divided by the greatest of the first 64 numbers, or by the greatest that is positive; or right.
pub(crate) const SQUARES: u32 = 1;
pub(crate) const FIRST: u32 = 2;
pub(crate) const POSITIVE: u32 = 3;

shader! {
    #[workgroup_size(64)]
    fn rms_by(
        #[comptime] way: u32,
        x: &[f32],
        gamma: &[f32],
        y: &mut [f32],
        r: &mut [f32],
        rows: u32,
        cols: u32,
        eps: f32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let start = row * cols;
            let mut unit = 1.0;
            for j in 0..if way == FIRST { cols.min(64) } else { cols } {
                let size = if way == POSITIVE { x[start + j] } else { x[start + j].abs() };
                unit = if way == SQUARES { 1.0 } else { unit.max(size) };
            }
            let mut sum = 0.0;
            for j in (lane..cols).step_by(64) {
                sum += (x[start + j] / unit) * (x[start + j] / unit);
            }
            let mean = workgroup_sum(scratch, sum) / (cols as f32);
            let scale = inverse_sqrt(mean + eps / unit / unit) / unit;
            for j in (lane..cols).step_by(64) {
                y[start + j] = x[start + j] * scale * gamma[j];
            }
            if lane == 0 {
                r[row] = scale;
            }
        }
    }

    /// Of equal numbers the variance is 0, and so is eps divided by their square.
    #[workgroup_size(64)]
    fn layer_in_units(
        x: &[f32],
        gamma: &[f32],
        beta: &[f32],
        y: &mut [f32],
        m: &mut [f32],
        r: &mut [f32],
        rows: u32,
        cols: u32,
        eps: f32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let start = row * cols;
            let mut partial = 0.0;
            for j in (lane..cols).step_by(64) {
                partial += x[start + j];
            }
            let mean = workgroup_sum(scratch, partial) / (cols as f32);
            let unit = row_scale(scratch, x, start, cols);
            let mut squares = 0.0;
            for j in (lane..cols).step_by(64) {
                let centred = (x[start + j] - mean) / unit;
                squares += centred * centred;
            }
            let variance = workgroup_sum(scratch, squares) / (cols as f32);
            let scale = inverse_sqrt(variance + eps / unit / unit) / unit;
            for j in (lane..cols).step_by(64) {
                y[start + j] = (x[start + j] - mean) * scale * gamma[j] + beta[j];
            }
            if lane == 0 {
                m[row] = mean;
                r[row] = scale;
            }
        }
    }

    #[workgroup_size(64)]
    fn square(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i] * x[i];
        }
    }

    #[workgroup_size(64)]
    fn square_back(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = 2.0 * x[i] * dy[i];
        }
    }
}

/// RMSNorm with squares taken in such a way.
pub(crate) fn rms_in_units(way: u32) -> impl DiffOp {
    Wrong::plan(RmsNorm, move |_, plan| {
        let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
        plan.forward(rms_by(way), Grid::workgroups(rows));
        plan.backward(rms_norm::rms_norm_backward(), Grid::workgroups(rows));
        plan.temporary("partial", Type::F32, blocks(rows) * cols)?;
        let grid = Grid::cover(blocks(rows) * cols);
        let first = plan.backward(rms_norm::rms_norm_dgamma(), grid);
        first.uniform("height", ROWS_AT_ONCE);
        let shape = [blocks(rows), cols];
        sum_columns(plan, "partial", "dgamma", shape, blocks(rows));
        Ok(())
    })
}

/// LayerNorm that forgets rows of equal numbers.
pub(crate) fn layer_norm_in_units() -> impl DiffOp {
    Wrong::plan(LayerNorm, |_, plan| {
        let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
        plan.forward(layer_in_units(), Grid::workgroups(rows));
        plan.backward(layer_norm::layer_norm_backward(), Grid::workgroups(rows));
        plan.temporary("gammas", Type::F32, blocks(rows) * cols)?;
        plan.temporary("betas", Type::F32, blocks(rows) * cols)?;
        let grid = Grid::cover(blocks(rows) * cols);
        let first = plan.backward(layer_norm::layer_norm_dgamma_dbeta(), grid);
        first.uniform("height", ROWS_AT_ONCE);
        let shape = [blocks(rows), cols];
        sum_columns(plan, "gammas", "dgamma", shape, blocks(rows));
        sum_columns(plan, "betas", "dbeta", shape, blocks(rows));
        Ok(())
    })
}

/// `y = x²`, declared for numbers up to this.
pub(crate) struct Square(pub(crate) f32);

impl DiffOp for Square {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Square")
            .input("x", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| x.powi(2))]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.zip(dy, |x, dy| cx.real(2.0) * x * dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(square(), Grid::cover(n));
        plan.backward(square_back(), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().up_to("x", self.0)
    }
}

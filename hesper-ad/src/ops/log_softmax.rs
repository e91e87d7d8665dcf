//! The logarithm of a softmax along rows.

use super::cross_entropy::max_and_sum_exp;
use super::reduce::{LANES, row_max, row_sum_exp, workgroup_sum};
use crate::prelude::*;

/// Log-softmax along each of `rows` rows of `cols` numbers: `yⱼ = xⱼ − m − ln Σₖ exp(xₖ − m)` with `m = max x`; `dxⱼ = dyⱼ − exp(yⱼ)·Σₖ dyₖ`.
///
/// As `torch.nn.functional.log_softmax`. The maximum cancels; it keeps the exponentials within range. The forward pass saves the maximum and the sum of
/// exponentials of each row: of large `y` the exponential would have lost digits.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogSoftmax;

shader! {
    /// y = x − max x − ln Σ exp(x − max x) along each row; one workgroup per row.
    #[workgroup_size(64)]
    pub fn log_softmax(
        x: &[f32],
        y: &mut [f32],
        greatest: &mut [f32],
        total: &mut [f32],
        rows: u32,
        cols: u32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let start = row * cols;
            let m = row_max(scratch, x, start, cols);
            let l = row_sum_exp(scratch, x, start, cols, m);
            for j in (lane..cols).step_by(LANES) {
                y[start + j] = x[start + j] - m - l.ln();
            }
            if lane == 0 {
                greatest[row] = m;
                total[row] = l;
            }
        }
    }

    /// dx = dy − exp(x − greatest)/total·Σ dy along each row; one workgroup per row.
    #[workgroup_size(64)]
    pub fn log_softmax_backward(
        x: &[f32],
        greatest: &[f32],
        total: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        rows: u32,
        cols: u32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let start = row * cols;
            let mut partial = 0.0;
            for j in (lane..cols).step_by(LANES) {
                partial += dy[start + j];
            }
            let all = workgroup_sum(scratch, partial);
            for j in (lane..cols).step_by(LANES) {
                let p = (x[start + j] - greatest[row]).exp() / total[row];
                dx[start + j] = dy[start + j] - p * all;
            }
        }
    }
}

impl DiffOp for LogSoftmax {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("LogSoftmax")
            .input("x", ["rows", "cols"])
            .output("y", ["rows", "cols"])
            .saved("greatest", ["rows"])
            .saved("total", ["rows"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let [greatest, total] = max_and_sum_exp(cx, x);
        let y = Tensor::from_fn([cx.dim("rows"), cx.dim("cols")], |[i, j]| {
            x[[i, j]] - greatest[[i]] - total[[i]].ln()
        });
        cx.save("greatest", greatest);
        cx.save("total", total);
        [y]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let [greatest, total] = max_and_sum_exp(cx, x);
        let all = dy.reduce_rows(|row| cx.sum(row.iter().copied()));
        [Tensor::from_fn(
            [cx.dim("rows"), cx.dim("cols")],
            |[i, j]| dy[[i, j]] - (x[[i, j]] - greatest[[i]]).exp() / total[[i]] * all[[i]],
        )]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let rows = plan.dim("rows")?;
        plan.forward(log_softmax(), Grid::workgroups(rows));
        plan.backward(log_softmax_backward(), Grid::workgroups(rows));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("rows", 1 << 24), ("cols", 128)])
            .greatest([("rows", 1 << 11), ("cols", 1_000_000)])
    }
}

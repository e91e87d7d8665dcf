//! The logarithm of a sum of exponentials along rows.

use super::cross_entropy::max_and_sum_exp;
use super::reduce::{row_max, row_sum_exp};
use crate::prelude::*;

/// `y = ln Σⱼ exp(xⱼ) = m + ln Σⱼ exp(xⱼ − m)` with `m = max x`, of each of `rows` rows of `cols` numbers; `dxⱼ = exp(xⱼ − m)/Σₖ exp(xₖ − m)·dy`.
///
/// As `torch.logsumexp`. The maximum keeps the exponentials within range; the forward pass saves it and the sum of exponentials, since `xⱼ − y` would lose
/// digits where `m` is large.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogSumExp;

shader! {
    /// y = max x + ln Σ exp(x − max x) for each row; one workgroup per row.
    #[workgroup_size(64)]
    pub fn log_sum_exp(
        x: &[f32],
        y: &mut [f32],
        greatest: &mut [f32],
        total: &mut [f32],
        rows: u32,
        cols: u32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        if row < rows {
            let m = row_max(scratch, x, row * cols, cols);
            let l = row_sum_exp(scratch, x, row * cols, cols, m);
            if local_invocation_index() == 0 {
                greatest[row] = m;
                total[row] = l;
                y[row] = m + l.ln();
            }
        }
    }

    /// dx = exp(x − greatest)/total·dy; one invocation per element.
    #[workgroup_size(64)]
    pub fn log_sum_exp_backward(
        x: &[f32],
        greatest: &[f32],
        total: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        cols: u32,
    ) {
        let i = global_index();
        if i < dx.len() {
            let row = i / cols;
            dx[i] = (x[i] - greatest[row]).exp() / total[row] * dy[row];
        }
    }
}

impl DiffOp for LogSumExp {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("LogSumExp")
            .input("x", ["rows", "cols"])
            .output("y", ["rows"])
            .saved("greatest", ["rows"])
            .saved("total", ["rows"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let [greatest, total] = max_and_sum_exp(cx, x);
        let y = greatest.zip(&total, |m, l| m + l.ln());
        cx.save("greatest", greatest);
        cx.save("total", total);
        [y]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let [greatest, total] = max_and_sum_exp(cx, x);
        [Tensor::from_fn(
            [cx.dim("rows"), cx.dim("cols")],
            |[i, j]| (x[[i, j]] - greatest[[i]]).exp() / total[[i]] * dy[[i]],
        )]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
        plan.forward(log_sum_exp(), Grid::workgroups(rows));
        plan.backward(log_sum_exp_backward(), Grid::cover(rows * cols));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("rows", 1 << 24), ("cols", 128)])
            .greatest([("rows", 1 << 11), ("cols", 1_000_000)])
    }
}

//! RMS normalisation with a gain, wrong in many small ways.

use super::Variant;
use hesper_ad::ops::reduce::workgroup_sum;
use hesper_ad::prelude::*;

/// `yⱼ = xⱼ·r·gⱼ` along each row, `r = 1/√(Σx²/cols + eps)`, saved;
/// `dxⱼ = r·(gⱼ·dyⱼ − xⱼ·r²/cols·Σ g·dy·x)`, `dgⱼ = Σ dyⱼ·xⱼ·r` over the rows.
pub(crate) struct RmsNorm(pub(crate) Variant);

shader! {
    #[workgroup_size(64)]
    fn rms(
        #[comptime] fault: u32,
        x: &[f32],
        g: &[f32],
        y: &mut [f32],
        r: &mut [f32],
        eps: f32,
        rows: u32,
        cols: u32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let start = row * cols;
            let mut sum = 0.0;
            for j in (lane..cols).step_by(64) {
                sum += x[start + j] * x[start + j];
            }
            let total = workgroup_sum(scratch, sum);
            let guard = if fault == 1 { 0.0 } else if fault == 2 { 1e-5 } else { eps };
            let scale = inverse_sqrt(total / (cols as f32) + guard);
            if lane == 0 {
                r[row] = if fault == 3 { scale * 1.00001 } else { scale };
            }
            for j in (lane..cols).step_by(64) {
                y[start + j] = x[start + j] * scale * (if fault == 4 { g[0] } else { g[j] });
            }
        }
    }

    #[workgroup_size(64)]
    fn rms_dx(
        #[comptime] fault: u32,
        x: &[f32],
        g: &[f32],
        r: &[f32],
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
            let mut sum = 0.0;
            for j in (lane..cols).step_by(64) {
                if fault != 5 || j + 1 < cols || cols == 1 {
                    sum += g[j] * dy[start + j] * x[start + j];
                }
            }
            let total = workgroup_sum(scratch, sum);
            let scale = r[row];
            let count = if fault == 6 { rows as f32 } else { cols as f32 };
            let mean = if fault == 7 && row + 1 == rows { 0.0 } else { scale * scale / count * total };
            for j in (lane..cols).step_by(64) {
                dx[start + j] = scale * (g[j] * dy[start + j] - x[start + j] * mean);
            }
        }
    }

    #[workgroup_size(64)]
    fn rms_dg(
        #[comptime] fault: u32,
        x: &[f32],
        r: &[f32],
        dy: &[f32],
        dg: &mut [f32],
        rows: u32,
        cols: u32,
    ) {
        let j = global_index();
        if j < cols {
            let mut sum = if fault == 8 { dg[j] } else { 0.0 };
            let last = if fault == 9 && rows > 64 { 64 } else if fault == 10 { 1 } else { rows };
            for i in 0..last {
                let at = if fault == 11 { j * rows + i } else { i * cols + j };
                sum += dy[at] * x[at] * r[i];
            }
            dg[j] = sum;
        }
    }

    /// One row after the other adds to the same elements.
    #[workgroup_size(64)]
    fn rms_dg_by_rows(x: &[f32], r: &[f32], dy: &[f32], dg: &mut [f32], cols: u32) {
        let i = global_index();
        if i < dy.len() {
            dg[i % cols] += dy[i] * x[i] * r[i / cols];
        }
    }
}

impl RmsNorm {
    fn scale(&self, cx: &Context, x: &Tensor, eps: Real) -> Tensor {
        let n = cx.count(x.row_len());
        x.reduce_rows(|row| {
            let squares = cx.sum(row.iter().map(|x| x.powi(2)));
            cx.real(1.0) / (squares / n + eps).sqrt()
        })
    }
}

impl DiffOp for RmsNorm {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("RMSNorm")
            .input("x", ["rows", "cols"])
            .input("g", ["cols"])
            .constant("eps", [])
            .output("y", ["rows", "cols"])
            .saved("r", ["rows"])
    }

    fn forward(&self, cx: &mut Context, [x, g]: [&Tensor; 2]) -> [Tensor; 1] {
        let r = self.scale(cx, x, cx.scalar("eps"));
        let y = Tensor::from_fn([cx.dim("rows"), cx.dim("cols")], |[i, j]| {
            x[[i, j]] * r[[i]] * g[[j]]
        });
        cx.save("r", r);
        [y]
    }

    fn backward(&self, cx: &mut Context, [x, g]: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        let wrong = self.0.spec;
        let (rows, cols) = (cx.dim("rows"), cx.dim("cols"));
        let eps = if wrong == 1 {
            cx.real(0.0)
        } else {
            cx.scalar("eps")
        };
        let r = self.scale(cx, x, eps);
        let n = cx.count(if wrong == 2 { rows } else { cols });
        let power = if wrong == 3 { 3 } else { 2 };
        let dots: Vec<Real> = (0..rows)
            .map(|i| cx.sum((0..cols).map(|j| g[[j]] * dy[[i, j]] * x[[i, j]])))
            .collect();
        let dx = Tensor::from_fn([rows, cols], |[i, j]| {
            let mean = x[[i, j]] * r[[i]].powi(power) / n * dots[i];
            let mean = if wrong == 4 { mean * 1.00000001 } else { mean };
            r[[i]] * (g[[j]] * dy[[i, j]] - mean)
        });
        let dg = Tensor::from_fn([cols], |[j]| {
            let counted = match wrong {
                5 => 1..rows.max(2).min(rows),
                6 => 0..rows.min(16),
                _ => 0..rows,
            };
            cx.sum(counted.map(|i| dy[[i, j]] * x[[i, j]] * r[[i]]))
        });
        [dx, dg]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
        plan.forward(rms(self.0.kernel), Grid::workgroups(rows));
        plan.backward(rms_dx(self.0.kernel), Grid::workgroups(rows));
        if self.0.kernel == 12 {
            plan.backward(rms_dg_by_rows(), Grid::cover(rows * cols));
        } else {
            plan.backward(rms_dg(self.0.kernel), Grid::cover(cols));
        }
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().one_of("eps", [1e-5, 1e-6])
    }
}

//! RMSNorm.

use super::columns::{ROWS_AT_ONCE, blocks, sum_columns};
use super::reduce::{LANES, row_scale, workgroup_sum};
use crate::prelude::*;

/// RMSNorm along each row: `y = x·r·γ` of `x[rows, cols]` and `gamma[cols]`, `r = 1/√(mean x² + eps)` with a constant `eps`;
/// `dx = r·(γ·dy − x·r²·mean(γ·dy·x))`, `dγⱼ = Σᵢ dy·x·r`.
///
/// Kernels take the root of squares divided by that of the greatest number of a row, where it is above 1: squares themselves would overflow
/// beyond 10¹⁹, and a row of large numbers would become 0.
///
/// Zhang and Sennrich (2019); as `torch.nn.functional.rms_norm`, eps inside the root. The forward pass saves `r`. The sum over rows is taken
/// in two stages, first of 32 rows at a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct RmsNorm;

shader! {
    /// r = 1/√(mean x² + eps) and y = x·r·gamma for each row; one workgroup per row.
    #[workgroup_size(64)]
    pub fn rms_norm(
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
            let unit = row_scale(scratch, x, start, cols);
            let mut partial = 0.0;
            for j in (lane..cols).step_by(LANES) {
                partial += (x[start + j] / unit) * (x[start + j] / unit);
            }
            let mean = workgroup_sum(scratch, partial) / (cols as f32);
            let scale = inverse_sqrt(mean + eps / unit / unit) / unit;
            for j in (lane..cols).step_by(LANES) {
                y[start + j] = x[start + j] * scale * gamma[j];
            }
            if lane == 0 {
                r[row] = scale;
            }
        }
    }

    /// dx = r·(gamma·dy − x·r²·mean(gamma·dy·x)) along each row; one workgroup per row.
    #[workgroup_size(64)]
    pub fn rms_norm_backward(
        x: &[f32],
        gamma: &[f32],
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
            let scale = r[row];
            let mut partial = 0.0;
            for j in (lane..cols).step_by(LANES) {
                // x·r first: where it is 0, so is the product, whatever the others are.
                partial += x[start + j] * scale * gamma[j] * scale * dy[start + j];
            }
            let mean = workgroup_sum(scratch, partial) / (cols as f32);
            for j in (lane..cols).step_by(LANES) {
                dx[start + j] = scale * gamma[j] * dy[start + j] - x[start + j] * scale * mean;
            }
        }
    }

    /// partial[block, col] = Σ dy·x·r over the rows of the block.
    #[workgroup_size(64)]
    pub fn rms_norm_dgamma(
        x: &[f32],
        r: &[f32],
        dy: &[f32],
        partial: &mut [f32],
        rows: u32,
        cols: u32,
        height: u32,
    ) {
        let i = global_index();
        if i < partial.len() {
            let first = i / cols * height;
            let mut sum = 0.0;
            for row in first..(first + height).min(rows) {
                let at = row * cols + i % cols;
                sum += dy[at] * (x[at] * r[row]);
            }
            partial[i] = sum;
        }
    }
}

impl DiffOp for RmsNorm {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("RMSNorm")
            .input("x", ["rows", "cols"])
            .input("gamma", ["cols"])
            .constant("eps", [])
            .output("y", ["rows", "cols"])
            .saved("r", ["rows"])
    }

    fn forward(&self, cx: &mut Context, [x, gamma]: [&Tensor; 2]) -> [Tensor; 1] {
        let r = inverse_rms(cx, x);
        let shape = [cx.dim("rows"), cx.dim("cols")];
        let y = Tensor::from_fn(shape, |[i, j]| x[[i, j]] * r[[i]] * gamma[[j]]);
        cx.save("r", r);
        [y]
    }

    fn backward(
        &self,
        cx: &mut Context,
        [x, gamma]: [&Tensor; 2],
        [dy]: [&Tensor; 1],
    ) -> [Tensor; 2] {
        let (rows, cols) = (cx.dim("rows"), cx.dim("cols"));
        let r = inverse_rms(cx, x);
        let scaled = Tensor::from_fn([rows, cols], |[i, j]| x[[i, j]] * r[[i]]);
        let slopes = Tensor::from_fn([rows, cols], |[i, j]| r[[i]] * gamma[[j]] * dy[[i, j]]);
        let means = slopes
            .zip(&scaled, |slope, x| slope * x)
            .reduce_rows(|row| cx.sum(row.iter().copied()) / cx.count(cols));
        let dx = Tensor::from_fn([rows, cols], |[i, j]| {
            slopes[[i, j]] - scaled[[i, j]] * means[[i]]
        });
        let dgamma = Tensor::from_fn([cols], |[j]| {
            cx.sum((0..rows).map(|i| dy[[i, j]] * scaled[[i, j]]))
        });
        [dx, dgamma]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
        plan.forward(rms_norm(), Grid::workgroups(rows));
        plan.backward(rms_norm_backward(), Grid::workgroups(rows));
        plan.temporary("partial", Type::F32, blocks(rows) * cols)?;
        let first = plan.backward(rms_norm_dgamma(), Grid::cover(blocks(rows) * cols));
        first.uniform("height", ROWS_AT_ONCE);
        sum_columns(
            plan,
            "partial",
            "dgamma",
            [blocks(rows), cols],
            blocks(rows),
        );
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        let (x, gamma) = ([1.0, -2.0, 3.0, 0.5], [1.0, 0.5, 2.0, 1.5]);
        let dy = [0.1, -0.3, 0.2, 0.5];
        let point: [(&str, &[f32]); 4] =
            [("x", &x), ("gamma", &gamma), ("eps", &[1e-6]), ("dy", &dy)];
        Sampling::default()
            .greatest([("rows", 1 << 24), ("cols", 128)])
            .greatest([("rows", 1 << 11), ("cols", 1_000_000)])
            .one_of("eps", [1e-5, 1e-6])
            .up_to("x", 1e24)
            .known("Lean", [("rows", 1), ("cols", 4)], point)
    }
}

/// `1/√(mean x² + eps)` of each row.
fn inverse_rms(cx: &Context, x: &Tensor) -> Tensor {
    let (cols, eps) = (cx.count(cx.dim("cols")), cx.scalar("eps"));
    x.reduce_rows(|row| {
        let mean = cx.sum(row.iter().map(|x| x.powi(2))) / cols;
        cx.real(1.0) / (mean + eps).sqrt()
    })
}

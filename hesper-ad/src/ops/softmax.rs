//! Softmax along rows.

use super::reduce::{LANES, row_max, row_sum_exp, workgroup_sum};
use crate::prelude::*;

/// Softmax along each of `rows` rows of `cols` numbers: `yⱼ = exp(xⱼ − m) / Σₖ exp(xₖ − m)` with `m = max x`;
/// `dxⱼ = yⱼ·(dyⱼ − Σₖ yₖ·dyₖ)`.
///
/// The maximum cancels; it keeps the exponentials within range.
#[derive(Clone, Copy, Debug, Default)]
pub struct Softmax;

shader! {
    /// y = exp(x − max x) / Σ exp(x − max x) along each row; one workgroup per row.
    #[workgroup_size(64)]
    pub fn softmax(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let scratch = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let start = row * cols;
            let m = row_max(scratch, x, start, cols);
            let total = row_sum_exp(scratch, x, start, cols, m);
            for j in (lane..cols).step_by(LANES) {
                y[start + j] = (x[start + j] - m).exp() / total;
            }
        }
    }

    /// dx = y·(dy − Σ y·dy) along each row; one workgroup per row.
    #[workgroup_size(64)]
    pub fn softmax_backward(y: &[f32], dy: &[f32], dx: &mut [f32], rows: u32, cols: u32) {
        let scratch = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let start = row * cols;
            let mut partial = 0.0;
            for j in (lane..cols).step_by(LANES) {
                partial += y[start + j] * dy[start + j];
            }
            let mean = workgroup_sum(scratch, partial);
            for j in (lane..cols).step_by(LANES) {
                dx[start + j] = y[start + j] * (dy[start + j] - mean);
            }
        }
    }
}

impl DiffOp for Softmax {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Softmax")
            .input("x", ["rows", "cols"])
            .output("y", ["rows", "cols"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map_rows(|row| {
            let m = cx.max(row.iter().copied());
            let exps: Vec<Real> = row.iter().map(|x| (x - m).exp()).collect();
            let total = cx.sum(exps.iter().copied());
            exps.into_iter().map(|e| e / total).collect()
        })]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let [y] = self.forward(cx, [x]);
        [y.zip_rows(dy, |y, dy| {
            let mean = cx.sum(y.iter().zip(dy).map(|(y, dy)| y * dy));
            y.iter().zip(dy).map(|(y, dy)| y * (dy - mean)).collect()
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let rows = plan.dim("rows")?;
        plan.forward(softmax(), Grid::workgroups(rows));
        plan.backward(softmax_backward(), Grid::workgroups(rows));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        let (x, dy) = ([1.0, 2.0, 3.0, 0.5], [0.1, -0.2, 0.5, 0.3]);
        Sampling::default()
            .greatest([("rows", 1 << 24), ("cols", 128)])
            .greatest([("rows", 1 << 11), ("cols", 1_000_000)])
            .known("Lean", [("rows", 1), ("cols", 4)], [("x", &x), ("dy", &dy)])
    }
}

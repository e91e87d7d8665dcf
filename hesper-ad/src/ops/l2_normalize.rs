//! Rows of length 1.

use super::reduce::{LANES, workgroup_sum};
use crate::prelude::*;

/// Rows divided by their Euclidean length: `y = x/r`, `r = max(√Σ x², eps)`, along each of `rows` rows of `cols` numbers, with a constant `eps > 0`; `dx = (dy − y·Σ y·dy)/r` where the length is above
/// `eps`, else `dy/eps`.
///
/// As `torch.nn.functional.normalize` of the last axis. The forward pass saves `r`. Where the length is `eps` there is no derivative; that of `x/eps` is taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct L2Normalize;

shader! {
    /// r = max(√Σ x², eps) and y = x/r for each row; one workgroup per row.
    #[workgroup_size(64)]
    pub fn l2_normalize(x: &[f32], y: &mut [f32], r: &mut [f32], rows: u32, cols: u32, eps: f32) {
        let scratch = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let start = row * cols;
            let mut squares = 0.0;
            for j in (lane..cols).step_by(LANES) {
                squares += x[start + j] * x[start + j];
            }
            let length = workgroup_sum(scratch, squares).sqrt().max(eps);
            for j in (lane..cols).step_by(LANES) {
                y[start + j] = x[start + j] / length;
            }
            if lane == 0 {
                r[row] = length;
            }
        }
    }

    /// dx = (dy − y·Σ y·dy)/r, without the sum where r is eps; one workgroup per row.
    #[workgroup_size(64)]
    pub fn l2_normalize_backward(
        y: &[f32],
        r: &[f32],
        dy: &[f32],
        dx: &mut [f32],
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
            for j in (lane..cols).step_by(LANES) {
                partial += y[start + j] * dy[start + j];
            }
            let mut along = workgroup_sum(scratch, partial);
            if r[row] <= eps {
                along = 0.0;
            }
            for j in (lane..cols).step_by(LANES) {
                dx[start + j] = (dy[start + j] - y[start + j] * along) / r[row];
            }
        }
    }
}

/// The length of each row.
fn lengths(cx: &Context, x: &Tensor) -> Tensor {
    x.reduce_rows(|row| cx.sum(row.iter().map(|x| x.powi(2))).sqrt())
}

impl DiffOp for L2Normalize {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("L2Normalize")
            .input("x", ["rows", "cols"])
            .constant("eps", [])
            .output("y", ["rows", "cols"])
            .saved("r", ["rows"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let eps = cx.scalar("eps");
        let r = lengths(cx, x).map(|length| length.max(eps));
        let y = Tensor::from_fn([cx.dim("rows"), cx.dim("cols")], |[i, j]| {
            x[[i, j]] / r[[i]]
        });
        cx.save("r", r);
        [y]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let (eps, cols) = (cx.scalar("eps"), cx.dim("cols"));
        let length = lengths(cx, x);
        let r = length.map(|length| length.max(eps));
        let along = Tensor::from_fn([cx.dim("rows")], |[i]| {
            let sum = cx.sum((0..cols).map(|j| x[[i, j]] / r[[i]] * dy[[i, j]]));
            Real::select(length[[i]].gt(eps), sum, 0.0)
        });
        [Tensor::from_fn([cx.dim("rows"), cols], |[i, j]| {
            (dy[[i, j]] - x[[i, j]] / r[[i]] * along[[i]]) / r[[i]]
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let rows = plan.dim("rows")?;
        plan.forward(l2_normalize(), Grid::workgroups(rows));
        plan.backward(l2_normalize_backward(), Grid::workgroups(rows));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("rows", 1 << 24), ("cols", 128)])
            .greatest([("rows", 1 << 11), ("cols", 1_000_000)])
            .uniform("eps", 0.0625, 1.0)
    }
}

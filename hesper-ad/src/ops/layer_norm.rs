//! LayerNorm.

use super::columns::{ROWS_AT_ONCE, blocks, sum_columns};
use super::reduce::{LANES, row_scale, workgroup_sum};
use crate::prelude::*;

/// LayerNorm along each row: `y = x̂·γ + β`, `x̂ = (x − m)·r` of `x[rows, cols]`, `gamma[cols]` and `beta[cols]`, with the row's mean `m`,
/// `r = 1/√(v + eps)`, the variance `v = mean (x − m)²` and a constant `eps`;
/// `dx = r·(γ·dy − mean(γ·dy) − x̂·mean(γ·dy·x̂))`, `dγⱼ = Σᵢ dy·x̂`, `dβⱼ = Σᵢ dy`.
///
/// Kernels take the root of squares divided by that of the greatest number of a row, where it is above 1: squares themselves would overflow
/// beyond 10¹⁹, and a row of large numbers would become β.
///
/// Ba, Kiros and Hinton (2016); as `torch.nn.functional.layer_norm`, the variance divided by `cols`, eps inside the root. The forward pass saves `m`
/// and `r`. The sums over rows are taken in two stages, first of 32 rows at a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct LayerNorm;

shader! {
    /// m, r = 1/√(v + eps) and y = (x − m)·r·gamma + beta for each row; one workgroup per row.
    #[workgroup_size(64)]
    pub fn layer_norm(
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
            for j in (lane..cols).step_by(LANES) {
                partial += x[start + j];
            }
            let mean = workgroup_sum(scratch, partial) / (cols as f32);
            let unit = row_scale(scratch, x, start, cols);
            let mut squares = 0.0;
            for j in (lane..cols).step_by(LANES) {
                let centred = (x[start + j] - mean) / unit;
                squares += centred * centred;
            }
            let variance = workgroup_sum(scratch, squares) / (cols as f32);
            let small = eps / unit / unit;
            // In a row of equal large numbers both may be 0.
            let scale = if variance > small {
                inverse_sqrt(variance + small) / unit
            } else {
                inverse_sqrt(variance * unit * unit + eps)
            };
            for j in (lane..cols).step_by(LANES) {
                y[start + j] = (x[start + j] - mean) * scale * gamma[j] + beta[j];
            }
            if lane == 0 {
                m[row] = mean;
                r[row] = scale;
            }
        }
    }

    /// dx = r·(gamma·dy − mean(gamma·dy) − x̂·mean(gamma·dy·x̂)) along each row; one workgroup per row.
    #[workgroup_size(64)]
    pub fn layer_norm_backward(
        x: &[f32],
        gamma: &[f32],
        m: &[f32],
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
            let mean = m[row];
            let scale = r[row];
            let mut slopes = 0.0;
            let mut products = 0.0;
            for j in (lane..cols).step_by(LANES) {
                let slope = scale * gamma[j] * dy[start + j];
                slopes += slope;
                products += slope * ((x[start + j] - mean) * scale);
            }
            let mean_slope = workgroup_sum(scratch, slopes) / (cols as f32);
            let mean_product = workgroup_sum(scratch, products) / (cols as f32);
            for j in (lane..cols).step_by(LANES) {
                let normal = (x[start + j] - mean) * scale;
                dx[start + j] = scale * gamma[j] * dy[start + j] - mean_slope - normal * mean_product;
            }
        }
    }

    /// gammas[block, col] = Σ dy·x̂ and betas[block, col] = Σ dy over the rows of the block.
    #[workgroup_size(64)]
    pub fn layer_norm_dgamma_dbeta(
        x: &[f32],
        m: &[f32],
        r: &[f32],
        dy: &[f32],
        gammas: &mut [f32],
        betas: &mut [f32],
        rows: u32,
        cols: u32,
        height: u32,
    ) {
        let i = global_index();
        if i < gammas.len() {
            let first = i / cols * height;
            let mut gamma = 0.0;
            let mut beta = 0.0;
            for row in first..(first + height).min(rows) {
                let at = row * cols + i % cols;
                gamma += dy[at] * ((x[at] - m[row]) * r[row]);
                beta += dy[at];
            }
            gammas[i] = gamma;
            betas[i] = beta;
        }
    }
}

impl DiffOp for LayerNorm {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("LayerNorm")
            .input("x", ["rows", "cols"])
            .input("gamma", ["cols"])
            .input("beta", ["cols"])
            .constant("eps", [])
            .output("y", ["rows", "cols"])
            .saved("m", ["rows"])
            .saved("r", ["rows"])
    }

    fn forward(&self, cx: &mut Context, [x, gamma, beta]: [&Tensor; 3]) -> [Tensor; 1] {
        let Normal { m, r, normal } = Normal::of(cx, x);
        let shape = [cx.dim("rows"), cx.dim("cols")];
        let y = Tensor::from_fn(shape, |[i, j]| normal[[i, j]] * gamma[[j]] + beta[[j]]);
        cx.save("m", m);
        cx.save("r", r);
        [y]
    }

    fn backward(
        &self,
        cx: &mut Context,
        [x, gamma, _]: [&Tensor; 3],
        [dy]: [&Tensor; 1],
    ) -> [Tensor; 3] {
        let (rows, cols) = (cx.dim("rows"), cx.dim("cols"));
        let Normal { r, normal, .. } = Normal::of(cx, x);
        let slopes = Tensor::from_fn([rows, cols], |[i, j]| r[[i]] * gamma[[j]] * dy[[i, j]]);
        let mean_slopes = means(cx, &slopes);
        let mean_products = means(cx, &slopes.zip(&normal, |slope, x| slope * x));
        let dx = Tensor::from_fn([rows, cols], |[i, j]| {
            slopes[[i, j]] - mean_slopes[[i]] - normal[[i, j]] * mean_products[[i]]
        });
        let dgamma = Tensor::from_fn([cols], |[j]| {
            cx.sum((0..rows).map(|i| dy[[i, j]] * normal[[i, j]]))
        });
        let dbeta = Tensor::from_fn([cols], |[j]| cx.sum((0..rows).map(|i| dy[[i, j]])));
        [dx, dgamma, dbeta]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
        plan.forward(layer_norm(), Grid::workgroups(rows));
        plan.backward(layer_norm_backward(), Grid::workgroups(rows));
        plan.temporary("gammas", Type::F32, blocks(rows) * cols)?;
        plan.temporary("betas", Type::F32, blocks(rows) * cols)?;
        let first = plan.backward(layer_norm_dgamma_dbeta(), Grid::cover(blocks(rows) * cols));
        first.uniform("height", ROWS_AT_ONCE);
        sum_columns(plan, "gammas", "dgamma", [blocks(rows), cols], blocks(rows));
        sum_columns(plan, "betas", "dbeta", [blocks(rows), cols], blocks(rows));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("rows", 1 << 24), ("cols", 128)])
            .greatest([("rows", 1 << 11), ("cols", 1_000_000)])
            .one_of("eps", [1e-5, 1e-6])
            .up_to("x", 1e24)
    }
}

/// Rows of mean 0 and variance 1, but for eps.
pub(super) struct Normal {
    pub(super) m: Tensor,
    pub(super) r: Tensor,
    pub(super) normal: Tensor,
}

impl Normal {
    /// Of the rows of a tensor of two dimensions, `eps` a constant.
    pub(super) fn of(cx: &Context, x: &Tensor) -> Normal {
        let (shape, eps) = (
            [x.len() / x.row_len().max(1), x.row_len()],
            cx.scalar("eps"),
        );
        let m = means(cx, x);
        let centred = Tensor::from_fn(shape, |[i, j]| x[[i, j]] - m[[i]]);
        let variance = means(cx, &centred.map(|x| x.powi(2)));
        let r = variance.map(|v| cx.real(1.0) / (v + eps).sqrt());
        let normal = Tensor::from_fn(shape, |[i, j]| centred[[i, j]] * r[[i]]);
        Normal { m, r, normal }
    }

    /// `r·s − mean(r·s) − x̂·mean(r·s·x̂)` of each row: the cotangents of numbers whose normal ones have the cotangents `s`.
    pub(super) fn cotangents(&self, cx: &Context, s: &Tensor) -> Tensor {
        let shape = [s.len() / s.row_len().max(1), s.row_len()];
        let slopes = Tensor::from_fn(shape, |[i, j]| self.r[[i]] * s[[i, j]]);
        let mean_slopes = means(cx, &slopes);
        let mean_products = means(cx, &slopes.zip(&self.normal, |slope, x| slope * x));
        Tensor::from_fn(shape, |[i, j]| {
            slopes[[i, j]] - mean_slopes[[i]] - self.normal[[i, j]] * mean_products[[i]]
        })
    }
}

/// The mean of each row.
fn means(cx: &Context, x: &Tensor) -> Tensor {
    x.reduce_rows(|row| cx.sum(row.iter().copied()) / cx.count(row.len()))
}

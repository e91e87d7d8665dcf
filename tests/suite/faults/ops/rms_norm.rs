//! RMS normalisation without a gain, wrong in ways that are hard to see.

use super::Variant;
use hesper_ad::prelude::*;

/// `y = x·r` along each row, `r = 1/√(Σx²/cols + eps)`; `dx = r·(dy − x·r²/cols·Σ x·dy)`.
pub(crate) struct RmsNorm(pub(crate) Variant);

/// Wrong variants, of the spec's VJP and of the backward kernel: a factor of 1 + 10⁻¹²; no eps; eps beside the root; `dx = 0`; `−dx`; NaN.
pub(crate) const FACTOR: u32 = 1;
pub(crate) const EPS_FORGOTTEN: u32 = 2;
pub(crate) const EPS_OUTSIDE: u32 = 3;
pub(crate) const ZERO: u32 = 4;
pub(crate) const SIGN: u32 = 5;
pub(crate) const NAN: u32 = 6;

shader! {
    #[workgroup_size(64)]
    fn rms_norm(x: &[f32], y: &mut [f32], eps: f32, cols: u32) {
        let i = global_index();
        if i < y.len() {
            let start = i / cols * cols;
            let mut squares = 0.0;
            for j in 0..cols {
                squares += x[start + j] * x[start + j];
            }
            y[i] = x[i] * inverse_sqrt(squares / (cols as f32) + eps);
        }
    }

    #[workgroup_size(64)]
    fn rms_norm_backward(
        #[comptime] way: u32,
        x: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        eps: f32,
        cols: u32,
    ) {
        let i = global_index();
        if i < dx.len() {
            let start = i / cols * cols;
            let mut squares = 0.0;
            let mut dot = 0.0;
            for j in 0..cols {
                squares += x[start + j] * x[start + j];
                dot += x[start + j] * dy[start + j];
            }
            let n = cols as f32;
            let root = (squares / n + if way == EPS_FORGOTTEN || way == EPS_OUTSIDE { 0.0 } else { eps }).sqrt();
            let r = 1.0 / if way == EPS_OUTSIDE { root + eps } else { root };
            let right = r * (dy[i] - x[i] * r * r / n * dot);
            dx[i] = if way == FACTOR {
                right * 1.000000000001
            } else if way == ZERO {
                0.0
            } else if way == SIGN {
                -right
            } else if way == NAN {
                (right - right) / (right - right)
            } else {
                right
            };
        }
    }
}

impl DiffOp for RmsNorm {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("RMSNorm")
            .input("x", ["rows", "cols"])
            .constant("eps", [])
            .output("y", ["rows", "cols"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map_rows(|row| {
            let r = scale(cx, row, 0);
            row.iter().map(|x| *x * r).collect()
        })]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let factor = match self.0.spec {
            FACTOR => 1.000_000_000_001,
            ZERO => 0.0,
            SIGN => -1.0,
            NAN => f64::NAN,
            _ => 1.0,
        };
        let n = cx.count(x.row_len());
        [x.zip_rows(dy, |x, dy| {
            let r = scale(cx, x, self.0.spec);
            let dot = cx.sum(x.iter().zip(dy).map(|(x, dy)| *x * *dy));
            let dx = |(x, dy): (&Real, &Real)| r * (*dy - *x * r.powi(2) / n * dot) * factor;
            x.iter().zip(dy).map(dx).collect()
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("rows")? * plan.dim("cols")?;
        plan.forward(rms_norm(), Grid::cover(n));
        plan.backward(rms_norm_backward(self.0.kernel), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().one_of("eps", [1e-6])
    }
}

/// `r` of a row.
fn scale(cx: &Context, row: &[Real], way: u32) -> Real {
    let eps = cx.scalar("eps");
    let mean = cx.sum(row.iter().map(|x| x.powi(2))) / cx.count(row.len());
    let root = match way {
        EPS_FORGOTTEN => mean.sqrt(),
        EPS_OUTSIDE => mean.sqrt() + eps,
        _ => (mean + eps).sqrt(),
    };
    cx.real(1.0) / root
}

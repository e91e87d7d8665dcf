//! RMS normalisation, wrong in ways that are hard to see.

use hesper_ad::prelude::*;

/// `y = x·r` along each row, `r = 1/√(Σx²/cols + eps)`; `dx = r·(dy − x·r²/cols·Σ x·dy)`.
pub(super) struct RmsNorm {
    /// What is wrong in the spec's VJP.
    pub(super) spec: Fault,
    /// What is wrong in the backward kernel.
    pub(super) kernel: Fault,
}

/// What is wrong in a VJP.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    None,
    /// A factor of 1 + 10⁻¹².
    Factor,
    /// `r = 1/√(Σx²/cols)`.
    EpsForgotten,
    /// `r = 1/(√(Σx²/cols) + eps)`.
    EpsOutside,
    /// `dx = 0`.
    Zero,
    /// `−dx`.
    Sign,
    /// NaN.
    NotANumber,
}

impl RmsNorm {
    pub(super) const RIGHT: RmsNorm = RmsNorm {
        spec: Fault::None,
        kernel: Fault::None,
    };
}

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
        #[comptime] fault: u32,
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
            let root = (squares / n + if fault == 2 || fault == 3 { 0.0 } else { eps }).sqrt();
            let r = 1.0 / if fault == 3 { root + eps } else { root };
            let right = r * (dy[i] - x[i] * r * r / n * dot);
            dx[i] = if fault == 1 {
                right * 1.000000000001
            } else if fault == 4 {
                0.0
            } else if fault == 5 {
                -right
            } else if fault == 6 {
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
            let r = scale(cx, row, Fault::None);
            row.iter().map(|x| *x * r).collect()
        })]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let factor = match self.spec {
            Fault::Factor => 1.000_000_000_001,
            Fault::Zero => 0.0,
            Fault::Sign => -1.0,
            Fault::NotANumber => f64::NAN,
            Fault::None | Fault::EpsForgotten | Fault::EpsOutside => 1.0,
        };
        let n = cx.count(x.row_len());
        [x.zip_rows(dy, |x, dy| {
            let r = scale(cx, x, self.spec);
            let dot = cx.sum(x.iter().zip(dy).map(|(x, dy)| *x * *dy));
            let dx = |(x, dy): (&Real, &Real)| r * (*dy - *x * r.powi(2) / n * dot) * factor;
            x.iter().zip(dy).map(dx).collect()
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("rows")? * plan.dim("cols")?;
        plan.forward(rms_norm(), Grid::cover(n));
        plan.backward(rms_norm_backward(self.kernel as u32), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().one_of("eps", [1e-6])
    }
}

/// `r` of a row.
fn scale(cx: &Context, row: &[Real], fault: Fault) -> Real {
    let eps = cx.scalar("eps");
    let mean = cx.sum(row.iter().map(|x| x.powi(2))) / cx.count(row.len());
    let root = match fault {
        Fault::EpsForgotten => mean.sqrt(),
        Fault::EpsOutside => mean.sqrt() + eps,
        _ => (mean + eps).sqrt(),
    };
    cx.real(1.0) / root
}

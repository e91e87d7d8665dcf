//! Softmax along rows, which saves its log-sum-exp; one invocation for each row.

use super::Variant;
use hesper_ad::prelude::*;

/// `yᵢ = exp(xᵢ − max x)/Σ exp(xⱼ − max x)` along rows, `lse = max x + ln Σ`;  `dxᵢ = yᵢ·(dyᵢ − Σ dyⱼ·yⱼ)`.
pub(crate) struct Softmax(pub(crate) Variant);

/// Wrong variants.
pub(crate) mod wrong {
    /// The VJP: its sign, `y·dy`, one of no number, all of no number, `dy` squared, or taken for 1 once or everywhere.
    pub(crate) const SIGN: u32 = 1;
    pub(crate) const NO_PROJECTION: u32 = 2;
    pub(crate) const NAN: u32 = 3;
    pub(crate) const FIRST_NAN: u32 = 4;
    pub(crate) const LAST_NAN: u32 = 5;
    pub(crate) const DY_SQUARED: u32 = 6;
    pub(crate) const DY_ONE: u32 = 7;
    pub(crate) const DY_ALL_ONES: u32 = 8;
    /// A factor of 1 + 10⁻⁶, of 1 + 10⁻⁸, of 0.
    pub(crate) const MILLIONTH_OFF: u32 = 9;
    pub(crate) const SLIGHTLY_OFF: u32 = 10;
    pub(crate) const ZERO: u32 = 11;
    /// The VJP yields nothing, another shape, or panics.
    pub(crate) const EMPTY: u32 = 12;
    pub(crate) const FLATTENED: u32 = 13;
    pub(crate) const TRANSPOSED: u32 = 14;
    pub(crate) const PANICS: u32 = 15;
    /// `forward` yields no numbers, or nothing; saves nothing; asks for what is not there.
    pub(crate) const FORWARD_NAN: u32 = 16;
    pub(crate) const FORWARD_EMPTY: u32 = 17;
    pub(crate) const NOT_SAVED: u32 = 18;
    pub(crate) const UNKNOWN_CONSTANT: u32 = 19;
    /// Kernels: every row the first, the first element left out, no maximum, no mean, one row only.
    pub(crate) const ROW_OFFSET: u32 = 20;
    pub(crate) const FIRST_LEFT_OUT: u32 = 21;
    pub(crate) const NO_MAX: u32 = 22;
    pub(crate) const NO_MEAN: u32 = 23;
    pub(crate) const ONE_ROW: u32 = 24;
}
use wrong::*;

shader! {
    #[workgroup_size(4)]
    fn softmax(#[comptime] way: u32, x: &[f32], y: &mut [f32], lse: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < if way == ONE_ROW { 1 } else { rows } {
            let start = row * cols;
            let mut m = neg_infinity();
            for j in 0..cols {
                m = m.max(x[start + j]);
            }
            if way == NO_MAX {
                m = 0.0;
            }
            let mut sum = 0.0;
            for j in 0..cols {
                sum += (x[start + j] - m).exp();
            }
            for j in if way == FIRST_LEFT_OUT { 1 } else { 0 }..cols {
                y[start + j] = (x[start + j] - m).exp() / sum;
            }
            lse[row] = if way == NO_MAX { 0.5 } else { m } + sum.ln();
        }
    }

    #[workgroup_size(4)]
    fn softmax_backward(#[comptime] way: u32, y: &[f32], dy: &[f32], dx: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let mut mean = 0.0;
            for j in 0..cols {
                let at = if way == ROW_OFFSET { j } else { start + j };
                mean += y[at] * dy[at];
            }
            if way == NO_MEAN {
                mean = 0.0;
            }
            for j in 0..cols {
                dx[start + j] = y[start + j] * (dy[start + j] - mean);
            }
        }
    }
}

/// Softmax of a row, and its log-sum-exp.
fn parts(cx: &Context, row: &[Real]) -> (Vec<Real>, Real) {
    let max = cx.max(row.iter().copied());
    let sum = cx.sum(row.iter().map(|x| (x - max).exp()));
    let y = row.iter().map(|x| (x - max).exp() / sum);
    (y.collect(), max + sum.ln())
}

/// `dx` of a row.
fn pullback(cx: &Context, way: u32, x: &[Real], dy: &[Real]) -> Vec<Real> {
    let (y, _) = parts(cx, x);
    let dy: Vec<Real> = match way {
        DY_SQUARED => dy.iter().map(|dy| dy * dy).collect(),
        DY_ALL_ONES => dy.iter().map(|_| cx.real(1.0)).collect(),
        _ => dy.to_vec(),
    };
    let mean = cx.sum(y.iter().zip(&dy).map(|(y, dy)| y * dy));
    let one = |(y, dy): (&Real, &Real)| match way {
        SIGN => y * (mean - dy),
        NO_PROJECTION => y * dy,
        NAN => y * f64::NAN,
        DY_ONE => y * (-mean + 1.0),
        MILLIONTH_OFF => y * (dy - mean) * 1.000001,
        SLIGHTLY_OFF => y * (dy - mean) * (1.0 + 1e-8),
        ZERO => y * 0.0,
        _ => y * (dy - mean),
    };
    y.iter().zip(&dy).map(one).collect()
}

impl DiffOp for Softmax {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let signature = Signature::new("Softmax").input("x", ["rows", "cols"]);
        signature
            .output("y", ["rows", "cols"])
            .saved("lse", ["rows"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let y = x.map_rows(|row| parts(cx, row).0);
        let lse = x.reduce_rows(|row| parts(cx, row).1);
        if self.0.spec != NOT_SAVED {
            cx.save("lse", lse);
        }
        [match self.0.spec {
            FORWARD_NAN => y.map(|y| y * f64::NAN),
            FORWARD_EMPTY => Tensor::empty(),
            UNKNOWN_CONSTANT => y.map(|y| y * cx.scalar("scale")),
            _ => y,
        }]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let way = self.0.spec;
        let mut dx = x.zip_rows(dy, |x, dy| pullback(cx, way, x, dy));
        let (rows, cols) = (cx.dim("rows"), cx.dim("cols"));
        let nan = cx.real(f64::NAN);
        match way {
            FIRST_NAN => dx[[0, 0]] = nan,
            LAST_NAN => dx[[rows - 1, cols - 1]] = nan,
            _ => {}
        }
        [match way {
            EMPTY => Tensor::empty(),
            FLATTENED => Tensor::from_fn([rows * cols], |[i]| dx.data()[i]),
            TRANSPOSED => Tensor::from_fn([cols, rows], |[j, i]| dx[[i, j]]),
            PANICS => Tensor::from_fn([rows, cols], |[i, j]| dx[[i, j + 1]]),
            _ => dx,
        }]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (grid, way) = (Grid::cover(plan.dim("rows")?), self.0.kernel);
        plan.forward(softmax(way), grid);
        plan.backward(softmax_backward(way), grid);
        Ok(())
    }
}

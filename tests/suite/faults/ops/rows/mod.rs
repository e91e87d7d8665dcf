//! Functions of each row of a matrix.

mod kernels;
mod softmax;
mod variants;

pub(crate) use variants::{right, wrong};

use super::Variant;
use hesper_ad::prelude::*;
use kernels::*;
use right::*;
use softmax::*;
use wrong::*;

/// A function of each of `rows` rows of `cols` numbers.
pub(crate) struct Rows(pub(crate) Function, pub(crate) Variant);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Function {
    /// `exp(xⱼ − m)/Σ exp(x − m)` with `m = max x`; `dxⱼ = yⱼ·(dyⱼ − Σ y·dy)`.
    Softmax,
    /// The same of the first `i + 1` elements of row `i`, 0 elsewhere.
    CausalSoftmax,
    /// `x·r` with `r = 1/√(Σx²/cols + 10⁻⁶)`, saved; `dx = r·dy − x·r³/cols·Σ x·dy`.
    RmsNorm,
    /// `m + ln Σ exp(x − m)`; `dx = exp(x − y)·dy`.
    LogSumExp,
    /// `Σ(x − Σx/cols)²/cols`; `dx = 2(x − Σx/cols)/cols·dy`.
    Variance,
    /// `Σx`.
    Sum,
}
use Function::*;

const EPS: f64 = 1e-6;

/// Softmax of the elements that are not −∞.
fn softmax_of(cx: &Context, row: &[Real]) -> Vec<Real> {
    let m = cx.max(row.iter().copied());
    let exps: Vec<Real> = row.iter().map(|x| (*x - m).exp()).collect();
    let total = cx.sum(exps.iter().copied());
    exps.into_iter().map(|e| e / total).collect()
}

fn masked(cx: &Context, row: usize, x: &[Real]) -> Vec<Real> {
    let masked = |(j, x): (usize, &Real)| if j > row { cx.neg_infinity() } else { *x };
    x.iter().enumerate().map(masked).collect()
}

fn log_sum_exp(cx: &Context, row: &[Real]) -> Real {
    let m = cx.max(row.iter().copied());
    m + cx.sum(row.iter().map(|x| (*x - m).exp())).ln()
}

fn mean(cx: &Context, row: &[Real]) -> Real {
    cx.sum(row.iter().copied()) / cx.count(row.len())
}

fn dot(cx: &Context, x: &[Real], y: &[Real]) -> Real {
    cx.sum(x.iter().zip(y).map(|(x, y)| *x * *y))
}

/// `1/√(Σx²/cols + eps)`, or what is taken for it.
fn scale(cx: &Context, way: u32, row: &[Real]) -> Real {
    let mean = dot(cx, row, row) / cx.count(row.len());
    let root = match way {
        EPS_OUTSIDE => mean.sqrt() + EPS,
        EPS_VALUE => (mean + 1e-5).sqrt(),
        EPS_FORGOTTEN => mean.sqrt(),
        _ => (mean + EPS).sqrt(),
    };
    cx.real(1.0) / root
}

impl Rows {
    fn is_reduction(&self) -> bool {
        matches!(self.0, LogSumExp | Variance | Sum)
    }

    fn value(&self, cx: &Context, i: usize, x: &[Real]) -> Vec<Real> {
        match self.0 {
            Softmax => softmax_of(cx, x),
            CausalSoftmax => softmax_of(cx, &masked(cx, i, x)),
            RmsNorm => {
                let r = scale(cx, 0, x);
                x.iter().map(|x| *x * r).collect()
            }
            LogSumExp => vec![log_sum_exp(cx, x)],
            Variance => {
                let mean = mean(cx, x);
                let squares = x.iter().map(|x| (*x - mean) * (*x - mean));
                vec![cx.sum(squares) / cx.count(x.len())]
            }
            Sum => vec![cx.sum(x.iter().copied())],
        }
    }

    fn pullback(&self, cx: &Context, i: usize, x: &[Real], dy: &[Real]) -> Vec<Real> {
        let way = self.1.spec;
        match self.0 {
            Softmax => softmax_pullback(cx, way, &softmax_of(cx, x), dy),
            CausalSoftmax if way == MASK_FORGOTTEN => {
                softmax_pullback(cx, way, &softmax_of(cx, x), dy)
            }
            CausalSoftmax => softmax_pullback(cx, way, &softmax_of(cx, &masked(cx, i, x)), dy),
            RmsNorm => rms_pullback(cx, way, x, dy),
            LogSumExp if way == QUOTIENT => {
                let y = softmax_of(cx, x);
                y.iter().map(|y| *y * dy[0]).collect()
            }
            LogSumExp => {
                let y = log_sum_exp(cx, x);
                x.iter().map(|x| (*x - y).exp() * dy[0]).collect()
            }
            Variance => {
                let (mean, n) = (mean(cx, x), cx.count(x.len()));
                let factor = if way == FACTOR_TWO { 1.0 } else { 2.0 };
                x.iter().map(|x| (*x - mean) / n * dy[0] * factor).collect()
            }
            Sum => vec![dy[0]; x.len()],
        }
    }
}

fn softmax_pullback(cx: &Context, way: u32, y: &[Real], dy: &[Real]) -> Vec<Real> {
    // dxⱼ = Σₖ yⱼ·([j = k] − yₖ)·dyₖ
    let by_jacobian = |j: usize| {
        let entry = |k: usize| y[j] * (cx.count(usize::from(j == k)) - y[k]);
        cx.sum((0..y.len()).map(|k| entry(k) * dy[k]))
    };
    let mean = dot(cx, y, dy);
    let one = |j: usize| match way {
        NO_PROJECTION => y[j] * dy[j],
        JACOBIAN => by_jacobian(j),
        _ => y[j] * (dy[j] - mean),
    };
    (0..y.len()).map(one).collect()
}

fn rms_pullback(cx: &Context, way: u32, x: &[Real], dy: &[Real]) -> Vec<Real> {
    let (r, dot) = (scale(cx, way, x), dot(cx, x, dy));
    let rows = cx.count(cx.dim("rows"));
    let n = if way == COUNT_OF_ROWS {
        rows
    } else {
        cx.count(x.len())
    };
    let projection = |x: Real| match way {
        NO_PROJECTION => cx.real(0.0),
        POWER => x * r * r / n * dot,
        // y·Σ y·dy, with y = x·r
        BY_RESULT => x * r * r * (dot * r / n),
        _ => x * r * r * r / n * dot,
    };
    let pairs = x.iter().zip(dy);
    pairs.map(|(x, dy)| r * *dy - projection(*x)).collect()
}

impl DiffOp for Rows {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let signature = Signature::new(format!("{:?}", self.0)).input("x", ["rows", "cols"]);
        match self.0 {
            LogSumExp | Variance | Sum => signature.output("y", ["rows"]),
            RmsNorm => signature
                .output("y", ["rows", "cols"])
                .saved("scale", ["rows"]),
            _ => signature.output("y", ["rows", "cols"]),
        }
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let rows = x.rows().enumerate();
        let y: Vec<Real> = rows.flat_map(|(i, row)| self.value(cx, i, row)).collect();
        if self.0 == RmsNorm {
            cx.save("scale", x.reduce_rows(|row| scale(cx, 0, row)));
        }
        let width = if self.is_reduction() { 1 } else { x.row_len() };
        [if self.is_reduction() {
            Tensor::from_fn([cx.dim("rows")], |[i]| y[i])
        } else {
            Tensor::from_fn([cx.dim("rows"), width], |[i, j]| y[i * width + j])
        }]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let width = if self.is_reduction() { 1 } else { x.row_len() };
        let rows = x.rows().zip(dy.data().chunks(width)).enumerate();
        let dx: Vec<Vec<Real>> = rows
            .map(|(i, (x, dy))| self.pullback(cx, i, x, dy))
            .collect();
        [Tensor::from_fn(
            [cx.dim("rows"), cx.dim("cols")],
            |[i, j]| dx[i][j],
        )]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (rows, cols, way) = (plan.dim("rows")?, plan.dim("cols")?, self.1.kernel);
        let (each_row, each) = (Grid::cover(rows), Grid::cover(rows * cols));
        match (self.0, way) {
            (Softmax, ONLINE) => {
                plan.forward(softmax_online(), each_row);
            }
            (Softmax, TWO_DISPATCHES) => {
                plan.temporary("m", Type::F32, rows)?;
                plan.temporary("total", Type::F32, rows)?;
                plan.forward(softmax_totals(), each_row);
                plan.forward(softmax_quotients(), each);
            }
            (Softmax, _) => {
                plan.forward(softmax(way), Grid::workgroups(rows));
            }
            (CausalSoftmax, _) => {
                plan.forward(causal_softmax(way), each_row);
            }
            (RmsNorm, _) => {
                plan.forward(rms(way), each_row);
            }
            (LogSumExp, _) => {
                plan.forward(lse(way), each_row);
            }
            (Variance, _) => {
                plan.forward(variance(way), each_row);
            }
            (Sum, HALVES) => {
                plan.temporary("half", Type::F32, 2 * rows)?;
                plan.forward(half_sums(), Grid::cover(2 * rows));
                plan.forward(sum_of_halves(), each_row);
            }
            (Sum, _) => {
                plan.forward(sum(way), each_row);
            }
        }
        match self.0 {
            Softmax | CausalSoftmax => plan.backward(softmax_backward(way), each_row),
            RmsNorm => plan.backward(rms_backward(way), each_row),
            LogSumExp => plan.backward(lse_backward(), each),
            Variance => plan.backward(variance_backward(), each),
            Sum => plan.backward(sum_backward(), each),
        };
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        let any = Sampling::default();
        match self.1.kernel {
            // Without the maximum, exponentials of great numbers leave binary32.
            NO_SHIFT | FIRST_SHIFT | HALF_MAX | PRODUCT | TWO_SHIFTS => any.uniform("x", -4.0, 4.0),
            _ => any,
        }
    }
}

//! Kernels that are right, and guard against what cannot be, or are right only to binary32's precision.

use super::elementwise::Elementwise;
use hesper_ad::prelude::*;

/// Softmax along rows, by one invocation for each.
pub(crate) struct GuardedSoftmax(pub(crate) u32);

/// `max(total, 10⁻³⁰)`; `if total > 0`; a maximum that starts at −3·10³⁸; `exp2` of `x·log₂ e`.
pub(crate) const FLOOR: u32 = 1;
pub(crate) const IF_POSITIVE: u32 = 2;
pub(crate) const FROM_BELOW: u32 = 3;
pub(crate) const BY_EXP2: u32 = 4;

/// `y = x/‖x‖` along rows, and zero for a row of zeros.
pub(crate) struct Direction(pub(crate) u32);

/// Squares scaled by the greatest number, lest they overflow.
pub(crate) const SCALED: u32 = 1;

shader! {
    fn power(way: u32, x: f32) -> f32 {
        if way == BY_EXP2 { (x * 1.4426950408889634).exp2() } else { x.exp() }
    }

    #[workgroup_size(8)]
    fn softmax_by_rows(#[comptime] way: u32, x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let mut m = if way == FROM_BELOW { -3e38 } else { x[start] };
            for j in 0..cols {
                m = m.max(x[start + j]);
            }
            let mut total = 0.0;
            for j in 0..cols {
                total += power(way, x[start + j] - m);
            }
            if way == FLOOR {
                total = total.max(1e-30);
            }
            if way == IF_POSITIVE {
                for j in 0..cols {
                    y[start + j] = if total > 0.0 { power(way, x[start + j] - m) / total } else { 0.0 };
                }
            } else {
                for j in 0..cols {
                    y[start + j] = power(way, x[start + j] - m) / total;
                }
            }
        }
    }

    #[workgroup_size(8)]
    fn softmax_backward_by_rows(y: &[f32], dy: &[f32], dx: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let mut mean = 0.0;
            for j in 0..cols {
                mean += y[start + j] * dy[start + j];
            }
            for j in 0..cols {
                dx[start + j] = y[start + j] * (dy[start + j] - mean);
            }
        }
    }

    fn norm(way: u32, x: &[f32], start: u32, cols: u32) -> f32 {
        let mut m = 1.0;
        if way == SCALED {
            m = 0.0;
            for j in 0..cols {
                m = m.max(x[start + j].abs());
            }
            if m == 0.0 {
                m = 1.0;
            }
        }
        let mut squares = 0.0;
        for j in 0..cols {
            let part = x[start + j] / m;
            squares += part * part;
        }
        m * squares.sqrt()
    }

    #[workgroup_size(8)]
    fn direction(#[comptime] way: u32, x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let length = norm(way, x, start, cols);
            for j in 0..cols {
                y[start + j] = if length > 0.0 { x[start + j] / length } else { 0.0 };
            }
        }
    }

    #[workgroup_size(8)]
    fn direction_backward(#[comptime] way: u32, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let length = norm(way, x, start, cols);
            let mut along = 0.0;
            for j in 0..cols {
                along += y[start + j] * dy[start + j];
            }
            for j in 0..cols {
                dx[start + j] = if length > 0.0 { (dy[start + j] - y[start + j] * along) / length } else { 0.0 };
            }
        }
    }

    #[workgroup_size(8)]
    fn softplus_cut(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = if x[i] > 20.0 { x[i] } else { (1.0 + (-x[i].abs()).exp()).ln() + x[i].max(0.0) };
        }
    }

    #[workgroup_size(8)]
    fn softplus_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = dy[i] / (1.0 + (-x[i]).exp());
        }
    }

    #[workgroup_size(8)]
    fn folded(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i] * 0.31830988618379067;
        }
    }

    #[workgroup_size(8)]
    fn folded_backward(dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = dy[i] * 0.31830988618379067;
        }
    }

    #[workgroup_size(8)]
    fn silu(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i] / (1.0 + (-x[i]).exp());
        }
    }

    #[workgroup_size(8)]
    fn silu_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            let s = 1.0 / (1.0 + (-x[i]).exp());
            dx[i] = dy[i] * s * (1.0 + x[i] * (1.0 - s));
        }
    }

    /// The first terms of the series, to 10⁻⁸ of the sine up to ½.
    #[workgroup_size(8)]
    fn sine(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            let u = x[i] * x[i];
            let series = 0.16666666666666666 - u * (0.008333333333333333 - u * 0.0001984126984126984);
            y[i] = x[i] - x[i] * u * series;
        }
    }

    #[workgroup_size(8)]
    fn sine_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = dy[i] * x[i].cos();
        }
    }
}

fn softplus(x: Real) -> Real {
    ((-x.max(-x)).exp() + 1.0).ln() + x.max(0.0)
}

fn sigmoid(x: Real) -> Real {
    ((-x).exp() + 1.0).powi(-1)
}

/// `x` itself beyond 20.
pub(crate) fn softplus_cut_at_20() -> impl DiffOp {
    Elementwise {
        f: softplus,
        df: sigmoid,
        kernels: [softplus_cut, softplus_backward],
        rules: Sampling::default,
    }
}

/// `x/π`, where the spec has 16 digits and the kernel 17.
pub(crate) fn folded_constant() -> impl DiffOp {
    Elementwise {
        f: |x| x * std::f64::consts::FRAC_1_PI,
        df: |x| x * 0.0 + std::f64::consts::FRAC_1_PI,
        kernels: [folded, folded_backward],
        rules: Sampling::default,
    }
}

/// `sin x` near zero.
pub(crate) fn sine_by_series() -> impl DiffOp {
    Elementwise {
        f: Real::sin,
        df: Real::cos,
        kernels: [sine, sine_backward],
        rules: || Sampling::default().uniform("x", -0.5, 0.5),
    }
}

/// `x/(1 + e⁻ˣ)`, whose exponential may overflow.
pub(crate) fn silu_by_quotient() -> impl DiffOp {
    Elementwise {
        f: |x| x * sigmoid(x),
        df: |x| sigmoid(x) * (x * (-sigmoid(x) + 1.0) + 1.0),
        kernels: [silu, silu_backward],
        rules: Sampling::default,
    }
}

fn along_rows(name: &str) -> Signature {
    let signature = Signature::new(name).input("x", ["rows", "cols"]);
    signature.output("y", ["rows", "cols"])
}

impl DiffOp for GuardedSoftmax {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        along_rows("GuardedSoftmax")
    }

    fn forward(&self, cx: &mut Context, inputs: [&Tensor; 1]) -> [Tensor; 1] {
        hesper_ad::ops::Softmax.forward(cx, inputs)
    }

    fn backward(&self, cx: &mut Context, inputs: [&Tensor; 1], dy: [&Tensor; 1]) -> [Tensor; 1] {
        hesper_ad::ops::Softmax.backward(cx, inputs, dy)
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let rows = plan.dim("rows")?;
        plan.forward(softmax_by_rows(self.0), Grid::cover(rows));
        plan.backward(softmax_backward_by_rows(), Grid::cover(rows));
        Ok(())
    }
}

impl DiffOp for Direction {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        along_rows("Direction")
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map_rows(|row| {
            let length = cx.sum(row.iter().map(|x| x.powi(2))).sqrt();
            let safe = Real::select(length.gt(0.0), length, 1.0);
            row.iter().map(|x| *x / safe).collect()
        })]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.zip_rows(dy, |x, dy| {
            let length = cx.sum(x.iter().map(|x| x.powi(2))).sqrt();
            let safe = Real::select(length.gt(0.0), length, 1.0);
            let along = cx.sum(x.iter().zip(dy).map(|(x, dy)| *x * *dy)) / safe.powi(2);
            let each = |(x, dy): (&Real, &Real)| {
                Real::select(length.gt(0.0), (*dy - *x * along) / safe, 0.0)
            };
            x.iter().zip(dy).map(each).collect()
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let rows = plan.dim("rows")?;
        plan.forward(direction(self.0), Grid::cover(rows));
        plan.backward(direction_backward(self.0), Grid::cover(rows));
        Ok(())
    }
}

//! Ops that were hard to judge: many constants beside a root, sums of nothing, angles.

use hesper_ad::prelude::*;

/// `y = (x − mean)/√(var + eps)` along rows, by Welford's recurrence in the kernel.
pub(crate) struct Standardize {
    /// Added to every result of the kernel beyond this many columns.
    pub(crate) fault: Option<u32>,
}

/// `yⱼ = Σ_{k<j} xₖ` along rows.
pub(crate) struct SumBefore;

/// `y = atan x·asinh x + atan2(x, 2)·acos(x/(1 + x²))`, elementwise.
pub(crate) struct Angles {
    /// Added to the slope of the kernel's `atan`.
    pub(crate) fault: f32,
}

shader! {
    #[workgroup_size(8)]
    fn angles(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            let z = x[i] / (1.0 + x[i] * x[i]);
            y[i] = x[i].atan() * x[i].asinh() + x[i].atan2(2.0) * z.acos();
        }
    }

    #[workgroup_size(8)]
    fn angles_backward(x: &[f32], dy: &[f32], dx: &mut [f32], fault: f32) {
        let i = global_index();
        if i < dx.len() {
            let a = x[i];
            let square = a * a;
            let z = a / (1.0 + square);
            let dz = (1.0 - square) / ((1.0 + square) * (1.0 + square));
            let first = a.asinh() / (1.0 + square) + fault + a.atan() * inverse_sqrt(square + 1.0);
            let second = 2.0 / (square + 4.0) * z.acos() - a.atan2(2.0) * dz * inverse_sqrt(1.0 - z * z);
            dx[i] = dy[i] * (first + second);
        }
    }

    #[workgroup_size(8)]
    fn welford(x: &[f32], y: &mut [f32], rows: u32, cols: u32, wrong_from: u32) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let mut mean = 0.0;
            let mut squares = 0.0;
            for j in 0..cols {
                let apart = x[start + j] - mean;
                mean += apart / ((j + 1) as f32);
                squares += apart * (x[start + j] - mean);
            }
            let scale = inverse_sqrt(squares / (cols as f32) + 0.25);
            for j in 0..cols {
                y[start + j] = (x[start + j] - mean) * scale;
                if j >= wrong_from {
                    y[start + j] = (x[start + j] - mean) * scale + 0.0000001;
                }
            }
        }
    }

    #[workgroup_size(8)]
    fn welford_backward(x: &[f32], dy: &[f32], dx: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let mut mean = 0.0;
            let mut squares = 0.0;
            let mut mean_dy = 0.0;
            for j in 0..cols {
                let apart = x[start + j] - mean;
                mean += apart / ((j + 1) as f32);
                squares += apart * (x[start + j] - mean);
                mean_dy += (dy[start + j] - mean_dy) / ((j + 1) as f32);
            }
            let scale = inverse_sqrt(squares / (cols as f32) + 0.25);
            let mut along = 0.0;
            for j in 0..cols {
                along += (x[start + j] - mean) * scale * dy[start + j];
            }
            for j in 0..cols {
                let y = (x[start + j] - mean) * scale;
                dx[start + j] = scale * (dy[start + j] - mean_dy - y * along / (cols as f32));
            }
        }
    }

    #[workgroup_size(8)]
    fn sum_before(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let mut sum = 0.0;
            for j in 0..cols {
                y[row * cols + j] = sum;
                sum += x[row * cols + j];
            }
        }
    }

    #[workgroup_size(8)]
    fn sum_behind(dy: &[f32], dx: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let mut sum = 0.0;
            for j in 0..cols {
                let at = row * cols + cols - 1 - j;
                dx[at] = sum;
                sum += dy[at];
            }
        }
    }
}

/// The inner product.
fn dot(cx: &Context, x: &[Real], y: &[Real]) -> Real {
    cx.sum(x.iter().zip(y).map(|(x, y)| *x * *y))
}

/// A row less its mean, and `√(var + eps)`.
fn centred(cx: &Context, row: &[Real]) -> (Vec<Real>, Real) {
    let n = row.len() as f64;
    let mean = cx.sum(row.iter().copied()) / n;
    let apart: Vec<Real> = row.iter().map(|x| *x - mean).collect();
    let deviation = (dot(cx, &apart, &apart) / n + 0.25).sqrt();
    (apart, deviation)
}

/// `Signature`, input and output of an op along rows.
fn along_rows(name: &str) -> Signature {
    let signature = Signature::new(name).input("x", ["rows", "cols"]);
    signature.output("y", ["rows", "cols"])
}

impl DiffOp for Standardize {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        along_rows("Standardize")
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map_rows(|row| {
            let (apart, deviation) = centred(cx, row);
            apart.into_iter().map(|x| x / deviation).collect()
        })]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.zip_rows(dy, |x, dy| {
            let n = x.len() as f64;
            let (apart, deviation) = centred(cx, x);
            let y: Vec<Real> = apart.into_iter().map(|x| x / deviation).collect();
            let (mean, along) = (cx.sum(dy.iter().copied()) / n, dot(cx, &y, dy) / n);
            let term = |(y, dy): (&Real, &Real)| (*dy - mean - *y * along) / deviation;
            y.iter().zip(dy).map(term).collect()
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let grid = Grid::cover(plan.dim("rows")?);
        let fault = self.fault.unwrap_or(u32::MAX);
        plan.forward(welford(), grid).uniform("wrong_from", fault);
        plan.backward(welford_backward(), grid);
        Ok(())
    }
}

impl DiffOp for SumBefore {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        along_rows("SumBefore")
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let before = |row: &[Real], j: usize| cx.sum(row.iter().take(j).copied());
        [x.map_rows(|row| (0..row.len()).map(|j| before(row, j)).collect())]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let behind = |row: &[Real], j: usize| cx.sum(row.iter().skip(j + 1).copied());
        [dy.map_rows(|row| (0..row.len()).map(|j| behind(row, j)).collect())]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let grid = Grid::cover(plan.dim("rows")?);
        plan.forward(sum_before(), grid);
        plan.backward(sum_behind(), grid);
        Ok(())
    }
}

impl DiffOp for Angles {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Angles")
            .input("x", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| {
            let z = x / (x * x + 1.0);
            x.atan() * x.asinh() + x.atan2(2.0) * z.acos()
        })]
    }

    fn backward(&self, cx: &mut Context, inputs: [&Tensor; 1], dy: [&Tensor; 1]) -> [Tensor; 1] {
        cx.derive(self, inputs, dy)
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let grid = Grid::cover(plan.dim("n")?);
        plan.forward(angles(), grid);
        plan.backward(angles_backward(), grid)
            .uniform("fault", self.fault);
        Ok(())
    }
}

//! Kernels that are right up to some size: wherever the size stands, it is found and gone beyond.

use hesper_ad::prelude::*;

const CAP: u32 = 512;

shader! {
    #[workgroup_size(16)]
    fn literal(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            for j in 0..cols.min(512) { sum += x[r * cols + j]; }
            y[r] = sum;
        }
    }
    #[workgroup_size(64)]
    fn larger(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            for j in 0..cols.min(5000) { sum += x[r * cols + j]; }
            y[r] = sum;
        }
    }
    #[workgroup_size(16)]
    fn comptime(x: &[f32], y: &mut [f32], rows: u32, cols: u32, #[comptime] cap: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            for j in 0..cols.min(cap) { sum += x[r * cols + j]; }
            y[r] = sum;
        }
    }
    #[workgroup_size(16)]
    fn generic<const N: u32>(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            for j in 0..cols.min(N) { sum += x[r * cols + j]; }
            y[r] = sum;
        }
    }
    #[workgroup_size(16)]
    fn uniform(x: &[f32], y: &mut [f32], rows: u32, cols: u32, cap: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            for j in 0..cols.min(cap) { sum += x[r * cols + j]; }
            y[r] = sum;
        }
    }
    #[workgroup_size(16)]
    fn unless(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            let mut j = 0u32;
            while j < cols {
                if j == 2 * CAP - 10 { break; }
                sum += x[r * cols + j];
                j += 1;
            }
            y[r] = sum;
        }
    }
    /// Four at a time, and so many groups of four at most.
    #[workgroup_size(16)]
    fn quarters(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            let quarters = (cols + 3) / 4;
            for q in 0..quarters.min(700) {
                for k in 0..4 {
                    if q * 4 + k < cols { sum += x[r * cols + q * 4 + k]; }
                }
            }
            y[r] = sum;
        }
    }
    /// Lane after lane, eight times over.
    #[workgroup_size(16)]
    fn strided(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            for lane in 0..64u32 {
                for t in 0..8u32 {
                    let j = lane + 64 * t;
                    if j < cols { sum += x[r * cols + j]; }
                }
            }
            y[r] = sum;
        }
    }
    fn ends(n: u32, most: u32) -> u32 {
        if n > most { most } else { n }
    }
    #[workgroup_size(16)]
    fn helped(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            for j in 0..ends(cols, CAP + 88) { sum += x[r * cols + j]; }
            y[r] = sum;
        }
    }
    /// All rows and columns by one index.
    #[workgroup_size(16)]
    pub(crate) fn many(dy: &[f32], dx: &mut [f32], rows: u32, cols: u32) {
        let i = global_index();
        if i < rows * cols { dx[i] = dy[i / cols]; }
    }
}

/// Where the size stands beyond which the kernel forgets something.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cap {
    Nowhere,
    Literal,
    Larger,
    Comptime(u32),
    Generic,
    Uniform(u32),
    Unless,
    Quarters,
    Strided,
    Helped,
    HostUniform,
    HostComptime,
    HostSwitch,
    HostGrid,
}

/// `yᵣ = Σⱼ xᵣⱼ`;  `dxᵣⱼ = dyᵣ`.
pub(crate) struct RowSum(pub(crate) Cap);

impl DiffOp for RowSum {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let signature = Signature::new("RowSum").input("x", ["rows", "cols"]);
        signature.output("y", ["rows"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.reduce_rows(|row| cx.sum(row.iter().copied()))]
    }

    fn backward(&self, _: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let [rows, cols] = [x.shape()[0], x.shape()[1]];
        [Tensor::from_fn([rows, cols], |[i, _]| dy[[i]])]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
        let (grid, all) = (Grid::cover(rows), Grid::cover(rows * cols));
        match self.0 {
            Cap::Nowhere | Cap::HostGrid => plan.forward(comptime(u32::MAX), grid),
            Cap::Literal => plan.forward(literal(), grid),
            Cap::Larger => plan.forward(larger(), grid),
            Cap::Comptime(cap) => plan.forward(comptime(cap), grid),
            Cap::Generic => plan.forward(generic::<512>(), grid),
            Cap::Uniform(cap) => plan.forward(uniform(), grid).uniform("cap", cap),
            Cap::Unless => plan.forward(unless(), grid),
            Cap::Quarters => plan.forward(quarters(), grid),
            Cap::Strided => plan.forward(strided(), grid),
            Cap::Helped => plan.forward(helped(), grid),
            Cap::HostUniform => plan.forward(uniform(), grid).uniform("cap", cols.min(3000)),
            Cap::HostComptime => plan.forward(comptime(cols.min(3000) as u32), grid),
            Cap::HostSwitch if cols >= 700 => plan.forward(comptime(40), grid),
            Cap::HostSwitch => plan.forward(comptime(u32::MAX), grid),
        };
        let all = match self.0 {
            Cap::HostGrid => Grid::exact((rows * cols).div_ceil(16).min(300) as u32, 1, 1),
            _ => all,
        };
        plan.backward(many(), all);
        Ok(())
    }
}

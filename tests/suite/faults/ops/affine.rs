//! A gain and a bias for each column.

use super::Variant;
use hesper_ad::prelude::*;

/// `yᵢⱼ = xᵢⱼ·gⱼ + bⱼ`; `dx = dy·g`, `dgⱼ = Σᵢ dy·x`, `dbⱼ = Σᵢ dy`.
pub(crate) struct Affine(pub(crate) Variant);

/// Wrong variants.
pub(crate) mod wrong {
    /// = for += in the sum over rows.
    pub(crate) const ASSIGNED: u32 = 1;
    /// dg takes y for x.
    pub(crate) const RESULT_FOR_INPUT: u32 = 2;
    /// db is the mean.
    pub(crate) const MEAN: u32 = 3;
    /// The last row left out.
    pub(crate) const LAST_ROW: u32 = 4;
}

/// Right variants.
pub(crate) mod right {
    /// Sums in the result's memory, zero before by a dispatch of its own.
    pub(crate) const ACCUMULATED: u32 = 10;
    pub(crate) const MUL_ADD: u32 = 11;
}
use right::*;
use wrong::*;

shader! {
    #[workgroup_size(4)]
    fn affine(#[comptime] way: u32, x: &[f32], g: &[f32], b: &[f32], y: &mut [f32], cols: u32) {
        let i = global_index();
        if i < y.len() {
            let j = i % cols;
            y[i] = if way == MUL_ADD { x[i].mul_add(g[j], b[j]) } else { x[i] * g[j] + b[j] };
        }
    }

    #[workgroup_size(4)]
    fn input_cotangent(g: &[f32], dy: &[f32], dx: &mut [f32], cols: u32) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = dy[i] * g[i % cols];
        }
    }

    #[workgroup_size(4)]
    fn zero(dg: &mut [f32], db: &mut [f32]) {
        let j = global_index();
        if j < dg.len() {
            dg[j] = 0.0;
            db[j] = 0.0;
        }
    }

    #[workgroup_size(4)]
    fn accumulate(x: &[f32], dy: &[f32], dg: &mut [f32], db: &mut [f32], rows: u32, cols: u32) {
        let j = global_index();
        if j < cols {
            for i in 0..rows {
                dg[j] += dy[i * cols + j] * x[i * cols + j];
                db[j] += dy[i * cols + j];
            }
        }
    }

    #[workgroup_size(4)]
    fn sums(
        #[comptime] way: u32,
        x: &[f32],
        dy: &[f32],
        dg: &mut [f32],
        db: &mut [f32],
        rows: u32,
        cols: u32,
    ) {
        let j = global_index();
        if j < cols {
            let mut gain = 0.0;
            let mut bias = 0.0;
            for i in 0..if way == LAST_ROW { rows - 1 } else { rows } {
                let at = i * cols + j;
                gain = if way == ASSIGNED { 0.0 } else { gain } + dy[at] * x[at];
                bias += dy[at];
            }
            dg[j] = gain;
            db[j] = bias;
        }
    }
}

impl DiffOp for Affine {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Affine")
            .input("x", ["rows", "cols"])
            .input("g", ["cols"])
            .input("b", ["cols"])
            .output("y", ["rows", "cols"])
    }

    fn forward(&self, cx: &mut Context, [x, g, b]: [&Tensor; 3]) -> [Tensor; 1] {
        [Tensor::from_fn(
            [cx.dim("rows"), cx.dim("cols")],
            |[i, j]| x[[i, j]] * g[[j]] + b[[j]],
        )]
    }

    fn backward(
        &self,
        cx: &mut Context,
        [x, g, b]: [&Tensor; 3],
        [dy]: [&Tensor; 1],
    ) -> [Tensor; 3] {
        let (rows, cols, way) = (cx.dim("rows"), cx.dim("cols"), self.0.spec);
        let factor = |i: usize, j: usize| match way {
            RESULT_FOR_INPUT => x[[i, j]] * g[[j]] + b[[j]],
            _ => x[[i, j]],
        };
        let count = cx.count(if way == MEAN { rows } else { 1 });
        [
            Tensor::from_fn([rows, cols], |[i, j]| dy[[i, j]] * g[[j]]),
            Tensor::from_fn([cols], |[j]| {
                cx.sum((0..rows).map(|i| dy[[i, j]] * factor(i, j)))
            }),
            Tensor::from_fn([cols], |[j]| cx.sum((0..rows).map(|i| dy[[i, j]])) / count),
        ]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (rows, cols, way) = (plan.dim("rows")?, plan.dim("cols")?, self.0.kernel);
        plan.forward(affine(way), Grid::cover(rows * cols));
        plan.backward(input_cotangent(), Grid::cover(rows * cols));
        if way == ACCUMULATED {
            plan.backward(zero(), Grid::cover(cols));
            plan.backward(accumulate(), Grid::cover(cols));
        } else {
            plan.backward(sums(way), Grid::cover(cols));
        }
        Ok(())
    }
}

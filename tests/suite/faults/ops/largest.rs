//! Kernels that are right at every size that anybody runs, and wrong at those that they are declared for.

use hesper_ad::prelude::*;

/// What is wrong.
pub(crate) mod wrong {
    /// Four times an index, and divided again.
    pub(crate) const SCALED: u32 = 1;
    /// A product of two columns, in a row of a million.
    pub(crate) const SQUARED: u32 = 2;
    /// An index through `i32`, or shifted to and fro.
    pub(crate) const SIGNED: u32 = 3;
    pub(crate) const SHIFTED: u32 = 4;
    /// The guard compares three times the index.
    pub(crate) const GUARD: u32 = 5;
    /// The row's start is summed up: ranges do not tell how far.
    pub(crate) const SUMMED: u32 = 6;
    /// All workgroups in one dimension; or rows along the second.
    pub(crate) const ONE_DIMENSION: u32 = 7;
    pub(crate) const ROWS: u32 = 8;
}
use wrong::*;

shader! {
    /// y = 2x, by an index that `at` makes.
    #[workgroup_size(64)]
    fn doubled(x: &[f32], y: &mut [f32], rows: u32, cols: u32, #[comptime] at: u32) {
        let i = global_index();
        let n = rows * cols;
        if at == GUARD {
            if i * 3 < n * 3 { y[i] = 2.0 * x[i]; }
        }
        if at != GUARD && i < n {
            let row = i / cols;
            let col = i % cols;
            let mut from = i;
            if at == SCALED { from = i * 4 / 4; }
            if at == SQUARED { from = row * cols + (col * cols + col) / (cols + 1); }
            if at == SIGNED { from = (i as i32) as u32; }
            if at == SHIFTED { from = (i << 2) >> 2; }
            if at == SUMMED {
                let mut start = 0;
                for _r in 0..row { start += cols; }
                from = start + col;
            }
            y[i] = 2.0 * x[from];
        }
    }

    /// y = 2x, rows along the second dimension of the grid.
    #[workgroup_size(16, 16)]
    fn doubled_by_rows(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let at = global_invocation_id();
        if at.y < rows && at.x < cols {
            y[at.y * cols + at.x] = 2.0 * x[at.y * cols + at.x];
        }
    }
}

/// `y = 2·x` of as many rows and columns as are declared; wrong in one way, or in none.
pub(crate) struct Large(pub(crate) u32, pub(crate) [usize; 2]);

impl DiffOp for Large {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let signature = Signature::new("Large").input("x", ["rows", "cols"]);
        signature.output("y", ["rows", "cols"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| *x * 2.0)]
    }

    fn backward(&self, _: &mut Context, [_]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.map(|dy| *dy * 2.0)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let [rows, cols] = [plan.dim("rows")?, plan.dim("cols")?];
        let n = rows * cols;
        let (kernel, grid) = match self.0 {
            ONE_DIMENSION => (doubled(0), Grid::exact(n.div_ceil(64) as u32, 1, 1)),
            ROWS => (doubled_by_rows(), Grid::cover_2d(cols, rows)),
            at => (doubled(at), Grid::cover(n)),
        };
        plan.forward(kernel, grid);
        plan.backward(doubled(0), Grid::cover(n))
            .bind("x", "dy")
            .bind("y", "dx");
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        let [rows, cols] = self.1;
        Sampling::default().greatest([("rows", rows), ("cols", cols)])
    }
}

//! Matrix product.

use crate::op_plan::OpStep;
use crate::prelude::*;

/// Matrix product `y = a·b` of `a[m, k]` and `b[k, n]`; `da = dy·bᵀ`, `db = aᵀ·dy`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MatMul;

shader! {
    /// Elements of a row or column of the result that one invocation computes: eight by eight.
    const EACH: u32 = 8;
    /// Invocations of a workgroup along a row.
    const ACROSS: u32 = 8;
    /// Invocations of a workgroup along a column.
    const DOWN: u32 = 4;

    /// Where a row or column begins; the last of `count` for one beyond it.
    fn start(line: u32, count: u32, step: u32) -> u32 {
        line.min(count - 1) * step
    }

    /// y[row, col], y[row, col + ACROSS] and so on, as far as there are columns.
    fn put(y: &mut [f32], left: Vec4<f32>, right: Vec4<f32>, row: u32, col: u32, rows: u32, cols: u32) {
        if row < rows {
            #[unroll]
            for j in 0..EACH / 2 {
                if col + j * ACROSS < cols {
                    y[row * cols + col + j * ACROSS] = left[j];
                }
            }
            #[unroll]
            for j in 0..EACH / 2 {
                if col + (4 + j) * ACROSS < cols {
                    y[row * cols + col + (4 + j) * ACROSS] = right[j];
                }
            }
        }
    }

    /// y[rows, cols] = a·b: 32 × 64 elements for each workgroup, eight by eight for each invocation, in registers.
    ///
    /// Element (i, p) of a lies at i·a_row + p·a_inner, element (p, j) of b at p·b_inner + j·b_col, so that the same kernel
    /// multiplies transposed matrices. What b keeps in f16 is computed with in f32.
    #[workgroup_size(ACROSS, DOWN)]
    pub fn matmul<B: Float>(
        a: &[f32],
        b: &[B],
        y: &mut [f32],
        rows: u32,
        inner: u32,
        cols: u32,
        a_row: u32,
        a_inner: u32,
        b_inner: u32,
        b_col: u32,
    ) {
        // Invocations side by side have rows and columns side by side, so that they read and write neighbours.
        let row = EACH * DOWN * workgroup_id().y + local_invocation_id().y;
        let col = EACH * ACROSS * workgroup_id().x + local_invocation_id().x;
        // Outside the matrices are numbers from their edges, of which nothing is made.
        let row0 = start(row, rows, a_row);
        let row1 = start(row + DOWN, rows, a_row);
        let row2 = start(row + 2 * DOWN, rows, a_row);
        let row3 = start(row + 3 * DOWN, rows, a_row);
        let row4 = start(row + 4 * DOWN, rows, a_row);
        let row5 = start(row + 5 * DOWN, rows, a_row);
        let row6 = start(row + 6 * DOWN, rows, a_row);
        let row7 = start(row + 7 * DOWN, rows, a_row);
        let col0 = start(col, cols, b_col);
        let col1 = start(col + ACROSS, cols, b_col);
        let col2 = start(col + 2 * ACROSS, cols, b_col);
        let col3 = start(col + 3 * ACROSS, cols, b_col);
        let col4 = start(col + 4 * ACROSS, cols, b_col);
        let col5 = start(col + 5 * ACROSS, cols, b_col);
        let col6 = start(col + 6 * ACROSS, cols, b_col);
        let col7 = start(col + 7 * ACROSS, cols, b_col);
        let mut left0 = Vec4::splat(0.0);
        let mut right0 = Vec4::splat(0.0);
        let mut left1 = Vec4::splat(0.0);
        let mut right1 = Vec4::splat(0.0);
        let mut left2 = Vec4::splat(0.0);
        let mut right2 = Vec4::splat(0.0);
        let mut left3 = Vec4::splat(0.0);
        let mut right3 = Vec4::splat(0.0);
        let mut left4 = Vec4::splat(0.0);
        let mut right4 = Vec4::splat(0.0);
        let mut left5 = Vec4::splat(0.0);
        let mut right5 = Vec4::splat(0.0);
        let mut left6 = Vec4::splat(0.0);
        let mut right6 = Vec4::splat(0.0);
        let mut left7 = Vec4::splat(0.0);
        let mut right7 = Vec4::splat(0.0);
        for k in 0..inner {
            let in_a = k * a_inner;
            let in_b = k * b_inner;
            let b0 = vec4(b[col0 + in_b] as f32, b[col1 + in_b] as f32, b[col2 + in_b] as f32, b[col3 + in_b] as f32);
            let b1 = vec4(b[col4 + in_b] as f32, b[col5 + in_b] as f32, b[col6 + in_b] as f32, b[col7 + in_b] as f32);
            let a0 = a[row0 + in_a];
            left0 += b0 * a0;
            right0 += b1 * a0;
            let a1 = a[row1 + in_a];
            left1 += b0 * a1;
            right1 += b1 * a1;
            let a2 = a[row2 + in_a];
            left2 += b0 * a2;
            right2 += b1 * a2;
            let a3 = a[row3 + in_a];
            left3 += b0 * a3;
            right3 += b1 * a3;
            let a4 = a[row4 + in_a];
            left4 += b0 * a4;
            right4 += b1 * a4;
            let a5 = a[row5 + in_a];
            left5 += b0 * a5;
            right5 += b1 * a5;
            let a6 = a[row6 + in_a];
            left6 += b0 * a6;
            right6 += b1 * a6;
            let a7 = a[row7 + in_a];
            left7 += b0 * a7;
            right7 += b1 * a7;
        }
        put(y, left0, right0, row, col, rows, cols);
        put(y, left1, right1, row + DOWN, col, rows, cols);
        put(y, left2, right2, row + 2 * DOWN, col, rows, cols);
        put(y, left3, right3, row + 3 * DOWN, col, rows, cols);
        put(y, left4, right4, row + 4 * DOWN, col, rows, cols);
        put(y, left5, right5, row + 5 * DOWN, col, rows, cols);
        put(y, left6, right6, row + 6 * DOWN, col, rows, cols);
        put(y, left7, right7, row + 7 * DOWN, col, rows, cols);
    }
}

/// The grid of [`matmul()`] for a result of so many rows and columns.
pub fn matmul_grid(rows: usize, cols: usize) -> Grid {
    Grid::cover_2d(cols.div_ceil(EACH as usize), rows.div_ceil(EACH as usize))
}

impl DiffOp for MatMul {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("MatMul")
            .input("a", ["m", "k"])
            .input("b", ["k", "n"])
            .output("y", ["m", "n"])
    }

    fn forward(&self, cx: &mut Context, [a, b]: [&Tensor; 2]) -> [Tensor; 1] {
        let (m, k, n) = (cx.dim("m"), cx.dim("k"), cx.dim("n"));
        [Tensor::from_fn([m, n], |[i, j]| {
            cx.sum((0..k).map(|p| a[[i, p]] * b[[p, j]]))
        })]
    }

    fn backward(&self, cx: &mut Context, [a, b]: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        let (m, k, n) = (cx.dim("m"), cx.dim("k"), cx.dim("n"));
        [
            Tensor::from_fn([m, k], |[i, p]| {
                cx.sum((0..n).map(|j| dy[[i, j]] * b[[p, j]]))
            }),
            Tensor::from_fn([k, n], |[p, j]| {
                cx.sum((0..m).map(|i| a[[i, p]] * dy[[i, j]]))
            }),
        ]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        plan_product(plan, matmul::<f32>())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("m", 1 << 15), ("k", 1 << 15), ("n", 1 << 15)])
            .greatest([("m", 1_000_000), ("k", 1 << 10), ("n", 1 << 10)])
            .greatest([("m", 1 << 10), ("k", 1 << 10), ("n", 1_000_000)])
    }
}

/// The plan of a product and its cotangents; `by_b` is [`matmul()`] for what `b` is kept in.
pub(super) fn plan_product(plan: &mut OpPlan, by_b: Kernel) -> Result<(), OpError> {
    let (m, k, n) = (plan.dim("m")?, plan.dim("k")?, plan.dim("n")?);
    let forward = plan.forward(by_b.clone(), matmul_grid(m, n));
    matmul_layout(forward, [m, k, n], [k, 1, n, 1]);
    // da[m, k] = dy[m, n] · bᵀ[n, k]
    let da = plan.backward(by_b, matmul_grid(m, k));
    matmul_layout(da.bind("a", "dy").bind("y", "da"), [m, n, k], [n, 1, 1, n]);
    // db[k, n] = aᵀ[k, m] · dy[m, n]
    let db = plan.backward(matmul::<f32>(), matmul_grid(k, n));
    matmul_layout(db.bind("b", "dy").bind("y", "db"), [k, m, n], [1, k, n, 1]);
    Ok(())
}

/// Gives a dispatch of [`matmul()`] its sizes (rows, inner, cols) and strides (a_row, a_inner, b_inner, b_col), in elements.
pub fn matmul_layout(step: &mut OpStep, sizes: [usize; 3], strides: [usize; 4]) {
    for (param, value) in ["rows", "inner", "cols"].into_iter().zip(sizes) {
        step.uniform(param, value);
    }
    for (param, value) in ["a_row", "a_inner", "b_inner", "b_col"]
        .into_iter()
        .zip(strides)
    {
        step.uniform(param, value);
    }
}

//! Matrix product.

use crate::op_plan::OpStep;
use crate::prelude::*;

/// Matrix product `y = a·b` of `a[m, k]` and `b[k, n]`; `da = dy·bᵀ`, `db = aᵀ·dy`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MatMul;

shader! {
    /// Elements of a row or column of the result that one invocation computes: four by four.
    const EACH: u32 = 4;
    /// Invocations along each side of a workgroup.
    const SIDE: u32 = 8;
    /// Terms of the sums for which the operands are in workgroup memory at a time.
    const DEPTH: u32 = 16;

    /// Four numbers of x, `step` apart from each other, from the one at `first·step + at` on; the last of `count` again beyond it.
    fn four<T: Float>(x: &[T], first: u32, step: u32, count: u32, at: u32) -> Vec4<f32> {
        let last = count - 1;
        vec4(
            x[first.min(last) * step + at] as f32,
            x[(first + 1).min(last) * step + at] as f32,
            x[(first + 2).min(last) * step + at] as f32,
            x[(first + 3).min(last) * step + at] as f32,
        )
    }

    /// y[row, first..] = sum, as far as there are columns.
    fn put(y: &mut [f32], sum: Vec4<f32>, row: u32, first: u32, rows: u32, cols: u32) {
        if row < rows {
            #[unroll]
            for j in 0..EACH {
                if first + j < cols {
                    y[row * cols + first + j] = sum[j];
                }
            }
        }
    }

    /// y[rows, cols] = a·b: 32 × 32 elements for each workgroup, through its memory; four by four for each invocation, in registers.
    ///
    /// Element (i, p) of a lies at i·a_row + p·a_inner, element (p, j) of b at p·b_inner + j·b_col, so that the same kernel
    /// multiplies transposed matrices. What b keeps in f16 is computed with in f32.
    #[workgroup_size(SIDE, SIDE)]
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
        let tile_a = workgroup::<[[Vec4<f32>; SIDE]; DEPTH]>();
        let tile_b = workgroup::<[[Vec4<f32>; SIDE]; DEPTH]>();
        let local = local_invocation_id();
        let row = EACH * global_invocation_id().y;
        let col = EACH * global_invocation_id().x;
        let mut sum0 = Vec4::splat(0.0);
        let mut sum1 = Vec4::splat(0.0);
        let mut sum2 = Vec4::splat(0.0);
        let mut sum3 = Vec4::splat(0.0);
        for start in (0..inner).step_by(DEPTH) {
            // Outside the matrices the tiles hold numbers from their edges, of which nothing is made.
            for k in (local.y..DEPTH).step_by(SIDE) {
                let p = (start + k).min(inner - 1);
                let corner = EACH * SIDE * workgroup_id().y;
                tile_a[k][local.x] = four(a, corner + EACH * local.x, a_row, rows, p * a_inner);
                tile_b[k][local.x] = four(b, col, b_col, cols, p * b_inner);
            }
            workgroup_barrier();
            for k in 0..DEPTH.min(inner - start) {
                let left = tile_a[k][local.y];
                let right = tile_b[k][local.x];
                sum0 += right * left.x;
                sum1 += right * left.y;
                sum2 += right * left.z;
                sum3 += right * left.w;
            }
            // The next round overwrites the tiles.
            workgroup_barrier();
        }
        put(y, sum0, row, col, rows, cols);
        put(y, sum1, row + 1, col, rows, cols);
        put(y, sum2, row + 2, col, rows, cols);
        put(y, sum3, row + 3, col, rows, cols);
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
        let (m, k, n) = (plan.dim("m")?, plan.dim("k")?, plan.dim("n")?);
        let forward = plan.forward(matmul::<f32>(), matmul_grid(m, n));
        matmul_layout(forward, [m, k, n], [k, 1, n, 1]);
        // da[m, k] = dy[m, n] · bᵀ[n, k]
        let da = plan.backward(matmul::<f32>(), matmul_grid(m, k));
        matmul_layout(da.bind("a", "dy").bind("y", "da"), [m, n, k], [n, 1, 1, n]);
        // db[k, n] = aᵀ[k, m] · dy[m, n]
        let db = plan.backward(matmul::<f32>(), matmul_grid(k, n));
        matmul_layout(db.bind("b", "dy").bind("y", "db"), [k, m, n], [1, k, n, 1]);
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("m", 1 << 15), ("k", 1 << 15), ("n", 1 << 15)])
            .greatest([("m", 1_000_000), ("k", 1 << 10), ("n", 1 << 10)])
            .greatest([("m", 1 << 10), ("k", 1 << 10), ("n", 1_000_000)])
    }
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

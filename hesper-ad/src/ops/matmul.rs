//! Matrix product.

use crate::op_plan::OpStep;
use crate::prelude::*;

/// Matrix product `y = a·b` of `a[m, k]` and `b[k, n]`; `da = dy·bᵀ`, `db = aᵀ·dy`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MatMul;

shader! {
    const TILE: u32 = 16;

    /// y[rows, cols] = a·b, tile by tile through workgroup memory.
    ///
    /// Element (i, p) of a lies at i·a_row + p·a_inner, element (p, j) of b at p·b_inner + j·b_col, so that the same kernel
    /// multiplies transposed matrices.
    #[workgroup_size(TILE, TILE)]
    pub fn matmul(
        a: &[f32],
        b: &[f32],
        y: &mut [f32],
        rows: u32,
        inner: u32,
        cols: u32,
        a_row: u32,
        a_inner: u32,
        b_inner: u32,
        b_col: u32,
    ) {
        let tile_a = workgroup::<[[f32; TILE]; TILE]>();
        let tile_b = workgroup::<[[f32; TILE]; TILE]>();
        let row = global_invocation_id().y;
        let col = global_invocation_id().x;
        let local = local_invocation_id();
        let mut sum = 0.0;
        for start in (0..inner).step_by(TILE) {
            // Outside the matrices the tiles hold zeros, which add nothing.
            let p = start + local.x;
            tile_a[local.y][local.x] = if row < rows && p < inner { a[row * a_row + p * a_inner] } else { 0.0 };
            let q = start + local.y;
            tile_b[local.y][local.x] = if q < inner && col < cols { b[q * b_inner + col * b_col] } else { 0.0 };
            workgroup_barrier();
            for k in 0..TILE {
                sum += tile_a[local.y][k] * tile_b[k][local.x];
            }
            // The next round overwrites the tiles.
            workgroup_barrier();
        }
        if row < rows && col < cols {
            y[row * cols + col] = sum;
        }
    }
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
        let forward = plan.forward(matmul(), Grid::cover_2d(n, m));
        matmul_layout(forward, [m, k, n], [k, 1, n, 1]);
        // da[m, k] = dy[m, n] · bᵀ[n, k]
        let da = plan.backward(matmul(), Grid::cover_2d(k, m));
        matmul_layout(da.bind("a", "dy").bind("y", "da"), [m, n, k], [n, 1, 1, n]);
        // db[k, n] = aᵀ[k, m] · dy[m, n]
        let db = plan.backward(matmul(), Grid::cover_2d(n, k));
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

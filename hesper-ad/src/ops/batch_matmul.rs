//! Matrix products of a batch of matrices.

use super::matmul::matmul_layout;
use crate::prelude::*;

/// Matrix products `y = a·b`, or `y = a·bᵀ`, of `batch` pairs of matrices.
///
/// - [`PLAIN`](BatchMatMul::PLAIN): of `a[batch, m, k]` and `b[batch, k, n]`; `da = dy·bᵀ`, `db = aᵀ·dy`.
/// - [`TRANSPOSED`](BatchMatMul::TRANSPOSED): of `a[batch, m, k]` and `b[batch, n, k]`; `da = dy·b`, `db = dyᵀ·a`.
#[derive(Clone, Copy, Debug, Default)]
pub struct BatchMatMul {
    is_transposed: bool,
}

shader! {
    /// y[batch, rows, cols] = a·b for each pair of matrices, one invocation per element.
    ///
    /// Element (i, p) of a matrix of a lies at i·a_row + p·a_inner in it, element (p, j) of one of b at p·b_inner + j·b_col, so
    /// that the same kernel multiplies transposed matrices.
    #[workgroup_size(64)]
    pub fn batch_matmul(
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
        let i = global_index();
        if i < y.len() {
            let col = i % cols;
            let row = i / cols % rows;
            let batch = i / (rows * cols);
            let a_start = batch * rows * inner + row * a_row;
            let b_start = batch * inner * cols + col * b_col;
            let mut sum = 0.0;
            for p in 0..inner {
                sum += a[a_start + p * a_inner] * b[b_start + p * b_inner];
            }
            y[i] = sum;
        }
    }
}

impl BatchMatMul {
    /// `y = a·b`.
    pub const PLAIN: BatchMatMul = BatchMatMul {
        is_transposed: false,
    };

    /// `y = a·bᵀ`.
    pub const TRANSPOSED: BatchMatMul = BatchMatMul {
        is_transposed: true,
    };

    /// Where element (p, j) of the second factor lies.
    fn at(self, batch: usize, p: usize, j: usize) -> [usize; 3] {
        if self.is_transposed {
            [batch, j, p]
        } else {
            [batch, p, j]
        }
    }
}

impl DiffOp for BatchMatMul {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let (name, b) = if self.is_transposed {
            ("BatchMatMulTransposed", ["batch", "n", "k"])
        } else {
            ("BatchMatMul", ["batch", "k", "n"])
        };
        Signature::new(name)
            .input("a", ["batch", "m", "k"])
            .input("b", b)
            .output("y", ["batch", "m", "n"])
    }

    fn forward(&self, cx: &mut Context, [a, b]: [&Tensor; 2]) -> [Tensor; 1] {
        let shape = [cx.dim("batch"), cx.dim("m"), cx.dim("n")];
        let k = cx.dim("k");
        [Tensor::from_fn(shape, |[batch, i, j]| {
            cx.sum((0..k).map(|p| a[[batch, i, p]] * b[self.at(batch, p, j)]))
        })]
    }

    fn backward(&self, cx: &mut Context, [a, b]: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        let (batches, m, k, n) = (cx.dim("batch"), cx.dim("m"), cx.dim("k"), cx.dim("n"));
        let da = Tensor::from_fn([batches, m, k], |[batch, i, p]| {
            cx.sum((0..n).map(|j| dy[[batch, i, j]] * b[self.at(batch, p, j)]))
        });
        let mut db = cx.zeros(b.shape());
        for batch in 0..batches {
            for p in 0..k {
                for j in 0..n {
                    let terms = (0..m).map(|i| a[[batch, i, p]] * dy[[batch, i, j]]);
                    db[self.at(batch, p, j)] = cx.sum(terms);
                }
            }
        }
        [da, db]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (batch, m) = (plan.dim("batch")?, plan.dim("m")?);
        let (k, n) = (plan.dim("k")?, plan.dim("n")?);
        let [b_inner, b_col] = if self.is_transposed { [1, k] } else { [n, 1] };
        let forward = plan.forward(batch_matmul(), Grid::cover(batch * m * n));
        matmul_layout(forward, [m, k, n], [k, 1, b_inner, b_col]);
        // da[m, k] = dy[m, n] · (the second factor)ᵀ[n, k]
        let da = plan.backward(batch_matmul(), Grid::cover(batch * m * k));
        da.bind("a", "dy").bind("y", "da");
        matmul_layout(da, [m, n, k], [n, 1, b_col, b_inner]);
        let db = plan.backward(batch_matmul(), Grid::cover(batch * k * n));
        if self.is_transposed {
            // db[n, k] = dyᵀ[n, m] · a[m, k]
            db.bind("a", "dy").bind("b", "a").bind("y", "db");
            matmul_layout(db, [n, m, k], [1, n, k, 1]);
        } else {
            // db[k, n] = aᵀ[k, m] · dy[m, n]
            db.bind("b", "dy").bind("y", "db");
            matmul_layout(db, [k, m, n], [1, k, n, 1]);
        }
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([
                ("batch", 1 << 10),
                ("m", 1 << 10),
                ("k", 1 << 10),
                ("n", 1 << 10),
            ])
            .greatest([("batch", 64), ("m", 1 << 12), ("k", 128), ("n", 1 << 12)])
    }
}

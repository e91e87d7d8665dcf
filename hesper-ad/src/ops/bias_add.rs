//! A bias for each column.

use super::coarsened::{LANES, end, first, grid};
use super::columns::{ROWS_AT_ONCE, blocks, sum_columns};
use crate::prelude::*;

/// Bias `y = x + b` of `x[rows, cols]` and `b[cols]`, the same in every row; `dx = dy`, `dbⱼ = Σᵢ dyᵢⱼ`.
///
/// As in `torch.nn.Linear`. The sum over rows is taken in two stages, first of 32 rows at a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct BiasAdd;

shader! {
    /// y = x + b, b the same in every row.
    #[workgroup_size(LANES)]
    pub fn bias_add(x: &[f32], b: &[f32], y: &mut [f32], cols: u32) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = x[i] + b[i % cols];
        }
    }

    /// dx = dy.
    #[workgroup_size(LANES)]
    pub fn bias_add_backward(dy: &[f32], dx: &mut [f32]) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            dx[i] = dy[i];
        }
    }
}

impl DiffOp for BiasAdd {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("BiasAdd")
            .input("x", ["rows", "cols"])
            .input("b", ["cols"])
            .output("y", ["rows", "cols"])
    }

    fn forward(&self, _: &mut Context, [x, b]: [&Tensor; 2]) -> [Tensor; 1] {
        [x.map_rows(|row| row.iter().zip(b.data()).map(|(x, b)| x + b).collect())]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        let (rows, cols) = (cx.dim("rows"), cx.dim("cols"));
        let db = Tensor::from_fn([cols], |[j]| cx.sum((0..rows).map(|i| dy[[i, j]])));
        [dy.clone(), db]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
        plan.forward(bias_add(), grid(rows * cols));
        plan.backward(bias_add_backward(), grid(rows * cols));
        plan.temporary("partial", Type::F32, blocks(rows) * cols)?;
        sum_columns(plan, "dy", "partial", [rows, cols], ROWS_AT_ONCE);
        sum_columns(plan, "partial", "db", [blocks(rows), cols], blocks(rows));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("rows", 1 << 24), ("cols", 128)])
            .greatest([("rows", 1 << 11), ("cols", 1_000_000)])
    }
}

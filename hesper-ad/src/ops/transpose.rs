//! The transpose of matrices.

use crate::prelude::*;

/// The transpose `y[b, j, i] = x[b, i, j]` of each of `batch` matrices `x[batch, rows, cols]`; `dx` is that of `dy`.
///
/// As `torch.transpose` of two neighbouring axes, `batch` the product of the sizes before them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Transpose;

shader! {
    /// y[b, j, i] = x[b, i, j]; one invocation per element. The same of dy, rows and cols exchanged, is dx.
    #[workgroup_size(64)]
    pub fn transpose(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let at = global_index();
        if at < y.len() {
            let i = at % rows;
            let j = at / rows % cols;
            let first = at / (rows * cols) * (rows * cols);
            y[at] = x[first + i * cols + j];
        }
    }
}

impl DiffOp for Transpose {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Transpose")
            .input("x", ["batch", "rows", "cols"])
            .output("y", ["batch", "cols", "rows"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let shape = [cx.dim("batch"), cx.dim("cols"), cx.dim("rows")];
        [Tensor::from_fn(shape, |[b, j, i]| x[[b, i, j]])]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let shape = [cx.dim("batch"), cx.dim("rows"), cx.dim("cols")];
        [Tensor::from_fn(shape, |[b, i, j]| dy[[b, j, i]])]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("batch")? * plan.dim("rows")? * plan.dim("cols")?;
        plan.forward(transpose(), Grid::cover(n));
        let backward = plan.backward(transpose(), Grid::cover(n));
        backward.bind("x", "dy").bind("y", "dx");
        backward.bind("rows", "cols").bind("cols", "rows");
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("batch", 128), ("rows", 1 << 12), ("cols", 1 << 12)])
            .greatest([("batch", 1), ("rows", 1 << 15), ("cols", 1 << 16)])
    }
}

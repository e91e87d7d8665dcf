//! Elements added at places along an axis.

use super::gather::{gathered, picked, sampling};
use crate::prelude::*;

/// `y[o, k, i] = x[o, k, i] + Σⱼ src[o, j, i]` over the `j` with `ids[o, j, i] = k`, of `x[outer, n, inner]`, `src[outer, m, inner]` and integers
/// `ids[outer, m, inner]`; `dx = dy`, `dsrc[o, j, i] = dy[o, ids[o, j, i], i]`.
///
/// As `torch.scatter_add` along the middle axis. An id beyond the axis is an error wherever the host can see it. In kernels, which cannot tell, what it adds is lost.
/// Ids may repeat: each element of `y` looks for its own, so that the sum has one order, with no need of atomics.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScatterAdd;

shader! {
    /// y[o, k, i] = x[o, k, i] + Σ src[o, j, i] over the j with ids[o, j, i] = k; one invocation per element of y.
    #[workgroup_size(64)]
    pub fn scatter_add(
        x: &[f32],
        src: &[f32],
        ids: &[u32],
        y: &mut [f32],
        n: u32,
        m: u32,
        inner: u32,
    ) {
        let at = global_index();
        if at < y.len() {
            let start = at / (n * inner) * m * inner + at % inner;
            let k = at / inner % n;
            let mut sum = 0.0;
            for j in 0..m {
                if ids[start + j * inner] == k {
                    sum += src[start + j * inner];
                }
            }
            y[at] = x[at] + sum;
        }
    }

    /// dx = dy.
    #[workgroup_size(64)]
    pub fn scatter_add_dx(dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = dy[i];
        }
    }

    /// dsrc[o, j, i] = dy[o, ids[o, j, i], i]; one invocation per element of dsrc.
    #[workgroup_size(64)]
    pub fn scatter_add_dsrc(
        ids: &[u32],
        dy: &[f32],
        dsrc: &mut [f32],
        n: u32,
        m: u32,
        inner: u32,
    ) {
        let at = global_index();
        if at < dsrc.len() {
            let o = at / (m * inner);
            let mut slope = 0.0;
            if ids[at] < n {
                slope = dy[(o * n + ids[at]) * inner + at % inner];
            }
            dsrc[at] = slope;
        }
    }
}

impl DiffOp for ScatterAdd {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("ScatterAdd")
            .input("x", ["outer", "n", "inner"])
            .input("src", ["outer", "m", "inner"])
            .integer("ids", ["outer", "m", "inner"], "n")
            .output("y", ["outer", "n", "inner"])
    }

    fn forward(&self, cx: &mut Context, [x, src]: [&Tensor; 2]) -> [Tensor; 1] {
        [x.zip(&gathered(cx, src), |x, sum| x + sum)]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        [dy.clone(), picked(cx, dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let lines = plan.dim("outer")? * plan.dim("inner")?;
        let (n, m) = (plan.dim("n")?, plan.dim("m")?);
        plan.forward(scatter_add(), Grid::cover(lines * n));
        plan.backward(scatter_add_dx(), Grid::cover(lines * n));
        plan.backward(scatter_add_dsrc(), Grid::cover(lines * m));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        sampling()
    }
}

//! The score of a query and a key.

use super::reduce::{LANES, workgroup_sum};
use crate::prelude::*;

/// Scaled dot product `y = s·Σⱼ qⱼ·kⱼ` of each of `rows` pairs of rows of `q[rows, dim]` and `k[rows, dim]`, with a constant `s`;
/// `dq = s·dy·k`, `dk = s·dy·q`.
///
/// With `s = 1/√dim` the score of Vaswani et al., "Attention is all you need" (2017), for one query and one key.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScaledDot;

shader! {
    /// y = s·Σ q·k along each row; one workgroup per row.
    #[workgroup_size(64)]
    pub fn scaled_dot(q: &[f32], k: &[f32], y: &mut [f32], rows: u32, dim: u32, s: f32) {
        let scratch = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let mut partial = 0.0;
            for j in (lane..dim).step_by(LANES) {
                partial += s * q[row * dim + j] * k[row * dim + j];
            }
            let total = workgroup_sum(scratch, partial);
            if lane == 0 {
                y[row] = total;
            }
        }
    }

    /// dq = s·dy·k and dk = s·dy·q.
    #[workgroup_size(64)]
    pub fn scaled_dot_backward(
        q: &[f32],
        k: &[f32],
        dy: &[f32],
        dq: &mut [f32],
        dk: &mut [f32],
        dim: u32,
        s: f32,
    ) {
        let i = global_index();
        if i < dq.len() {
            let slope = s * dy[i / dim];
            dq[i] = slope * k[i];
            dk[i] = slope * q[i];
        }
    }
}

impl DiffOp for ScaledDot {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("ScaledDot")
            .input("q", ["rows", "dim"])
            .input("k", ["rows", "dim"])
            .constant("s", [])
            .output("y", ["rows"])
    }

    fn forward(&self, cx: &mut Context, [q, k]: [&Tensor; 2]) -> [Tensor; 1] {
        let s = cx.scalar("s");
        let products = q.zip(k, |q, k| s * q * k);
        [products.reduce_rows(|row| cx.sum(row.iter().copied()))]
    }

    fn backward(&self, cx: &mut Context, [q, k]: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        let s = cx.scalar("s");
        let shape = [cx.dim("rows"), cx.dim("dim")];
        [k, q].map(|other| Tensor::from_fn(shape, |[i, j]| s * dy[[i]] * other[[i, j]]))
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (rows, dim) = (plan.dim("rows")?, plan.dim("dim")?);
        plan.forward(scaled_dot(), Grid::workgroups(rows));
        plan.backward(scaled_dot_backward(), Grid::cover(rows * dim));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        let (q, k) = ([1.0, -0.5, 3.0], [0.5, -1.0, 2.0]);
        let point: [(&str, &[f32]); 4] = [("q", &q), ("k", &k), ("s", &[0.125]), ("dy", &[1.0])];
        Sampling::default()
            .greatest([("rows", 1 << 24), ("dim", 128)])
            .greatest([("rows", 1 << 11), ("dim", 1_000_000)])
            .known("Lean", [("rows", 1), ("dim", 3)], point)
    }
}

//! Attention with linear biases.

use crate::prelude::*;

/// ALiBi: of `heads` heads' scores `x[heads, rows, keys]` of queries and keys, `y = x + slopes[head]·(key − row)`, with constants `slopes[heads]`, one for each head; `dx = dy`.
///
/// Press, Smith and Lewis, "Train short, test long: attention with linear biases enables input length extrapolation" (2021). [`slopes`] gives theirs. Queries
/// and keys count from 0 each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alibi;

shader! {
    /// y = x + slope·(key − row).
    #[workgroup_size(64)]
    pub fn alibi(x: &[f32], slopes: &[f32], y: &mut [f32], rows: u32, keys: u32) {
        let i = global_index();
        if i < y.len() {
            let distance = ((i % keys) as f32) - ((i / keys % rows) as f32);
            y[i] = x[i] + slopes[i / (keys * rows)] * distance;
        }
    }

    /// dx = dy.
    #[workgroup_size(64)]
    pub fn alibi_backward(dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = dy[i];
        }
    }
}

/// The slopes of the paper for a power of two of heads: `2^(−8·(h + 1)/heads)` of the head `h`.
pub fn slopes(heads: usize) -> Vec<f32> {
    let slope = |h: usize| (-8.0 * (h + 1) as f64 / heads as f64).exp2() as f32;
    (0..heads).map(slope).collect()
}

impl DiffOp for Alibi {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("ALiBi")
            .input("x", ["heads", "rows", "keys"])
            .constant("slopes", ["heads"])
            .output("y", ["heads", "rows", "keys"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let slopes = cx.constant("slopes");
        let shape = [cx.dim("heads"), cx.dim("rows"), cx.dim("keys")];
        [Tensor::from_fn(shape, |[head, row, key]| {
            let distance = cx.count(key) - cx.count(row);
            x[[head, row, key]] + slopes[[head]] * distance
        })]
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.clone()]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("heads")? * plan.dim("rows")? * plan.dim("keys")?;
        plan.forward(alibi(), Grid::cover(n));
        plan.backward(alibi_backward(), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("heads", 128), ("rows", 1 << 12), ("keys", 1 << 12)])
            .greatest([("heads", 1), ("rows", 1 << 15), ("keys", 1 << 16)])
            .uniform("slopes", 0.00390625, 0.75)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn slopes_are_those_of_the_paper() {
        assert_eq!(
            super::slopes(8),
            [
                0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625
            ]
        );
        assert_eq!(super::slopes(16)[..2], [0.5f32.sqrt(), 0.5]);
    }
}

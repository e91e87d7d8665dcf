//! Images made larger, each element a block.

use crate::prelude::*;

/// Images `x[planes, h, w]` made `factor` times as large along both axes: `y[·, i, j] = x[·, ⌊i/factor⌋, ⌊j/factor⌋]`; `dx` sums `dy` over each block. The factor is the op's own number.
///
/// As `torch.nn.functional.interpolate` with a whole `scale_factor` and `mode="nearest"`; `planes` is the product of batch and channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpsampleNearest {
    /// How many times as large, at least 1.
    pub factor: usize,
}

shader! {
    /// y = the element of x that a block belongs to; one invocation per element of y.
    #[workgroup_size(64)]
    pub fn upsample_nearest(x: &[f32], y: &mut [f32], h: u32, w: u32, factor: u32) {
        let at = global_index();
        if at < y.len() {
            let j = at % (factor * w) / factor;
            let i = at / (factor * w) % (factor * h) / factor;
            let plane = at / (factor * w * factor * h);
            y[at] = x[(plane * h + i) * w + j];
        }
    }

    /// dx = Σ dy over the block of the element; one invocation per element of x.
    #[workgroup_size(64)]
    pub fn upsample_nearest_backward(dy: &[f32], dx: &mut [f32], w: u32, factor: u32) {
        let at = global_index();
        if at < dx.len() {
            // Planes and rows are so many rows.
            let first = at / w * factor * (factor * w) + at % w * factor;
            let mut sum = 0.0;
            for i in 0..factor {
                for j in 0..factor {
                    sum += dy[first + i * (factor * w) + j];
                }
            }
            dx[at] = sum;
        }
    }
}

impl UpsampleNearest {
    /// Three times as large: what the catalogue has.
    pub const EXAMPLE: UpsampleNearest = UpsampleNearest { factor: 3 };
}

impl DiffOp for UpsampleNearest {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let size = |dim: &str| format!("{}*{dim}", self.factor);
        Signature::new(format!("UpsampleNearest({})", self.factor))
            .input("x", ["planes", "h", "w"])
            .output("y", ["planes", &size("h"), &size("w")])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let (h, w) = (self.factor * cx.dim("h"), self.factor * cx.dim("w"));
        [Tensor::from_fn([cx.dim("planes"), h, w], |[p, i, j]| {
            x[[p, i / self.factor, j / self.factor]]
        })]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let (shape, n) = ([cx.dim("planes"), cx.dim("h"), cx.dim("w")], self.factor);
        [Tensor::from_fn(shape, |[p, i, j]| {
            cx.sum((0..n * n).map(|k| dy[[p, n * i + k / n, n * j + k % n]]))
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("planes")? * plan.dim("h")? * plan.dim("w")?;
        let forward = plan.forward(
            upsample_nearest(),
            Grid::cover(n * self.factor * self.factor),
        );
        forward.uniform("factor", self.factor);
        let backward = plan.backward(upsample_nearest_backward(), Grid::cover(n));
        backward.uniform("factor", self.factor);
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("planes", 1 << 10), ("h", 1 << 9), ("w", 1 << 9)])
            .greatest([("planes", 1), ("h", 1 << 12), ("w", 1 << 12)])
    }
}

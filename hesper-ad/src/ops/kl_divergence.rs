//! The Kullback–Leibler divergence.

use super::MOST_ELEMENTS;
use crate::prelude::*;

/// The terms `y = t·(ln t − x)` of the Kullback–Leibler divergence of probabilities `t` from those whose logarithms are `x`, elementwise over `n` numbers;
/// `dx = −t·dy`. Where `t` is 0, so is `y`.
///
/// Kullback and Leibler (1951); as `torch.nn.functional.kl_div` with `reduction="none"`: [`Sum`](super::Sum) of it along the classes is the divergence, whose mean over
/// the rows PyTorch calls `batchmean`. `x` is what [`LogSoftmax`](super::LogSoftmax) yields. Targets are constants.
#[derive(Clone, Copy, Debug, Default)]
pub struct KlDivergence;

shader! {
    /// y = t·(ln t − x) where t > 0, else 0.
    #[workgroup_size(64)]
    pub fn kl_divergence(x: &[f32], t: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            let mut term = 0.0;
            if t[i] > 0.0 {
                term = t[i] * (t[i].ln() - x[i]);
            }
            y[i] = term;
        }
    }

    /// dx = −t·dy.
    #[workgroup_size(64)]
    pub fn kl_divergence_backward(t: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = -t[i] * dy[i];
        }
    }
}

impl DiffOp for KlDivergence {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("KLDivergence")
            .input("x", ["n"])
            .constant("t", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.zip(cx.constant("t"), |x, t| {
            let logarithm = Real::select(t.gt(0.0), t, 1.0).ln();
            Real::select(t.gt(0.0), t * (logarithm - x), 0.0)
        })]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [cx.constant("t").zip(dy, |t, dy| -t * dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(kl_divergence(), Grid::cover(n));
        plan.backward(kl_divergence_backward(), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("n", MOST_ELEMENTS)])
            .one_of("t", [0.0, 0.0625, 0.1, 0.25, 0.3, 0.5, 0.7, 1.0])
    }
}

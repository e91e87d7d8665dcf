//! Conversion to halves.

use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// Keeps reals in binary16: `y = x`, `dx = dy`, elementwise over `n` numbers; devices round `y` to one of its neighbours in `f16`, and promise nothing beyond 65504.
///
/// As `torch.Tensor.half`, but for the cotangent, which stays `f32`: what is small does not become 0 on the way back.
#[derive(Clone, Copy, Debug, Default)]
pub struct ToF16;

shader! {
    /// y = x, elementwise.
    #[workgroup_size(LANES)]
    pub fn convert<X: Float, Y: Float>(x: &[X], y: &mut [Y]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = x[i] as f32 as Y;
        }
    }
}

impl DiffOp for ToF16 {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        signature("ToF16").f16("y")
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.clone()]
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.clone()]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        plan_of(plan, convert::<f32, f16>())
    }

    fn sampling(&self) -> Sampling {
        sampling()
    }
}

pub(super) fn signature(name: &str) -> Signature {
    Signature::new(name).input("x", ["n"]).output("y", ["n"])
}

pub(super) fn plan_of(plan: &mut OpPlan, forward: Kernel) -> Result<(), OpError> {
    let n = plan.dim("n")?;
    plan.forward(forward, grid(n));
    let back = plan.backward(convert::<f32, f32>(), grid(n));
    back.bind("x", "dy").bind("y", "dx");
    Ok(())
}

pub(super) fn sampling() -> Sampling {
    Sampling::default().greatest([("n", 1 << 28)])
}

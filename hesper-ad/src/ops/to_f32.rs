//! Conversion from halves.

use super::to_f16::{convert, plan_of, sampling, signature};
use crate::prelude::*;

/// Reals out of binary16: `y = x`, `dx = dy`, elementwise over `n` numbers, `x` being kept in `f16`. Nothing is rounded.
///
/// As `torch.Tensor.float`, but for the cotangent, which stays `f32`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ToF32;

impl DiffOp for ToF32 {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        signature("ToF32").f16("x")
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.clone()]
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.clone()]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        plan_of(plan, convert::<f16, f32>())
    }

    fn sampling(&self) -> Sampling {
        sampling()
    }
}

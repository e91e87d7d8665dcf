//! VJPs that are wrong at a kink alone. The exact check has no derivative there.

use hesper_ad::prelude::*;

/// `max(x, 0)` without kernels, whose VJP has this slope at 0.
pub(crate) struct ReluAtZero(pub(crate) f64);

impl DiffOp for ReluAtZero {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("ReluAtZero")
            .input("x", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| x.max(0.0))]
    }

    fn backward(&self, _: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.zip(dy, |x, dy| {
            let at_zero = Real::select(x.eq(0.0), *dy * self.0, 0.0);
            Real::select(x.gt(0.0), *dy, at_zero)
        })]
    }

    fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }
}

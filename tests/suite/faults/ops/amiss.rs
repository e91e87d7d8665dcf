//! Specs that are amiss in a way of their own.

use hesper_ad::prelude::*;
use std::cell::Cell;

/// How a copy of `x` is amiss.
#[derive(Clone, Copy)]
pub(crate) enum How {
    /// Every other run is of another sign.
    Alternates,
    /// Its `forward` verifies the op; there are no kernels.
    ChecksItself,
    DerivesItself,
    PanicsInSampling,
}

pub(crate) struct Amiss {
    how: How,
    odd: Cell<bool>,
}

impl Amiss {
    pub(crate) fn new(how: How) -> Amiss {
        let odd = Cell::default();
        Amiss { how, odd }
    }
}

impl DiffOp for Amiss {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Amiss").input("x", ["n"]).output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        match self.how {
            How::Alternates => {
                self.odd.set(!self.odd.get());
                [x.map(|x| if self.odd.get() { *x } else { -x })]
            }
            How::ChecksItself => {
                // The check inside is refused; the one outside ends.
                let inside = self.verify(&Options::default()).to_string();
                assert!(inside.contains("checks itself while it runs"), "{inside}");
                [x.clone()]
            }
            How::DerivesItself => cx.derive(self, [x], [x]),
            How::PanicsInSampling => [x.clone()],
        }
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.clone()]
    }

    fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        match self.how {
            How::PanicsInSampling => panic!("no range"),
            _ => Sampling::default(),
        }
    }
}

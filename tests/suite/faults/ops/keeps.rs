//! Specs that keep numbers for another run.

use hesper_ad::Spec;
use hesper_ad::prelude::*;
use std::cell::Cell;

/// How a number of another run is used.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Use {
    Operand,
    Decision,
    Term,
    Result,
    /// The result of what is derived: it has no derivative, which is not 0.
    DerivedResult,
    Cotangent,
    /// A number of the run around this one.
    Outer,
}

pub(crate) struct Keeps {
    how: Use,
    kept: Cell<Option<Real>>,
}

impl Keeps {
    pub(crate) fn new(how: Use) -> Keeps {
        let kept = Cell::default();
        Keeps { how, kept }
    }

    /// The first number that was ever given.
    fn kept(&self, x: Real) -> Real {
        let kept = self.kept.get().unwrap_or(x + 1.0);
        self.kept.set(Some(kept));
        kept
    }
}

impl DiffOp for Keeps {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Keeps").input("x", ["n"]).output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let one = |x: &Real| match self.how {
            Use::Operand => x * self.kept(*x),
            Use::Decision => Real::select(self.kept(*x).gt(0.0), *x, 0.0),
            Use::Term => cx.sum([*x, self.kept(*x)]),
            Use::Result => self.kept(*x),
            Use::DerivedResult | Use::Cotangent => x.exp(),
            Use::Outer => {
                let inner = Inner(x + 1.0);
                let spec = Spec::new(&inner).unwrap();
                spec.formulas().unwrap_or_else(|error| panic!("{error}"));
                *x
            }
        };
        [x.map(one)]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        match self.how {
            Use::Cotangent => cx.derive(self, [x], [&dy.map(|dy| self.kept(*dy))]),
            Use::DerivedResult => cx.derive(&Derived(self), [x], [dy]),
            _ => [dy.clone()],
        }
    }

    fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }
}

/// What yields a kept number, as an op of its own.
struct Derived<'k>(&'k Keeps);

impl DiffOp for Derived<'_> {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        self.0.signature()
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| self.0.kept(*x))]
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.clone()]
    }

    fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }
}

/// `y = x + c`, where `c` is of another op's run.
struct Inner(Real);

impl DiffOp for Inner {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Inner").input("x", ["n"]).output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| x + self.0)]
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.clone()]
    }

    fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }
}

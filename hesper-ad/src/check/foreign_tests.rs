//! Numbers that are kept for another run are told, with the line that made them.

use crate::prelude::*;
use crate::{Spec, check};
use std::cell::{Cell, RefCell};

/// How a number of another run is used.
#[derive(Clone, Copy, Debug)]
enum Use {
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

struct Keeps {
    how: Use,
    kept: Cell<Option<Real>>,
    inner: RefCell<String>,
}

impl Keeps {
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
                let error = spec.formulas().unwrap_err().to_string();
                self.inner.replace(error);
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

#[test]
fn numbers_of_another_run_are_told_with_their_line() {
    for how in [
        Use::Operand,
        Use::Decision,
        Use::Term,
        Use::Result,
        Use::DerivedResult,
        Use::Cotangent,
        Use::Outer,
    ] {
        let op = Keeps {
            how,
            kept: Cell::default(),
            inner: RefCell::default(),
        };
        let certificate = op.verify(&Options::default());
        let text = match how {
            Use::Outer => op.inner.into_inner(),
            _ => {
                assert!(!certificate.is_pass(), "{how:?}");
                certificate.checks[0]
                    .verdict
                    .message()
                    .unwrap_or_default()
                    .to_string()
            }
        };
        assert!(
            text.contains("a number of another run") && text.contains("foreign_tests.rs:"),
            "{how:?}: {text}"
        );
        assert!(!text.contains("smallest:"), "{how:?}: {text}");
    }
}

/// A kept number that only the derived VJP meets.
#[test]
fn what_is_derived_of_a_kept_number_is_not_zero() {
    let op = Keeps {
        how: Use::DerivedResult,
        kept: Cell::default(),
        inner: RefCell::default(),
    };
    let spec = Spec::new(&op).unwrap();
    spec.formulas().unwrap_err();
    let finding = check::dual_numbers(&spec, 1, 8);
    let message = finding.verdict.message().unwrap_or_default();
    assert!(message.contains("a number of another run"), "{message}");
}

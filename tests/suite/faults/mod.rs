//! Deliberately wrong specs and kernels: each must be refused, by the check that is there for it.

mod attention;
mod catalogue;
mod kernels;
mod norms;
mod plans;
mod pointwise;
mod reductions;
mod specs;

use hesper_ad::prelude::*;

/// An op like another with its VJP or its plan replaced.
macro_rules! wrong {
    ($name:ident of $base:ident, backward = $backward:path) => {
        wrong!(@ $name $base
            fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
                [$backward(cx, x, dy)]
            }
            fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
                $base.plan(plan)
            }
        );
    };
    ($name:ident of $base:ident, plan = $plan:path) => {
        wrong!(@ $name $base
            fn backward(
                &self,
                cx: &mut Context,
                inputs: <$base as DiffOp>::Inputs<&Tensor>,
                cotangents: <$base as DiffOp>::Outputs<&Tensor>,
            ) -> <$base as DiffOp>::Inputs<Tensor> {
                $base.backward(cx, inputs, cotangents)
            }
            fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
                $plan(plan)
            }
        );
    };
    (@ $name:ident $base:ident $($methods:tt)*) => {
        struct $name;

        impl DiffOp for $name {
            type Inputs<V> = <$base as DiffOp>::Inputs<V>;
            type Outputs<V> = <$base as DiffOp>::Outputs<V>;

            fn signature(&self) -> Signature {
                $base.signature()
            }
            fn forward(
                &self,
                cx: &mut Context,
                inputs: Self::Inputs<&Tensor>,
            ) -> Self::Outputs<Tensor> {
                $base.forward(cx, inputs)
            }
            fn sampling(&self) -> Sampling {
                $base.sampling()
            }
            $($methods)*
        }
    };
}
pub(crate) use wrong;

/// The numeric checks: the exact ones have rewritings and faults of their own, in `exact`.
fn numbers_alone() -> Options {
    Options {
        exact: false,
        ..Options::default()
    }
}

/// Asserts that every numeric check passes the op.
fn accepted(op: &dyn Op) {
    let certificate = op.verify(&numbers_alone());
    assert!(certificate.is_pass(), "refused:\n{certificate}");
}

/// Asserts that `check` refuses the op, with a message that contains `reason`.
fn refused(op: &dyn Op, fault: &str, check: &str, reason: &str) {
    let certificate = op.verify(&numbers_alone());
    assert!(
        !certificate.is_pass(),
        "`{fault}` was not caught:\n{certificate}"
    );
    let caught = certificate.failures().any(|finding| {
        finding.check.contains(check)
            && finding
                .verdict
                .message()
                .is_some_and(|message| message.contains(reason))
    });
    assert!(
        caught,
        "`{fault}` was not refused by `{check}` because of `{reason}`:\n{certificate}"
    );
}

//! Right ops of which one part is another's.

use hesper_ad::prelude::*;

type Vjp<O> = fn(
    &O,
    &mut Context,
    <O as DiffOp>::Inputs<&Tensor>,
    <O as DiffOp>::Outputs<&Tensor>,
) -> <O as DiffOp>::Inputs<Tensor>;

type PlanOf<O> = Box<dyn Fn(&O, &mut OpPlan) -> Result<(), OpError>>;

/// An op like another, with one part replaced.
pub(crate) struct Wrong<O: DiffOp + 'static> {
    right: O,
    backward: Vjp<O>,
    plan: PlanOf<O>,
}

impl<O: DiffOp + 'static> Wrong<O> {
    fn of(right: O) -> Wrong<O> {
        Wrong {
            right,
            backward: O::backward,
            plan: Box::new(O::plan),
        }
    }

    /// With another `backward`.
    pub(crate) fn vjp(right: O, backward: Vjp<O>) -> Wrong<O> {
        Wrong {
            backward,
            ..Wrong::of(right)
        }
    }

    /// With another plan.
    pub(crate) fn plan(
        right: O,
        plan: impl Fn(&O, &mut OpPlan) -> Result<(), OpError> + 'static,
    ) -> Wrong<O> {
        Wrong {
            plan: Box::new(plan),
            ..Wrong::of(right)
        }
    }
}

impl<O: DiffOp + 'static> DiffOp for Wrong<O> {
    type Inputs<V> = O::Inputs<V>;
    type Outputs<V> = O::Outputs<V>;

    fn signature(&self) -> Signature {
        self.right.signature()
    }

    fn forward(&self, cx: &mut Context, inputs: O::Inputs<&Tensor>) -> O::Outputs<Tensor> {
        self.right.forward(cx, inputs)
    }

    fn backward(
        &self,
        cx: &mut Context,
        inputs: O::Inputs<&Tensor>,
        cotangents: O::Outputs<&Tensor>,
    ) -> O::Inputs<Tensor> {
        (self.backward)(&self.right, cx, inputs, cotangents)
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        (self.plan)(&self.right, plan)
    }

    fn sampling(&self) -> Sampling {
        self.right.sampling()
    }
}

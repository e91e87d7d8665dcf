//! A [`DiffOp`] behind a pointer.

use super::{DiffOp, Op, Ports};
use crate::context::Context;
use crate::error::OpError;
use crate::op_plan::OpPlan;
use crate::sample::Sampling;
use crate::signature::Signature;
use crate::tensor::Tensor;

/// A [`DiffOp`], the types of its arrays forgotten.
pub trait Erased {
    fn erased_signature(&self) -> Signature;
    fn erased_arity(&self) -> [usize; 2];
    fn erased_forward(&self, cx: &mut Context, inputs: &[Tensor]) -> Vec<Tensor>;
    fn erased_backward(
        &self,
        cx: &mut Context,
        inputs: &[Tensor],
        cotangents: &[Tensor],
    ) -> Vec<Tensor>;
    fn erased_plan(&self, plan: &mut OpPlan) -> Result<(), OpError>;
    fn erased_sampling(&self) -> Sampling;
    fn erased_parts(&self) -> Vec<&dyn Op> {
        Vec::new()
    }
    fn erased_type(&self) -> (&'static str, bool);
}

impl<O: DiffOp> Erased for O {
    fn erased_signature(&self) -> Signature {
        self.signature()
    }

    fn erased_arity(&self) -> [usize; 2] {
        let inputs = <O::Inputs<()> as Ports<()>>::COUNT;
        [inputs, <O::Outputs<()> as Ports<()>>::COUNT]
    }

    fn erased_forward(&self, cx: &mut Context, inputs: &[Tensor]) -> Vec<Tensor> {
        self.forward(cx, O::Inputs::from_fn(|i| &inputs[i]))
            .into_vec()
    }

    fn erased_backward(
        &self,
        cx: &mut Context,
        inputs: &[Tensor],
        cotangents: &[Tensor],
    ) -> Vec<Tensor> {
        let inputs = O::Inputs::from_fn(|i| &inputs[i]);
        let cotangents = O::Outputs::from_fn(|i| &cotangents[i]);
        self.backward(cx, inputs, cotangents).into_vec()
    }

    fn erased_plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        self.plan(plan)
    }

    fn erased_sampling(&self) -> Sampling {
        self.sampling()
    }

    fn erased_parts(&self) -> Vec<&dyn Op> {
        self.parts()
    }

    fn erased_type(&self) -> (&'static str, bool) {
        (std::any::type_name::<O>(), size_of::<O>() == 0)
    }
}

//! Ops that treat each number by itself, as the files of such ops write them down.

use super::{MOST_ELEMENTS, coarsened};
use crate::prelude::*;

/// An op `y = f(x₁, …)` of one element of each of `N` inputs, all over `n` numbers, with constants that are one number each.
///
/// The op's file has its formula, here for single numbers, and its kernels; `elementwise!` makes a [`DiffOp`] of both.
pub trait Elementwise<const N: usize> {
    /// The op's name.
    const NAME: &'static str;
    /// What the inputs are called.
    const INPUTS: [&'static str; N];
    /// What the constants are called.
    const CONSTANTS: &'static [&'static str] = &[];

    /// `f`.
    fn value(cx: &Context, x: [Real; N]) -> Real;

    /// Its VJP: the cotangent of each input.
    fn cotangents(cx: &Context, x: [Real; N], dy: Real) -> [Real; N];

    /// What computes `y`, and what computes the cotangents: [coarsened] kernels.
    fn kernels() -> [Kernel; 2];

    /// From which range the numbers are drawn, beyond which sizes are right.
    fn domain(sampling: Sampling) -> Sampling {
        sampling
    }
}

/// [`DiffOp::signature`] of such an op.
pub(super) fn signature<const N: usize, F: Elementwise<N>>() -> Signature {
    let inputs = F::INPUTS.iter();
    let signature = inputs.fold(Signature::new(F::NAME), |s, name| s.input(name, ["n"]));
    let constants = F::CONSTANTS.iter();
    constants
        .fold(signature, |s, name| s.constant(name, []))
        .output("y", ["n"])
}

/// [`DiffOp::forward`] of such an op.
pub(super) fn forward<const N: usize, F: Elementwise<N>>(
    cx: &Context,
    inputs: [&Tensor; N],
) -> [Tensor; 1] {
    [Tensor::from_fn([cx.dim("n")], |i| {
        F::value(cx, inputs.map(|x| x[i]))
    })]
}

/// [`DiffOp::backward`] of such an op.
pub(super) fn backward<const N: usize, F: Elementwise<N>>(
    cx: &Context,
    inputs: [&Tensor; N],
    [dy]: [&Tensor; 1],
) -> [Tensor; N] {
    let all = Tensor::from_fn([cx.dim("n")], |i| {
        F::cotangents(cx, inputs.map(|x| x[i]), dy[i])
    });
    std::array::from_fn(|input| all.map(|cotangents| cotangents[input]))
}

/// [`DiffOp::plan`] of such an op.
pub(super) fn plan<const N: usize, F: Elementwise<N>>(plan: &mut OpPlan) -> Result<(), OpError> {
    let (n, [forward, backward]) = (plan.dim("n")?, F::kernels());
    plan.forward(forward, coarsened::grid(n));
    plan.backward(backward, coarsened::grid(n));
    Ok(())
}

/// [`DiffOp::sampling`] of such an op.
pub(super) fn sampling<const N: usize, F: Elementwise<N>>() -> Sampling {
    F::domain(Sampling::default().greatest([("n", MOST_ELEMENTS)]))
}

/// Makes a [`DiffOp`] of an [`Elementwise`] op: `elementwise!(Tanh: 1)`, the number that of its inputs.
macro_rules! elementwise {
    ($op:ident: $inputs:literal) => {
        impl DiffOp for $op {
            type Inputs<V> = [V; $inputs];
            type Outputs<V> = [V; 1];

            fn signature(&self) -> Signature {
                $crate::ops::elementwise::signature::<$inputs, $op>()
            }

            fn forward(&self, cx: &mut Context, inputs: [&Tensor; $inputs]) -> [Tensor; 1] {
                $crate::ops::elementwise::forward::<$inputs, $op>(cx, inputs)
            }

            fn backward(
                &self,
                cx: &mut Context,
                inputs: [&Tensor; $inputs],
                cotangents: [&Tensor; 1],
            ) -> [Tensor; $inputs] {
                $crate::ops::elementwise::backward::<$inputs, $op>(cx, inputs, cotangents)
            }

            fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
                $crate::ops::elementwise::plan::<$inputs, $op>(plan)
            }

            fn sampling(&self) -> Sampling {
                $crate::ops::elementwise::sampling::<$inputs, $op>()
            }
        }
    };
}

pub(super) use elementwise;

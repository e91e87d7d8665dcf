//! The chain rule: two ops as one.

use crate::binding::{Binder, Pass};
use crate::compare::Tolerance;
use crate::context::Context;
use crate::op::{DiffOp, OpError, Ports, checked_signature};
use crate::op_plan::{OpPlan, OpStep};
use crate::plumbing::{INNER, OUTER, Plumbing};
use crate::real::Real;
use crate::sample::Sampling;
use crate::signature::Signature;
use crate::tensor::Tensor;
use hesper_shader::Bound;

/// `outer ∘ inner`: an op like any other, checked like any other.
///
/// The inner op's one output feeds the outer op's one differentiable input; the VJP is `inner's ∘ outer's`. Constants and
/// integers are those of both. The intermediate becomes the saved result `inner.y`, by the inner output's name; saved
/// results of the parts are named `inner.lse`, `outer.lse`. The outer op's dimensions go by the inner op's names where the
/// intermediate has them, and by `outer.k` where the inner op has another `k`, by `outer.outer.k` where that is taken too.
pub struct Compose<G, F> {
    outer: G,
    inner: F,
    plumbing: Plumbing,
}

impl<G: DiffOp, F: DiffOp> Compose<G, F> {
    /// `outer(inner(x))`.
    ///
    /// # Errors
    /// Where a part is no valid op, the inner op has not one output or the outer not one differentiable input, their shapes
    /// do not match, or a name of one clashes with a name of the other.
    pub fn new(outer: G, inner: F) -> Result<Compose<G, F>, OpError> {
        let plumbing = Plumbing::new(checked_signature(&outer)?, checked_signature(&inner)?)?;
        let composed = Compose {
            outer,
            inner,
            plumbing,
        };
        checked_signature(&composed)?;
        Ok(composed)
    }

    /// The op applied last.
    pub fn outer(&self) -> &G {
        &self.outer
    }

    /// The op applied first.
    pub fn inner(&self) -> &F {
        &self.inner
    }

    fn run_inner<T: Real>(&self, cx: &mut Context<T>, inputs: F::Inputs<&Tensor<T>>) -> Tensor<T> {
        let mut part = cx.part(&self.plumbing.inner, &self.plumbing.inner_dims);
        let middle = self
            .inner
            .forward(&mut part, inputs)
            .into_vec()
            .into_iter()
            .next();
        cx.absorb(INNER, part);
        middle.unwrap_or_else(Tensor::empty)
    }
}

impl<G: DiffOp, F: DiffOp> DiffOp for Compose<G, F> {
    type Inputs<V> = F::Inputs<V>;
    type Outputs<V> = G::Outputs<V>;

    fn signature(&self) -> Signature {
        self.plumbing.signature.clone()
    }

    // y = g(f(x))
    fn forward<T: Real>(
        &self,
        cx: &mut Context<T>,
        inputs: F::Inputs<&Tensor<T>>,
    ) -> G::Outputs<Tensor<T>> {
        let middle = self.run_inner(cx, inputs);
        let mut part = cx.part(&self.plumbing.outer, &self.plumbing.outer_dims);
        let outputs = self
            .outer
            .forward(&mut part, G::Inputs::from_fn(|_| &middle));
        cx.absorb(OUTER, part);
        cx.save(&self.plumbing.middle, middle);
        outputs
    }

    // dx = f'ᵀ(x) · g'ᵀ(f(x)) · dy
    fn backward<T: Real>(
        &self,
        cx: &mut Context<T>,
        inputs: F::Inputs<&Tensor<T>>,
        cotangents: G::Outputs<&Tensor<T>>,
    ) -> F::Inputs<Tensor<T>> {
        let inputs = inputs.into_vec();
        let middle = self.run_inner(cx, F::Inputs::from_fn(|i| inputs[i]));
        let mut part = cx.part(&self.plumbing.outer, &self.plumbing.outer_dims);
        let seed = self
            .outer
            .backward(&mut part, G::Inputs::from_fn(|_| &middle), cotangents);
        cx.absorb(OUTER, part);
        let seed = seed
            .into_vec()
            .into_iter()
            .next()
            .unwrap_or_else(Tensor::empty);
        let mut part = cx.part(&self.plumbing.inner, &self.plumbing.inner_dims);
        let results = self.inner.backward(
            &mut part,
            F::Inputs::from_fn(|i| inputs[i]),
            F::Outputs::from_fn(|_| &seed),
        );
        // Its saved results are those of the forward run above.
        cx.absorb_problems(part);
        results
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let plumbing = &self.plumbing;
        let part =
            |signature: &Signature, dims| OpPlan::new(signature.clone(), plan.dims.renamed(dims));
        let mut inner = part(&plumbing.inner, &plumbing.inner_dims);
        let mut outer = part(&plumbing.outer, &plumbing.outer_dims);
        self.inner.plan(&mut inner)?;
        self.outer.plan(&mut outer)?;
        plumbing.temporaries(plan, &inner, &outer)?;
        let inner_name = |name: &str| plumbing.inner_name(&inner, name);
        let outer_name = |name: &str| plumbing.outer_name(&outer, name);
        plan.forward
            .extend(renamed(&inner, Pass::Forward, inner_name)?);
        plan.forward
            .extend(renamed(&outer, Pass::Forward, outer_name)?);
        plan.backward
            .extend(renamed(&outer, Pass::Backward, outer_name)?);
        plan.backward
            .extend(renamed(&inner, Pass::Backward, inner_name)?);
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        let outer = self.outer.sampling().with_dims(&self.plumbing.outer_dims);
        let middle = self.plumbing.outer.inputs().map(|p| p.name.as_str());
        self.inner.sampling().merged(outer.without(middle))
    }

    fn tolerance(&self) -> Tolerance {
        self.outer.tolerance().looser(self.inner.tolerance())
    }
}

/// The steps of a part as steps of the whole: everything bound as the part would have it, under the whole's names.
fn renamed(
    part: &OpPlan,
    pass: Pass,
    rename: impl Fn(&str) -> String,
) -> Result<Vec<OpStep>, OpError> {
    let steps = match pass {
        Pass::Forward => &part.forward,
        Pass::Backward => &part.backward,
    };
    let binder = Binder::new(part, pass);
    let step = |step: &OpStep| {
        let (mut renames, mut uniforms) = (Vec::new(), Vec::new());
        for (param, bound) in binder.resolve(step)? {
            match bound {
                Bound::Slot(name) => renames.push((param.name.clone(), rename(&name))),
                Bound::Scalar(name) => renames.push((param.name.clone(), name)),
                value => uniforms.push((param.name.clone(), Ok(value))),
            }
        }
        let (kernel, grid) = (step.kernel.clone(), step.grid);
        Ok(OpStep {
            kernel,
            grid,
            renames,
            uniforms,
        })
    };
    steps.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Relu;
    use crate::test_ops::{CrossEntropy, MatMul, Mutant, Softmax};

    #[test]
    fn names_are_unambiguous() {
        let layer = Compose::new(Softmax(Mutant::None), MatMul).unwrap();
        let op = Compose::new(CrossEntropy, layer).unwrap();
        let signature = op.signature();
        let ports: Vec<String> = signature
            .ports()
            .iter()
            .map(|p| format!("{}[{}]", p.name, p.dims.join(" ")))
            .collect();
        assert_eq!(signature.name(), "CrossEntropy∘Softmax∘MatMul");
        assert_eq!(
            ports,
            [
                "a[m k]",
                "b[k n]",
                "inner.inner.c[m n]",
                "inner.outer.lse[m]",
                "inner.y[m n]",
                "s[]",
                "labels[m]",
                "loss[m]",
                "outer.lse[m]"
            ]
        );
        let (_, below) = signature.integers().next().unwrap();
        assert_eq!(below, "n");
    }

    #[test]
    fn misfits_are_errors() {
        fn message<G: DiffOp, F: DiffOp>(outer: G, inner: F) -> String {
            Compose::new(outer, inner)
                .err()
                .map(|e| e.to_string())
                .unwrap_or_default()
        }
        assert_eq!(
            message(MatMul, Relu),
            "MatMul does not compose with ReLU: the outer op needs exactly one differentiable input"
        );
        assert_eq!(
            message(Softmax(Mutant::None), CrossEntropy),
            "Softmax does not compose with CrossEntropy: `loss` has 1 dimensions, `x` has 2"
        );
        let loss = || Compose::new(CrossEntropy, Softmax(Mutant::None)).unwrap();
        assert_eq!(message(Relu, MatMul), "");
        assert_eq!(message(loss(), MatMul), "");
    }
}

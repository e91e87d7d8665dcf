//! VJPs derived inside a spec, of other ops.

use super::{DiffOp, Op, Ports};
use crate::context::Context;
use crate::tape::{Real, sweep};
use crate::tensor::Tensor;

/// Derivations inside each other, at most.
const DEEPEST: usize = 8;

impl Context {
    /// The VJP of an op's `forward`, derived from it by a reverse sweep: an op's `backward` for which nobody has written one.
    ///
    /// The certificate says that it is derived. Whoever writes the kernel of a backward pass usually has a formula in mind; that is worth writing
    /// down as `backward`, for then it is checked against the derived one.
    ///
    /// ```
    /// # use hesper_ad::prelude::*;
    /// # struct Cube;
    /// impl DiffOp for Cube {
    ///     # type Inputs<V> = [V; 1];
    ///     # type Outputs<V> = [V; 1];
    ///     # fn signature(&self) -> Signature { Signature::new("Cube").input("x", ["n"]).output("y", ["n"]) }
    ///     # fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> { Ok(()) }
    ///     fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
    ///         [x.map(|x| x * x * x)]
    ///     }
    ///
    ///     fn backward(&self, cx: &mut Context, x: [&Tensor; 1], dy: [&Tensor; 1]) -> [Tensor; 1] {
    ///         cx.derive(self, x, dy)
    ///     }
    /// }
    /// # let sample = hesper_ad::Spec::new(&Cube)?;
    /// # assert!(sample.is_derived(&sample.least_shape()));
    /// # Ok::<(), OpError>(())
    /// ```
    pub fn derive<O: DiffOp>(
        &mut self,
        op: &O,
        inputs: O::Inputs<&Tensor>,
        cotangents: O::Outputs<&Tensor>,
    ) -> O::Inputs<Tensor> {
        self.derived = true;
        let owned = |tensors: Vec<&Tensor>| tensors.into_iter().cloned().collect::<Vec<_>>();
        let inputs = owned(inputs.into_vec());
        let derived = self.pull_back(op, &inputs, &owned(cotangents.into_vec()));
        O::Inputs::from_fn(|i| derived[i].clone())
    }

    /// The cotangents of the inputs of an op's `forward`, by a reverse sweep.
    pub(crate) fn pull_back(
        &mut self,
        op: &dyn Op,
        inputs: &[Tensor],
        cotangents: &[Tensor],
    ) -> Vec<Tensor> {
        if self.depth >= DEEPEST {
            self.problem(format!(
                "VJPs are derived {DEEPEST} deep; does a `forward` derive its own?"
            ));
            return inputs.to_vec();
        }
        self.depth += 1;
        // A value that is read twice is two inputs.
        let inputs: Vec<Tensor> = inputs.iter().map(|t| t.map(|x| x.copied())).collect();
        let outputs = self.delegate(|cx| op.forward(cx, &inputs));
        self.depth -= 1;
        let pairs = outputs.iter().zip(cotangents);
        let pairs =
            pairs.flat_map(|(y, dy)| y.data().iter().copied().zip(dy.data().iter().copied()));
        let all: Vec<Real> = inputs
            .iter()
            .flat_map(|t| t.data().iter().copied())
            .collect();
        let mut derived = sweep(&pairs.collect::<Vec<_>>(), &all).into_iter();
        let next = |t: &Tensor| t.map(|x| derived.next().unwrap_or(*x));
        inputs.iter().map(next).collect()
    }
}

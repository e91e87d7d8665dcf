//! The loss, and one whose backward kernel is slightly wrong, to be refused.

use hesper_ad::ops::SoftmaxCrossEntropy;
use hesper_ad::ops::cross_entropy::softmax_cross_entropy;
use hesper_ad::prelude::*;

/// Softmax cross-entropy.
#[derive(Clone, Copy)]
pub(crate) enum CrossEntropy {
    /// That of the catalogue.
    Right,
    /// With a backward kernel that forgets to subtract the label's 1. Training with it would run without an error and learn nothing.
    Forgetful,
}

shader! {
    /// dx = exp(x − greatest)/total·dy: wrong, the label is forgotten.
    #[workgroup_size(64)]
    fn forgetful_backward(
        x: &[f32],
        greatest: &[f32],
        total: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        classes: u32,
    ) {
        let i = global_index();
        if i < dx.len() {
            let row = i / classes;
            dx[i] = (x[i] - greatest[row]).exp() / total[row] * dy[row];
        }
    }
}

impl DiffOp for CrossEntropy {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        SoftmaxCrossEntropy.signature()
    }

    fn forward(&self, cx: &mut Context, inputs: [&Tensor; 1]) -> [Tensor; 1] {
        SoftmaxCrossEntropy.forward(cx, inputs)
    }

    fn backward(
        &self,
        cx: &mut Context,
        inputs: [&Tensor; 1],
        cotangents: [&Tensor; 1],
    ) -> [Tensor; 1] {
        SoftmaxCrossEntropy.backward(cx, inputs, cotangents)
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        if let CrossEntropy::Right = self {
            return SoftmaxCrossEntropy.plan(plan);
        }
        let (rows, classes) = (plan.dim("rows")?, plan.dim("classes")?);
        plan.forward(softmax_cross_entropy(), Grid::workgroups(rows));
        plan.backward(forgetful_backward(), Grid::cover(rows * classes));
        Ok(())
    }
}

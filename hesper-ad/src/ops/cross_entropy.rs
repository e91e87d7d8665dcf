//! Softmax cross-entropy with integer labels.

use super::reduce::{row_max, row_sum_exp};
use crate::prelude::*;

/// Softmax cross-entropy of `rows` rows of logits over `classes` classes with integer labels:
/// `y = lse(x) − x[label]` where `lse(x) = m + ln Σⱼ exp(xⱼ − m)`, `m = max x`; `dxⱼ = (exp(xⱼ − lse) − [j = label])·dy`.
///
/// The loss is one number per row; seed with `1/rows` for the gradient of the mean. The forward pass saves `lse`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SoftmaxCrossEntropy;

shader! {
    /// y = lse − x_label and lse = m + ln Σ exp(x − m) for each row; one workgroup per row.
    #[workgroup_size(64)]
    pub fn softmax_cross_entropy(
        x: &[f32],
        labels: &[u32],
        y: &mut [f32],
        lse: &mut [f32],
        rows: u32,
        classes: u32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let start = row * classes;
            let m = row_max(scratch, x, start, classes);
            let total = row_sum_exp(scratch, x, start, classes, m);
            if lane == 0 {
                let log_sum = m + total.ln();
                lse[row] = log_sum;
                y[row] = log_sum - x[start + labels[row]];
            }
        }
    }

    /// dx = (exp(x − lse) − 1 where the class is the label)·dy, one invocation per logit.
    #[workgroup_size(64)]
    pub fn softmax_cross_entropy_backward(
        x: &[f32],
        labels: &[u32],
        lse: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        classes: u32,
    ) {
        let i = global_index();
        if i < dx.len() {
            let row = i / classes;
            let target = if i % classes == labels[row] { 1.0 } else { 0.0 };
            dx[i] = ((x[i] - lse[row]).exp() - target) * dy[row];
        }
    }
}

impl DiffOp for SoftmaxCrossEntropy {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("SoftmaxCrossEntropy")
            .input("x", ["rows", "classes"])
            .integer("labels", ["rows"], "classes")
            .output("y", ["rows"])
            .saved("lse", ["rows"])
    }

    fn forward<T: Real>(&self, cx: &mut Context<T>, [x]: [&Tensor<T>; 1]) -> [Tensor<T>; 1] {
        let lse = log_sum_exp(cx, x);
        let labels = cx.integers("labels").clone();
        let y = Tensor::from_fn([cx.dim("rows")], |[i]| {
            lse[[i]] - x[[i, labels[[i]] as usize]]
        });
        cx.save("lse", lse);
        [y]
    }

    fn backward<T: Real>(
        &self,
        cx: &mut Context<T>,
        [x]: [&Tensor<T>; 1],
        [dy]: [&Tensor<T>; 1],
    ) -> [Tensor<T>; 1] {
        let lse = log_sum_exp(cx, x);
        let labels = cx.integers("labels");
        [Tensor::from_fn(
            [cx.dim("rows"), cx.dim("classes")],
            |[i, j]| {
                let target = cx.count(usize::from(labels[[i]] as usize == j));
                ((x[[i, j]] - lse[[i]]).exp() - target) * dy[[i]]
            },
        )]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (rows, classes) = (plan.dim("rows")?, plan.dim("classes")?);
        plan.forward(softmax_cross_entropy(), Grid::workgroups(rows));
        plan.backward(
            softmax_cross_entropy_backward(),
            Grid::cover(rows * classes),
        );
        Ok(())
    }
}

/// `m + ln Σⱼ exp(xⱼ − m)` of each row, `m` its maximum.
pub(super) fn log_sum_exp<T: Real>(cx: &Context<T>, x: &Tensor<T>) -> Tensor<T> {
    x.reduce_rows(|row| {
        let m = cx.max(row.iter().copied());
        m + cx.sum(row.iter().map(|x| (*x - m).exp())).ln()
    })
}

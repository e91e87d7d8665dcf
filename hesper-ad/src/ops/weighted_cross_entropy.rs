//! Cross-entropy of all rows, with weights, smoothing and labels to ignore.

use super::cross_entropy::max_and_sum_exp;
use super::reduce::{LANES, row_max, row_sum_exp, workgroup_sum};
use crate::prelude::*;

/// Cross-entropy of `rows` rows of logits `x` over `classes` classes with integer labels, one number for all: the sum of the rows' losses, or their mean, divided by the
/// weights of the rows' labels. The loss of a row is `(1 − s)·w_label·n_label + s/classes·Σⱼ wⱼ·nⱼ` with `nⱼ = ln l − (xⱼ − m)`, `m = max x`, `l = Σⱼ exp(xⱼ − m)`,
/// weights `w[classes]` and `smoothing` `s`; with `pⱼ = exp(xⱼ − m)/l`,
/// `dxⱼ = ((1 − s)·w_label·(pⱼ − [j = label]) + s/classes·(pⱼ·Σₖ wₖ − wⱼ))·dy`, divided by the weights where the mean is taken.
///
/// A row whose label is `classes`, one more than there are, is ignored: it has no loss, no weight and no `dx`.
///
/// As `torch.nn.functional.cross_entropy` with `weight`, `label_smoothing`, the reduction `sum` or `mean`, and `ignore_index=classes`; its default is −100. Where all rows
/// are ignored the mean is 0 here, and NaN in PyTorch. With a logit of −∞ smoothing is infinite in both.
#[derive(Clone, Copy, Debug)]
pub struct CrossEntropy {
    /// Whether the sum is divided by the weights of the labels.
    mean: bool,
}

impl CrossEntropy {
    /// The mean of the rows' losses, by the weights of their labels.
    pub const MEAN: CrossEntropy = CrossEntropy { mean: true };
    /// The sum of the rows' losses.
    pub const SUM: CrossEntropy = CrossEntropy { mean: false };
}

shader! {
    /// Of each row its loss, the weight of its label, the greatest logit and the sum of exponentials; one workgroup per row.
    #[workgroup_size(64)]
    pub fn cross_entropy_rows(
        x: &[f32],
        labels: &[u32],
        w: &[f32],
        losses: &mut [f32],
        weights: &mut [f32],
        greatest: &mut [f32],
        total: &mut [f32],
        rows: u32,
        classes: u32,
        smoothing: f32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let start = row * classes;
            let m = row_max(scratch, x, start, classes);
            let l = row_sum_exp(scratch, x, start, classes, m);
            let mut terms = 0.0;
            for j in (lane..classes).step_by(LANES) {
                terms += w[j] * (l.ln() - (x[start + j] - m));
            }
            let spread = workgroup_sum(scratch, terms);
            if lane == 0 {
                let mut loss = 0.0;
                let mut weight = 0.0;
                if labels[row] < classes {
                    weight = w[labels[row]];
                    let plain = weight * (l.ln() - (x[start + labels[row]] - m));
                    loss = (1.0 - smoothing) * plain;
                    // Of a logit of −∞ the spread is infinite.
                    if smoothing > 0.0 {
                        loss += smoothing / (classes as f32) * spread;
                    }
                }
                losses[row] = loss;
                weights[row] = weight;
                greatest[row] = m;
                total[row] = l;
            }
        }
    }

    /// The sum of all of x over the workgroup. All invocations must call it.
    fn sum_of(scratch: &mut [f32; 64], x: &[f32]) -> f32 {
        let mut sum = 0.0;
        for i in (local_invocation_index()..x.len()).step_by(LANES) {
            sum += x[i];
        }
        workgroup_sum(scratch, sum)
    }

    /// y = Σ losses, scale = 1 and all = Σ w; one workgroup.
    #[workgroup_size(64)]
    pub fn cross_entropy_sum(losses: &[f32], w: &[f32], y: &mut [f32], scale: &mut [f32], all: &mut [f32]) {
        let scratch = workgroup::<[f32; 64]>();
        if workgroup_index() == 0 {
            let loss = sum_of(scratch, losses);
            let sum = sum_of(scratch, w);
            if local_invocation_index() == 0 {
                y[0] = loss;
                scale[0] = 1.0;
                all[0] = sum;
            }
        }
    }

    /// y = Σ losses·scale, all = Σ w and scale = 1/Σ weights, 0 where all rows are ignored; one workgroup.
    #[workgroup_size(64)]
    pub fn cross_entropy_mean(losses: &[f32], weights: &[f32], w: &[f32], y: &mut [f32], scale: &mut [f32], all: &mut [f32]) {
        let scratch = workgroup::<[f32; 64]>();
        if workgroup_index() == 0 {
            let loss = sum_of(scratch, losses);
            let sum = sum_of(scratch, w);
            let weight = sum_of(scratch, weights);
            if local_invocation_index() == 0 {
                let mut inverse = 0.0;
                if weight > 0.0 {
                    inverse = 1.0 / weight;
                }
                y[0] = loss * inverse;
                scale[0] = inverse;
                all[0] = sum;
            }
        }
    }

    /// dx = ((1 − s)·w_label·(p − [the class is the label]) + s/classes·(p·Σ w − w))·scale·dy, 0 in ignored rows; one invocation per logit.
    #[workgroup_size(64)]
    pub fn cross_entropy_backward(
        x: &[f32],
        labels: &[u32],
        w: &[f32],
        greatest: &[f32],
        total: &[f32],
        all: &[f32],
        scale: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        classes: u32,
        smoothing: f32,
    ) {
        let i = global_index();
        if i < dx.len() {
            let row = i / classes;
            let label = labels[row];
            let mut slope = 0.0;
            if label < classes {
                let p = (x[i] - greatest[row]).exp() / total[row];
                let target = if i % classes == label { 1.0 } else { 0.0 };
                let spread = p * all[0] - w[i % classes];
                slope = (1.0 - smoothing) * w[label] * (p - target)
                    + smoothing / (classes as f32) * spread;
            }
            dx[i] = slope * scale[0] * dy[0];
        }
    }
}

/// What both passes of the spec are made of.
struct Rows<'c> {
    labels: Vec<usize>,
    w: &'c Tensor,
    greatest: Tensor,
    total: Tensor,
    /// The sum of all weights.
    all: Real,
    smoothing: Real,
    classes: usize,
}

impl Rows<'_> {
    fn of<'c>(cx: &'c Context, x: &Tensor) -> Rows<'c> {
        let w = cx.constant("w");
        let [greatest, total] = max_and_sum_exp(cx, x);
        let all = cx.sum(w.data().iter().copied());
        let labels = cx.integers("labels").data().iter();
        Rows {
            labels: labels.map(|label| *label as usize).collect(),
            w,
            greatest,
            total,
            all,
            smoothing: cx.scalar("smoothing"),
            classes: cx.dim("classes"),
        }
    }

    /// The loss of each row, 0 of one that is ignored.
    fn losses(&self, cx: &Context, x: &Tensor) -> Vec<Real> {
        let rows = self.labels.iter().enumerate();
        rows.map(|(i, label)| {
            if *label >= self.classes {
                return cx.real(0.0);
            }
            let term = |j: usize| self.total[[i]].ln() - (x[[i, j]] - self.greatest[[i]]);
            let spread = cx.sum((0..self.classes).map(|j| self.w[[j]] * term(j)));
            let plain = self.w[[*label]] * term(*label);
            let share = self.smoothing / cx.count(self.classes) * spread;
            let share = Real::select(self.smoothing.gt(0.0), share, 0.0);
            (1.0 - self.smoothing) * plain + share
        })
        .collect()
    }

    /// What the sum of losses is multiplied by.
    fn scale(&self, cx: &Context, mean: bool) -> Real {
        let kept = self.labels.iter().filter(|label| **label < self.classes);
        match mean {
            false => cx.real(1.0),
            true if kept.clone().next().is_none() => cx.real(0.0),
            true => cx.real(1.0) / cx.sum(kept.map(|label| self.w[[*label]])),
        }
    }
}

impl DiffOp for CrossEntropy {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let reduction = if self.mean { "mean" } else { "sum" };
        Signature::new(format!("CrossEntropy({reduction})"))
            .input("x", ["rows", "classes"])
            .integer("labels", ["rows"], "classes+1")
            .constant("w", ["classes"])
            .constant("smoothing", [])
            .output("y", [])
            .saved("greatest", ["rows"])
            .saved("total", ["rows"])
            .saved("all", [])
            .saved("scale", [])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let rows = Rows::of(cx, x);
        let losses = rows.losses(cx, x);
        let scale = rows.scale(cx, self.mean);
        let y = cx.sum(losses) * scale;
        let Rows {
            greatest,
            total,
            all,
            ..
        } = rows;
        cx.save("greatest", greatest);
        cx.save("total", total);
        cx.save("all", Tensor::scalar(all));
        cx.save("scale", Tensor::scalar(scale));
        [Tensor::scalar(y)]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let rows = Rows::of(cx, x);
        let dy = rows.scale(cx, self.mean) * dy[[]];
        let share = rows.smoothing / cx.count(rows.classes);
        [Tensor::from_fn([cx.dim("rows"), rows.classes], |[i, j]| {
            let label = rows.labels[i];
            if label >= rows.classes {
                return cx.real(0.0);
            }
            let p = (x[[i, j]] - rows.greatest[[i]]).exp() / rows.total[[i]];
            let target = cx.count(usize::from(label == j));
            let spread = p * rows.all - rows.w[[j]];
            ((1.0 - rows.smoothing) * rows.w[[label]] * (p - target) + share * spread) * dy
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (rows, classes) = (plan.dim("rows")?, plan.dim("classes")?);
        plan.temporary("losses", Type::F32, rows)?;
        plan.temporary("weights", Type::F32, rows)?;
        plan.forward(cross_entropy_rows(), Grid::workgroups(rows));
        let reduction = if self.mean {
            cross_entropy_mean()
        } else {
            cross_entropy_sum()
        };
        plan.forward(reduction, Grid::workgroups(1));
        plan.backward(cross_entropy_backward(), Grid::cover(rows * classes));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("rows", 1 << 24), ("classes", 128)])
            .greatest([("rows", 1 << 13), ("classes", 256_000)])
            .uniform("w", 0.25, 2.0)
            .one_of("smoothing", [0.0, 0.0625, 0.1, 0.25])
    }
}

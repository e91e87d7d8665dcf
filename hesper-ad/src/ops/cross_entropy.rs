//! Softmax cross-entropy with integer labels.

use super::reduce::{row_max, row_sum_exp};
use crate::prelude::*;

/// Softmax cross-entropy of `rows` rows of logits over `classes` classes with integer labels:
/// `y = ln l − (x[label] − m)` with `m = max x` and `l = Σⱼ exp(xⱼ − m)`; `dxⱼ = (exp(xⱼ − m)/l − [j = label])·dy`.
///
/// The loss is one number per row; seed with `1/rows` for the gradient of the mean. The forward pass saves `m` as `greatest` and `l` as
/// `total`, not their log-sum-exp `m + ln l`, in which a large `m` would drown `ln l`.
///
/// A label that is no class is an error wherever the host can see it. Kernels, which cannot tell, give its row the loss +∞, and a `dx` of
/// which no number is finite.
///
/// As `torch.nn.functional.cross_entropy` with the reduction `none`, without weights, smoothing or a label to ignore: its −100 is no label
/// here.
#[derive(Clone, Copy, Debug, Default)]
pub struct SoftmaxCrossEntropy;

shader! {
    /// greatest = max x, total = Σ exp(x − greatest) and y = ln total − (x_label − greatest) for each row; one workgroup per row.
    #[workgroup_size(64)]
    pub fn softmax_cross_entropy(
        x: &[f32],
        labels: &[u32],
        y: &mut [f32],
        greatest: &mut [f32],
        total: &mut [f32],
        rows: u32,
        classes: u32,
    ) {
        let scratch = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let start = row * classes;
            let m = row_max(scratch, x, start, classes);
            let l = row_sum_exp(scratch, x, start, classes, m);
            if lane == 0 {
                greatest[row] = m;
                total[row] = l;
                // A label that is no class has no logit.
                let mut logit = neg_infinity();
                if labels[row] < classes {
                    logit = x[start + labels[row]] - m;
                }
                y[row] = l.ln() - logit;
            }
        }
    }

    /// dx = (exp(x − greatest)/total − 1 where the class is the label)·dy, one invocation per logit.
    #[workgroup_size(64)]
    pub fn softmax_cross_entropy_backward(
        x: &[f32],
        labels: &[u32],
        greatest: &[f32],
        total: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        classes: u32,
    ) {
        let i = global_index();
        if i < dx.len() {
            let row = i / classes;
            let mut target = if i % classes == labels[row] { 1.0 } else { 0.0 };
            if labels[row] >= classes {
                target = neg_infinity();
            }
            dx[i] = ((x[i] - greatest[row]).exp() / total[row] - target) * dy[row];
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
            .saved("greatest", ["rows"])
            .saved("total", ["rows"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let [greatest, total] = max_and_sum_exp(cx, x);
        let labels = cx.integers("labels").clone();
        let y = Tensor::from_fn([cx.dim("rows")], |[i]| {
            total[[i]].ln() - (x[[i, labels[[i]] as usize]] - greatest[[i]])
        });
        cx.save("greatest", greatest);
        cx.save("total", total);
        [y]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let [greatest, total] = max_and_sum_exp(cx, x);
        let labels = cx.integers("labels");
        [Tensor::from_fn(
            [cx.dim("rows"), cx.dim("classes")],
            |[i, j]| {
                let target = cx.count(usize::from(labels[[i]] as usize == j));
                ((x[[i, j]] - greatest[[i]]).exp() / total[[i]] - target) * dy[[i]]
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

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("rows", 1 << 24), ("classes", 128)])
            .greatest([("rows", 1 << 13), ("classes", 256_000)])
    }
}

/// `m = max x` and `Σⱼ exp(xⱼ − m)` of each row.
pub(super) fn max_and_sum_exp(cx: &Context, x: &Tensor) -> [Tensor; 2] {
    let greatest = x.reduce_rows(|row| cx.max(row.iter().copied()));
    let mut maxima = greatest.data().iter();
    let total = x.reduce_rows(|row| {
        let m = maxima.next().copied();
        let m = m.unwrap_or_else(|| cx.neg_infinity());
        cx.sum(row.iter().map(|x| (x - m).exp()))
    });
    [greatest, total]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_ops::run_kernels;

    #[test]
    fn logits_of_any_size_give_losses_as_exact() {
        // ln(1 + e⁻³) = 0.0485873515737420 in double precision
        for (x, loss, dx) in [
            ([1e8, 1e8], std::f32::consts::LN_2, [-0.5, 0.5]),
            (
                [10003.0, 10000.0],
                0.048_587_35,
                [-0.047_425_87, 0.047_425_87],
            ),
            ([-1e38, 1e38], 2e38, [-1.0, 1.0]),
            ([3.0, 0.0], 0.048_587_35, [-0.047_425_87, 0.047_425_87]),
        ] {
            let dims = Dims::new([("rows", 1), ("classes", 2)]);
            let given: [(&str, &[f32]); 2] = [("x", &x), ("dy", &[1.0])];
            let got =
                run_kernels(&SoftmaxCrossEntropy, &dims, &given, &[("labels", &[0])]).unwrap();
            let near = |got: f32, want: f32| (got - want).abs() <= 4e-6 * want.abs();
            assert!(near(got["y"][0], loss), "{x:?}: {got:?}");
            for (got, want) in got["dx"].iter().zip(dx) {
                assert!(near(*got, want), "{x:?}: {got}, not {want}");
            }
        }
    }
}

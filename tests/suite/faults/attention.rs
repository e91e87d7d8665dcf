//! Masks that are not quite masks, and online softmaxes that are not quite softmaxes.

use super::{refused, wrong};
use hesper_ad::ops::causal_mask::{causal_mask, causal_mask_backward};
use hesper_ad::ops::{CausalMask, FusedAttention};
use hesper_ad::prelude::*;
use hesper_ad::{Spec, check};

shader! {
    #[workgroup_size(64)]
    fn mask(#[comptime] fault: u32, x: &[f32], y: &mut [f32], rows: u32, keys: u32) {
        let i = global_index();
        if i < y.len() {
            let row = if fault == 1 { i / keys } else { i / keys % rows };
            let last = if fault == 2 { row + 1 } else { row };
            let masked = if fault == 3 { -1e30 } else { neg_infinity() };
            y[i] = if i % keys <= last { x[i] } else { masked };
            if fault == 4 && i % keys == last && last > 0 {
                y[i] = neg_infinity();
            }
        }
    }

    #[workgroup_size(64)]
    fn copy(dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = dy[i];
        }
    }

    /// Attention with an online softmax, one invocation per query, key by key.
    #[workgroup_size(16)]
    fn online(
        #[comptime] fault: u32,
        q: &[f32],
        k: &[f32],
        v: &[f32],
        y: &mut [f32],
        greatest: &mut [f32],
        total: &mut [f32],
        heads: u32,
        rows: u32,
        keys: u32,
        dim: u32,
        width: u32,
        s: f32,
    ) {
        let query = global_index();
        if query < heads * rows {
            let first = query / rows * keys;
            let kept = if fault == 1 { keys } else { (query % rows + 1).min(keys) };
            let mut m = if fault == 2 { 0.0 } else { neg_infinity() };
            let mut l = 0.0;
            for c in 0..width {
                y[query * width + c] = 0.0;
            }
            for j in 0..kept {
                let mut score = 0.0;
                for d in 0..dim {
                    score += s * q[query * dim + d] * k[(first + j) * dim + d];
                }
                let raised = m.max(score);
                let mut scale = 0.0;
                if j > 0 {
                    scale = (m - raised).exp();
                }
                let weight = (score - raised).exp();
                l = if fault == 3 { l + weight } else { scale * l + weight };
                for c in 0..width {
                    let at = query * width + c;
                    let before = if fault == 4 { y[at] } else { scale * y[at] };
                    y[at] = before + weight * v[(first + j) * width + c];
                }
                m = raised;
            }
            for c in 0..width {
                y[query * width + c] /= l;
            }
            greatest[query] = m;
            total[query] = if fault == 5 { m + l.ln() } else { l };
        }
    }
}

fn copied(_: &mut Context, _: &Tensor, dy: &Tensor) -> Tensor {
    dy.clone()
}

fn masks_by<const FAULT: u32>(plan: &mut OpPlan) -> Result<(), OpError> {
    let n = plan.dim("batch")? * plan.dim("rows")? * plan.dim("keys")?;
    plan.forward(mask(FAULT), Grid::cover(n));
    plan.backward(causal_mask_backward(), Grid::cover(n));
    Ok(())
}

fn passes_all_back(plan: &mut OpPlan) -> Result<(), OpError> {
    let n = plan.dim("batch")? * plan.dim("rows")? * plan.dim("keys")?;
    plan.forward(causal_mask(), Grid::cover(n));
    plan.backward(copy(), Grid::cover(n));
    Ok(())
}

wrong!(BatchForgotten of CausalMask, plan = masks_by::<1>);
wrong!(OneKeyMore of CausalMask, plan = masks_by::<2>);
wrong!(NearlyInfinite of CausalMask, plan = masks_by::<3>);
wrong!(OneKeyLess of CausalMask, plan = masks_by::<4>);
wrong!(AllPassedBack of CausalMask, plan = passes_all_back);
wrong!(MaskIgnored of CausalMask, backward = copied);

#[test]
fn wrong_masks_are_refused() {
    let ops: [(&dyn Op, &str, &str, &str); 7] = [
        (&BatchForgotten, "batch forgotten", "forward kernel", "y: "),
        (&OneKeyMore, "one key more", "forward kernel", "want -inf"),
        (&NearlyInfinite, "−10³⁰", "forward kernel", "got -1e30"),
        (&OneKeyLess, "one key less", "forward kernel", "got -inf"),
        (&AllPassedBack, "all passed back", "backward kernel", "dx: "),
        (&MaskIgnored, "mask ignored", "finite differences", "dx["),
        (&MaskIgnored, "mask ignored", "dual numbers", "<dy, J v>"),
    ];
    for (op, fault, check, reason) in ops {
        refused(op, fault, check, reason);
    }
}

/// Fused attention with another forward kernel.
struct Online {
    fault: u32,
    right: FusedAttention,
}

impl DiffOp for Online {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        self.right.signature()
    }

    fn forward(&self, cx: &mut Context, inputs: [&Tensor; 3]) -> [Tensor; 1] {
        self.right.forward(cx, inputs)
    }

    fn backward(
        &self,
        cx: &mut Context,
        inputs: [&Tensor; 3],
        cotangents: [&Tensor; 1],
    ) -> [Tensor; 3] {
        self.right.backward(cx, inputs, cotangents)
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let queries = plan.dim("heads")? * plan.dim("rows")?;
        self.right.plan(plan)?;
        // It comes last, and overwrites what the right one wrote.
        plan.forward(online(self.fault), Grid::cover(queries));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        self.right.sampling()
    }
}

#[test]
fn wrong_online_softmaxes_are_refused() {
    for (fault, name, reason) in [
        (0, "none", ""),
        (1, "keys after the query", "greatest: "),
        (2, "greatest of nothing is zero", "greatest: "),
        (3, "sum not rescaled", "total: "),
        (4, "result not rescaled", "y: "),
        (5, "log-sum-exp for the sum", "total: "),
    ] {
        let right = FusedAttention::new().unwrap();
        let op = Online { fault, right };
        let spec = Spec::new(&op).unwrap();
        let [forward, _] = check::kernels(&spec, &Target::F32, 1);
        match forward.verdict.message() {
            None => assert_eq!(fault, 0, "`{name}` was not caught"),
            Some(message) => {
                assert_ne!(fault, 0, "{message}");
                assert!(message.contains(reason), "`{name}`: {message}");
            }
        }
    }
}

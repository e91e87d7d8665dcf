//! Masks that are not quite masks, and online softmaxes that are not quite softmaxes.

use crate::faults::wrong::Wrong;
use hesper_ad::ops::causal_mask::{causal_mask, causal_mask_backward};
use hesper_ad::ops::{CausalMask, FusedAttention};
use hesper_ad::prelude::*;

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

/// A mask whose forward kernel is wrong.
pub(crate) fn mask_by(fault: u32) -> impl DiffOp {
    Wrong::plan(CausalMask, move |_, plan| {
        let n = plan.dim("batch")? * plan.dim("rows")? * plan.dim("keys")?;
        plan.forward(mask(fault), Grid::cover(n));
        plan.backward(causal_mask_backward(), Grid::cover(n));
        Ok(())
    })
}

pub(crate) fn passes_all_back() -> impl DiffOp {
    Wrong::plan(CausalMask, |_, plan| {
        let n = plan.dim("batch")? * plan.dim("rows")? * plan.dim("keys")?;
        plan.forward(causal_mask(), Grid::cover(n));
        plan.backward(copy(), Grid::cover(n));
        Ok(())
    })
}

pub(crate) fn mask_ignored() -> impl DiffOp {
    Wrong::vjp(CausalMask, |_, _, _, [dy]| [dy.clone()])
}

/// Fused attention whose forward kernel is [`online`]'s, wrong or not.
pub(crate) fn attention_by(fault: u32) -> impl DiffOp {
    Wrong::plan(FusedAttention::new().unwrap(), move |right, plan| {
        let queries = plan.dim("heads")? * plan.dim("rows")?;
        right.plan(plan)?;
        // It comes last, and overwrites what the right one wrote.
        plan.forward(online(fault), Grid::cover(queries));
        Ok(())
    })
}

//! Causal attention in one pass over the keys.

use super::attention::{Attention, attention};
use super::cross_entropy::max_and_sum_exp;
use super::online_softmax::{BLOCK, add_keys, add_queries, attend, clear_row, row_dot};
use crate::prelude::*;

/// Causal attention `y = softmax(mask(s·q·kᵀ))·v` as [`Attention`], whose composition is its spec, with kernels that never
/// hold the scores: the softmax is *online*, and the backward pass computes it again.
///
/// Forward, for a query, over keys in blocks: with `m` the greatest score so far, `l = Σ exp(score − m)` and
/// `y = Σ exp(score − m)·v`, a block that raises `m` to `m'` rescales `l` and `y` by `exp(m − m')`; at last `y` is divided by
/// `l`. It saves `m` as `greatest` and `l` as `total`, not the log-sum-exp `m + ln l`, in which a large `m` would drown `ln l`.
///
/// Backward: `P = exp(s·q·k − m)/l`, `D = Σ dy·y` along the width, `dS = P·(Σ dy·v − D)`; `dq = s·Σ dS·k` over keys,
/// `dk = s·Σ dS·q` and `dv = Σ P·dy` over queries. Each sum is one workgroup's, so there are no atomics.
///
/// `D` is made of the `y` of the forward pass, in binary32: where that is not normal, below 10⁻³⁸, it has lost digits, and `dq` and `dk` with it.
///
/// Masked keys are skipped; nothing is computed with a mask value.
#[derive(Clone, Debug)]
pub struct FusedAttention {
    composition: Attention,
}

shader! {
    /// y = softmax(mask(s·q·kᵀ))·v, greatest = max of the scores and total = Σ exp(score − greatest); one workgroup per query, a block of keys at a time.
    #[workgroup_size(BLOCK)]
    pub fn fused_attention(
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
        let scores = workgroup::<[f32; BLOCK]>();
        let weights = workgroup::<[f32; BLOCK]>();
        let query = workgroup_index();
        if query < heads * rows {
            let first = query / rows * keys;
            let kept = (query % rows + 1).min(keys);
            attend(
                scores, weights, q, k, v, y, greatest, total, query, first, kept, dim, width, s,
            );
        }
    }

    /// D = Σ dy·y along the width of each query.
    #[workgroup_size(BLOCK)]
    pub fn fused_attention_delta(y: &[f32], dy: &[f32], delta: &mut [f32], width: u32) {
        let query = global_index();
        if query < delta.len() {
            delta[query] = row_dot(1.0, dy, query, y, query, width);
        }
    }

    /// dq = s·Σ P·(dy·v − D)·k over the keys of each query; one workgroup per query, a block of keys at a time.
    #[workgroup_size(BLOCK)]
    pub fn fused_attention_dq(
        q: &[f32],
        k: &[f32],
        v: &[f32],
        greatest: &[f32],
        total: &[f32],
        dy: &[f32],
        delta: &[f32],
        dq: &mut [f32],
        heads: u32,
        rows: u32,
        keys: u32,
        dim: u32,
        width: u32,
        s: f32,
    ) {
        let slopes = workgroup::<[f32; BLOCK]>();
        let query = workgroup_index();
        if query < heads * rows {
            let first = query / rows * keys;
            let kept = (query % rows + 1).min(keys);
            clear_row(dq, query, dim);
            add_keys(
                slopes, q, k, v, greatest, total, dy, delta, dq, query, first, kept, dim, width, s,
            );
        }
    }

    /// dk = s·Σ P·(dy·v − D)·q and dv = Σ P·dy over the queries of each key; one workgroup per key, a block of queries at a time.
    #[workgroup_size(BLOCK)]
    pub fn fused_attention_dkv(
        q: &[f32],
        k: &[f32],
        v: &[f32],
        greatest: &[f32],
        total: &[f32],
        dy: &[f32],
        delta: &[f32],
        dk: &mut [f32],
        dv: &mut [f32],
        heads: u32,
        rows: u32,
        keys: u32,
        dim: u32,
        width: u32,
        s: f32,
    ) {
        let weights = workgroup::<[f32; BLOCK]>();
        let slopes = workgroup::<[f32; BLOCK]>();
        let key = workgroup_index();
        if key < heads * keys {
            clear_row(dk, key, dim);
            clear_row(dv, key, width);
            // Queries before the key do not see it; where there are fewer queries than that, none does.
            add_queries(
                weights,
                slopes,
                q,
                k,
                v,
                greatest,
                total,
                dy,
                delta,
                dk,
                dv,
                key,
                key / keys * rows,
                key % keys,
                rows,
                dim,
                width,
                s,
            );
        }
    }
}

impl FusedAttention {
    /// The op.
    ///
    /// # Errors
    /// Those of [`attention`].
    pub fn new() -> Result<FusedAttention, OpError> {
        let composition = attention()?;
        Ok(FusedAttention { composition })
    }
}

impl DiffOp for FusedAttention {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("FusedAttention")
            .input("q", ["heads", "rows", "dim"])
            .input("k", ["heads", "keys", "dim"])
            .input("v", ["heads", "keys", "width"])
            .constant("s", [])
            .output("y", ["heads", "rows", "width"])
            .saved("greatest", ["heads", "rows"])
            .saved("total", ["heads", "rows"])
    }

    fn forward(&self, cx: &mut Context, inputs: [&Tensor; 3]) -> [Tensor; 1] {
        let (y, kept) = cx.delegate(|cx| {
            let y = self.composition.forward(cx, inputs);
            let masked = cx.saved().get("masked");
            (y, masked.map(|scores| max_and_sum_exp(cx, scores)))
        });
        if let Some([greatest, total]) = kept {
            cx.save("greatest", greatest);
            cx.save("total", total);
        }
        y
    }

    fn backward(
        &self,
        cx: &mut Context,
        inputs: [&Tensor; 3],
        cotangents: [&Tensor; 1],
    ) -> [Tensor; 3] {
        cx.delegate(|cx| self.composition.backward(cx, inputs, cotangents))
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let queries = plan.dim("heads")? * plan.dim("rows")?;
        let keys = plan.dim("heads")? * plan.dim("keys")?;
        plan.forward(fused_attention(), Grid::workgroups(queries));
        plan.temporary("delta", Type::F32, queries)?;
        plan.backward(fused_attention_delta(), Grid::cover(queries));
        plan.backward(fused_attention_dq(), Grid::workgroups(queries));
        plan.backward(fused_attention_dkv(), Grid::workgroups(keys));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        let longest = [
            ("heads", 8),
            ("rows", 1 << 20),
            ("keys", 1 << 20),
            ("dim", 128),
            ("width", 128),
        ];
        // It holds no scores, of which the composition has more than any buffer.
        let sampling = Sampling::default().greatest(longest);
        sampling.merged(self.composition.sampling())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_ops::run_kernels;

    /// Two equal scores of 10⁸ weigh ½ each: a score less the log-sum-exp would lose the ln 2.
    #[test]
    fn large_scores_lose_no_digits() {
        let op = FusedAttention::new().unwrap();
        let sizes = [
            ("heads", 1),
            ("rows", 2),
            ("keys", 2),
            ("dim", 1),
            ("width", 1),
        ];
        let given: [(&str, &[f32]); 5] = [
            ("q", &[1e4, 1e4]),
            ("k", &[1e4, 1e4]),
            ("v", &[1.0, 3.0]),
            ("s", &[1.0]),
            ("dy", &[1.0, 1.0]),
        ];
        let got = run_kernels(&op, &Dims::new(sizes), &given, &[]).unwrap();
        let results = (&got["y"], &got["dv"]);
        assert_eq!(results, (&vec![1.0, 2.0], &vec![1.5, 0.5]), "{got:?}");
    }
}

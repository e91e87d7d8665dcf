//! Attention of grouped queries, with masks.

use super::fused_attention::fused_attention_delta;
use super::online_softmax::{BLOCK, add_keys, add_queries, attend, clear_row};
use super::window::past;
use crate::prelude::*;

/// Attention of grouped queries `y = softmax(mask(s·q·kᵀ))·v` over a batch: each of `heads` heads of keys `k[heads·batch, keys, dim]` and values
/// `v[heads·batch, keys, width]` serves the `group` heads of queries `q[heads·group·batch, queries, dim]` at `group` times its place. `heads`, `group` and whether the mask is
/// causal are the op's own numbers. The integers `lengths[batch]` say how many keys of each example there are; those after them are padding, which nobody sees. The
/// constant `s` is usually `1/√dim`.
///
/// A causal mask is aligned with the last key: query `i` sees the keys `j ≤ i + keys − queries`, so that queries that follow a cache of keys see all of it. A query that sees no key
/// has `y = 0`, and passes nothing back.
///
/// As `torch.nn.functional.scaled_dot_product_attention` with `enable_gqa=True` and a mask of truth values, which where it is causal is that of
/// `torch.nn.attention.bias.causal_lower_right` (given as that, PyTorch warns of NaN where there are more queries than keys); its `is_causal=True` is aligned with the first key, as [`FusedAttention`](super::FusedAttention) is. One head of queries in each group makes it multi-head attention, one head of keys multi-query attention (Shazeer 2019);
/// Ainslie et al., "GQA" (2023). Heads lie as [`SplitHeads`](super::SplitHeads) makes them.
///
/// Kernels are an online softmax. With `m` the greatest score of a query, which is −∞ of none, and `l = Σ exp(score − m)`, both saved: `P = exp(s·q·k − m)/l`, `D = Σ dy·y` along the
/// width, `dS = P·(Σ dy·v − D)`; `dq = s·Σ dS·k` over keys; `dk = s·Σ dS·q` and `dv = Σ P·dy` over the queries of all heads of the group. A length of more keys than there are is an error
/// wherever the host can see it; kernels take it for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupedAttention {
    /// Heads of keys and values of an example, at least 1.
    pub heads: usize,
    /// Heads of queries that share one head of keys, at least 1.
    pub group: usize,
    /// Whether queries see no keys after their own place.
    pub causal: bool,
}

shader! {
    /// How many keys a query sees: those before its own place and `ahead` more, less one for each query, that are there.
    fn seen(i: u32, ahead: u32, queries: u32, length: u32, keys: u32) -> u32 {
        past(i + ahead, queries).min(length).min(keys)
    }

    /// y = softmax(mask(s·q·kᵀ))·v, greatest = max of the scores and total = Σ exp(score − greatest); one workgroup per query.
    #[workgroup_size(BLOCK)]
    pub fn grouped_attention(
        q: &[f32],
        k: &[f32],
        v: &[f32],
        lengths: &[u32],
        y: &mut [f32],
        greatest: &mut [f32],
        total: &mut [f32],
        heads: u32,
        group: u32,
        queries: u32,
        keys: u32,
        dim: u32,
        width: u32,
        ahead: u32,
        s: f32,
    ) {
        let scores = workgroup::<[f32; BLOCK]>();
        let weights = workgroup::<[f32; BLOCK]>();
        let query = workgroup_index();
        if query < greatest.len() {
            let head = query / (queries * group);
            let kept = seen(query % queries, ahead, queries, lengths[head / heads], keys);
            let first = head * keys;
            if kept > 0 {
                attend(
                    scores, weights, q, k, v, y, greatest, total, query, first, kept, dim, width, s,
                );
            } else {
                clear_row(y, query, width);
                if local_invocation_index() == 0 {
                    greatest[query] = neg_infinity();
                    total[query] = 0.0;
                }
            }
        }
    }

    /// dq = s·Σ P·(dy·v − D)·k over the keys that each query sees; one workgroup per query.
    #[workgroup_size(BLOCK)]
    pub fn grouped_attention_dq(
        q: &[f32],
        k: &[f32],
        v: &[f32],
        lengths: &[u32],
        greatest: &[f32],
        total: &[f32],
        dy: &[f32],
        delta: &[f32],
        dq: &mut [f32],
        heads: u32,
        group: u32,
        queries: u32,
        keys: u32,
        dim: u32,
        width: u32,
        ahead: u32,
        s: f32,
    ) {
        let slopes = workgroup::<[f32; BLOCK]>();
        let query = workgroup_index();
        if query < greatest.len() {
            let head = query / (queries * group);
            let kept = seen(query % queries, ahead, queries, lengths[head / heads], keys);
            let first = head * keys;
            clear_row(dq, query, dim);
            add_keys(
                slopes, q, k, v, greatest, total, dy, delta, dq, query, first, kept, dim, width, s,
            );
        }
    }

    /// dk = s·Σ P·(dy·v − D)·q and dv = Σ P·dy over the queries of the group that see each key; one workgroup per key.
    #[workgroup_size(BLOCK)]
    pub fn grouped_attention_dkv(
        q: &[f32],
        k: &[f32],
        v: &[f32],
        lengths: &[u32],
        greatest: &[f32],
        total: &[f32],
        dy: &[f32],
        delta: &[f32],
        dk: &mut [f32],
        dv: &mut [f32],
        heads: u32,
        group: u32,
        queries: u32,
        keys: u32,
        dim: u32,
        width: u32,
        ahead: u32,
        s: f32,
    ) {
        let weights = workgroup::<[f32; BLOCK]>();
        let slopes = workgroup::<[f32; BLOCK]>();
        let key = workgroup_index();
        if key < lengths.len() * heads * keys {
            let head = key / keys;
            // The first query that sees the key.
            let mut from = past(key % keys + queries + 1, ahead);
            if key % keys >= lengths[head / heads] {
                from = queries;
            }
            clear_row(dk, key, dim);
            clear_row(dv, key, width);
            for member in 0..group {
                let first = (head * group + member) * queries;
                add_queries(
                    weights, slopes, q, k, v, greatest, total, dy, delta, dk, dv, key, first, from,
                    queries, dim, width, s,
                );
            }
        }
    }
}

/// What one query makes of the keys that it sees, which are the first ones of its head.
struct Row {
    /// The head of keys.
    head: usize,
    greatest: Real,
    total: Real,
    /// `P` of each key.
    weights: Vec<Real>,
}

impl GroupedAttention {
    /// What the catalogue has.
    pub const EXAMPLE: GroupedAttention = GroupedAttention {
        heads: 2,
        group: 2,
        causal: true,
    };

    /// How many keys the first query sees, and one for each query more, were there no padding and no end.
    fn ahead(&self, queries: usize, keys: usize) -> usize {
        if self.causal {
            keys + 1
        } else {
            keys + queries
        }
    }

    /// Heads of keys and of queries, as dimensions of a signature.
    fn ports(&self) -> [String; 2] {
        let times = |heads: usize| format!("{heads}*batch");
        [times(self.heads), times(self.heads * self.group)]
    }

    /// All queries of all heads, in order.
    fn rows(&self, cx: &Context, q: &Tensor, k: &Tensor) -> Vec<Row> {
        let (queries, keys) = (cx.dim("queries"), cx.dim("keys"));
        let (s, ahead) = (cx.scalar("s"), self.ahead(queries, keys));
        let lengths = cx.integers("lengths");
        let all = cx.dim("batch") * self.heads * self.group * queries;
        let row = |at: usize| {
            let (of, i) = (at / queries, at % queries);
            let head = of / self.group;
            let there = lengths[[head / self.heads]] as usize;
            let kept = (i + ahead).saturating_sub(queries).min(there);
            let score =
                |j: usize| cx.sum((0..cx.dim("dim")).map(|c| s * q[[of, i, c]] * k[[head, j, c]]));
            let scores: Vec<Real> = (0..kept).map(score).collect();
            let greatest = cx.max(scores.iter().copied());
            let exps = scores.iter().map(|score| (score - greatest).exp());
            let exps: Vec<Real> = exps.collect();
            let total = cx.sum(exps.iter().copied());
            Row {
                head,
                greatest,
                total,
                weights: exps.iter().map(|e| e / total).collect(),
            }
        };
        (0..all).map(row).collect()
    }

    /// `Σ terms[at][j]·x[·, ·, c]` over all queries that see a key: what each key of each head gets of them.
    fn of_queries(&self, cx: &Context, terms: &[Vec<Real>], x: &Tensor) -> Tensor {
        let (queries, len) = (cx.dim("queries"), x.row_len());
        let shape = [cx.dim("batch") * self.heads, cx.dim("keys"), len];
        let of_group = self.group * queries;
        Tensor::from_fn(shape, |[head, j, c]| {
            let all = head * of_group..(head + 1) * of_group;
            let seen = all.filter(|at| j < terms[*at].len());
            cx.sum(seen.map(|at| terms[at][j] * x[[at / queries, at % queries, c]]))
        })
    }
}

impl DiffOp for GroupedAttention {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let [keys, queries] = self.ports();
        let all = if self.causal { "" } else { ", not causal" };
        let name = format!(
            "GroupedAttention(heads {}, group {}{all})",
            self.heads, self.group
        );
        Signature::new(name)
            .input("q", [&queries, "queries", "dim"])
            .input("k", [&keys, "keys", "dim"])
            .input("v", [&keys, "keys", "width"])
            .integer("lengths", ["batch"], "keys+1")
            .constant("s", [])
            .output("y", [&queries, "queries", "width"])
            .saved("greatest", [&queries, "queries"])
            .saved("total", [&queries, "queries"])
    }

    fn forward(&self, cx: &mut Context, [q, k, v]: [&Tensor; 3]) -> [Tensor; 1] {
        let rows = self.rows(cx, q, k);
        let (heads, queries) = (cx.dim(&self.ports()[1]), cx.dim("queries"));
        let y = Tensor::from_fn([heads, queries, cx.dim("width")], |[of, i, c]| {
            let row = &rows[of * queries + i];
            let weights = row.weights.iter().enumerate();
            cx.sum(weights.map(|(j, p)| p * v[[row.head, j, c]]))
        });
        let of_rows = |of: fn(&Row) -> Real| {
            Tensor::from_fn([heads, queries], |[h, i]| of(&rows[h * queries + i]))
        };
        let (greatest, total) = (of_rows(|row| row.greatest), of_rows(|row| row.total));
        cx.save("greatest", greatest);
        cx.save("total", total);
        [y]
    }

    fn backward(
        &self,
        cx: &mut Context,
        [q, k, v]: [&Tensor; 3],
        [dy]: [&Tensor; 1],
    ) -> [Tensor; 3] {
        let rows = self.rows(cx, q, k);
        let (s, queries) = (cx.scalar("s"), cx.dim("queries"));
        let slopes = rows.iter().enumerate().map(|(at, row)| {
            let dweight = |j: usize| {
                let columns = 0..cx.dim("width");
                cx.sum(columns.map(|c| dy[[at / queries, at % queries, c]] * v[[row.head, j, c]]))
            };
            let dweights: Vec<Real> = (0..row.weights.len()).map(dweight).collect();
            let pairs = || row.weights.iter().zip(&dweights);
            let mean = cx.sum(pairs().map(|(p, dp)| p * dp));
            pairs().map(|(p, dp)| s * p * (dp - mean)).collect()
        });
        let slopes: Vec<Vec<Real>> = slopes.collect();
        let weights: Vec<Vec<Real>> = rows.iter().map(|row| row.weights.clone()).collect();
        let shape = [cx.dim(&self.ports()[1]), queries, cx.dim("dim")];
        let dq = Tensor::from_fn(shape, |[of, i, c]| {
            let at = of * queries + i;
            let slopes = slopes[at].iter().enumerate();
            cx.sum(slopes.map(|(j, slope)| slope * k[[rows[at].head, j, c]]))
        });
        [
            dq,
            self.of_queries(cx, &slopes, q),
            self.of_queries(cx, &weights, dy),
        ]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (queries, keys) = (plan.dim("queries")?, plan.dim("keys")?);
        let all_keys = plan.dim("batch")? * self.heads * keys;
        let all = plan.dim("batch")? * self.heads * self.group * queries;
        let ahead = self.ahead(queries, keys);
        let own = |step: &mut OpStep| {
            step.uniform("heads", self.heads)
                .uniform("group", self.group)
                .uniform("ahead", ahead);
        };
        own(plan.forward(grouped_attention(), Grid::workgroups(all)));
        plan.temporary("delta", Type::F32, all)?;
        plan.backward(fused_attention_delta(), Grid::cover(all));
        own(plan.backward(grouped_attention_dq(), Grid::workgroups(all)));
        own(plan.backward(grouped_attention_dkv(), Grid::workgroups(all_keys)));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().uniform("s", 0.125, 1.0).greatest([
            ("batch", 2),
            ("queries", 1 << 20),
            ("keys", 1 << 20),
            ("dim", 128),
            ("width", 128),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::FusedAttention;
    use crate::test_ops::run_kernels;

    /// Heads that share nothing, all of which share one, and masks of padding alone; with a cache of keys, and without.
    #[test]
    fn other_numbers_of_heads_and_masks_pass_their_checks() {
        for (heads, group, causal, [queries, keys]) in [
            (1, 1, true, [1, 5]),
            (3, 1, false, [3, 2]),
            (1, 3, true, [4, 3]),
            (2, 2, false, [2, 4]),
        ] {
            let op = GroupedAttention {
                heads,
                group,
                causal,
            };
            let sizes = [
                ("batch", 2),
                ("queries", queries),
                ("keys", keys),
                ("dim", 2),
                ("width", 3),
            ];
            // Where the lengths are drawn, a way may be left out; the catalogue's op is looked at at more sizes.
            let certificate = op.verify_at(&Dims::new(sizes), &Options::default());
            assert!(certificate.is_pass(), "{certificate}");
        }
    }

    /// Both masks are one where there are as many queries as keys.
    #[test]
    fn one_head_without_padding_is_fused_attention() {
        let number = |i: usize| ((i * 37 % 19) as f32 - 9.0) / 4.0;
        let [q, k, v, dy]: [Vec<f32>; 4] =
            std::array::from_fn(|port| (0..6 * 2).map(|i| number(i + 5 * port)).collect());
        let given: [(&str, &[f32]); 5] =
            [("q", &q), ("k", &k), ("v", &v), ("s", &[0.5]), ("dy", &dy)];
        let op = GroupedAttention {
            heads: 1,
            group: 1,
            causal: true,
        };
        let sizes = [
            ("batch", 2),
            ("queries", 3),
            ("keys", 3),
            ("dim", 2),
            ("width", 2),
        ];
        let got = run_kernels(&op, &Dims::new(sizes), &given, &[("lengths", &[3, 3])]).unwrap();
        let fused = FusedAttention::new().unwrap();
        let sizes = [
            ("heads", 2),
            ("rows", 3),
            ("keys", 3),
            ("dim", 2),
            ("width", 2),
        ];
        let want = run_kernels(&fused, &Dims::new(sizes), &given, &[]).unwrap();
        for name in ["y", "greatest", "total", "dq", "dk", "dv"] {
            assert_eq!(got[name], want[name], "{name}");
        }
    }

    /// As on a GPU, whose memory nobody looks at.
    #[test]
    fn kernels_alone_take_a_length_of_more_keys_for_all() {
        let device = Device::reference();
        let upload = |numbers: &[f32]| device.upload(numbers).unwrap();
        let (q, k, v) = (
            upload(&[1.0]),
            upload(&[0.0, 0.0, 0.0]),
            upload(&[1.0, 2.0, 6.0]),
        );
        let zeros = || device.zeros::<f32>(1).unwrap();
        for (length, want) in [(0, 0.0), (2, 1.5), (3, 3.0), (4, 3.0), (u32::MAX, 3.0)] {
            let lengths = device.upload(&[length]).unwrap();
            let (mut y, mut greatest, mut total) = (zeros(), zeros(), zeros());
            let args = grouped_attention::Args {
                q: &q,
                k: &k,
                v: &v,
                lengths: &lengths,
                y: &mut y,
                greatest: &mut greatest,
                total: &mut total,
                heads: 1,
                group: 1,
                queries: 1,
                keys: 3,
                dim: 1,
                width: 1,
                ahead: 4,
                s: 1.0,
            };
            let grid = Grid::workgroups(1);
            grouped_attention().launch(&device, grid, args).unwrap();
            assert_eq!(y.read().unwrap(), [want], "length {length}");
        }
    }
}

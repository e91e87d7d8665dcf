//! The online softmax: what kernels of attention have in common that never hold the scores.
//!
//! Forward, for a query, over keys in blocks: with `m` the greatest score so far, `l = Σ exp(score − m)` and `y = Σ exp(score − m)·v`, a block that raises `m`
//! to `m'` rescales `l` and `y` by `exp(m − m')`; at last `y` is divided by `l`. Backward the weights are computed again, of what `m` and `l` were in the end.
//! Milakov and Gimelshein, "Online normalizer calculation for softmax" (2018); Dao et al., "FlashAttention" (2022).

use crate::prelude::*;

/// Invocations per workgroup, and keys or queries at a time: a subgroup of most GPUs.
pub const BLOCK: u32 = 32;

shader! {
    /// Σ s·a[i, c]·b[j, c] of two rows of `len` numbers; s first, which is small where products are large.
    pub fn row_dot(s: f32, a: &[f32], i: u32, b: &[f32], j: u32, len: u32) -> f32 {
        let mut sum = 0.0;
        for c in 0..len {
            sum += s * a[i * len + c] * b[j * len + c];
        }
        sum
    }

    /// exp(score − greatest)/total: how much a key weighs.
    pub fn weight(score: f32, greatest: f32, total: f32) -> f32 {
        (score - greatest).exp() / total
    }

    /// y[at, c] = 0 for the columns c of this invocation.
    pub fn clear_row(y: &mut [f32], at: u32, len: u32) {
        for c in (local_invocation_index()..len).step_by(BLOCK) {
            y[at * len + c] = 0.0;
        }
    }

    /// `y[at, c] = scale·y[at, c] + Σ weights[j]·x[first + j, c]` over `count` rows of x, for the columns c of this invocation.
    pub fn add_rows(
        y: &mut [f32],
        at: u32,
        scale: f32,
        weights: &mut [f32; BLOCK],
        x: &[f32],
        first: u32,
        count: u32,
        len: u32,
    ) {
        for c in (local_invocation_index()..len).step_by(BLOCK) {
            let mut sum = scale * y[at * len + c];
            for j in 0..count {
                sum += weights[j] * x[(first + j) * len + c];
            }
            y[at * len + c] = sum;
        }
    }

    /// y = softmax(s·q·kᵀ)·v of a query over `kept` keys from `first` on, one at least, greatest = max of the scores and total = Σ exp(score − greatest);
    /// a block of keys at a time. All invocations must call it.
    pub fn attend(
        scores: &mut [f32; BLOCK],
        weights: &mut [f32; BLOCK],
        q: &[f32],
        k: &[f32],
        v: &[f32],
        y: &mut [f32],
        greatest: &mut [f32],
        total: &mut [f32],
        query: u32,
        first: u32,
        kept: u32,
        dim: u32,
        width: u32,
        s: f32,
    ) {
        let lane = local_invocation_index();
        let mut m = neg_infinity();
        let mut l = 0.0;
        clear_row(y, query, width);
        for start in (0..kept).step_by(BLOCK) {
            let count = (kept - start).min(BLOCK);
            if lane < count {
                scores[lane] = row_dot(s, q, query, k, first + start + lane, dim);
            }
            // Nor may the weights of the block before be read any more.
            workgroup_barrier();
            let mut raised = m;
            for j in 0..count {
                raised = raised.max(scores[j]);
            }
            if lane < count {
                weights[lane] = (scores[lane] - raised).exp();
            }
            workgroup_barrier();
            // Before the first block m is no number, and there is nothing to rescale.
            let mut scale = 0.0;
            if start > 0 {
                scale = (m - raised).exp();
            }
            l *= scale;
            for j in 0..count {
                l += weights[j];
            }
            add_rows(y, query, scale, weights, v, first + start, count, width);
            m = raised;
        }
        for c in (lane..width).step_by(BLOCK) {
            y[query * width + c] /= l;
        }
        if lane == 0 {
            greatest[query] = m;
            total[query] = l;
        }
    }

    /// dq += s·Σ P·(dy·v − D)·k of a query over `kept` keys from `first` on, a block of them at a time. All invocations must call it.
    pub fn add_keys(
        slopes: &mut [f32; BLOCK],
        q: &[f32],
        k: &[f32],
        v: &[f32],
        greatest: &[f32],
        total: &[f32],
        dy: &[f32],
        delta: &[f32],
        dq: &mut [f32],
        query: u32,
        first: u32,
        kept: u32,
        dim: u32,
        width: u32,
        s: f32,
    ) {
        let lane = local_invocation_index();
        for start in (0..kept).step_by(BLOCK) {
            // The round before may still be read.
            workgroup_barrier();
            if start + lane < kept {
                let key = first + start + lane;
                let p = weight(row_dot(s, q, query, k, key, dim), greatest[query], total[query]);
                slopes[lane] = s * p * (row_dot(1.0, dy, query, v, key, width) - delta[query]);
            }
            workgroup_barrier();
            add_rows(dq, query, 1.0, slopes, k, first + start, (kept - start).min(BLOCK), dim);
        }
    }

    /// dk += s·Σ P·(dy·v − D)·q and dv += Σ P·dy of a key over queries of a head, which begin at `first`: from number `from` on, up to `rows`, a block of them
    /// at a time. All invocations must call it.
    pub fn add_queries(
        weights: &mut [f32; BLOCK],
        slopes: &mut [f32; BLOCK],
        q: &[f32],
        k: &[f32],
        v: &[f32],
        greatest: &[f32],
        total: &[f32],
        dy: &[f32],
        delta: &[f32],
        dk: &mut [f32],
        dv: &mut [f32],
        key: u32,
        first: u32,
        from: u32,
        rows: u32,
        dim: u32,
        width: u32,
        s: f32,
    ) {
        let lane = local_invocation_index();
        for start in (from..rows).step_by(BLOCK) {
            // The round before may still be read.
            workgroup_barrier();
            if start + lane < rows {
                let query = first + start + lane;
                let p = weight(row_dot(s, q, query, k, key, dim), greatest[query], total[query]);
                weights[lane] = p;
                slopes[lane] = s * p * (row_dot(1.0, dy, query, v, key, width) - delta[query]);
            }
            workgroup_barrier();
            let count = (rows - start).min(BLOCK);
            add_rows(dk, key, 1.0, slopes, q, first + start, count, dim);
            add_rows(dv, key, 1.0, weights, dy, first + start, count, width);
        }
    }
}

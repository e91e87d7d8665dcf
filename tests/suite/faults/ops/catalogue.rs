//! Ops of the catalogue whose plan uses kernels wrongly.

use crate::faults::wrong::Wrong;
use hesper_ad::ops::columns::{ROWS_AT_ONCE, blocks, sum_columns};
use hesper_ad::ops::{
    Add, BiasAdd, Embedding, Gelu, GeluTanh, LayerNorm, Mse, RmsNorm, Rope, ScaledDot, Sgd, Swiglu,
    bias_add, embedding, layer_norm, mse, rms_norm, scaled_dot, silu,
};
use hesper_ad::prelude::*;

shader! {
    /// All places add to the rows of their ids at once.
    #[workgroup_size(64)]
    fn embedding_race(ids: &[u32], dy: &[f32], dtable: &mut [f32], dim: u32) {
        let i = global_index();
        if i < dy.len() {
            dtable[ids[i / dim] * dim + i % dim] += dy[i];
        }
    }

    /// One row of the table is not found.
    #[workgroup_size(64)]
    fn embedding_but_one(#[comptime] first: u32, table: &[f32], ids: &[u32], y: &mut [f32], vocab: u32, dim: u32) {
        let i = global_index();
        if i < y.len() {
            let id = ids[i / dim];
            let lost = if first == 1 { 0 } else { vocab - 1 };
            y[i] = if vocab > 1 && id == lost { 0.0 } else { table[id * dim + i % dim] };
        }
    }

    /// The last of equal ids instead of their sum.
    #[workgroup_size(64)]
    fn embedding_last(ids: &[u32], dy: &[f32], dtable: &mut [f32], n: u32, dim: u32) {
        let i = global_index();
        if i < dtable.len() {
            dtable[i] = 0.0;
            for j in 0..n {
                if ids[j] == i / dim {
                    dtable[i] = dy[j * dim + i % dim];
                }
            }
        }
    }

    /// Nesterov's variant: new_w = w − lr·(g + momentum·new_v).
    #[workgroup_size(64)]
    fn nesterov(w: &[f32], g: &[f32], v: &[f32], new_w: &mut [f32], new_v: &mut [f32], lr: f32, momentum: f32, rest: f32, decay: f32) {
        let i = global_index();
        if i < new_w.len() {
            let gradient = rest * (g[i] + decay * w[i]);
            let velocity = momentum * v[i] + gradient;
            new_v[i] = velocity;
            new_w[i] = w[i] - lr * (gradient + momentum * velocity);
        }
    }
}

/// The two stages of a sum over the rows of `dy`, the first of blocks of so many rows, the second of so many blocks.
pub(crate) fn bias_in_stages(second: fn(usize) -> usize) -> impl DiffOp {
    Wrong::plan(BiasAdd, move |_, plan| {
        let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
        plan.forward(bias_add::bias_add(), Grid::cover(rows * cols));
        plan.backward(bias_add::bias_add_backward(), Grid::cover(rows * cols));
        plan.temporary("partial", Type::F32, blocks(rows) * cols)?;
        sum_columns(plan, "dy", "partial", [rows, cols], ROWS_AT_ONCE);
        let count = second(blocks(rows));
        sum_columns(plan, "partial", "db", [count, cols], count);
        Ok(())
    })
}

pub(crate) fn short_blocks() -> impl DiffOp {
    Wrong::plan(RmsNorm, |_, plan| {
        let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
        let blocks = blocks(rows);
        plan.forward(rms_norm::rms_norm(), Grid::workgroups(rows));
        plan.backward(rms_norm::rms_norm_backward(), Grid::workgroups(rows));
        plan.temporary("partial", Type::F32, blocks * cols)?;
        plan.backward(rms_norm::rms_norm_dgamma(), Grid::cover(blocks * cols))
            .uniform("height", ROWS_AT_ONCE - 1);
        sum_columns(plan, "partial", "dgamma", [blocks, cols], blocks);
        Ok(())
    })
}

pub(crate) fn swapped_sums() -> impl DiffOp {
    Wrong::plan(LayerNorm, |_, plan| {
        let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
        let blocks = blocks(rows);
        plan.forward(layer_norm::layer_norm(), Grid::workgroups(rows));
        plan.backward(layer_norm::layer_norm_backward(), Grid::workgroups(rows));
        plan.temporary("gammas", Type::F32, blocks * cols)?;
        plan.temporary("betas", Type::F32, blocks * cols)?;
        let sums = layer_norm::layer_norm_dgamma_dbeta();
        plan.backward(sums, Grid::cover(blocks * cols))
            .uniform("height", ROWS_AT_ONCE);
        sum_columns(plan, "gammas", "dbeta", [blocks, cols], blocks);
        sum_columns(plan, "betas", "dgamma", [blocks, cols], blocks);
        Ok(())
    })
}

/// MSE by one of its workgroups; or divided by the number of chunks.
pub(crate) fn mse_by(one_group: bool, by_chunks: bool) -> impl DiffOp {
    Wrong::plan(Mse, move |_, plan| {
        let n = plan.dim("n")?;
        let chunks = n.div_ceil(1024);
        let groups = if one_group { 1 } else { chunks };
        plan.temporary("partial", Type::F32, chunks)?;
        plan.forward(mse::mse_partial(), Grid::workgroups(groups));
        let total = plan.forward(mse::mse(), Grid::workgroups(1));
        if by_chunks {
            total.uniform("n", chunks);
        }
        plan.backward(mse::mse_backward(), Grid::cover(n));
        Ok(())
    })
}

fn embedding_by(forward: fn() -> Kernel, backward: &'static [fn() -> Kernel]) -> impl DiffOp {
    Wrong::plan(Embedding, move |_, plan| {
        let (vocab, dim, n) = (plan.dim("vocab")?, plan.dim("dim")?, plan.dim("n")?);
        plan.forward(forward(), Grid::cover(n * dim));
        if backward
            .iter()
            .any(|kernel| kernel().name() == "embedding_links")
        {
            plan.temporary("first", Type::U32, n)?;
            plan.temporary("next", Type::U32, n)?;
        }
        for kernel in backward {
            plan.backward(kernel(), Grid::cover(n.max(vocab) * dim));
        }
        Ok(())
    })
}

/// The backward kernels of an embedding.
const RIGHT: &[fn() -> Kernel] = &[
    embedding::embedding_clear,
    embedding::embedding_links,
    embedding::embedding_scatter,
];

pub(crate) fn first_row_lost() -> impl DiffOp {
    embedding_by(|| embedding_but_one(1), RIGHT)
}

pub(crate) fn last_row_lost() -> impl DiffOp {
    embedding_by(|| embedding_but_one(0), RIGHT)
}

pub(crate) fn not_cleared() -> impl DiffOp {
    embedding_by(
        embedding::embedding,
        &[embedding::embedding_links, embedding::embedding_scatter],
    )
}

pub(crate) fn places_race() -> impl DiffOp {
    embedding_by(
        embedding::embedding,
        &[embedding::embedding_clear, embedding_race],
    )
}

pub(crate) fn last_of_equal() -> impl DiffOp {
    embedding_by(embedding::embedding, &[embedding_last])
}

pub(crate) fn exchanged() -> impl DiffOp {
    Wrong::plan(ScaledDot, |_, plan| {
        let (rows, dim) = (plan.dim("rows")?, plan.dim("dim")?);
        plan.forward(scaled_dot::scaled_dot(), Grid::workgroups(rows));
        plan.backward(scaled_dot::scaled_dot_backward(), Grid::cover(rows * dim))
            .bind("dq", "dk")
            .bind("dk", "dq");
        Ok(())
    })
}

pub(crate) fn without_gate() -> impl DiffOp {
    Wrong::plan(Swiglu, |right, plan| {
        let n = plan.dim("n")?;
        right.plan(plan)?;
        plan.forward(silu::silu(), Grid::cover(n));
        Ok(())
    })
}

pub(crate) fn nesterov_step() -> impl DiffOp {
    Wrong::plan(Sgd, |right, plan| {
        let n = plan.dim("n")?;
        right.plan(plan)?;
        plan.forward(nesterov(), Grid::cover(n));
        Ok(())
    })
}

pub(crate) fn other_pairing() -> impl DiffOp {
    Wrong::plan(Rope::HALVES, |_, plan| Rope::PAIRS.plan(plan))
}

pub(crate) fn other_gelu() -> impl DiffOp {
    Wrong::plan(Gelu, |_, plan| GeluTanh.plan(plan))
}

pub(crate) fn half_an_addition() -> impl DiffOp {
    Wrong::plan(Add, |_, plan| {
        let n = plan.dim("n")?;
        plan.forward(hesper_ad::ops::add::add(), Grid::cover(n));
        plan.backward(bias_add::bias_add_backward(), Grid::cover(n))
            .bind("dx", "da");
        Ok(())
    })
}

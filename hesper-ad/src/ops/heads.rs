//! What heads of attention have in common: rows taken apart into shorter ones, and put together again.

use crate::prelude::*;

shader! {
    /// y[b, j, i, c] = x[b, i, j, c] of axes that long; one invocation per element.
    #[workgroup_size(64)]
    pub fn swap_axes(x: &[f32], y: &mut [f32], len_i: u32, len_j: u32, dim: u32) {
        let at = global_index();
        if at < y.len() {
            let c = at % dim;
            let i = at / dim % len_i;
            let j = at / dim / len_i % len_j;
            let b = at / dim / len_i / len_j;
            y[at] = x[((b * len_i + i) * len_j + j) * dim + c];
        }
    }
}

/// Whole rows, and rows of heads.
pub(super) fn ports(heads: usize) -> [[String; 3]; 2] {
    let names = |[a, b, c]: [&str; 3]| [a.to_string(), b.to_string(), c.to_string()];
    let (batches, columns) = (format!("{heads}*batch"), format!("{heads}*dim"));
    [
        names(["batch", "rows", &columns]),
        names([&batches, "rows", "dim"]),
    ]
}

/// Rows taken apart into heads.
pub(super) fn apart(cx: &Context, heads: usize, x: &Tensor) -> Tensor {
    let (batch, rows, dim) = (cx.dim("batch"), cx.dim("rows"), cx.dim("dim"));
    Tensor::from_fn([heads * batch, rows, dim], |[at, r, c]| {
        x[[at / heads, r, at % heads * dim + c]]
    })
}

/// Heads put together to rows.
pub(super) fn together(cx: &Context, heads: usize, x: &Tensor) -> Tensor {
    let (batch, rows, dim) = (cx.dim("batch"), cx.dim("rows"), cx.dim("dim"));
    Tensor::from_fn([batch, rows, heads * dim], |[b, r, c]| {
        x[[b * heads + c / dim, r, c % dim]]
    })
}

/// A dispatch for each pass: `forward` takes apart or puts together, `backward` the other way round.
pub(super) fn plan_swaps(plan: &mut OpPlan, heads: usize, is_apart: bool) -> Result<(), OpError> {
    let rows = plan.dim("rows")?;
    let grid = Grid::cover(plan.dim("batch")? * rows * heads * plan.dim("dim")?);
    let lengths = |is_apart| {
        if is_apart {
            [rows, heads]
        } else {
            [heads, rows]
        }
    };
    let forward = plan.forward(swap_axes(), grid);
    let [len_i, len_j] = lengths(is_apart);
    forward.uniform("len_i", len_i).uniform("len_j", len_j);
    let backward = plan.backward(swap_axes(), grid);
    let [len_i, len_j] = lengths(!is_apart);
    backward.bind("x", "dy").bind("y", "dx");
    backward.uniform("len_i", len_i).uniform("len_j", len_j);
    Ok(())
}

pub(super) fn sampling() -> Sampling {
    Sampling::default()
        .greatest([("batch", 64), ("rows", 1 << 12), ("dim", 128)])
        .greatest([("batch", 1), ("rows", 1 << 17), ("dim", 128)])
}

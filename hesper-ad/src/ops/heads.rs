//! Heads of attention: rows taken apart into shorter ones, and put together again.

use crate::prelude::*;

/// The heads of rows, `y[b·heads + h, r, c] = x[b, r, h·dim + c]`: of `batch` sequences of `rows` rows `x[batch, rows, heads·dim]`, each head's rows
/// together, as attention takes them; `dx` puts `dy` together again. How many heads is the op's own number.
///
/// As `x.unflatten(-1, (heads, dim)).transpose(1, 2).flatten(0, 1)` in PyTorch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitHeads {
    /// How many heads, at least 1.
    pub heads: usize,
}

/// Heads put together to rows, `y[b, r, h·dim + c] = x[b·heads + h, r, c]`: what [`SplitHeads`] takes apart; `dx` takes `dy` apart.
///
/// As `x.unflatten(0, (-1, heads)).transpose(1, 2).flatten(2)` in PyTorch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MergeHeads {
    /// How many heads, at least 1.
    pub heads: usize,
}

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

impl SplitHeads {
    /// Three heads: what the catalogue has.
    pub const EXAMPLE: SplitHeads = SplitHeads { heads: 3 };
}

impl MergeHeads {
    /// Three heads: what the catalogue has.
    pub const EXAMPLE: MergeHeads = MergeHeads { heads: 3 };
}

/// Whole rows, and rows of heads.
fn ports(heads: usize) -> [[String; 3]; 2] {
    let names = |[a, b, c]: [&str; 3]| [a.to_string(), b.to_string(), c.to_string()];
    let (batches, columns) = (format!("{heads}*batch"), format!("{heads}*dim"));
    [
        names(["batch", "rows", &columns]),
        names([&batches, "rows", "dim"]),
    ]
}

/// Rows taken apart into heads.
fn apart(cx: &Context, heads: usize, x: &Tensor) -> Tensor {
    let (batch, rows, dim) = (cx.dim("batch"), cx.dim("rows"), cx.dim("dim"));
    Tensor::from_fn([heads * batch, rows, dim], |[at, r, c]| {
        x[[at / heads, r, at % heads * dim + c]]
    })
}

/// Heads put together to rows.
fn together(cx: &Context, heads: usize, x: &Tensor) -> Tensor {
    let (batch, rows, dim) = (cx.dim("batch"), cx.dim("rows"), cx.dim("dim"));
    Tensor::from_fn([batch, rows, heads * dim], |[b, r, c]| {
        x[[b * heads + c / dim, r, c % dim]]
    })
}

/// A dispatch for each pass: `forward` takes apart or puts together, `backward` the other way round.
fn plan_swaps(plan: &mut OpPlan, heads: usize, is_apart: bool) -> Result<(), OpError> {
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

fn sampling() -> Sampling {
    Sampling::default()
        .greatest([("batch", 64), ("rows", 1 << 12), ("dim", 128)])
        .greatest([("batch", 1), ("rows", 1 << 17), ("dim", 128)])
}

impl DiffOp for SplitHeads {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let [rows, heads] = ports(self.heads);
        Signature::new(format!("SplitHeads({})", self.heads))
            .input("x", rows.each_ref().map(String::as_str))
            .output("y", heads.each_ref().map(String::as_str))
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [apart(cx, self.heads, x)]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [together(cx, self.heads, dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        plan_swaps(plan, self.heads, true)
    }

    fn sampling(&self) -> Sampling {
        sampling()
    }
}

impl DiffOp for MergeHeads {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let [rows, heads] = ports(self.heads);
        Signature::new(format!("MergeHeads({})", self.heads))
            .input("x", heads.each_ref().map(String::as_str))
            .output("y", rows.each_ref().map(String::as_str))
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [together(cx, self.heads, x)]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [apart(cx, self.heads, dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        plan_swaps(plan, self.heads, false)
    }

    fn sampling(&self) -> Sampling {
        sampling()
    }
}

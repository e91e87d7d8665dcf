//! Looking up rows of a table for sequences.

use super::embedding::{embedding, plan_backward};
use crate::prelude::*;

/// [`Embedding`](super::Embedding) of `batch` sequences: `y[b, r] = table[ids[b, r]]` of `ids[batch, rows]` and `table[vocab, dim]`, so that what follows in
/// a graph knows sequences from their rows; `dtable[v] = Σ dy[b, r]` over the places with `ids[b, r] = v`.
///
/// As `torch.nn.functional.embedding` of ids of two dimensions.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokenEmbedding;

impl DiffOp for TokenEmbedding {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("TokenEmbedding")
            .input("table", ["vocab", "dim"])
            .integer("ids", ["batch", "rows"], "vocab")
            .output("y", ["batch", "rows", "dim"])
    }

    fn forward(&self, cx: &mut Context, [table]: [&Tensor; 1]) -> [Tensor; 1] {
        let shape = [cx.dim("batch"), cx.dim("rows"), cx.dim("dim")];
        let ids = cx.integers("ids");
        [Tensor::from_fn(shape, |[b, r, j]| {
            table[[ids[[b, r]] as usize, j]]
        })]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let (n, rows) = (cx.dim("batch") * cx.dim("rows"), cx.dim("rows"));
        let ids = cx.integers("ids").data();
        let shape = [cx.dim("vocab"), cx.dim("dim")];
        [Tensor::from_fn(shape, |[v, j]| {
            let places = (0..n).filter(|at| ids[*at] as usize == v);
            cx.sum(places.map(|at| dy[[at / rows, at % rows, j]]))
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (vocab, dim) = (plan.dim("vocab")?, plan.dim("dim")?);
        let n = plan.dim("batch")? * plan.dim("rows")?;
        plan.forward(embedding(), Grid::cover(n * dim));
        plan_backward(plan, [vocab, dim, n])
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([
                ("vocab", 256_000),
                ("dim", 1 << 12),
                ("batch", 1 << 8),
                ("rows", 1 << 11),
            ])
            .greatest([
                ("vocab", 1 << 24),
                ("dim", 128),
                ("batch", 1 << 12),
                ("rows", 1 << 12),
            ])
    }
}

//! Looking up rows of a table.

use crate::prelude::*;

/// Embedding lookup `yᵢ = table[idsᵢ]` of `n` integers `ids` into `table[vocab, dim]`; `dtable[v] = Σ dyᵢ` over the `i` with
/// `idsᵢ = v`, 0 where there is none.
///
/// An id beyond the table is an error wherever the host can see it. Kernels, which cannot tell, give a row of −∞ for it, and pass nothing back.
///
/// As `torch.nn.functional.embedding`. Ids may repeat: of all places with one id the first adds up the cotangents of all, going from each to the next, so that
/// no two invocations write to one row, and the sum has one order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Embedding;

shader! {
    /// y = the rows of table that ids name, one invocation per element.
    #[workgroup_size(64)]
    pub fn embedding(table: &[f32], ids: &[u32], y: &mut [f32], dim: u32) {
        let i = global_index();
        if i < y.len() {
            let mut found = neg_infinity();
            if ids[i / dim] < table.len() / dim {
                found = table[ids[i / dim] * dim + i % dim];
            }
            y[i] = found;
        }
    }

    /// dtable = 0.
    #[workgroup_size(64)]
    pub fn embedding_clear(dtable: &mut [f32]) {
        let i = global_index();
        if i < dtable.len() {
            dtable[i] = 0.0;
        }
    }

    /// For each place the first one with its id, and the next; `ids.len()` where there is none.
    #[workgroup_size(64)]
    pub fn embedding_links(ids: &[u32], first: &mut [u32], next: &mut [u32]) {
        let place = global_index();
        if place < ids.len() {
            let id = ids[place];
            let mut before = 0;
            while ids[before] != id {
                before += 1;
            }
            first[place] = before;
            let mut after = place + 1;
            while after < ids.len() {
                if ids[after] == id {
                    break;
                }
                after += 1;
            }
            next[place] = after;
        }
    }

    /// dtable = Σ dy over all places with the id of a row, added up at the first of them; one invocation per element of dy.
    #[workgroup_size(64)]
    pub fn embedding_scatter(
        ids: &[u32],
        first: &[u32],
        next: &[u32],
        dy: &[f32],
        dtable: &mut [f32],
        dim: u32,
    ) {
        let i = global_index();
        if i < dy.len() {
            let place = i / dim;
            let id = ids[place];
            if first[place] == place && id < dtable.len() / dim {
                let mut sum = dy[i];
                let mut other = next[place];
                while other < ids.len() {
                    sum += dy[other * dim + i % dim];
                    other = next[other];
                }
                dtable[id * dim + i % dim] = sum;
            }
        }
    }
}

/// The backward pass of a lookup of `n` ids in a table of `vocab` rows.
pub(super) fn plan_backward(plan: &mut OpPlan, [vocab, dim, n]: [usize; 3]) -> Result<(), OpError> {
    plan.temporary("first", Type::U32, n)?;
    plan.temporary("next", Type::U32, n)?;
    plan.backward(embedding_clear(), Grid::cover(vocab * dim));
    plan.backward(embedding_links(), Grid::cover(n));
    plan.backward(embedding_scatter(), Grid::cover(n * dim));
    Ok(())
}

impl DiffOp for Embedding {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Embedding")
            .input("table", ["vocab", "dim"])
            .integer("ids", ["n"], "vocab")
            .output("y", ["n", "dim"])
    }

    fn forward(&self, cx: &mut Context, [table]: [&Tensor; 1]) -> [Tensor; 1] {
        let ids = cx.integers("ids");
        [Tensor::from_fn([cx.dim("n"), cx.dim("dim")], |[i, j]| {
            table[[ids[[i]] as usize, j]]
        })]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let ids = cx.integers("ids");
        [Tensor::from_fn(
            [cx.dim("vocab"), cx.dim("dim")],
            |[v, j]| {
                let places = (0..cx.dim("n")).filter(|i| ids[[*i]] as usize == v);
                cx.sum(places.map(|i| dy[[i, j]]))
            },
        )]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (vocab, dim, n) = (plan.dim("vocab")?, plan.dim("dim")?, plan.dim("n")?);
        plan.forward(embedding(), Grid::cover(n * dim));
        plan_backward(plan, [vocab, dim, n])
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("vocab", 256_000), ("dim", 1 << 12), ("n", 1 << 19)])
            .greatest([("vocab", 1 << 24), ("dim", 128), ("n", 1 << 24)])
    }
}

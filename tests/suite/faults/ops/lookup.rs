//! Rows of a table by their number.

use super::Variant;
use hesper_ad::prelude::*;

/// `yᵢ = x[indexᵢ]`, rows of `width` numbers; `dx` sums the cotangents of equal indices.
pub(crate) struct Lookup(pub(crate) Variant);

/// Wrong variants.
pub(crate) mod wrong {
    /// The first of equal indices only, or the last.
    pub(crate) const FIRST_ONLY: u32 = 1;
    pub(crate) const LAST_ONLY: u32 = 2;
    /// The row after the one meant.
    pub(crate) const NEXT_ROW: u32 = 3;
}

/// Right variants.
pub(crate) mod right {
    /// Adds row by row to the table, in any order.
    pub(crate) const SCATTER: u32 = 10;
    /// A factor of 0 or 1 for `if`.
    pub(crate) const ARITHMETIC: u32 = 11;
}
use right::*;
use wrong::*;

shader! {
    #[workgroup_size(4)]
    fn lookup(#[comptime] way: u32, x: &[f32], index: &[u32], y: &mut [f32], n: u32, width: u32) {
        let i = global_index();
        if i < y.len() {
            let row = index[i / width];
            y[i] = x[if way == NEXT_ROW { (row + 1) % n } else { row } * width + i % width];
        }
    }

    #[workgroup_size(4)]
    fn lookup_backward(#[comptime] way: u32, index: &[u32], dy: &[f32], dx: &mut [f32], width: u32) {
        let i = global_index();
        if i < dx.len() {
            let mut sum = 0.0;
            for k in 0..index.len() {
                let here = index[k] == i / width;
                if way == ARITHMETIC {
                    sum += dy[k * width + i % width] * if here { 1.0 } else { 0.0 };
                } else if here {
                    sum = if way == LAST_ONLY { 0.0 } else { sum } + dy[k * width + i % width];
                }
            }
            dx[i] = sum;
        }
    }

    /// One invocation for each column, so that no two add at once.
    #[workgroup_size(4)]
    fn scatter(index: &[u32], dy: &[f32], dx: &mut [f32], n: u32, width: u32) {
        let j = global_index();
        if j < width {
            for row in 0..n {
                dx[row * width + j] = 0.0;
            }
            for k in (0..index.len()).rev() {
                dx[index[k] * width + j] += dy[k * width + j];
            }
        }
    }
}

impl DiffOp for Lookup {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Lookup")
            .input("x", ["n", "width"])
            .integer("index", ["k"], "n")
            .output("y", ["k", "width"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let index = cx.integers("index");
        [Tensor::from_fn([cx.dim("k"), cx.dim("width")], |[i, j]| {
            x[[index[[i]] as usize, j]]
        })]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let index = cx.integers("index");
        let most = if self.0.spec == FIRST_ONLY {
            1
        } else {
            index.len()
        };
        let of = |at: usize| (0..index.len()).filter(move |i| index[[*i]] as usize == at);
        [Tensor::from_fn([cx.dim("n"), cx.dim("width")], |[i, j]| {
            cx.sum(of(i).take(most).map(|k| dy[[k, j]]))
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (n, k, width) = (plan.dim("n")?, plan.dim("k")?, plan.dim("width")?);
        plan.forward(lookup(self.0.kernel), Grid::cover(k * width));
        if self.0.kernel == SCATTER {
            plan.backward(scatter(), Grid::cover(width));
        } else {
            plan.backward(lookup_backward(self.0.kernel), Grid::cover(n * width));
        }
        Ok(())
    }
}

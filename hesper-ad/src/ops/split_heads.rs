//! Rows taken apart into heads.

use super::heads::{apart, plan_swaps, ports, sampling, together};
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

impl SplitHeads {
    /// Three heads: what the catalogue has.
    pub const EXAMPLE: SplitHeads = SplitHeads { heads: 3 };
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

//! Heads put together to rows.

use super::heads::{apart, plan_swaps, ports, sampling, together};
use crate::prelude::*;

/// Heads put together to rows, `y[b, r, h·dim + c] = x[b·heads + h, r, c]`: what [`SplitHeads`](super::SplitHeads) takes apart; `dx` takes `dy` apart.
///
/// As `x.unflatten(0, (-1, heads)).transpose(1, 2).flatten(2)` in PyTorch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MergeHeads {
    /// How many heads, at least 1.
    pub heads: usize,
}

impl MergeHeads {
    /// Three heads: what the catalogue has.
    pub const EXAMPLE: MergeHeads = MergeHeads { heads: 3 };
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

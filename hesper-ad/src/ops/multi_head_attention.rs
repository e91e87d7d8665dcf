//! Attention of several heads with its projections, composed.

use super::{GroupedAttention, MergeHeads, SplitHeads, linear};
use crate::error::OpError;
use crate::graph::{Composite, Graph};
use crate::sample::Sampling;

/// Self-attention of several heads with its projections: queries, keys and values of the rows `x[batch, rows, width]` are `x·wq + bq`, `x·wk + bk` and `x·wv + bv`, of `heads·dim` columns;
/// each head attends by itself, and `y[batch, rows, width]` is what all of them find, side by side, times `wo` plus `bo`. The constant `s` is usually `1/√dim`; `lengths[batch]` says how
/// many of an example's rows are there as keys, as in [`GroupedAttention`].
///
/// As `torch.nn.MultiheadAttention` with a `key_padding_mask`, whose weights are transposed and those of `wq`, `wk` and `wv` one below the other. Its backward pass is the chain rule through
/// [`Linear`](super::Linear), [`SplitHeads`], [`GroupedAttention`] and [`MergeHeads`].
///
/// Vaswani et al., "Attention is all you need" (2017).
pub type MultiHeadAttention = Composite<9, 1>;

/// [`MultiHeadAttention`] of so many heads, at least 1, causal or not.
///
/// # Errors
/// Where there are no heads.
pub fn multi_head_attention(heads: usize, causal: bool) -> Result<MultiHeadAttention, OpError> {
    let inner = format!("{heads}*dim");
    let (into, of): ([&str; 2], [&str; 1]) = (["width", &inner], [&inner]);
    let inputs: [(&str, &[&str]); 9] = [
        ("x", &["batch", "rows", "width"]),
        ("wq", &into),
        ("bq", &of),
        ("wk", &into),
        ("bk", &of),
        ("wv", &into),
        ("bv", &of),
        ("wo", &[&inner, "width"]),
        ("bo", &["width"]),
    ];
    let kind = if causal { ", causal" } else { "" };
    let attention = GroupedAttention {
        heads,
        group: 1,
        causal,
    };
    let split = SplitHeads { heads };
    let greatest = [
        ("batch", 64),
        ("rows", 1 << 10),
        ("width", 1 << 10),
        ("dim", 64),
    ];
    // Of greater weights attention looks at one row alone.
    let weights = ["wq", "wk", "wv", "wo"].into_iter();
    let sampling = weights.fold(Sampling::default(), |s, name| s.uniform(name, -0.7, 0.7));
    Graph::new(&format!("MultiHeadAttention(heads {heads}{kind})"), inputs)
        .node(linear()?, ["x", "wq", "bq"], ["queries"])
        .node(linear()?, ["x", "wk", "bk"], ["keys"])
        .node(linear()?, ["x", "wv", "bv"], ["values"])
        .node(split, ["queries"], ["q"])
        .node(split, ["keys"], ["k"])
        .node(split, ["values"], ["v"])
        .node(attention, ["q", "k", "v"], ["found"])
        .node(MergeHeads { heads }, ["found"], ["merged"])
        .node(linear()?, ["merged", "wo", "bo"], ["y"])
        .sampling(sampling.greatest(greatest))
        .finish(["y"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DiffOp;
    use crate::test_ops::connections_are_right;

    /// All checks of the whole would take minutes; its parts have them.
    #[test]
    fn its_connections_are_right() {
        for (heads, causal) in [(2, true), (3, false)] {
            let op = multi_head_attention(heads, causal).unwrap();
            connections_are_right(&op);
            assert_eq!(op.signature().outputs().count(), 1);
        }
    }

    #[test]
    fn no_heads_are_refused() {
        let error = multi_head_attention(0, true).unwrap_err().to_string();
        assert!(
            error.contains("MultiHeadAttention(heads 0, causal)"),
            "{error}"
        );
    }
}

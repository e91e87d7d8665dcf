//! Causal attention, composed.

use super::{BatchMatMul, CausalMask, Scale, Softmax};
use crate::error::OpError;
use crate::graph::{Composite, Graph};
use crate::sample::Sampling;

/// Causal attention `y = softmax(mask(s·q·kᵀ))·v` of `heads` heads: each of the queries `q[heads, rows, dim]` weighs the values
/// `v[heads, keys, width]` of the keys `k[heads, keys, dim]` up to its own position. The constant `s` is usually `1/√dim`.
///
/// Its backward pass is the chain rule through [`BatchMatMul`], [`Scale`], [`CausalMask`] and [`Softmax`]; every intermediate
/// of the size `heads·rows·keys` is kept. [`FusedAttention`](super::FusedAttention) keeps none.
pub type Attention = Composite<3, 1>;

/// [`Attention`].
///
/// # Errors
/// None, unless the ops it is made of do not fit together.
pub fn attention() -> Result<Attention, OpError> {
    let inputs: [(&str, &[&str]); 3] = [
        ("q", &["heads", "rows", "dim"]),
        ("k", &["heads", "keys", "dim"]),
        ("v", &["heads", "keys", "width"]),
    ];
    let greatest = [
        ("heads", 64),
        ("rows", 1 << 12),
        ("keys", 1 << 12),
        ("dim", 128),
        ("width", 128),
    ];
    let sampling = Sampling::default()
        .uniform("s", 0.125, 1.0)
        .greatest(greatest);
    Graph::new("Attention", inputs)
        .node(BatchMatMul::TRANSPOSED, ["q", "k"], ["scores"])
        .node(Scale, ["scores"], ["scaled"])
        .node(CausalMask, ["scaled"], ["masked"])
        .node(Softmax, ["masked"], ["p"])
        .node(BatchMatMul::PLAIN, ["p", "v"], ["y"])
        .sampling(sampling)
        .finish(["y"])
}

//! The score of a rotated query, composed.

use super::{Rope, ScaledDot};
use crate::error::OpError;
use crate::graph::{Composite, Graph};
use crate::sample::Sampling;

/// The scaled dot product `y = s·Σ R(x)·k` of queries `x[heads, rows, 2·half]` that are turned by [`Rope::PAIRS`], and keys of the same
/// shape: [`ScaledDot`] ∘ [`Rope`].
pub type RotatedDot = Composite<2, 1>;

/// [`RotatedDot`].
///
/// # Errors
/// None, unless the ops it is made of do not fit together.
pub fn rotated_dot() -> Result<RotatedDot, OpError> {
    let dims: &[&str] = &["heads", "rows", "2*half"];
    let point = |angle: f32, k: [f32; 2], s: f32| {
        [
            ("x", vec![2.0, -1.0]),
            ("k", k.to_vec()),
            ("cos", vec![libm::cosf(angle)]),
            ("sin", vec![libm::sinf(angle)]),
            ("s", vec![s]),
            ("dy", vec![1.0]),
        ]
    };
    let points = [
        ("Lean θ=0.3", point(0.3, [0.5, -1.0], 0.125)),
        ("Lean θ=0.5", point(0.5, [1.0, -0.5], 0.25)),
    ];
    let greatest = [("heads", 64), ("rows", 1 << 17), ("half", 64)];
    let sampling = points.iter().fold(
        Sampling::default().greatest(greatest),
        |sampling, (label, point)| {
            let values = point.each_ref().map(|(name, values)| (*name, &values[..]));
            sampling.known(label, [("heads", 1), ("rows", 1), ("half", 1)], values)
        },
    );
    Graph::new("ScaledDot∘RoPE", [("x", dims), ("k", dims)])
        .node(Rope::PAIRS, ["x"], ["turned"])
        .node(ScaledDot, ["turned", "k"], ["y"])
        .sampling(sampling)
        .finish(["y"])
}

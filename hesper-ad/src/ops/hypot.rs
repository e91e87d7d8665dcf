//! The length of a vector of two numbers.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use super::norm::LEAST;
use crate::prelude::*;

/// The Euclidean length `y = √(a² + b²)`, elementwise over `n` numbers; `da = dy·a/y`, `db = dy·b/y`.
///
/// As `torch.hypot`. Where both are 0 there is no derivative; both cotangents are 0, and not the NaN of `torch.hypot`. Kernels square numbers divided by the
/// greater of both: squares themselves would overflow beyond 10¹⁹ and vanish below 10⁻²³.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hypot;

shader! {
    /// y = √(a² + b²), elementwise.
    #[workgroup_size(LANES)]
    pub fn hypot(a: &[f32], b: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            let unit = a[i].abs().max(b[i].abs()).max(LEAST);
            let first = a[i] / unit;
            let second = b[i] / unit;
            y[i] = unit * (first * first + second * second).sqrt();
        }
    }

    /// da = dy·a/y and db = dy·b/y, 0 where y is 0.
    #[workgroup_size(LANES)]
    pub fn hypot_backward(
        a: &[f32],
        b: &[f32],
        y: &[f32],
        dy: &[f32],
        da: &mut [f32],
        db: &mut [f32],
    ) {
        for i in (first()..end(dy.len())).step_by(LANES) {
            let length = y[i].max(LEAST);
            da[i] = dy[i] * (a[i] / length);
            db[i] = dy[i] * (b[i] / length);
        }
    }
}

fn length([a, b]: [Real; 2]) -> Real {
    (a.powi(2) + b.powi(2)).sqrt()
}

impl Elementwise<2> for Hypot {
    const NAME: &'static str = "Hypot";
    const INPUTS: [&'static str; 2] = ["a", "b"];

    fn value(_: &Context, x: [Real; 2]) -> Real {
        length(x)
    }

    fn cotangents(_: &Context, x: [Real; 2], dy: Real) -> [Real; 2] {
        let y = length(x);
        let y = Real::select(y.gt(0.0), y, 1.0);
        x.map(|x| dy * (x / y))
    }

    fn kernels() -> [Kernel; 2] {
        [hypot(), hypot_backward()]
    }
}

elementwise!(Hypot: 2);

//! Hyperbolic functions of `|x|`, from `t = eˣ − 1`, which keeps its digits near zero; the sign follows.

use super::exp::{exp_minus_one, exp_wide};

/// Hyperbolic sine: `½·(t + t/(t + 1))`.
#[inline(always)]
pub(in crate::domain) fn sinh(x: f32) -> f32 {
    let t = exp_minus_one(f64::from(x.abs()));
    ((0.5 * (t + t / (t + 1.0))) as f32).copysign(x)
}

/// Hyperbolic cosine: `½·(eˣ + e⁻ˣ)`.
#[inline(always)]
pub(in crate::domain) fn cosh(x: f32) -> f32 {
    let e = exp_wide(f64::from(x.abs()));
    (0.5 * (e + 1.0 / e)) as f32
}

/// Hyperbolic tangent: `t/(t + 2)` of `2x`.
#[inline(always)]
pub(in crate::domain) fn tanh(x: f32) -> f32 {
    let t = exp_minus_one(2.0 * f64::from(x.abs()));
    ((t / (t + 2.0)) as f32).copysign(x)
}

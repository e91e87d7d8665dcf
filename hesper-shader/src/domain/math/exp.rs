//! Exponentials: `2ᵗ = 2ᵏ·2ᶠ` with `k` the integer next to `t` and `f = t − k` in `[−½, ½]`.

use std::f64::consts::LOG2_E;

/// `(2ᶠ − 1)/f` on `[−½, ½]`, lowest coefficient first: relative error below 2⁻³² (`minimax.py`).
const POWER: [f64; 7] = [
    0.6931471805815695,
    0.2402265092005104,
    0.05550410727593408,
    0.009618057037110979,
    0.0013333669456350292,
    0.00015461329866423874,
    1.5252718464422195e-05,
];

/// Added to `t`, it leaves the nearest integer to `t + 1023` in the lowest bits: the exponent field of `2ᵏ`.
const ROUND: f64 = (3_u64 << 51) as f64 + 1023.0;

/// Beyond it `2ᵗ` is infinite or zero in binary32; up to it `2ᵏ` is a normal number in binary64.
const LIMIT: f64 = 160.0;

/// `(s, g)` with `2ᵗ = s·(1 + g)`, `s` a power of two; `g` has a small relative error, so `2ᵗ − 1` has too.
///
/// `t` is held within ±160; NaN gives NaN for `g`.
#[inline(always)]
pub(super) fn power_of_two(t: f64) -> (f64, f64) {
    let t = if t > LIMIT { LIMIT } else { t };
    let t = if t < -LIMIT { -LIMIT } else { t };
    let rounded = t + ROUND;
    let f = t - (rounded - ROUND);
    let [c0, c1, c2, c3, c4, c5, c6] = POWER;
    let q = c0 + f * (c1 + f * (c2 + f * (c3 + f * (c4 + f * (c5 + f * c6)))));
    (f64::from_bits(rounded.to_bits() << 52), f * q)
}

/// `eˣ − 1` in binary64, for hyperbolic functions.
#[inline(always)]
pub(super) fn exp_minus_one(x: f64) -> f64 {
    let (s, g) = power_of_two(x * LOG2_E);
    s * g + (s - 1.0)
}

/// `eˣ` in binary64.
#[inline(always)]
pub(super) fn exp_wide(x: f64) -> f64 {
    let (s, g) = power_of_two(x * LOG2_E);
    s + s * g
}

/// `eˣ`.
#[inline(always)]
pub(in crate::domain) fn exp(x: f32) -> f32 {
    exp_wide(f64::from(x)) as f32
}

/// `2ˣ`.
#[inline(always)]
pub(in crate::domain) fn exp2(x: f32) -> f32 {
    let (s, g) = power_of_two(f64::from(x));
    (s + s * g) as f32
}

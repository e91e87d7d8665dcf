//! Logarithms: `ln x = k·ln 2 + ln m` with `x = 2ᵏ·m`, `m` in `[½√2, √2)`, and `ln m = 2·artanh((m − 1)/(m + 1))`.

use std::f64::consts::{LN_2, LOG2_E};

/// `2·artanh(s)/s` by powers of `s²`, where `|s| ≤ (√2 − 1)/(√2 + 1)`: relative error below 2⁻³⁷ (`minimax.py`).
const ARTANH: [f64; 5] = [
    2.0000000000084284,
    0.6666666523988016,
    0.40000385986602033,
    0.2853497844867555,
    0.23617611271152042,
];

/// Where the exponent field of a binary64 number begins.
const EXPONENT: u32 = 52;
/// The bits of 1.
const ONE: u64 = 1023 << EXPONENT;
/// The bits of `½√2`, the least `m`.
const LEAST: u64 = 0x3fe6_a09e_667f_3bcd;
/// 2⁵²: or-ed with its bits, a small integer is a float.
const INTEGERS: f64 = (1_u64 << EXPONENT) as f64;

/// `(k, ln m)` of a positive, finite `x`; else some numbers.
#[inline(always)]
fn split(x: f32) -> (f64, f64) {
    // As fdlibm does: with the bits of ½√2 moved to those of 1, the exponent field changes at ½√2, not at 1.
    // A denormal binary32 number is a normal one here.
    let moved = f64::from(x).to_bits().wrapping_add(ONE - LEAST);
    let biased = f64::from_bits((moved >> EXPONENT) | INTEGERS.to_bits());
    let fraction = moved & ((1 << EXPONENT) - 1);
    let m = f64::from_bits(fraction + LEAST);
    let s = (m - 1.0) / (m + 1.0);
    let u = s * s;
    let [c0, c1, c2, c3, c4] = ARTANH;
    let q = c0 + u * (c1 + u * (c2 + u * (c3 + u * c4)));
    (biased - (INTEGERS + 1023.0), s * q)
}

/// `y` where `x` is positive and finite; the limits at zero and infinity; NaN for what is below zero and for NaN.
#[inline(always)]
fn with_limits(x: f32, y: f32) -> f32 {
    let y = if x < f32::INFINITY { y } else { f32::INFINITY };
    let low = if x == 0.0 {
        f32::NEG_INFINITY
    } else {
        f32::NAN
    };
    if x > 0.0 { y } else { low }
}

/// Natural logarithm.
#[inline(always)]
pub(in crate::domain) fn ln(x: f32) -> f32 {
    let (k, ln_m) = split(x);
    with_limits(x, (k * LN_2 + ln_m) as f32)
}

/// Binary logarithm; of a power of two it is exact.
#[inline(always)]
pub(in crate::domain) fn log2(x: f32) -> f32 {
    let (k, ln_m) = split(x);
    with_limits(x, (k + ln_m * LOG2_E) as f32)
}

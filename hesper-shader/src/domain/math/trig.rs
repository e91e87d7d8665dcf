//! Sine and cosine: `sin x = (−1)ⁿ·sin r` with `r = x − n·π` in `[−½π, ½π]`, and `n + ½` in place of `n` for the cosine.
//!
//! `r` keeps its digits near the zeros by Cody and Waite's way: π in two parts, and `n` times the first is exact.

use crate::domain::column::map1;
use std::f64::consts::FRAC_1_PI;

/// `sin(r)/r` by powers of `r²`, where `|r| ≤ ½π`: relative error below 2⁻³⁵ (`minimax.py`).
const SINE: [f64; 6] = [
    0.9999999999788362,
    -0.16666666608796255,
    0.008333330719484158,
    -0.00019840832689387285,
    2.7523964312737077e-06,
    -2.38682277502273e-08,
];

/// The first 33 bits of π: times `n + ½` up to 2¹⁹ it needs no more than the 53 bits there are.
const PI_HIGH: f64 = 3.1415926534682512;
/// The rest of π.
const PI_LOW: f64 = 1.2154201013012384e-10;

/// Up to this magnitude `n` is small enough, beyond it `libm` reduces the argument by Payne and Hanek's way.
const NEAR: f32 = 1_048_576.0;

/// Added to a number, it leaves the nearest integer, whose lowest bit is that of the sum.
const ROUND: f64 = (3_u64 << 51) as f64;

/// `sin(x − n·π)`, with the sign turned where `flip` is odd.
#[inline(always)]
fn reduced(x: f64, n: f64, flip: u64) -> f32 {
    let r = (x - n * PI_HIGH) - n * PI_LOW;
    let u = r * r;
    let [c0, c1, c2, c3, c4, c5] = SINE;
    let q = c0 + u * (c1 + u * (c2 + u * (c3 + u * (c4 + u * c5))));
    let sine = r * q;
    f64::from_bits(sine.to_bits() ^ (flip << 63)) as f32
}

/// Sine, within `NEAR`.
#[inline(always)]
pub(super) fn sin_near(x: f32) -> f32 {
    let x = f64::from(x);
    let rounded = x * FRAC_1_PI + ROUND;
    reduced(x, rounded - ROUND, rounded.to_bits())
}

/// Cosine, within `NEAR`: `cos x = (−1)ⁿ⁺¹·sin(x − (n + ½)·π)`.
#[inline(always)]
pub(super) fn cos_near(x: f32) -> f32 {
    let x = f64::from(x);
    let rounded = (x * FRAC_1_PI - 0.5) + ROUND;
    reduced(x, (rounded - ROUND) + 0.5, !rounded.to_bits())
}

/// Not for infinities and NaN.
#[inline(always)]
fn is_near(x: f32) -> bool {
    x.abs() <= NEAR
}

/// Sine of radians.
pub(in crate::domain) fn sin(x: f32) -> f32 {
    if is_near(x) {
        sin_near(x)
    } else {
        libm::sin(x.into()) as f32
    }
}

/// Cosine of radians.
pub(in crate::domain) fn cos(x: f32) -> f32 {
    if is_near(x) {
        cos_near(x)
    } else {
        libm::cos(x.into()) as f32
    }
}

/// Tangent of radians.
pub(in crate::domain) fn tan(x: f32) -> f32 {
    libm::tan(x.into()) as f32
}

/// `near` on all lanes, then `anywhere` on the active ones it does not serve; most columns have none.
#[inline(always)]
pub(super) fn column(
    x: &[f32],
    active: &[bool],
    out: &mut [f32],
    near: impl Fn(f32) -> f32,
    anywhere: impl Fn(f32) -> f32,
) {
    map1(x, out, near);
    if x.iter().fold(true, |all, x| all & is_near(*x)) {
        return;
    }
    let lanes = out.iter_mut().zip(x).zip(active);
    for ((o, x), _) in lanes.filter(|((_, x), on)| **on && !is_near(**x)) {
        *o = anywhere(*x);
    }
}

//! Arithmetic, comparisons and roundings of `f32`: where all results are representable, every device gives them exactly.
//!
//! What WGSL leaves open is not asked for: infinite operands, the sign of zero, subnormal numbers, a remainder whose quotient
//! is next to an integer. It leaves NaN open too; what the language promises of it is asked for, and what all known devices do.

use super::{check, pairs, run, unwatched};
use crate::conformance::Outcome;
use hesper_shader::{Device, shader};

const QUARTERS: [f32; 15] = [
    0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.5, 3.25, 64.0, -0.25, -0.5, -1.0, -1.5, -2.5, -7.75,
];

shader! {
    #[workgroup_size(16)]
    fn exact_operators(x: &[Vec2<f32>], y: &mut [f32]) {
        let i = global_index();
        if i < x.len() {
            let at = i * 14;
            let a = x[i].x;
            let b = x[i].y;
            y[at] = a + b;
            y[at + 1] = a - b;
            y[at + 2] = a * b;
            y[at + 3] = -a;
            y[at + 4] = a.max(b);
            y[at + 5] = a.min(b);
            y[at + 6] = a.clamp(-1.0, b.max(0.25));
            y[at + 7] = a.mul_add(b, 0.5);
            y[at + 8] = step(a, b);
            y[at + 9] = mix(a, b, 0.25);
            y[at + 10] = (a + 0.125) % 64.5;
            y[at + 11] = (a == b) as u32 as f32 + 2.0 * (a != b) as u32 as f32;
            y[at + 12] = (a < b) as u32 as f32 + 2.0 * (a <= b) as u32 as f32;
            y[at + 13] = (a > b) as u32 as f32 + 2.0 * (a >= b) as u32 as f32;
        }
    }

    #[workgroup_size(16)]
    fn assigning(x: &[Vec2<f32>], y: &mut [f32]) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        let at = i * 5;
        let b = x[i].y;
        for k in at..at + 5 {
            y[k] = x[i].x;
        }
        y[at] += b;
        y[at + 1] -= b;
        y[at + 2] *= b;
        y[at + 3] /= 4.0;
        y[at + 4] %= 64.5;
    }

    #[workgroup_size(16)]
    fn rounding(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < x.len() {
            let at = i * 8;
            y[at] = x[i].ceil();
            y[at + 1] = x[i].floor();
            y[at + 2] = x[i].trunc();
            y[at + 3] = x[i].round_ties_even();
            y[at + 4] = x[i].abs();
            y[at + 5] = sign(x[i]);
            y[at + 6] = fract(x[i]);
            y[at + 7] = -(-x[i]);
        }
    }

    #[workgroup_size(16)]
    fn remainders(x: &[Vec2<f32>], y: &mut [f32]) {
        let i = global_index();
        if i < x.len() {
            y[i] = x[i].x % x[i].y;
        }
    }

    #[workgroup_size(16)]
    fn comparing(x: &[Vec2<f32>], y: &mut [u32]) {
        let i = global_index();
        if i < x.len() {
            let a = x[i].x;
            let b = x[i].y;
            y[4 * i] = (a != b) as u32;
            y[4 * i + 1] = (a == b) as u32;
            y[4 * i + 2] = (a != a) as u32 + 2 * (b != b) as u32;
            y[4 * i + 3] = if a != b { 1 } else { 0 };
        }
    }

    #[workgroup_size(16)]
    fn casting(x: &[f32], y: &mut [i32]) {
        let i = global_index();
        if i < x.len() {
            y[3 * i] = x[i] as i32;
            y[3 * i + 1] = x[i] as u32 as i32;
            y[3 * i + 2] = (vec2(1.5, x[i]) as Vec2<i32>).y;
        }
    }

    #[workgroup_size(16)]
    fn extremes(x: &[Vec2<f32>], y: &mut [f32]) {
        let i = global_index();
        if i < x.len() {
            y[5 * i] = x[i].x.max(x[i].y);
            y[5 * i + 1] = x[i].x.min(x[i].y);
            y[5 * i + 2] = x[i].x.max(0.25);
            y[5 * i + 3] = x[i].x.clamp(-1.0, 2.0);
            y[5 * i + 4] = sign(x[i].x);
        }
    }

    #[workgroup_size(1)]
    fn literals(y: &mut [f32], x: &[f32]) {
        y[0] = 0.1;
        y[1] = 16777217.0;
        y[2] = 3.40282347e38;
        y[3] = f32::MAX;
        y[4] = f32::MIN_POSITIVE;
        y[5] = 1_000.5e-1;
        y[6] = -1f32;
        y[7] = f32::EPSILON;
        y[8] = std::f32::consts::PI;
        y[9] = 1e-37;
        y[10] = 0.1 + 0.2;
        y[11] = neg_infinity().max(x[0]);
        y[12] = (x[0] > neg_infinity()) as u32 as f32;
    }
}

fn two(first: bool, second: bool) -> f32 {
    f32::from(u8::from(first)) + 2.0 * f32::from(u8::from(second))
}

pub(super) fn operators(device: &Device) -> Outcome {
    check(
        device,
        &exact_operators(),
        &pairs(&QUARTERS),
        &[
            ("a + b", |[a, b]| a + b),
            ("a - b", |[a, b]| a - b),
            ("a * b", |[a, b]| a * b),
            ("-a", |[a, _]| -a),
            ("max", |[a, b]| a.max(b)),
            ("min", |[a, b]| a.min(b)),
            ("clamp", |[a, b]| a.clamp(-1.0, b.max(0.25))),
            ("mul_add", |[a, b]| a * b + 0.5),
            ("step", |[a, b]| f32::from(u8::from(b >= a))),
            ("mix", |[a, b]| a * 0.75 + b * 0.25),
            ("%", |[a, _]| (a + 0.125) % 64.5),
            ("== !=", |[a, b]| two(a == b, a != b)),
            ("< <=", |[a, b]| two(a < b, a <= b)),
            ("> >=", |[a, b]| two(a > b, a >= b)),
        ],
    )
}

const WITH_NAN: [f32; 4] = [1.0, f32::NAN, -2.5, 0.0];

pub(super) fn nan_differs_from_itself(device: &Device) -> Outcome {
    check(
        &unwatched(device),
        &comparing(),
        &pairs(&WITH_NAN),
        &[
            ("!=", |[a, b]| u32::from(a != b)),
            ("==", |[a, b]| u32::from(a == b)),
            ("!= itself", |[a, b]| {
                u32::from(a.is_nan()) + 2 * u32::from(b.is_nan())
            }),
            ("if", |[a, b]| u32::from(a != b)),
        ],
    )
}

pub(super) fn a_cast_of_nan_is_zero(device: &Device) -> Outcome {
    check(
        &unwatched(device),
        &casting(),
        &WITH_NAN,
        &[
            ("as i32", |x| x as i32),
            ("as u32", |x| x as u32 as i32),
            ("as Vec2<i32>", |x| x as i32),
        ],
    )
}

/// WGSL lets a device give either operand; none is known that gives NaN.
// Rust's `clamp` keeps NaN, which devices do not.
#[allow(clippy::manual_clamp)]
pub(super) fn maxima_leave_nan_out(device: &Device) -> Outcome {
    let mut rows = pairs(&WITH_NAN);
    rows.retain(|row| row.iter().any(|x| !x.is_nan()));
    check(
        &unwatched(device),
        &extremes(),
        &rows,
        &[
            ("max", |[a, b]| a.max(b)),
            ("min", |[a, b]| a.min(b)),
            ("max of a constant", |[a, _]| a.max(0.25)),
            ("clamp", |[a, _]| a.max(-1.0).min(2.0)),
            ("sign", |[a, _]| {
                f32::from(u8::from(a > 0.0)) - f32::from(u8::from(a < 0.0))
            }),
        ],
    )
}

pub(super) fn operators_that_assign(device: &Device) -> Outcome {
    check(
        device,
        &assigning(),
        &pairs(&QUARTERS),
        &[
            ("+=", |[a, b]| a + b),
            ("-=", |[a, b]| a - b),
            ("*=", |[a, b]| a * b),
            ("/=", |[a, _]| a / 4.0),
            ("%=", |[a, _]| a % 64.5),
        ],
    )
}

pub(super) fn roundings(device: &Device) -> Outcome {
    let more = [
        0.9999999,
        -0.9999999,
        3.5,
        4.5,
        -3.5,
        8_388_607.5,
        8_388_609.0,
        1e10,
        -1e10,
    ];
    let rows: Vec<f32> = QUARTERS.into_iter().chain(more).collect();
    check(
        device,
        &rounding(),
        &rows,
        &[
            ("ceil", |x| x.ceil()),
            ("floor", |x| x.floor()),
            ("trunc", |x| x.trunc()),
            ("round_ties_even", |x| x.round_ties_even()),
            ("abs", |x| x.abs()),
            ("sign", |x| if x == 0.0 { 0.0 } else { x.signum() }),
            ("fract", |x| x - x.floor()),
            ("-(-x)", |x| x),
        ],
    )
}

pub(super) fn remainders_have_the_sign_of_the_dividend(device: &Device) -> Outcome {
    let rows = [
        [5.5, 2.0],
        [-5.5, 2.0],
        [5.5, -2.0],
        [-5.5, -2.0],
        [0.25, 64.0],
        [100.5, 8.0],
        [0.0, 3.0],
    ];
    check(device, &remainders(), &rows, &[("a % b", |[a, b]| a % b)])
}

/// A literal and a sum of literals may be rounded either way.
pub(super) fn literals_keep_their_values(device: &Device) -> Outcome {
    let expected = [
        0.1,
        16_777_217.0,
        f32::MAX,
        f32::MAX,
        f32::MIN_POSITIVE,
        100.05,
        -1.0,
        f32::EPSILON,
        std::f32::consts::PI,
        1e-37,
        0.3,
        -3e38,
        1.0,
    ];
    let found = run::<_, f32>(device, &literals(), &[-3e38f32], expected.len())?;
    for (found, expected) in found.into_iter().zip(expected) {
        let distance = found.to_bits().abs_diff(expected.to_bits());
        assert!(distance <= 1, "{found:e} for {expected:e}");
    }
    Ok(())
}

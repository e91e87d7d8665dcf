//! Operators and methods on `i32` and `u32`: arithmetic wraps, `x / 0` is `x`, `x % 0` is 0, shifts count modulo 32.

use super::{check, pairs, unwatched};
use crate::conformance::Outcome;
use hesper_shader::{Device, shader};

const MIN: i32 = i32::MIN;
const MAX: i32 = i32::MAX;
const SIGNED: [i32; 19] = [
    0,
    1,
    -1,
    2,
    3,
    -3,
    7,
    -7,
    31,
    32,
    33,
    64,
    -32,
    46_341,
    0x5555_5555,
    MIN,
    MIN + 1,
    MAX,
    MAX - 1,
];
const UNSIGNED: [u32; 13] = [
    0,
    1,
    2,
    3,
    7,
    31,
    32,
    33,
    65_536,
    0x5555_5555,
    1 << 31,
    u32::MAX - 1,
    u32::MAX,
];

shader! {
    #[workgroup_size(32)]
    fn signed_operators(x: &[Vec2<i32>], y: &mut [i32]) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        let at = i * 21;
        let a = x[i].x;
        let b = x[i].y;
        y[at] = a + b;
        y[at + 1] = a - b;
        y[at + 2] = a * b;
        y[at + 3] = a / b;
        y[at + 4] = a % b;
        y[at + 5] = a & b;
        y[at + 6] = a | b;
        y[at + 7] = a ^ b;
        y[at + 8] = a << b as u32;
        y[at + 9] = a >> b as u32;
        y[at + 10] = -a;
        y[at + 11] = !a;
        y[at + 12] = a.max(b);
        y[at + 13] = a.min(b);
        y[at + 14] = a.abs();
        y[at + 15] = sign(a);
        y[at + 16] = a.clamp(b.min(0), b.max(0));
        y[at + 17] = (a == b) as i32 + 2 * (a != b) as i32;
        y[at + 18] = (a < b) as i32 + 2 * (a <= b) as i32;
        y[at + 19] = (a > b) as i32 + 2 * (a >= b) as i32;
        y[at + 20] = a - b * (a / b);
    }

    #[workgroup_size(32)]
    fn unsigned_operators(x: &[Vec2<u32>], y: &mut [u32]) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        let at = i * 17;
        let a = x[i].x;
        let b = x[i].y;
        y[at] = a + b;
        y[at + 1] = a - b;
        y[at + 2] = a * b;
        y[at + 3] = a / b;
        y[at + 4] = a % b;
        y[at + 5] = a & b;
        y[at + 6] = a | b;
        y[at + 7] = a ^ b;
        y[at + 8] = a << b;
        y[at + 9] = a >> b;
        y[at + 10] = !a;
        y[at + 11] = a.max(b);
        y[at + 12] = a.min(b);
        y[at + 13] = a.clamp(b.min(9), b.max(9));
        y[at + 14] = (a == b) as u32 + 2 * (a != b) as u32;
        y[at + 15] = (a < b) as u32 + 2 * (a <= b) as u32;
        y[at + 16] = (a > b) as u32 + 2 * (a >= b) as u32;
    }

    #[workgroup_size(32)]
    fn assigning(x: &[Vec2<i32>], y: &mut [i32]) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        let at = i * 10;
        for k in 0..10 {
            y[at + k] = x[i].x;
        }
        let b = x[i].y;
        y[at] += b;
        y[at + 1] -= b;
        y[at + 2] *= b;
        y[at + 3] /= b;
        y[at + 4] %= b;
        y[at + 5] &= b;
        y[at + 6] |= b;
        y[at + 7] ^= b;
        y[at + 8] <<= b as u32;
        y[at + 9] >>= b as u32;
    }

    /// Operands that a compiler may fold, and must not refuse.
    #[workgroup_size(32)]
    fn constants(x: &[i32], y: &mut [i32]) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        let at = i * 22;
        let a = x[i];
        y[at] = a / 0;
        y[at + 1] = a % 0;
        y[at + 2] = a / -1;
        y[at + 3] = a % -1;
        y[at + 4] = a << 32u32;
        y[at + 5] = a << 33u32;
        y[at + 6] = a >> 63u32;
        y[at + 7] = a * MIN;
        y[at + 8] = MIN / a;
        y[at + 9] = MAX + 1;
        y[at + 10] = MIN - 1;
        y[at + 11] = MAX * MAX;
        y[at + 12] = MIN / -1;
        y[at + 13] = MIN % -1;
        y[at + 14] = 5 / 0;
        y[at + 15] = 5 % 0;
        y[at + 16] = 3 << 33u32;
        y[at + 17] = MIN >> 32u32;
        y[at + 18] = -MIN;
        y[at + 19] = MIN.abs();
        y[at + 20] = ((7u32 / 0 + u32::MAX - (0u32 - 1)) % 0 + (u32::MAX << 40u32)) as i32;
        let zero = a - a;
        y[at + 21] = MIN / zero + a % zero;
    }
}

fn divided(a: i32, b: i32) -> i32 {
    if b == 0 { a } else { a.wrapping_div(b) }
}

fn remainder(a: i32, b: i32) -> i32 {
    if b == 0 { 0 } else { a.wrapping_rem(b) }
}

fn two<T: From<bool> + std::ops::Add<Output = T> + Copy>(first: bool, second: bool) -> T {
    T::from(first) + T::from(second) + T::from(second)
}

pub(super) fn signed(device: &Device) -> Outcome {
    let device = &unwatched(device);
    check(
        device,
        &signed_operators(),
        &pairs(&SIGNED),
        &[
            ("a + b", |[a, b]| a.wrapping_add(b)),
            ("a - b", |[a, b]| a.wrapping_sub(b)),
            ("a * b", |[a, b]| a.wrapping_mul(b)),
            ("a / b", |[a, b]| divided(a, b)),
            ("a % b", |[a, b]| remainder(a, b)),
            ("a & b", |[a, b]| a & b),
            ("a | b", |[a, b]| a | b),
            ("a ^ b", |[a, b]| a ^ b),
            ("a << b", |[a, b]| a.wrapping_shl(b as u32)),
            ("a >> b", |[a, b]| a.wrapping_shr(b as u32)),
            ("-a", |[a, _]| a.wrapping_neg()),
            ("!a", |[a, _]| !a),
            ("max", |[a, b]| a.max(b)),
            ("min", |[a, b]| a.min(b)),
            ("abs", |[a, _]| a.wrapping_abs()),
            ("sign", |[a, _]| a.signum()),
            ("clamp", |[a, b]| a.clamp(b.min(0), b.max(0))),
            ("== !=", |[a, b]| two(a == b, a != b)),
            ("< <=", |[a, b]| two(a < b, a <= b)),
            ("> >=", |[a, b]| two(a > b, a >= b)),
            ("a - b * (a / b)", |[a, b]| {
                a.wrapping_sub(b.wrapping_mul(divided(a, b)))
            }),
        ],
    )
}

pub(super) fn unsigned(device: &Device) -> Outcome {
    let device = &unwatched(device);
    check(
        device,
        &unsigned_operators(),
        &pairs(&UNSIGNED),
        &[
            ("a + b", |[a, b]| a.wrapping_add(b)),
            ("a - b", |[a, b]| a.wrapping_sub(b)),
            ("a * b", |[a, b]| a.wrapping_mul(b)),
            ("a / b", |[a, b]| a.checked_div(b).unwrap_or(a)),
            ("a % b", |[a, b]| a.checked_rem(b).unwrap_or(0)),
            ("a & b", |[a, b]| a & b),
            ("a | b", |[a, b]| a | b),
            ("a ^ b", |[a, b]| a ^ b),
            ("a << b", |[a, b]| a.wrapping_shl(b)),
            ("a >> b", |[a, b]| a.wrapping_shr(b)),
            ("!a", |[a, _]| !a),
            ("max", |[a, b]| a.max(b)),
            ("min", |[a, b]| a.min(b)),
            ("clamp", |[a, b]| a.clamp(b.min(9), b.max(9))),
            ("== !=", |[a, b]| two(a == b, a != b)),
            ("< <=", |[a, b]| two(a < b, a <= b)),
            ("> >=", |[a, b]| two(a > b, a >= b)),
        ],
    )
}

pub(super) fn operators_that_assign(device: &Device) -> Outcome {
    let device = &unwatched(device);
    check(
        device,
        &assigning(),
        &pairs(&SIGNED),
        &[
            ("+=", |[a, b]| a.wrapping_add(b)),
            ("-=", |[a, b]| a.wrapping_sub(b)),
            ("*=", |[a, b]| a.wrapping_mul(b)),
            ("/=", |[a, b]| divided(a, b)),
            ("%=", |[a, b]| remainder(a, b)),
            ("&=", |[a, b]| a & b),
            ("|=", |[a, b]| a | b),
            ("^=", |[a, b]| a ^ b),
            ("<<=", |[a, b]| a.wrapping_shl(b as u32)),
            (">>=", |[a, b]| a.wrapping_shr(b as u32)),
        ],
    )
}

pub(super) fn constant_operands(device: &Device) -> Outcome {
    let device = &unwatched(device);
    check(
        device,
        &constants(),
        &SIGNED,
        &[
            ("a / 0", |a| a),
            ("a % 0", |_| 0),
            ("a / -1", |a| a.wrapping_neg()),
            ("a % -1", |_| 0),
            ("a << 32", |a| a),
            ("a << 33", |a| a.wrapping_shl(1)),
            ("a >> 63", |a| a >> 31),
            ("a * MIN", |a| a.wrapping_mul(MIN)),
            ("MIN / a", |a| divided(MIN, a)),
            ("MAX + 1", |_| MIN),
            ("MIN - 1", |_| MAX),
            ("MAX * MAX", |_| 1),
            ("MIN / -1", |_| MIN),
            ("MIN % -1", |_| 0),
            ("5 / 0", |_| 5),
            ("5 % 0", |_| 0),
            ("3 << 33", |_| 6),
            ("MIN >> 32", |_| MIN),
            ("-MIN", |_| MIN),
            ("MIN.abs()", |_| MIN),
            ("unsigned constants", |_| -256),
            ("zero at run time", |_| MIN),
        ],
    )
}

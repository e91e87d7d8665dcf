//! Bits of integers and floats, packed words, and comparisons of vectors: each against plain Rust, at the edges that WGSL defines.

use super::{check, pairs};
use crate::conformance::Outcome;
use hesper_shader::{Device, shader};

const WORDS: [u32; 16] = [
    0,
    1,
    2,
    3,
    31,
    32,
    33,
    255,
    0x8000_0000,
    0x7fff_ffff,
    0x5555_5555,
    0x00ff_8040,
    0x8081_7f00,
    0xdead_beef,
    u32::MAX - 1,
    u32::MAX,
];

shader! {
    #[workgroup_size(32)]
    fn counted(x: &[u32], y: &mut [u32]) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        let at = 13 * i;
        let n = x[i];
        let signed = n as i32;
        y[at] = n.count_ones() + 100 * signed.count_ones();
        y[at + 1] = n.count_zeros() + 100 * signed.count_zeros();
        y[at + 2] = n.leading_zeros() + 100 * signed.leading_zeros();
        y[at + 3] = n.leading_ones() + 100 * signed.leading_ones();
        y[at + 4] = n.trailing_zeros() + 100 * signed.trailing_zeros();
        y[at + 5] = n.trailing_ones() + 100 * signed.trailing_ones();
        y[at + 6] = n.reverse_bits();
        y[at + 7] = signed.reverse_bits() as u32;
        y[at + 8] = first_leading_bit(n);
        y[at + 9] = first_leading_bit(signed) as u32;
        y[at + 10] = first_trailing_bit(n);
        y[at + 11] = first_trailing_bit(signed) as u32;
        let both = vec2(n, !n).count_ones();
        y[at + 12] = both.x * 100 + both.y;
    }

    #[workgroup_size(32)]
    fn turned(x: &[Vec2<u32>], y: &mut [u32]) {
        let i = global_index();
        if i < x.len() {
            let at = 5 * i;
            let word = x[i].x;
            let n = x[i].y;
            y[at] = word.rotate_left(n);
            y[at + 1] = word.rotate_right(n);
            y[at + 2] = (word as i32).rotate_left(n) as u32;
            y[at + 3] = word.rotate_left(8) ^ word.rotate_right(0);
            y[at + 4] = vec2(word, 1).rotate_right(n).y;
        }
    }

    #[workgroup_size(32)]
    fn ranges(x: &[Vec2<u32>], y: &mut [u32]) {
        let i = global_index();
        if i < x.len() {
            let at = 8 * i;
            let word = x[i].x;
            let n = x[i].y;
            y[at] = extract_bits(word, n, 5);
            y[at + 1] = extract_bits(word as i32, 3, n) as u32;
            y[at + 2] = extract_bits(word as i32, n, n) as u32;
            y[at + 3] = insert_bits(word, 0x2a, n, 6);
            y[at + 4] = insert_bits(word as i32, -1, 4, n) as u32;
            y[at + 5] = insert_bits(word, n, n, n);
            y[at + 6] = extract_bits(word, 28, 9);
            y[at + 7] = extract_bits(vec2(word, n), 4, 8).x;
        }
    }
}

pub(super) fn counts(device: &Device) -> Outcome {
    fn twice(x: u32, f: fn(u32) -> u32) -> u32 {
        101 * f(x)
    }
    check(
        device,
        &counted(),
        &WORDS,
        &[
            ("count_ones", |x| twice(x, u32::count_ones)),
            ("count_zeros", |x| twice(x, u32::count_zeros)),
            ("leading_zeros", |x| twice(x, u32::leading_zeros)),
            ("leading_ones", |x| twice(x, u32::leading_ones)),
            ("trailing_zeros", |x| twice(x, u32::trailing_zeros)),
            ("trailing_ones", |x| twice(x, u32::trailing_ones)),
            ("reverse_bits", u32::reverse_bits),
            ("reverse_bits of i32", u32::reverse_bits),
            ("first_leading_bit", |x| {
                x.checked_ilog2().unwrap_or(u32::MAX)
            }),
            ("first_leading_bit of i32", |x| {
                let x = if (x as i32) < 0 { !x } else { x };
                x.checked_ilog2().unwrap_or(u32::MAX)
            }),
            ("first_trailing_bit", lowest),
            ("first_trailing_bit of i32", lowest),
            ("of vectors", |x| x.count_ones() * 100 + x.count_zeros()),
        ],
    )
}

fn lowest(x: u32) -> u32 {
    if x == 0 { u32::MAX } else { x.trailing_zeros() }
}

pub(super) fn rotations(device: &Device) -> Outcome {
    check(
        device,
        &turned(),
        &pairs(&WORDS),
        &[
            ("left", |[x, n]| x.rotate_left(n % 32)),
            ("right", |[x, n]| x.rotate_right(n % 32)),
            ("of i32", |[x, n]| x.rotate_left(n % 32)),
            ("by literals", |[x, _]| x.rotate_left(8) ^ x),
            ("of vectors", |[_, n]| 1u32.rotate_right(n % 32)),
        ],
    )
}

/// Where a range of bits begins and how long it is, in 64 bits.
fn range(at: u32, n: u32) -> (u32, u64) {
    let at = at.min(32);
    let n = n.min(32 - at);
    (at, (1u64 << n) - 1)
}

fn taken(x: u32, at: u32, n: u32) -> u32 {
    let (at, mask) = range(at, n);
    (u64::from(x) >> at & mask) as u32
}

fn taken_signed(x: u32, at: u32, n: u32) -> u32 {
    let (_, mask) = range(at, n);
    let bits = taken(x, at, n);
    let negative = mask > 0 && u64::from(bits) > mask >> 1;
    if negative {
        bits | !(mask as u32)
    } else {
        bits
    }
}

fn put(x: u32, y: u32, at: u32, n: u32) -> u32 {
    let (at, mask) = range(at, n);
    let out = u64::from(x) & !(mask << at) | (u64::from(y) & mask) << at;
    out as u32
}

pub(super) fn ranges_of_bits(device: &Device) -> Outcome {
    check(
        device,
        &ranges(),
        &pairs(&WORDS),
        &[
            ("from n", |[x, n]| taken(x, n, 5)),
            ("n of i32", |[x, n]| taken_signed(x, 3, n)),
            ("n from n", |[x, n]| taken_signed(x, n, n)),
            ("put at n", |[x, n]| put(x, 0x2a, n, 6)),
            ("put n", |[x, n]| put(x, u32::MAX, 4, n)),
            ("put n at n", |[x, n]| put(x, n, n, n)),
            ("beyond the end", |[x, _]| taken(x, 28, 9)),
            ("of vectors", |[x, _]| taken(x, 4, 8)),
        ],
    )
}

shader! {
    #[workgroup_size(32)]
    fn bytes(x: &[Vec2<u32>], y: &mut [u32]) {
        let i = global_index();
        if i < x.len() {
            let at = 7 * i;
            let a = x[i].x;
            let b = x[i].y;
            y[at] = pack4x_u8(unpack4x_u8(a).wzyx);
            y[at + 1] = pack4x_i8(unpack4x_i8(a) + Vec4::splat(1));
            y[at + 2] = pack4x_u8_clamp(unpack4x_u8(a) * 3);
            y[at + 3] = pack4x_i8_clamp(unpack4x_i8(a) * 3);
            y[at + 4] = dot4_u8_packed(a, b);
            y[at + 5] = dot4_i8_packed(a, b) as u32;
            y[at + 6] = unpack4x_i8(b).w as u32;
        }
    }

    #[workgroup_size(32)]
    fn float_bits(x: &[f32], y: &mut [u32]) {
        let i = global_index();
        if i < x.len() {
            let at = 7 * i;
            let v = x[i];
            y[at] = v.to_bits();
            y[at + 1] = f32::from_bits(v.to_bits() ^ (1 << 31)).to_bits();
            y[at + 2] = pack2x16float(vec2(v, -v));
            y[at + 3] = unpack2x16float(pack2x16float(vec2(v, 1.0))).x.to_bits();
            // No real is half way between two steps.
            let w = 0.75 * v;
            y[at + 4] = pack4x8unorm(vec4(w, 0.25 * w, 2.0, -1.0));
            y[at + 5] = pack4x8snorm(vec4(w, -w, -2.0, 0.0));
            y[at + 6] = pack2x16unorm(vec2(w, 1.0)) ^ pack2x16snorm(vec2(-1.0, w));
        }
    }
}

shader! {
    #[workgroup_size(32)]
    fn infinite(x: &[f32], y: &mut [u32]) {
        let i = global_index();
        if i < x.len() {
            let mut least = f32::INFINITY;
            least = least.min(x[i]);
            y[4 * i] = least.to_bits();
            y[4 * i + 1] = f32::INFINITY.to_bits();
            y[4 * i + 2] = (x[i] < f32::INFINITY) as u32 + 2 * (f32::NEG_INFINITY < x[i]) as u32;
            let nan = f32::NAN;
            y[4 * i + 3] = f32::from_bits(0x7f80_0000).to_bits() + (nan != nan) as u32;
        }
    }
}

pub(super) fn infinities(device: &Device) -> Outcome {
    check(
        device,
        &infinite(),
        &FLOATS,
        &[
            ("neutral of min", f32::to_bits),
            ("its bits", |_| f32::INFINITY.to_bits()),
            ("compared", |_| 3),
            ("from bits, NaN", |_| 0x7f80_0001),
        ],
    )
}

fn each_byte(x: u32, f: fn(u8) -> u8) -> u32 {
    u32::from_le_bytes(x.to_le_bytes().map(f))
}

fn sum(a: u32, b: u32, product: fn(u8, u8) -> i32) -> u32 {
    let pairs = a.to_le_bytes().into_iter().zip(b.to_le_bytes());
    pairs.map(|(a, b)| product(a, b)).sum::<i32>() as u32
}

pub(super) fn packed_integers(device: &Device) -> Outcome {
    check(
        device,
        &bytes(),
        &pairs(&WORDS),
        &[
            ("unsigned", |[a, _]| a.swap_bytes()),
            ("signed", |[a, _]| each_byte(a, |b| b.wrapping_add(1))),
            ("cut to 255", |[a, _]| each_byte(a, |b| b.saturating_mul(3))),
            ("cut to −128..=127", |[a, _]| {
                each_byte(a, |b| (b as i8).saturating_mul(3) as u8)
            }),
            ("dot unsigned", |[a, b]| {
                sum(a, b, |a, b| i32::from(a) * i32::from(b))
            }),
            ("dot signed", |[a, b]| {
                sum(a, b, |a, b| i32::from(a as i8) * i32::from(b as i8))
            }),
            ("with its sign", |[_, b]| ((b as i32) >> 24) as u32),
        ],
    )
}

/// Numbers that binary16 has, and steps of an eighth within 0 and 1.
const FLOATS: [f32; 9] = [0.0, 1.0, 0.5, 0.125, 0.875, 0.25, 0.75, 0.375, 0.625];

fn steps(x: f32, least: f32, steps: f32) -> u32 {
    (0.5 + steps * x.clamp(least, 1.0)).floor() as i32 as u32
}

pub(super) fn packed_floats(device: &Device) -> Outcome {
    /// The bits of binary16 of a multiple of 1/8 within 0 and 1.
    fn half(x: f32) -> u32 {
        match x {
            0.0 => 0,
            x => ((x.to_bits() >> 23) - 112) << 10 | x.to_bits() >> 13 & 0x3ff,
        }
    }
    fn join(parts: [u32; 4]) -> u32 {
        u32::from_le_bytes(parts.map(|part| part as u8))
    }
    check(
        device,
        &float_bits(),
        &FLOATS,
        &[
            ("to_bits", f32::to_bits),
            ("from_bits", |x| (-x).to_bits()),
            ("2x16float", |x| half(x) | (half(x) ^ 0x8000) << 16),
            ("there and back", f32::to_bits),
            ("4x8unorm", |x| {
                let part = |x| steps(0.75 * x, 0.0, 255.0);
                join([part(x), part(0.25 * x), 255, 0])
            }),
            ("4x8snorm", |x| {
                let part = |x| steps(0.75 * x, -1.0, 127.0);
                join([part(x), part(-x), steps(-2.0, -1.0, 127.0), 0])
            }),
            ("2x16", |x| {
                let low = steps(0.75 * x, 0.0, 65535.0) ^ steps(-1.0, -1.0, 32767.0) & 0xffff;
                let high = 0xffff ^ steps(0.75 * x, -1.0, 32767.0);
                low | high << 16
            }),
        ],
    )
}

shader! {
    #[workgroup_size(32)]
    fn compared(x: &[Vec4<i32>], y: &mut [u32]) {
        let i = global_index();
        if i < x.len() {
            let at = 6 * i;
            let v = x[i];
            let w = v.yzwx;
            y[at] = digits(v < w);
            y[at + 1] = digits(v == w) + digits(v != w) * 10000;
            y[at + 2] = digits((v >= w) & !(v > 0) | (v <= -1)) + all(v.xy > w.xy) as u32 * 10000;
            y[at + 3] = if any(v < 0) && !all(v < 0) { 1 } else { 0 };
            let least = (v < w).select(v, w);
            y[at + 4] = (least.x + 3 * least.y + 9 * least.z + 27 * least.w) as u32;
            let real = (v < 0).select(Vec4::splat(0.5), v as Vec4<f32>) * 2.0;
            y[at + 5] = (real.x + real.y + real.z + real.w) as i32 as u32;
        }
    }

    fn digits(truths: Vec4<bool>) -> u32 {
        truths.x as u32 + truths.y as u32 * 10 + truths.z as u32 * 100 + truths.w as u32 * 1000
    }

    #[workgroup_size(32)]
    fn combined(x: &[Vec2<u32>], y: &mut [u32]) {
        let i = global_index();
        if i < x.len() {
            let at = 4 * i;
            let v = x[i];
            let masked = v & 0xff;
            y[at] = masked.x * 256 + masked.y;
            y[at + 1] = ((v | v.yx) ^ v).x;
            y[at + 2] = (!v << 4).y;
            y[at + 3] = (v >> v.x).y;
        }
    }
}

fn next(v: [i32; 4]) -> [i32; 4] {
    [v[1], v[2], v[3], v[0]]
}

fn digits_of(v: [i32; 4], holds: fn(i32, i32) -> bool) -> u32 {
    let truths = v.into_iter().zip(next(v)).rev();
    truths.fold(0, |n, (a, b)| 10 * n + u32::from(holds(a, b)))
}

pub(super) fn vectors_of_truth(device: &Device) -> Outcome {
    let numbers = pairs(&[0, 1, -1, 7]);
    let rows: Vec<[i32; 4]> = pairs(&numbers)
        .into_iter()
        .map(|[[a, b], [c, d]]| [a, b, c, d])
        .collect();
    check(
        device,
        &compared(),
        &rows,
        &[
            ("<", |v| digits_of(v, |a, b| a < b)),
            ("==, !=", |v| {
                digits_of(v, |a, b| a == b) + digits_of(v, |a, b| a != b) * 10000
            }),
            ("& | !, all", |v| {
                let all = v[0] > v[1] && v[1] > v[2];
                digits_of(v, |a, b| a >= b && a <= 0 || a <= -1) + u32::from(all) * 10000
            }),
            ("any", |v| {
                let below = v.iter().filter(|x| **x < 0).count();
                u32::from((1..4).contains(&below))
            }),
            ("select", |v| {
                let w = next(v);
                let least = |i: usize| v[i].min(w[i]);
                (least(0) + 3 * least(1) + 9 * least(2) + 27 * least(3)) as u32
            }),
            ("select of reals", |v| {
                let parts = v.map(|x| if x < 0 { 1 } else { 2 * x });
                parts.into_iter().sum::<i32>() as u32
            }),
        ],
    )
}

pub(super) fn vectors_of_bits(device: &Device) -> Outcome {
    check(
        device,
        &combined(),
        &pairs(&WORDS),
        &[
            ("& a scalar", |[a, b]| (a & 255) * 256 + (b & 255)),
            ("| ^", |[a, b]| (a | b) ^ a),
            ("! <<", |[_, b]| !b << 4),
            (">> a scalar", |[a, b]| b >> (a % 32)),
        ],
    )
}

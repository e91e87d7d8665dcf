//! Truth values, what `&&` and `||` leave out, names and arms.

use super::check;
use crate::conformance::Outcome;
use hesper_shader::{Device, shader};

shader! {
    const FIVE: i32 = 5;

    #[workgroup_size(8)]
    fn operators(x: &[Vec2<u32>], y: &mut [u32]) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        let at = 8 * i;
        let a = x[i].x > 3;
        let b = x[i].y > 3;
        y[at] = (a & b) as u32 + 2 * (a | b) as u32 + 4 * (a ^ b) as u32 + 8 * (!a) as u32;
        y[at + 1] = (a == b) as u32 + 2 * (a != b) as u32 + 4 * (a && !b || b && !a) as u32;
        let mut t = a;
        t &= b;
        y[at + 2] = t as u32;
        t |= true;
        t ^= b;
        y[at + 3] = t as u32;
        // The right side's doing happens only where the left side leaves it open.
        let mut seen = 0;
        let both = a && { seen += 1; b } && { seen += 10; true };
        let either = a || { seen += 100; b } || { seen += 1000; false };
        y[at + 4] = seen;
        y[at + 5] = both as u32 + 2 * either as u32;
        let mut k = 0;
        while k < x.len() && (x[k].x < x[i].x || k < 3 && x[k].y == 0) {
            k += 1;
        }
        y[at + 6] = k;
        let chosen: bool = match a { true => b, false => !b };
        y[at + 7] = if chosen && a { 1 } else if chosen { 2 } else { 3 };
    }

    #[workgroup_size(8)]
    fn names(x: &[i32], y: &mut [i32]) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        let at = 6 * i;
        let v = x[i];
        let v = v + 1;
        {
            let v = v * 100;
            y[at] = v;
        }
        y[at] += v;
        let mut w: i32 = v;
        w += 2;
        w *= w;
        w -= v;
        w <<= 2u32;
        w %= 1000;
        w /= 3;
        let seen = w;
        let mut w = w + 1;
        w |= 1;
        y[at + 1] = w + seen;
        // The left operand has its value before the right one changes the variable.
        let mut k = v;
        let sum = k * 10 + { k += 1; k };
        y[at + 2] = sum * 2 + k;
        y[at + 3] = match v {
            -3 => 1,
            i32::MIN..=-4 => 2,
            -2..=0 | 7 => 3,
            FIVE => 4,
            big if big > 20 && big % 2 == 0 => big,
            other => {
                let less = other - 1;
                less * 10
            }
        };
        y[at + 4] = 77;
        let kept = if v > 10 { v } else if v == 3 { return; } else { -v };
        y[at + 4] = kept;
        match kept {
            0 => {}
            1..=12 => y[at + 5] = 5,
            _ => { y[at + 5] = 6; }
        }
    }
}

pub(super) fn operators_and_shortcuts(device: &Device) -> Outcome {
    let rows: Vec<[u32; 2]> = (0..35).map(|i| [i * 7 % 11, i * 5 % 9]).collect();
    check(
        device,
        &operators(),
        &rows,
        &[
            ("& | ^ !", |[a, b]| {
                let (a, b) = (a > 3, b > 3);
                u32::from(a & b) + 2 * u32::from(a | b) + 4 * u32::from(a ^ b) + 8 * u32::from(!a)
            }),
            ("== !=", |[a, b]| if (a > 3) == (b > 3) { 1 } else { 6 }),
            ("&=", |[a, b]| u32::from(a > 3 && b > 3)),
            ("|= ^=", |[_, b]| u32::from(b <= 3)),
            ("what happened", |[a, b]| match (a > 3, b > 3) {
                (true, true) => 11,
                (true, false) => 1,
                (false, true) => 100,
                (false, false) => 1100,
            }),
            ("both, either", |[a, b]| {
                u32::from(a > 3 && b > 3) + 2 * u32::from(a > 3 || b > 3)
            }),
            ("in `while`", |[a, _]| {
                let row = |k: u32| [k * 7 % 11, k * 5 % 9];
                (0..35)
                    .find(|k| !(row(*k)[0] < a || *k < 3 && row(*k)[1] == 0))
                    .unwrap_or(35)
            }),
            ("match on bool", |[a, b]| match (a > 3, b > 3) {
                (true, true) => 1,
                (false, false) => 2,
                _ => 3,
            }),
        ],
    )
}

pub(super) fn names_and_arms(device: &Device) -> Outcome {
    let rows: Vec<i32> = (-9..32).collect();
    check(
        device,
        &names(),
        &rows,
        &[
            ("shadowed", |x| (x + 1) * 101),
            ("assigned", |x| {
                let v = x + 1;
                let w = (((v + 2) * (v + 2) - v) << 2) % 1000 / 3;
                ((w + 1) | 1) + w
            }),
            ("left operand first", |x| (11 * (x + 1) + 1) * 2 + x + 2),
            ("match", |x| match x + 1 {
                -3 => 1,
                i32::MIN..=-4 => 2,
                -2..=0 | 7 => 3,
                5 => 4,
                v if v > 20 && v % 2 == 0 => v,
                v => (v - 1) * 10,
            }),
            ("an arm that leaves", |x| match x + 1 {
                3 => 77,
                v if v > 10 => v,
                v => -v,
            }),
            ("match, a statement", |x| match x + 1 {
                3 | 0 => 0,
                11..=12 | -8..=-1 => 5,
                _ => 6,
            }),
        ],
    )
}

//! Ranges at the ends of their types, and loops that are left from inside.

use super::check;
use crate::conformance::Outcome;
use hesper_shader::{Device, shader};

shader! {
    /// A step of a number that tells in which order the terms came.
    fn then(h: i32, k: i32) -> i32 {
        h * 31 + k
    }

    #[workgroup_size(8)]
    fn ranges(x: &[Vec2<i32>], y: &mut [i32]) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        let at = i * 8;
        let a = x[i].x;
        let b = x[i].y;
        let mut h = 1;
        for k in a..b {
            h = then(h, k);
        }
        y[at] = h;
        h = 1;
        for k in a..=b {
            h = then(h, k);
        }
        y[at + 1] = h;
        h = 1;
        for k in (a..b).rev() {
            h = then(h, k);
        }
        y[at + 2] = h;
        h = 1;
        for k in (a..=b).rev() {
            h = then(h, k);
        }
        y[at + 3] = h;
        h = 1;
        for k in (a..=b).step_by(3) {
            h = then(h, k);
        }
        y[at + 4] = h;
        h = 1;
        for k in (a..b).step_by(3).rev() {
            h = then(h, k);
        }
        y[at + 5] = h;
        h = 1;
        for k in (a..b).rev().step_by(3) {
            h = then(h, k);
        }
        y[at + 6] = h;
        h = 1;
        for k in (a as u32..=b as u32).rev().step_by(2) {
            h = then(h, k as i32);
            if h % 16 == 5 {
                break;
            }
        }
        y[at + 7] = h;
    }

    #[workgroup_size(8)]
    fn strides(x: &[u32], y: &mut [u32]) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        let mut n = x[i] % 9;
        let mut count = 0;
        // The ends are evaluated once, before the first turn.
        for k in n..2 * n + 1 {
            n += k;
            count += 1;
        }
        y[3 * i] = 1000 * n + count;
        let mut h = 0;
        // From 1: a range of all 2³² values is empty, as `range_inclusive` says.
        for k in (x[i].max(1)..=u32::MAX).step_by(1 << 31) {
            h = h * 31 + k;
        }
        y[3 * i + 1] = h;
        h = 0;
        for _ in 0..x[i] % 5 {
            for k in 0..3u32 {
                let k = k + 1;
                h = h * 3 + k;
            }
        }
        y[3 * i + 2] = h;
    }

    /// Found within two loops and a branch; what a lane has returned stays when others go on.
    fn first_product(n: u32) -> u32 {
        for a in 2..n {
            let mut b = a;
            while b < n {
                if a * b == n {
                    return 100 * a + b;
                } else if a * b > n {
                    break;
                }
                b += 1;
            }
        }
        n
    }

    #[workgroup_size(8)]
    fn left_from_inside(x: &[u32], y: &mut [u32]) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        y[2 * i] = first_product(x[i]);
        let mut k = 0;
        loop {
            k += 1;
            if k % 2 == 1 {
                continue;
            }
            y[2 * i + 1] += k;
            if k > x[i] {
                return;
            }
            for j in 0..k {
                if j == 3 {
                    break;
                }
                if j == 1 {
                    continue;
                }
                y[2 * i + 1] += 100;
            }
        }
    }
}

fn told(terms: impl Iterator<Item = i32>) -> i32 {
    terms.fold(1, |h: i32, k| h.wrapping_mul(31).wrapping_add(k))
}

pub(super) fn ends_and_steps(device: &Device) -> Outcome {
    const MAX: i32 = i32::MAX;
    const MIN: i32 = i32::MIN;
    let rows = [
        [0, 0],
        [0, 7],
        [-4, 5],
        [5, -4],
        [3, 3],
        [-1, 0],
        [MAX - 4, MAX],
        [MAX, MAX],
        [MIN, MIN + 5],
        [MIN, MIN],
        [MAX, MIN],
        [1, 12],
        [-7, -2],
    ];
    check(
        device,
        &ranges(),
        &rows,
        &[
            ("a..b", |[a, b]| told(a..b)),
            ("a..=b", |[a, b]| told(a..=b)),
            ("(a..b).rev()", |[a, b]| told((a..b).rev())),
            ("(a..=b).rev()", |[a, b]| told((a..=b).rev())),
            ("(a..=b).step_by(3)", |[a, b]| told((a..=b).step_by(3))),
            ("(a..b).step_by(3).rev()", |[a, b]| {
                told((a..b).step_by(3).rev())
            }),
            ("(a..b).rev().step_by(3)", |[a, b]| {
                told((a..b).rev().step_by(3))
            }),
            ("unsigned, left", |[a, b]| {
                let mut h = 1i32;
                for k in (a as u32..=b as u32).rev().step_by(2) {
                    h = h.wrapping_mul(31).wrapping_add(k as i32);
                    if h % 16 == 5 {
                        break;
                    }
                }
                h
            }),
        ],
    )
}

pub(super) fn ends_are_evaluated_once(device: &Device) -> Outcome {
    let rows: Vec<u32> = (0..13).chain([u32::MAX, 1 << 31, u32::MAX / 2]).collect();
    check(
        device,
        &strides(),
        &rows,
        &[
            ("ends", |x| {
                let n = x % 9;
                1000 * (n + (n..=2 * n).sum::<u32>()) + n + 1
            }),
            ("long steps", |x| {
                (x.max(1)..=u32::MAX)
                    .step_by(1 << 31)
                    .fold(0, |h: u32, k| h.wrapping_mul(31).wrapping_add(k))
            }),
            ("nested, unnamed", |x| {
                (0..x % 5).fold(0u32, |h, _| h * 27 + 18)
            }),
        ],
    )
}

pub(super) fn ways_out(device: &Device) -> Outcome {
    let rows: Vec<u32> = (0..37).collect();
    check(
        device,
        &left_from_inside(),
        &rows,
        &[
            ("return from loops", |n| {
                let factor = (2..n).find(|a| n % a == 0 && a * a <= n);
                factor.map_or(n, |a| 100 * a + n / a)
            }),
            ("loop, continue, return", |n| {
                let mut sum = 0;
                for k in (2u32..).step_by(2) {
                    sum += k;
                    if k > n {
                        break;
                    }
                    sum += 100 * (0..k.min(3)).filter(|j| *j != 1).count() as u32;
                }
                sum
            }),
        ],
    )
}

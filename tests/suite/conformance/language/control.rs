//! Control flow, helpers and evaluation order, each invocation on a way of its own.

use super::check;
use crate::conformance::Outcome;
use hesper_shader::{Device, shader};

/// Every count from 0 to beyond several workgroups.
fn counts() -> Vec<u32> {
    (0..67).collect()
}

shader! {
    const LIMIT: u32 = 40;

    #[workgroup_size(8)]
    fn loops(x: &[u32], y: &mut [u32]) {
        let i = global_index();
        if i < x.len() {
            let n = x[i];
            let mut sum = 0;
            for k in 0..n {
                sum += k * k;
            }
            y[5 * i] = sum;
            let mut digits = 0;
            for k in (0..n).rev().step_by(4) {
                digits = digits * 7 + k;
            }
            y[5 * i + 1] = digits;
            let mut signed = 0;
            for k in (-3..=n as i32 - 10).step_by(2) {
                signed = signed * 3 + k;
            }
            y[5 * i + 2] = signed as u32;
            let mut left = n;
            let mut steps = 0;
            while left > 1 {
                left = if left % 2 == 0 { left / 2 } else { 3 * left + 1 };
                steps += 1;
            }
            y[5 * i + 3] = steps;
            let mut pairs = 0;
            for a in 0..n {
                if a % 3 == 1 {
                    continue;
                }
                for b in a..n {
                    if a * b > LIMIT {
                        break;
                    }
                    pairs += 1;
                }
                if pairs > 100 {
                    break;
                }
            }
            y[5 * i + 4] = pairs;
        }
    }

    /// The least divisor above 1, by leaving a loop from inside.
    fn least_divisor(n: u32) -> u32 {
        if n < 4 {
            return n;
        }
        let mut d = 2;
        loop {
            if n % d == 0 {
                break;
            }
            d += 1;
        }
        d
    }

    fn element<const OFFSET: u32>(x: &[u32], i: u32) -> u32 {
        x[(i + OFFSET) % x.len()]
    }

    fn swap(y: &mut [u32], a: u32, b: u32) {
        let kept = y[a];
        y[a] = y[b];
        y[b] = kept;
    }

    #[workgroup_size(8)]
    fn helpers(x: &[u32], y: &mut [u32], #[comptime] scale: u32) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        y[4 * i] = least_divisor(x[i]) + least_divisor(x[i] + 1) * scale;
        y[4 * i + 1] = element::<0>(x, i) * 100 + element::<1>(x, i);
        y[4 * i + 2] = x[i];
        y[4 * i + 3] = global_index();
        swap(y, 4 * i + 2, 4 * i + 3);
    }

    #[workgroup_size(8)]
    fn choices(x: &[u32], y: &mut [u32]) {
        let i = global_index();
        if i < x.len() {
            let n = x[i];
            y[5 * i] = match n {
                0 => 7,
                1 | 5..=9 => 8,
                LIMIT => 9,
                k if k > 50 => k - 50,
                _ => n + 100,
            };
            // The right side would read out of bounds where the left decides.
            y[5 * i + 1] = (n < 67 && x[n] == n) as u32 + 2 * (n >= 30 || x[n + 36] > 0) as u32;
            let size = if n < 10 { 1 } else if n < 20 { 2 } else { 3 };
            y[5 * i + 2] = size;
            // A value is what it was where it was bound, and the right side comes before the place.
            let mut at = 5 * i + 3;
            let before = at;
            y[at] = { at += 1; before - 5 * i };
            y[at] = n;
            y[before] += at - before;
        }
    }
}

pub(super) fn each_lane_its_own_loops(device: &Device) -> Outcome {
    check(
        device,
        &loops(),
        &counts(),
        &[
            ("for", |n| (0..n).map(|k| k * k).sum()),
            ("rev, step_by", |n| {
                (0..n)
                    .rev()
                    .step_by(4)
                    .fold(0, |d: u32, k| d.wrapping_mul(7).wrapping_add(k))
            }),
            ("signed, inclusive", |n| {
                (-3..=n as i32 - 10)
                    .step_by(2)
                    .fold(0_i32, |s, k| s.wrapping_mul(3).wrapping_add(k)) as u32
            }),
            ("while", collatz),
            ("nested, break, continue", pairs),
        ],
    )
}

fn collatz(mut n: u32) -> u32 {
    let mut steps = 0;
    while n > 1 {
        n = if n.is_multiple_of(2) {
            n / 2
        } else {
            3 * n + 1
        };
        steps += 1;
    }
    steps
}

fn pairs(n: u32) -> u32 {
    let mut pairs = 0;
    for a in (0..n).filter(|a| a % 3 != 1) {
        pairs += (a..n).take_while(|b| a * b <= 40).count() as u32;
        if pairs > 100 {
            break;
        }
    }
    pairs
}

fn divisor(n: u32) -> u32 {
    if n < 4 {
        n
    } else {
        (2..=n).find(|d| n.is_multiple_of(*d)).unwrap_or(n)
    }
}

pub(super) fn helper_functions(device: &Device) -> Outcome {
    check(
        device,
        &helpers(1000),
        &counts(),
        &[
            ("early return", |n| divisor(n) + divisor(n + 1) * 1000),
            ("const generic, buffer", |n| n * 100 + (n + 1) % 67),
            ("written by a helper", |n| n),
            ("builtin value", |n| n),
        ],
    )
}

pub(super) fn choices_and_order(device: &Device) -> Outcome {
    check(
        device,
        &choices(),
        &counts(),
        &[
            ("match", |n| match n {
                0 => 7,
                1 | 5..=9 => 8,
                40 => 9,
                51.. => n - 50,
                _ => n + 100,
            }),
            ("&&, ||", |_| 3),
            ("else if", |n| 1 + u32::from(n >= 10) + u32::from(n >= 20)),
            ("bound before", |_| 1),
            ("assigned after", |n| n),
        ],
    )
}

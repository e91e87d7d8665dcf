//! Values that are together: taken apart, matched, returned by helpers and yielded by blocks.

use super::check;
use crate::conformance::Outcome;
use hesper_shader::{Device, shader};

shader! {
    const LIMIT: u32 = 20;

    /// Quotient and remainder, and whether it divides.
    fn divided(a: u32, b: u32) -> (u32, (u32, bool)) {
        if b == 0 {
            return (0, (a, false));
        }
        let parts = (a / b, a % b);
        (parts.0, (parts.1, parts.1 == 0))
    }

    /// The two least numbers of a row, by a loop that is left early.
    fn least_two(x: &[u32], from: u32) -> (u32, u32) {
        let (mut a, mut b) = (x[from], 1000u32);
        for i in 1..x.len() {
            let v = x[(from + i) % x.len()];
            if v == 0 {
                return (0, a);
            }
            if v < a {
                (a, b) = (v, a);
            } else if v < b {
                b = v;
            }
        }
        (a, b)
    }

    #[workgroup_size(8)]
    fn tuples(x: &[u32], y: &mut [u32]) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        let at = 8 * i;
        let n = x[i];
        let (a, (b, _), mut c) = (n + 1, (n + 2, 7), n + 3);
        c *= 2;
        let (f, e): (f32, i32) = frexp(n as f32);
        y[at] = a + 100 * b + 10000 * c + (ldexp(f, e) == n as f32) as u32;
        let (quotient, (rest, divides)) = divided(n, 7);
        y[at + 1] = quotient * 100 + rest * 10 + divides as u32;
        let twice = (divided(n, 3), divided(n, n % 2));
        y[at + 2] = twice.0.0 + 100 * (twice.1).1.0 + 10000 * twice.1.1.1 as u32;
        y[at + 3] = match (n % 3, n > LIMIT, n) {
            (0, true, _) => 1,
            (0, false, k) => 2 + k,
            (1..=2, _, 0..5 | LIMIT) => 3,
            (k, above, 30..) if k == 1 => 4 + above as u32,
            (k, _, _) => 6 + k,
        };
        let (low, high) = if n < 9 { (n, 9) } else if n < LIMIT { (9, n) } else { least_two(x, i) };
        y[at + 4] = low + 1000 * high;
        let (steps, sum) = loop {
            c += n;
            let half = 'half: {
                if c % 2 == 0 {
                    break 'half (c / 2, 1);
                }
                (c, 0)
            };
            c = half.0 + half.1;
            if c < 100 || c % 5 == 0 {
                break (c, half.1);
            }
            if c > 200 {
                break (200, 7);
            }
        };
        y[at + 5] = steps * 10 + sum;
        let (mut p, mut q) = (n, 2 * n + 1);
        (p, q) = (q, p);
        (y[at + 6], (_, q)) = (p, (0, q + 1));
        y[at + 7] = q;
    }
}

fn divided_here(a: u32, b: u32) -> (u32, (u32, bool)) {
    match b {
        0 => (0, (a, false)),
        b => (a / b, (a % b, a.is_multiple_of(b))),
    }
}

fn numbers() -> Vec<u32> {
    (0..41).map(|i| i * 17 % 41).collect()
}

fn least_two_here(n: u32) -> (u32, u32) {
    let from = numbers().iter().position(|m| *m == n).unwrap_or(0);
    let rotated = numbers().into_iter().cycle().skip(from).take(41);
    let mut seen: Vec<u32> = rotated.take_while(|v| *v != 0).collect();
    if n == 0 {
        return (0, 1);
    }
    seen.sort();
    (0, seen[0])
}

pub(super) fn taken_apart_and_returned(device: &Device) -> Outcome {
    check(
        device,
        &tuples(),
        &numbers(),
        &[
            ("nested", |n| n + 1 + 100 * (n + 2) + 20000 * (n + 3) + 1),
            ("returned", |n| {
                n / 7 * 100 + n % 7 * 10 + u32::from(n % 7 == 0)
            }),
            ("parts of parts", |n| {
                let (third, (_, (rest, divides))) = (n / 3, divided_here(n, n % 2));
                third + 100 * rest + 10000 * u32::from(divides)
            }),
            ("match", |n| match (n % 3, n > 20, n) {
                (0, true, _) => 1,
                (0, false, k) => 2 + k,
                (1..=2, _, 0..5 | 20) => 3,
                (1, above, 30..) => 4 + u32::from(above),
                (k, _, _) => 6 + k,
            }),
            ("if", |n| {
                let (low, high) = match n {
                    0..9 => (n, 9),
                    9..20 => (9, n),
                    n => least_two_here(n),
                };
                low + 1000 * high
            }),
            ("loop", |n| {
                let mut c = 2 * (n + 3);
                loop {
                    c += n;
                    let half = if c.is_multiple_of(2) {
                        (c / 2, 1)
                    } else {
                        (c, 0)
                    };
                    c = half.0 + half.1;
                    if c < 100 || c.is_multiple_of(5) {
                        break c * 10 + half.1;
                    }
                    if c > 200 {
                        break 2007;
                    }
                }
            }),
            ("swapped", |n| 2 * n + 1),
            ("assigned", |n| n + 1),
        ],
    )
}

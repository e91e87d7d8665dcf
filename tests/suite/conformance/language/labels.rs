//! Loops and blocks that are left by name, and their values; the same text runs as plain Rust.

use super::check;
use crate::conformance::Outcome;
use hesper_shader::{Device, shader};

shader! {
    #[workgroup_size(8)]
    fn named(x: &[u32], y: &mut [u32]) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        let n = x[i];
        // Both kinds of jump, from one and from two loops inside.
        let mut sum = 0;
        'outer: for a in 0..n {
            for b in 0..a {
                if a * b == 30 {
                    break 'outer;
                }
                if (a + b) % 5 == 4 {
                    continue 'outer;
                }
                let mut c = 0;
                'inner: while c < b {
                    c += 1;
                    loop {
                        if c % 7 == 3 {
                            continue 'inner;
                        }
                        if a * c > 99 {
                            break 'outer;
                        }
                        if c == 9 {
                            continue 'outer;
                        }
                        break;
                    }
                    sum += c;
                }
                sum += a * b;
            }
            sum += 1000;
        }
        y[4 * i] = sum;
        // A block in a loop, a loop in a block.
        let mut steps = 0;
        'all: loop {
            steps += 1;
            'once: {
                for k in 2..steps {
                    if steps % k == 0 {
                        break 'once;
                    }
                    if steps > n {
                        break 'all;
                    }
                }
                steps += 100;
                if steps % 2 == 0 {
                    continue 'all;
                }
                steps += 10;
            }
            if steps > 5 * n {
                break;
            }
        }
        y[4 * i + 1] = steps;
        let found = 'found: {
            if n < 5 {
                break 'found 1000 + n;
            }
            for k in 2..n {
                if n % k == 0 {
                    break 'found k;
                }
            }
            n
        };
        y[4 * i + 2] = found;
        let root = loop {
            steps += 1;
            let square = 'square: loop {
                if steps % 4 == 0 {
                    break 'square 2 * steps;
                }
                break steps;
            };
            if square * square > n {
                break square;
            }
        };
        y[4 * i + 3] = root + least_square_above(n);
    }

    /// Its last statement is only left by `return`.
    fn least_square_above(n: u32) -> u32 {
        let mut k = 0u32;
        loop {
            k += 1;
            if k * k > n {
                return k * k;
            }
        }
    }

    /// Loops that are left together keep the workgroup together.
    #[workgroup_size(4)]
    fn together(x: &[u32], y: &mut [u32]) {
        let tile = workgroup::<[u32; 4]>();
        let lane = local_invocation_index();
        tile[lane] = lane;
        let rounds = x[0];
        'rounds: for a in 0..10u32 {
            for b in 0..10u32 {
                workgroup_barrier();
                if a * 10 + b == rounds {
                    break 'rounds;
                }
                let next = tile[(lane + 1) % 4] + 1;
                workgroup_barrier();
                tile[lane] = next;
            }
        }
        let i = global_index();
        if i < y.len() {
            y[i] = tile[lane];
        }
    }
}

pub(super) fn jumps_and_values(device: &Device) -> Outcome {
    let numbers: Vec<u32> = (0..43).collect();
    check(
        device,
        &named(),
        &numbers,
        &[
            ("jumps", |n| jumps(n)),
            ("blocks", |n| blocks(n)),
            ("a block's value", |n| match n {
                ..5 => 1000 + n,
                _ => (2..n).find(|k| n.is_multiple_of(*k)).unwrap_or(n),
            }),
            ("a loop's value", |n| {
                let mut steps = blocks(n);
                let root = loop {
                    steps += 1;
                    let square = if steps.is_multiple_of(4) {
                        2 * steps
                    } else {
                        steps
                    };
                    if square * square > n {
                        break square;
                    }
                };
                let above = (1..).map(|k| k * k).find(|square| *square > n);
                root + above.unwrap_or(0)
            }),
        ],
    )
}

fn jumps(n: u32) -> u32 {
    let mut sum = 0;
    'outer: for a in 0..n {
        for b in 0..a {
            if a * b == 30 {
                break 'outer;
            }
            if (a + b) % 5 == 4 {
                continue 'outer;
            }
            for c in (1..=b).filter(|c| c % 7 != 3) {
                if a * c > 99 {
                    break 'outer;
                }
                if c == 9 {
                    continue 'outer;
                }
                sum += c;
            }
            sum += a * b;
        }
        sum += 1000;
    }
    sum
}

fn blocks(n: u32) -> u32 {
    let mut steps: u32 = 0;
    'all: loop {
        steps += 1;
        'once: {
            for k in 2..steps {
                if steps.is_multiple_of(k) {
                    break 'once;
                }
                if steps > n {
                    break 'all;
                }
            }
            steps += 100;
            if steps.is_multiple_of(2) {
                continue 'all;
            }
            steps += 10;
        }
        if steps > 5 * n {
            break;
        }
    }
    steps
}

pub(super) fn loops_left_together(device: &Device) -> Outcome {
    let lanes = [0; 8];
    for rounds in [0, 1, 9, 10, 37] {
        let mut tile = [0, 1, 2, 3];
        for _ in 0..rounds {
            tile = std::array::from_fn(|lane| tile[(lane + 1) % 4] + 1);
        }
        let mut x = lanes;
        x[0] = rounds;
        let found = super::run::<u32, u32>(device, &together(), &x, 1)?;
        assert_eq!(found, [tile, tile].concat(), "after {rounds} rounds");
    }
    Ok(())
}

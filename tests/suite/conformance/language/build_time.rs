//! What happens while a kernel is built: unrolled loops, functions as parameters, tables of the host, arms that are never taken.

use super::{check, run};
use crate::conformance::Outcome;
use hesper_shader::{Device, Grid, shader};

shader! {
    const POWERS: [u32; 7] = [1, 3, 9, 27, 81, 243, 729];
    const HALVES: [f32; 4] = [1.0, 0.5, 0.25, 0.125];

    fn twice(x: u32) -> u32 {
        x * 2
    }

    fn applied(x: u32, f: impl Fn(u32) -> u32) -> u32 {
        f(f(x)) + 1
    }

    fn combined(a: u32, b: u32, f: impl Fn(u32, u32) -> (u32, bool)) -> u32 {
        let (c, odd) = f(a, b);
        if odd {
            return c;
        }
        applied(c, twice)
    }

    #[workgroup_size(8)]
    fn built<const N: u32>(x: &[u32], y: &mut [u32], #[comptime] flag: bool) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        let at = 6 * i;
        let mut sum = 0;
        #[unroll]
        for k in 0..N {
            let mut square = k * k;
            square += 1;
            sum += x[i] * k + square;
        }
        y[at] = sum;
        let mut kept = 0;
        #[unroll]
        'rounds: for k in (1..=5).rev() {
            if x[i] % k == 0 {
                continue;
            }
            for j in 0..k {
                if j * k == x[i] {
                    break 'rounds;
                }
                if j + k > 7 {
                    continue 'rounds;
                }
                kept += 1;
            }
            if kept > 12 {
                break;
            }
            kept = 10 * kept + k;
        }
        y[at + 1] = kept;
        y[at + 2] = applied(x[i], twice) + applied(x[i], |v| v + i);
        y[at + 3] = combined(x[i], 3, |a, b| (a * b, a % 2 == 1));
        y[at + 4] = POWERS[x[i] % 7] + POWERS[N - 1] * POWERS.len();
        let real = if flag { HALVES[x[i] % 4] * 8.0 } else { 2.0 };
        y[at + 5] = real as u32;
    }

    #[workgroup_size(8)]
    fn mapped<const N: u32>(x: &[f32], y: &mut [f32], f: impl Fn(f32) -> f32, #[comptime] bias: f32) {
        let i = global_index();
        if i < y.len() {
            y[i] = f(x[i]) * N as f32 + bias;
        }
    }

    fn square(x: f32) -> f32 {
        x * x
    }

    fn shared(x: u32) -> u32 {
        subgroup_add(x)
    }

    #[workgroup_size(8)]
    fn chosen<const N: u32>(x: &[u32], y: &mut [u32], #[comptime] exchange: bool) {
        let i = global_index();
        let own = if i < x.len() { x[i] } else { 0 };
        let value = if exchange && N > 2 { shared(own) } else { own };
        if exchange && N % 2 == 1 {
            let tile = workgroup::<[u32; 8]>();
            tile[local_invocation_index()] = value;
            let mut list = [value, 2];
            list[1] = shared(list[0]);
        }
        if i < x.len() {
            y[i] = if exchange || own > 3 { value } else { value + 1 };
        }
    }

    #[workgroup_size(8)]
    fn inferred(x: &[u32], y: &mut [u32]) {
        let i = global_index();
        if i < x.len() {
            let n = 4 * i;
            for j in 0..4 {
                y[n + j] = (x[i] >> (8 * j)) & 255;
            }
            let (mut root, mut below) = (0, 10);
            while root * root < x[i] && root < 9 {
                root += 1;
                below -= 1 << (root & 1);
            }
            y[n + 3] += root * 256 + 65536 * (below as i32 + 20) as u32;
        }
    }
}

fn rounds(n: u32) -> u32 {
    let mut kept = 0;
    'rounds: for k in (1..=5).rev() {
        if n.is_multiple_of(k) {
            continue;
        }
        for j in 0..k {
            if j * k == n {
                break 'rounds;
            }
            if j + k > 7 {
                continue 'rounds;
            }
            kept += 1;
        }
        if kept > 12 {
            break;
        }
        kept = 10 * kept + k;
    }
    kept
}

pub(super) fn loops_functions_and_tables(device: &Device) -> Outcome {
    let numbers: Vec<u32> = (0..45).collect();
    check(
        device,
        &built::<5>(true),
        &numbers,
        &[
            ("unrolled", |n| (0..5).map(|k| n * k + k * k + 1).sum()),
            ("left and continued", rounds),
            ("functions", |n| 4 * n + 1 + (n + n + n) + 1),
            ("a closure of two", |n| match n % 2 {
                1 => 3 * n,
                _ => 12 * n + 1,
            }),
            ("tables", |n| 3_u32.pow(n % 7) + 81 * 7),
            ("reals of a table", |n| 8 >> (n % 4)),
        ],
    )
}

pub(super) fn a_kernel_is_built_with_functions(device: &Device) -> Outcome {
    let numbers = [0.5, -1.0, 3.0];
    let x = device.upload(&numbers)?;
    let factor = 4.0_f32;
    let kernels = [
        (mapped::<2>(square, 1.0), [1.5, 3.0, 19.0]),
        (mapped::<2>(|_, x| x.abs(), 1.0), [2.0, 3.0, 7.0]),
        (
            mapped::<1>(move |h, x| x * h.lift(factor), 0.0),
            [2.0, -4.0, 12.0],
        ),
        (mapped::<2>(square, 0.0), [0.5, 2.0, 18.0]),
    ];
    for (kernel, expected) in kernels {
        let mut y = device.zeros::<f32>(3)?;
        kernel.launch(device, Grid::cover(3), mapped::Args { x: &x, y: &mut y })?;
        assert_eq!(y.read()?, expected, "{}", kernel.wgsl()?);
    }
    Ok(())
}

pub(super) fn what_never_happens_leaves_nothing(device: &Device) -> Outcome {
    let kernel = chosen::<3>(false);
    let text = kernel.wgsl()?;
    for absent in ["enable", "subgroup", "workgroup>", "shared", "list"] {
        assert!(!text.contains(absent), "{absent} in\n{text}");
    }
    assert!(chosen::<3>(true).wgsl()?.contains("enable subgroups"));
    let numbers: Vec<u32> = (0..11).collect();
    check(
        device,
        &kernel,
        &numbers,
        &[("chosen", |n| if n > 3 { n } else { n + 1 })],
    )
}

pub(super) fn integers_are_inferred(device: &Device) -> Outcome {
    let numbers: Vec<u32> = (0..30).map(|i: u32| i.pow(6)).collect();
    let found = run::<u32, u32>(device, &inferred(), &numbers, 4)?;
    for (n, found) in numbers.into_iter().zip(found.chunks(4)) {
        let [a, b, c, d] = n.to_le_bytes().map(u32::from);
        let root = (0..9).find(|root| root * root >= n).unwrap_or(9);
        let below = (1..=root).fold(10, |below, root| below - (1 << (root & 1)));
        let last = d + root * 256 + 65536 * (below + 20) as u32;
        assert_eq!(found, [a, b, c, last], "{n}");
    }
    Ok(())
}

//! What helpers are handed by reference: variables, elements, components, arrays and rows, and buffers to read.

use super::{check, unwatched};
use crate::conformance::Outcome;
use hesper_shader::{Device, shader};

shader! {
    const LIMIT: u32 = 40;

    fn swap(a: &mut u32, b: &mut u32) {
        let kept = *a;
        *a = *b;
        *b = kept;
    }

    /// Counts up to a limit, and says whether it was there already.
    fn count(a: &mut u32, by: u32) -> bool {
        if *a >= LIMIT {
            return true;
        }
        *a += by;
        step_down(a);
        false
    }

    fn step_down(a: &mut u32) {
        if *a % 2 == 0 {
            *a -= (*a > 0) as u32;
        }
    }

    fn turn(v: &mut Vec2<u32>) {
        let x = v.x;
        v.x = v.y.max(1);
        (*v).y = x;
        swap(&mut v.x, &mut v.y);
        *v += vec2(1, 2);
    }

    fn rotate<const N: u32>(a: &mut [u32; N], by: u32) {
        for _ in 0..by {
            let first = a[0];
            for i in 1..a.len() {
                a[i - 1] = a[i];
            }
            a[N - 1] = first;
        }
    }

    fn sum<const N: u32>(a: &[u32; N]) -> u32 {
        let mut sum = 0;
        for i in 0..N {
            sum += a[i] * (i + 1);
        }
        sum
    }

    /// Reads a buffer that the kernel may write.
    fn total(x: &[u32], from: u32, to: u32) -> u32 {
        let mut sum = 0;
        for i in from..to {
            sum += x[i];
        }
        sum
    }

    #[workgroup_size(8)]
    fn lent(x: &[u32], y: &mut [u32]) {
        let i = global_index();
        if i >= x.len() {
            return;
        }
        let at = 8 * i;
        let (mut a, mut b) = (x[i], 3);
        swap(&mut a, &mut b);
        y[at] = a * 100 + b;
        let full = count(&mut b, 5);
        y[at + 1] = b * 2 + full as u32;
        y[at + 2] = x[i];
        y[at + 3] = 2;
        let mut place = at + 2;
        let done = count(&mut y[place], { place += 1; 4 });
        y[at + 3] += done as u32 * 10 + place - at;
        let mut v = vec2(x[i], 7);
        turn(&mut v);
        swap(&mut v.x, &mut a);
        y[at + 4] = v.x + 10 * v.y + 1000 * a;
        let mut list = [x[i], 1, 2, 3];
        rotate::<4>(&mut list, 2);
        swap(&mut list[1], &mut b);
        rotate::<4>(&mut list, x[i] % 3);
        y[at + 5] = sum::<4>(&list);
        y[at + 6] = total(y, at, at + 6) + total(x, 0, i);
        y[at + 7] = b;
    }

    /// Rows and whole arrays of the workgroup, atomics too.
    fn put<const N: u32>(row: &mut [u32; N], value: u32) {
        row[local_invocation_index()] = value;
    }

    fn tally<const N: u32>(bins: &mut [Atomic<u32>; N], value: u32) {
        bins[value % N].fetch_add(1);
    }

    #[workgroup_size(4)]
    fn rows(x: &[u32], y: &mut [u32]) {
        let tile = workgroup::<[[u32; 4]; 2]>();
        let line = workgroup::<[u32; 4]>();
        let bins = workgroup::<[[Atomic<u32>; 4]; 2]>();
        let one = workgroup::<u32>();
        let lane = local_invocation_index();
        let i = global_index();
        let value = if i < x.len() { x[i] } else { 1 };
        put::<4>(&mut tile[0], value);
        put::<4>(&mut tile[1], 2 * value);
        put::<4>(line, 3 * value);
        bins[0][lane].store(0);
        bins[1][lane].store(0);
        if lane == 0 {
            one = 0;
            let _ = count(&mut one, 7);
        }
        workgroup_barrier();
        tally::<4>(&mut bins[value % 2], value);
        let sums = vec3(sum::<4>(&tile[0]), sum::<4>(&tile[lane % 2]), sum::<4>(line));
        workgroup_barrier();
        if i < x.len() {
            y[4 * i] = sums.x + one;
            y[4 * i + 1] = sums.y;
            y[4 * i + 2] = sums.z;
            y[4 * i + 3] = bins[0][lane].load() * 10 + bins[1][lane].load();
        }
    }
}

fn counted(mut a: u32, by: u32) -> (u32, bool) {
    if a >= 40 {
        return (a, true);
    }
    a += by;
    (a - u32::from(a.is_multiple_of(2) && a > 0), false)
}

/// The sum of the elements, each times its place counted from 1.
fn weighed(list: &[u32]) -> u32 {
    let products = (1..).zip(list).map(|(k, v): (u32, _)| k * v);
    products.sum()
}

/// What the kernel leaves of one row, but for the sums over buffers.
fn row(n: u32) -> [u32; 6] {
    let (b, full) = counted(n, 5);
    let (second, done) = counted(n, 4);
    let mut list = [2, 3, n, 1];
    let left = list[1];
    list[1] = b;
    list.rotate_left(n as usize % 3);
    let turned = [n + 1, 7 + 2];
    [
        300 + n,
        2 * b + u32::from(full),
        second,
        2 + 10 * u32::from(done) + 3,
        3 + 10 * turned[1] + 1000 * turned[0],
        weighed(&list) + 100000 * left,
    ]
}

fn numbers() -> Vec<u32> {
    (0..61).collect()
}

pub(super) fn places_and_arrays(device: &Device) -> Outcome {
    check(
        device,
        &lent(),
        &numbers(),
        &[
            ("swapped", |n| row(n)[0]),
            ("counted", |n| row(n)[1]),
            ("in a buffer", |n| row(n)[2]),
            ("the place is fixed at the call", |n| row(n)[3]),
            ("components", |n| row(n)[4]),
            ("arrays", |n| row(n)[5] % 100000),
            ("buffers", |n| {
                let row = row(n);
                let before: u32 = (0..n).sum();
                row[..5].iter().sum::<u32>() + row[5] % 100000 + before
            }),
            ("an element swapped", |n| row(n)[5] / 100000),
        ],
    )
}

pub(super) fn rows_of_workgroup_arrays(device: &Device) -> Outcome {
    let numbers: Vec<u32> = (0..10).map(|i| i * i % 7).collect();
    let device = &unwatched(device);
    let found = super::run::<u32, u32>(device, &rows(), &numbers, 4)?;
    for (i, found) in found.chunks(4).enumerate() {
        let (first, lane) = (i / 4 * 4, i % 4);
        let value = |lane: usize| numbers.get(first + lane).copied().unwrap_or(1);
        let line: Vec<u32> = (0..4).map(value).collect();
        let sum = weighed(&line);
        let bin = |odd: u32| {
            let here = |v: &&u32| **v % 2 == odd && **v as usize % 4 == lane;
            line.iter().filter(here).count() as u32
        };
        let expected = [
            sum + 7,
            sum * (1 + lane as u32 % 2),
            3 * sum,
            bin(0) * 10 + bin(1),
        ];
        assert_eq!(found, expected, "invocation {i}");
    }
    Ok(())
}

//! Helpers over buffers, workgroup arrays, builtin values and constants, several levels deep, with barriers in loops.

use super::{judged, unwatched};
use crate::conformance::Outcome;
use hesper_shader::{Device, Grid, Vec3, shader};

shader! {
    fn lane() -> u32 {
        local_invocation_index()
    }

    fn fetch(x: &[i32], mut i: u32, default: i32) -> i32 {
        i += 1;
        if i > x.len() {
            return default;
        }
        x[i - 1]
    }

    fn put<const K: u32>(tile: &mut [i32; 12], value: i32) {
        tile[(lane() + K) % tile.len()] = value;
        workgroup_barrier();
    }

    fn sum(tile: &mut [i32; 12]) -> i32 {
        let mut sum = 0;
        for i in 0..tile.len() {
            sum += tile[i];
        }
        sum
    }

    fn rotated_sum<const K: u32>(tile: &mut [i32; 12], value: i32) -> i32 {
        put::<K>(tile, value);
        let total = sum(tile);
        workgroup_barrier();
        total
    }

    /// Two arrays of one type through one helper, and a scan with barriers in a loop.
    #[workgroup_size(3, 2, 2)]
    fn levels<const K: u32>(x: &[i32], y: &mut [i32], #[comptime] sign: i32, #[comptime] doubled: bool, #[comptime] half: f32) {
        let left = workgroup::<[i32; 12]>();
        let right = workgroup::<[i32; 12]>();
        let i = global_index();
        let value = fetch(x, i, -1);
        let a = rotated_sum::<K>(left, value);
        let b = rotated_sum::<{ 1 + 1 }>(right, value * sign);
        let at = 4 * i;
        y[at] = a;
        y[at + 1] = b;
        y[at + 2] = left[lane()] + right[(lane() + 2) % 12] * 1000;
        workgroup_barrier();
        let mut stride = 1;
        while stride < 12 {
            let other = if lane() >= stride { right[lane() - stride] } else { 0 };
            workgroup_barrier();
            right[lane()] += other;
            workgroup_barrier();
            stride *= 2;
        }
        let scale = if doubled { 4.0 * half } else { half * 2.0 };
        y[at + 3] = right[(lane() + 2) % 12] * scale as i32;
    }

    /// Workgroup memory of other types, with components that are assigned.
    #[workgroup_size(5)]
    fn vectors(x: &[Vec3<f32>], y: &mut [Vec3<f32>]) {
        let line = workgroup::<[Vec3<f32>; 5]>();
        let flags = workgroup::<[bool; 5]>();
        let first = workgroup::<Vec2<i32>>();
        let lane = local_invocation_index();
        let i = global_index();
        let inside = i < x.len();
        if inside {
            line[lane] = x[i];
            line[lane].y += 1.0;
            flags[lane] = x[i].x > 2.0;
        }
        if lane == 4 {
            first.y = -7;
            first.x -= 1;
        }
        workgroup_barrier();
        if inside {
            let other = (lane + 1) % 5;
            y[i] = line[other].zyx;
            if flags[other] {
                y[i].z = first.y as f32;
            }
            y[i].x += first.x as f32;
        }
    }
}

const SIZE: usize = 12;

pub(super) fn several_levels(device: &Device) -> Outcome {
    let kernel = levels::<5>(-3, true, 0.5);
    judged(&kernel)?;
    for n in [1, SIZE - 1, SIZE, SIZE + 1, 41] {
        let values: Vec<i32> = (0..n as i32).map(|i| i * i % 23 - 7).collect();
        let groups = n.div_ceil(SIZE);
        let x = device.upload(&values)?;
        let mut y = device.zeros::<i32>(4 * SIZE * groups)?;
        kernel.launch(device, Grid::cover(n), levels::Args { x: &x, y: &mut y })?;
        let value = |i: usize| values.get(i).copied().unwrap_or(-1);
        for (i, found) in y.read()?.chunks(4).enumerate() {
            let (first, lane) = (i / SIZE * SIZE, i % SIZE);
            let cell = |k: usize| -3 * value(first + (k + SIZE - 2) % SIZE);
            let sum: i32 = (first..first + SIZE).map(value).sum();
            let left = value(first + (lane + SIZE - 5) % SIZE);
            let scanned: i32 = (0..=(lane + 2) % SIZE).map(cell).sum();
            let expected = [sum, -3 * sum, left - 3000 * value(i), 2 * scanned];
            assert_eq!(found, expected, "invocation {i} of {n}");
        }
    }
    Ok(())
}

pub(super) fn vectors_and_truth_values(device: &Device) -> Outcome {
    let device = &unwatched(device);
    judged(&vectors())?;
    for n in [1, 4, 5, 6, 13] {
        let real = |i: usize| i as f32;
        let values: Vec<[f32; 3]> = (0..n)
            .map(|i| [real(i * 3 % 5), real(i), real(100 * i)])
            .collect();
        let x = device.upload(&values.iter().copied().map(Vec3::from).collect::<Vec<_>>())?;
        let mut y = device.zeros::<Vec3<f32>>(n)?;
        vectors().launch(device, Grid::cover(n), vectors::Args { x: &x, y: &mut y })?;
        for (i, found) in y.read()?.into_iter().enumerate() {
            // A lane past the end leaves its cell at zero.
            let other = values.get(i / 5 * 5 + (i + 1) % 5);
            let [a, b, c] = other.map_or([0.0; 3], |[a, b, c]| [*a, b + 1.0, *c]);
            let expected = [c - 1.0, b, if a > 2.0 { -7.0 } else { a }];
            assert_eq!(found, Vec3::from(expected), "invocation {i} of {n}");
        }
    }
    Ok(())
}

//! Workgroup memory, barriers and builtin values, over grids and workgroups of three dimensions.

use super::{judged, unwatched};
use crate::conformance::Outcome;
use hesper_shader::{Device, Grid, shader};

shader! {
    const SIZE: u32 = 24;

    /// Writes all builtin values of each invocation, in the order in which the host counts them.
    #[workgroup_size(4, 3, 2)]
    fn positions(y: &mut [u32]) {
        let at = 8 * global_index();
        let global = global_invocation_id();
        let local = local_invocation_id();
        let group = workgroup_id();
        let groups = num_workgroups();
        y[at] = global.x + 100 * global.y + 10000 * global.z;
        y[at + 1] = local.x + 100 * local.y + 10000 * local.z;
        y[at + 2] = group.x + 100 * group.y + 10000 * group.z;
        y[at + 3] = groups.x + 100 * groups.y + 10000 * groups.z;
        y[at + 4] = local_invocation_index();
        y[at + 5] = workgroup_index();
        y[at + 6] = global_index();
        y[at + 7] = y.len();
    }

    /// Sums of a workgroup by each kind of workgroup variable.
    #[workgroup_size(SIZE)]
    fn shared(x: &[u32], y: &mut [u32]) {
        let total = workgroup::<u32>();
        let line = workgroup::<[u32; SIZE]>();
        let square = workgroup::<[[u32; 6]; SIZE / 6]>();
        let lane = local_invocation_index();
        let i = global_index();
        let value = if i < x.len() { x[i] } else { 0 };
        // All starts at zero, in every workgroup.
        y[4 * i] = total + line[lane] + square[lane / 6][lane % 6];
        workgroup_barrier();
        line[lane] = value;
        square[lane / 6][lane % 6] = value * value;
        workgroup_barrier();
        // A neighbour's value, once round.
        y[4 * i + 1] = line[(lane + 1) % SIZE];
        if lane == 0 {
            for row in 0..square.len() {
                for column in 0..6 {
                    total += square[row][column];
                }
            }
        }
        workgroup_barrier();
        y[4 * i + 2] = total;
        // What another invocation wrote to a buffer, after a barrier for it.
        storage_barrier();
        let first = i - lane;
        y[4 * i + 3] = y[4 * (first + (lane + 5) % SIZE) + 1];
    }

    #[workgroup_size(8)]
    fn uniforms(y: &mut [f32], f: f32, i: i32, mut u: u32, b: bool) {
        let k = global_index();
        if k < y.len() {
            u += k;
            let mut lowest = neg_infinity();
            lowest = lowest.max(f);
            y[k] = lowest + i as f32 + u as f32 + if b { 0.5 } else { 0.25 };
        }
    }
}

pub(super) fn builtin_values(device: &Device) -> Outcome {
    let (size, groups) = ([4, 3, 2], [3, 2, 5]);
    let count = (4 * 3 * 2) * (3 * 2 * 5);
    judged(&positions())?;
    let mut y = device.zeros::<u32>(8 * count)?;
    positions().launch(device, Grid::exact(3, 2, 5), positions::Args { y: &mut y })?;
    let pack = |v: [u32; 3]| v[0] + 100 * v[1] + 10000 * v[2];
    for (index, found) in y.read()?.chunks(8).enumerate() {
        let (group_index, local_index) = (index as u32 / 24, index as u32 % 24);
        let unflatten = |i: u32, n: [u32; 3]| [i % n[0], i / n[0] % n[1], i / n[0] / n[1]];
        let (group, local) = (unflatten(group_index, groups), unflatten(local_index, size));
        let global = [0, 1, 2].map(|d| group[d] * size[d] + local[d]);
        let expected = [
            pack(global),
            pack(local),
            pack(group),
            pack(groups),
            local_index,
            group_index,
            index as u32,
            8 * count as u32,
        ];
        assert_eq!(found, expected, "invocation {index}");
    }
    Ok(())
}

pub(super) fn shared_memory(device: &Device) -> Outcome {
    let device = &unwatched(device);
    const SIZE: usize = 24;
    judged(&shared())?;
    for n in [1, SIZE - 1, SIZE, SIZE + 1, 5 * SIZE, 131] {
        let values: Vec<u32> = (0..n as u32).map(|i| i * i % 97 + 1).collect();
        let groups = n.div_ceil(SIZE);
        let x = device.upload(&values)?;
        let mut y = device.zeros::<u32>(4 * groups * SIZE)?;
        shared().launch(device, Grid::cover(n), shared::Args { x: &x, y: &mut y })?;
        let value = |i: usize| values.get(i).copied().unwrap_or(0);
        for (i, found) in y.read()?.chunks(4).enumerate() {
            let first = i / SIZE * SIZE;
            let in_group = |lane: usize| first + lane % SIZE;
            let squares = (0..SIZE).map(|lane| value(first + lane).pow(2)).sum();
            let lane = i - first;
            let neighbour = |lane: usize| value(in_group(lane + 1));
            let expected = [0, neighbour(lane), squares, neighbour((lane + 5) % SIZE)];
            assert_eq!(found, expected, "invocation {i} of {n}");
        }
    }
    Ok(())
}

pub(super) fn scalars(device: &Device) -> Outcome {
    judged(&uniforms())?;
    for n in [1, 7, 8, 9, 131] {
        for b in [false, true] {
            let mut y = device.zeros::<f32>(n)?;
            let args = uniforms::Args {
                y: &mut y,
                f: -2.5,
                i: -7,
                u: 100,
                b,
            };
            uniforms().launch(device, Grid::cover(n), args)?;
            let expected: Vec<f32> = (0..n)
                .map(|k| 90.5 + k as f32 + if b { 0.5 } else { 0.25 })
                .collect();
            assert_eq!(y.read()?, expected);
        }
    }
    Ok(())
}

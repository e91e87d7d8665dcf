//! How far a dispatch reaches.

use super::{Outcome, skip};
use hesper_shader::{Device, DeviceKind, Grid, shader};

shader! {
    #[workgroup_size(SIZE)]
    fn indices<const SIZE: u32>(y: &mut [u32]) {
        let i = global_index();
        if i < y.len() {
            y[i] += i + 1;
        }
    }

    #[workgroup_size(2, 1, 2)]
    fn corners(y: &mut [u32]) {
        let id = global_invocation_id();
        y[(id.z * 3 + id.y) * 4 + id.x] = workgroup_index() * 100 + local_invocation_index();
    }

    #[workgroup_size(1)]
    fn put(y: &mut [u32], at: u32, n: u32) {
        y[at] = n;
    }

    #[workgroup_size(4)]
    fn tally(y: &mut [u32]) {
        y[global_index()] += 1;
    }

    #[workgroup_size(1)]
    fn mark(y: &mut [u32]) {
        y[0] = 1;
    }

    #[workgroup_size(1)]
    fn count(y: &mut [u32], n: u32) {
        let mut count = 0;
        for _ in 0..n {
            count += 1;
        }
        y[0] = count;
    }
}

/// Written by a kernel just before, and by the host.
pub(super) fn as_many_workgroups_as_a_buffer_says(device: &Device) -> Outcome {
    for counts in [[3, 1, 1], [1, 2, 2], [0, 1, 1], [2, 0, 3]] {
        let mut groups = device.zeros::<u32>(4)?;
        for (at, n) in (0..).zip(counts) {
            let args = put::Args {
                y: &mut groups,
                at,
                n,
            };
            put().launch(device, Grid::exact(1, 1, 1), args)?;
        }
        let mut y = device.zeros::<u32>(64)?;
        tally().launch_indirect(device, &groups, tally::Args { y: &mut y })?;
        let run: u32 = counts.iter().product();
        let expected: Vec<u32> = (0..64).map(|i| u32::from(i < 4 * run)).collect();
        assert_eq!(y.read()?, expected, "{counts:?}");
    }
    let mut y = device.zeros::<u32>(64)?;
    let mut told = |groups: hesper_shader::Buffer<u32>| {
        let args = tally::Args { y: &mut y };
        let told = tally().launch_indirect(device, &groups, args);
        told.map_or_else(|error| error.to_string(), |()| "run".to_string())
    };
    let few = "kernel `tally`: the buffer of its workgroups has fewer than three elements, for x, y and z";
    assert_eq!(told(device.zeros(2)?), few);
    let other = Device::reference().zeros(3)?;
    assert!(told(other).contains("the buffer for `the workgroups` is on"));
    if device.kind() == DeviceKind::Reference {
        let unwritten =
            "kernel `tally`: the buffer of its workgroups holds what nothing has written";
        assert_eq!(told(device.uninit(3)?), unwritten);
        let many = told(device.upload(&[65_536, 1, 1])?);
        assert!(many.contains("65536"), "{many}");
    }
    Ok(())
}

pub(super) fn a_grid_split_over_two_dimensions_reaches_every_element(device: &Device) -> Outcome {
    // With workgroups of 64, 2²⁴ elements need more groups than one dimension has; on the reference executor fewer of 1 do.
    let (kernel, len) = match device.kind() {
        DeviceKind::Reference => (indices::<1>(), 70_000),
        _ => (indices::<64>(), 1 << 24),
    };
    let grid = Grid::cover(len);
    assert!(grid.groups(kernel.workgroup_size())?[1] > 1, "not split");
    let mut y = device.zeros::<u32>(len)?;
    kernel.launch(device, grid, indices::Args { y: &mut y })?;
    assert!(y.read()?.into_iter().eq(1..=len as u32));
    Ok(())
}

pub(super) fn an_exact_grid_in_three_dimensions(device: &Device) -> Outcome {
    let mut y = device.zeros::<u32>(4 * 3 * 4)?;
    corners().launch(device, Grid::exact(2, 3, 2), corners::Args { y: &mut y })?;
    let mut expected = Vec::new();
    for (z, y) in (0..4).flat_map(|z| (0..3).map(move |y| (z, y))) {
        expected.extend((0..4).map(|x| ((z / 2 * 3 + y) * 2 + x / 2) * 100 + z % 2 * 2 + x % 2));
    }
    assert_eq!(y.read()?, expected);
    Ok(())
}

pub(super) fn an_empty_grid_runs_nothing(device: &Device) -> Outcome {
    let mut y = device.zeros::<u32>(1)?;
    for grid in [Grid::cover(0), Grid::exact(1, 0, 1)] {
        mark().launch(device, grid, mark::Args { y: &mut y })?;
    }
    assert_eq!(y.read()?, [0]);
    Ok(())
}

/// A fixed driver passes, and a device that knows its cap stops exactly there; one that stops unnoticed fails.
pub(super) fn long_loops_end_as_told(device: &Device) -> Outcome {
    let n = 70_000;
    let mut y = device.zeros::<u32>(1)?;
    count().launch(device, Grid::exact(1, 1, 1), count::Args { y: &mut y, n })?;
    if let Some(cap) = device.loop_cap() {
        skip(
            "grids::long_loops_end_as_told",
            &format!("{} stops after {cap}", device.name()),
        );
    }
    assert_eq!(y.read()?, [device.loop_cap().unwrap_or(n)]);
    Ok(())
}

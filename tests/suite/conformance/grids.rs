//! How far a dispatch reaches.

use super::{Outcome, skip};
use hesper_shader::record::Recorder;
use hesper_shader::{Argument, Device, DeviceKind, Grid};

pub(super) fn a_grid_split_over_two_dimensions_reaches_every_element(device: &Device) -> Outcome {
    // With workgroups of 64, 2²⁴ elements need more groups than one dimension has; on the reference executor one invocation each does.
    let (len, size) = match device.kind() {
        DeviceKind::Reference => (70_000, 1),
        _ => (1 << 24, 64),
    };
    let kernel = Recorder::record("indices", &[], [size, 1, 1], |r| {
        let y = r.storage_mut::<u32>("y");
        let i = r.bind("i", r.global_index());
        r.if_(i.lt(y.len()));
        r.store(y.at(i), y.at(i).get() + i + r.int(1));
        r.end_if();
    });
    let grid = Grid::cover(len);
    assert!(grid.groups([size, 1, 1])?[1] > 1, "not split");
    let mut y = device.zeros::<u32>(len)?;
    kernel.launch_named(device, grid, vec![("y", Argument::write(&mut y))])?;
    assert!(y.read()?.into_iter().eq(1..=len as u32));
    Ok(())
}

pub(super) fn an_exact_grid_in_three_dimensions(device: &Device) -> Outcome {
    let kernel = Recorder::record("corners", &[], [2, 1, 2], |r| {
        let y = r.storage_mut::<u32>("y");
        let id = r.global_invocation_id();
        let at = (id.z() * r.int(3) + id.y()) * r.int(4) + id.x();
        r.store(
            y.at(at),
            r.workgroup_index() * r.int(100) + r.local_invocation_index(),
        );
    });
    let mut y = device.zeros::<u32>(4 * 3 * 4)?;
    kernel.launch_named(
        device,
        Grid::exact(2, 3, 2),
        vec![("y", Argument::write(&mut y))],
    )?;
    let mut expected = Vec::new();
    for (z, y) in (0..4).flat_map(|z| (0..3).map(move |y| (z, y))) {
        expected.extend((0..4).map(|x| ((z / 2 * 3 + y) * 2 + x / 2) * 100 + z % 2 * 2 + x % 2));
    }
    assert_eq!(y.read()?, expected);
    Ok(())
}

pub(super) fn an_empty_grid_runs_nothing(device: &Device) -> Outcome {
    let kernel = Recorder::record("mark", &[], [1, 1, 1], |r| {
        let y = r.storage_mut::<u32>("y");
        r.store(y.at(r.int(0)), r.int(1));
    });
    let mut y = device.zeros::<u32>(1)?;
    for grid in [Grid::cover(0), Grid::exact(1, 0, 1)] {
        kernel.launch_named(device, grid, vec![("y", Argument::write(&mut y))])?;
    }
    assert_eq!(y.read()?, [0]);
    Ok(())
}

/// A fixed driver passes, and a device that knows its cap stops exactly there; one that stops unnoticed fails.
pub(super) fn long_loops_end_as_told(device: &Device) -> Outcome {
    let kernel = Recorder::record("count", &[], [1, 1, 1], |r| {
        let (y, n) = (r.storage_mut::<u32>("y"), r.uniform::<u32>("n"));
        let count = r.var("count", r.int(0u32));
        r.for_("i", r.range(r.int(0), n));
        r.store(count, count.get() + r.int(1));
        r.end_for();
        r.store(y.at(r.int(0)), count.get());
    });
    let n = 70_000;
    let mut y = device.zeros::<u32>(1)?;
    kernel.launch_named(
        device,
        Grid::exact(1, 1, 1),
        vec![("y", Argument::write(&mut y)), ("n", Argument::from(n))],
    )?;
    if let Some(cap) = device.loop_cap() {
        skip(
            "grids::long_loops_end_as_told",
            &format!("{} stops after {cap}", device.name()),
        );
    }
    assert_eq!(y.read()?, [device.loop_cap().unwrap_or(n)]);
    Ok(())
}

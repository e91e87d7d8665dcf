//! What a device cannot do is found before anything runs.

use super::{Outcome, message, skip};
use hesper_shader::record::Recorder;
use hesper_shader::{Argument, Device, Grid, Kernel, Limits};

/// A kernel of this shape that writes 1 into `y[0]`.
fn shaped(size: [u32; 3], workgroup_words: u32, more_buffers: u32) -> Kernel {
    Recorder::record("shaped", &[], size, |r| {
        let y = r.storage_mut::<u32>("y");
        for i in 0..more_buffers {
            r.storage::<u32>(&format!("x{i}"));
        }
        if workgroup_words > 0 {
            let tile = r.workgroup_array::<u32>("tile", workgroup_words);
            r.store(tile.at(r.local_invocation_index()), r.int(1));
        }
        r.store(y.at(r.global_index()), r.int(1));
    })
}

pub(super) fn every_limit_is_checked_before_the_dispatch(device: &Device) -> Outcome {
    let Some(limits) = device.limits() else {
        skip(
            "limits::every_limit_is_checked_before_the_dispatch",
            "the reference executor has no limits",
        );
        return Ok(());
    };
    let Limits {
        workgroup_size: [wx, wy, wz],
        ..
    } = *limits;
    let (invocations, bytes) = (
        u32::try_from(limits.invocations)?,
        u32::try_from(limits.workgroup_bytes)?,
    );
    let (buffers, groups) = (
        u32::try_from(limits.storage_buffers)?,
        limits.groups_per_dimension,
    );
    let one = Grid::exact(1, 1, 1);
    let cases = [
        (
            shaped([wx + 1, 1, 1], 0, 0),
            one,
            format!("a workgroup size of {} in x, and the limit is {wx}", wx + 1),
        ),
        (
            shaped([1, wy + 1, 1], 0, 0),
            one,
            format!("a workgroup size of {} in y, and the limit is {wy}", wy + 1),
        ),
        (
            shaped([1, 1, wz + 1], 0, 0),
            one,
            format!("a workgroup size of {} in z, and the limit is {wz}", wz + 1),
        ),
        (
            shaped([invocations, 2, 1], 0, 0),
            one,
            format!(
                "{} invocations per workgroup, and the limit is {invocations}",
                2 * invocations
            ),
        ),
        (
            shaped([1, 1, 1], bytes / 4 + 1, 0),
            one,
            format!(
                "{} bytes of workgroup memory, and the limit is {bytes}",
                bytes + 16
            ),
        ),
        (
            shaped([1, 1, 1], 0, buffers),
            one,
            format!(
                "{} storage buffers, and the limit is {buffers}",
                buffers + 1
            ),
        ),
        (
            shaped([1, 1, 1], 0, 0),
            Grid::exact(1, groups + 1, 1),
            format!("{} workgroups in y, and the limit is {groups}", groups + 1),
        ),
    ];
    let x = device.zeros::<u32>(1)?;
    let mut y = device.zeros::<u32>(1)?;
    for (kernel, grid, expected) in cases {
        let tree = kernel.tree()?;
        let names = tree
            .params
            .iter()
            .skip(1)
            .map(|p| (p.name.as_str(), Argument::read(&x)));
        let arguments = [("y", Argument::write(&mut y))]
            .into_iter()
            .chain(names)
            .collect();
        let error = message(kernel.launch_named(device, grid, arguments));
        assert_eq!(
            error,
            format!("kernel `shaped` needs {expected} on {}", device.name())
        );
    }
    assert_eq!(y.read()?, [0]);
    too_long_a_binding(device, limits)?;
    // At the limits all is well.
    let mut y = device.zeros::<u32>(invocations as usize)?;
    let full = shaped([invocations, 1, 1], bytes / 4, 0);
    full.launch_named(device, one, vec![("y", Argument::write(&mut y))])?;
    assert!(y.read()?.iter().all(|v| *v == 1));
    Ok(())
}

/// Where buffers may be larger than what a kernel sees of them.
fn too_long_a_binding(device: &Device, limits: &Limits) -> Outcome {
    let need = limits.binding_bytes + 4;
    if need > limits.buffer_bytes.min(1 << 30) {
        skip(
            "limits::too_long_a_binding",
            "a larger buffer than kernels can see is too large for this test",
        );
        return Ok(());
    }
    let mut y = device.zeros::<u32>(usize::try_from(need / 4)?)?;
    let error = message(shaped([1, 1, 1], 0, 0).launch_named(
        device,
        Grid::exact(1, 1, 1),
        vec![("y", Argument::write(&mut y))],
    ));
    assert_eq!(
        error,
        format!(
            "kernel `shaped` needs {need} bytes for `y`, and the limit is {} on {}",
            limits.binding_bytes,
            device.name()
        )
    );
    Ok(())
}

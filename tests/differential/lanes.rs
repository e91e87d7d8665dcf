//! How large a device's subgroups are, as far as kernels can count on it.

use hesper_shader::{Device, Error, Grid, shader};

shader! {
    #[workgroup_size(64)]
    fn lanes(size: &mut [u32], lane: &mut [u32], subgroup: &mut [u32]) {
        let i = global_index();
        size[i] = subgroup_size();
        lane[i] = subgroup_invocation_id();
        subgroup[i] = subgroup_id();
    }
}

/// How many invocations a subgroup of the device has; `None` where it has none, or where they do not follow each other in order.
pub fn subgroup_size(device: &Device) -> Option<u32> {
    if device.limits().is_some_and(|limits| !limits.subgroups) {
        return None;
    }
    let [sizes, lanes, subgroups] = measured(device).ok()?;
    let size = *sizes.first()?;
    let in_order =
        (0..)
            .zip(sizes.iter().zip(&lanes).zip(&subgroups))
            .all(|(i, ((s, lane), subgroup))| {
                let i = i % 64;
                *s == size && *lane == i % size && *subgroup == i / size
            });
    (size >= 4 && size.is_power_of_two() && in_order).then_some(size)
}

fn measured(device: &Device) -> Result<[Vec<u32>; 3], Error> {
    let buffer = || device.zeros::<u32>(128);
    let (mut size, mut lane, mut subgroup) = (buffer()?, buffer()?, buffer()?);
    let args = lanes::Args {
        size: &mut size,
        lane: &mut lane,
        subgroup: &mut subgroup,
    };
    lanes().launch(device, Grid::cover(128), args)?;
    Ok([size.read()?, lane.read()?, subgroup.read()?])
}

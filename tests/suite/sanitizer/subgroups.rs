//! A sum by subgroups, on a device whose subgroups have 8 lanes: what counts on 32 is found where it reaches beyond them.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 32;

shader! {
    #[workgroup_size(LANES)]
    fn subgroup_sum<const FAULT: u32>(x: &[f32], y: &mut [f32], count: &mut [Atomic<u32>]) { // kernel
        let parts = workgroup::<[f32; LANES]>();
        let lane = local_invocation_index();
        let i = global_index();
        let mut sum = x[i];
        if FAULT == 1 {
            // Five steps are right for 32 lanes.
            for step in 0..5 {
                sum += subgroup_shuffle_down(sum, 16 >> step); // for 32 lanes
            }
        } else if FAULT == 2 {
            for step in 0..5 {
                sum += subgroup_shuffle_xor(sum, 16 >> step); // across subgroups
            }
        } else {
            sum = subgroup_add(sum);
        }
        if FAULT == 3 {
            // No barrier: one subgroup runs in step.
            parts[lane] = sum; // part of a lane
            sum = parts[(lane + 1) % LANES]; // in step
        } else if FAULT == 4 {
            // One part, as of one subgroup.
            if subgroup_elect() {
                parts[0] = sum; // one part
            }
        } else if FAULT == 5 {
            if lane % 32 == 0 {
                parts[lane / 32] = sum;
            }
        } else {
            if subgroup_elect() {
                parts[subgroup_id()] = sum; // part
            }
        }
        if FAULT != 6 {
            workgroup_barrier();
        }
        if FAULT == 7 {
            if subgroup_elect() {
                let place = count[0].fetch_add(1);
                y[8 + place] = parts[subgroup_id()];
            }
        } else if FAULT == 8 {
            sum = subgroup_broadcast(sum, 31); // last lane
        }
        if lane == 0 {
            let mut all = 0.0;
            for part in 0..num_subgroups() {
                all += parts[part]; // parts
            }
            y[i] = all + sum; // result
        }
    }
}

pub(super) const SUBGROUP_SUM: Kernel = Kernel {
    name: "subgroup sum",
    run,
    file: file!(),
    source: include_str!("subgroups.rs"),
    faults: FAULTS,
    subgroup_size: 8,
};

const FAULTS: &str = "
1 | steps for 32 lanes             | absent lane     | 0 @ part, - @ for 32 lanes      | of a subgroup, asked for at
2 | a butterfly across subgroups   | absent lane     | 0 @ part, - @ across subgroups  | of a subgroup, asked for at
3 | lanes taken to run in step     | race            | 1 @ part of a lane, 0 @ in step | `parts[1]` is written
4 | a part of each subgroup in one | race            | 0 @ one part, 8 @ one part      | `parts[0]` is written
5 | a part for every 32 lanes      | unwritten       | 0 @ parts                       | reads `parts[1]`
6 | no barrier between subgroups   | race            | 8 @ part, 0 @ parts             | `parts[1]` is written
7 | subgroups in order of arrival  | order dependent | - @ kernel                      | `y[
8 | the last of 32 lanes           | absent lane     | 0 @ result, - @ last lane       | lane 31 of a subgroup
";

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let x = device.upload(&(0..32).map(|i| i as f32).collect::<Vec<_>>())?;
    let (mut y, mut count) = (device.zeros::<f32>(32)?, device.zeros::<u32>(1)?);
    let args = subgroup_sum::Args {
        x: &x,
        y: &mut y,
        count: &mut count,
    };
    let kernel = with_fault!(fault, subgroup_sum: 0 1 2 3 4 5 6 7 8);
    kernel.launch(device, Grid::exact(1, 1, 1), args)
}

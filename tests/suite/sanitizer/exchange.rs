//! Subgroups, and values that are the same for a whole workgroup.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 48;

shader! {
    /// Sums of neighbours within a subgroup, as many rounds as one invocation says.
    #[workgroup_size(LANES)]
    fn neighbours<const FAULT: u32>(x: &[f32], y: &mut [f32], rounds: &[u32]) {
        let count = workgroup::<[u32; LANES]>();
        let lane = local_invocation_index();
        let i = global_index();
        if FAULT == 1 {
            if lane == 0 {
                count[1] = rounds[0];
            }
        } else if FAULT == 2 {
            count[lane] = rounds[0] + lane;
        } else {
            if lane == 0 {
                count[0] = rounds[0]; // decide
            }
        }
        let trips = if FAULT == 2 {
            workgroup_uniform_load(count[lane]) // own
        } else if FAULT == 3 {
            count[0] // plain
        } else {
            workgroup_uniform_load(count[0]) // uniform
        };
        let mut sum = x[i];
        for _ in 0..trips {
            if FAULT == 4 {
                sum += subgroup_shuffle_down(sum, 1); // above
            } else if FAULT == 5 {
                if subgroup_invocation_id() % 2 == 0 { // even lanes
                    sum += subgroup_shuffle_xor(sum, 1); // in a branch
                }
            } else if FAULT == 6 {
                sum += subgroup_broadcast(sum, 40); // beyond
            } else if FAULT == 7 {
                // Half of the second subgroup has no invocation.
                sum += subgroup_shuffle_xor(sum, 16); // far
            } else {
                sum += subgroup_shuffle_xor(sum, 1);
            }
        }
        if FAULT == 8 {
            if lane < 16 { // some
                sum += workgroup_uniform_load(count[0]) as f32; // by some
            }
        }
        y[i] = sum; // result
    }
}

pub(super) const NEIGHBOURS: Kernel = Kernel {
    name: "neighbours",
    run,
    file: file!(),
    source: include_str!("exchange.rs"),
    faults: FAULTS,
    subgroup_size: 32,
};

const FAULTS: &str = "
1 | the wrong element is decided        | unwritten            | 0 @ uniform            | reads `count[0]`
2 | an element of each invocation's own | unequal uniform load | 0 @ own, 1 @ own       | reads `count[0]` in
3 | a plain load of what another wrote  | race                 | 0 @ decide, 1 @ plain  | `count[0]` is written
4 | the lane after the last             | absent lane          | 30 @ result, - @ above | lane 32 of a subgroup, asked for at
5 | an exchange in a branch             | divergent exchange   | - @ in a branch, 1 @ even lanes | `subgroup_shuffle_xor` is reached by 16 of 32 invocations of a subgroup
6 | a lane beyond the subgroup          | absent lane          | 0 @ result, - @ beyond | lane 40
7 | a subgroup that is not full         | absent lane          | 32 @ result, - @ far   | does not exist
8 | a uniform load in a branch          | divergent barrier    | - @ by some, 16 @ some | reached by 16 of 48
";

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let n = LANES as usize;
    let x = device.upload(&vec![1.0; n])?;
    let mut y = device.zeros::<f32>(n)?;
    let rounds = device.upload(&[2])?;
    let kernel = with_fault!(fault, neighbours: 0 1 2 3 4 5 6 7 8);
    let args = neighbours::Args {
        x: &x,
        y: &mut y,
        rounds: &rounds,
    };
    kernel.launch(device, Grid::cover(n), args)
}

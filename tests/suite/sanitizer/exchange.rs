//! Subgroups, and values that are the same for a whole workgroup.

use super::{Row, check};
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
                count[0] = rounds[0];
            }
        }
        let trips = if FAULT == 2 {
            workgroup_uniform_load(count[lane])
        } else if FAULT == 3 {
            count[0]
        } else {
            workgroup_uniform_load(count[0])
        };
        let mut sum = x[i];
        for _ in 0..trips {
            if FAULT == 4 {
                sum += subgroup_shuffle_down(sum, 1);
            } else if FAULT == 5 {
                if subgroup_invocation_id() % 2 == 0 {
                    sum += subgroup_shuffle_xor(sum, 1);
                }
            } else if FAULT == 6 {
                sum += subgroup_broadcast(sum, 40);
            } else if FAULT == 7 {
                // Half of the second subgroup has no invocation.
                sum += subgroup_shuffle_xor(sum, 16);
            } else {
                sum += subgroup_shuffle_xor(sum, 1);
            }
        }
        if FAULT == 8 {
            if lane < 16 {
                sum += workgroup_uniform_load(count[0]) as f32;
            }
        }
        y[i] = sum;
    }
}

const ROWS: &[Row] = &[
    (
        1,
        "the wrong element is decided",
        "unwritten",
        &["`count[0]`"],
    ),
    (
        2,
        "an element of each invocation's own",
        "unequal uniform load",
        &["index 0 and at index 1"],
    ),
    (
        3,
        "a plain load of what another has written",
        "race",
        &["`count[0]` is written at", "read at"],
    ),
    (
        4,
        "the lane after the last",
        "inactive lane",
        &["lane 32", "does not exist"],
    ),
    (
        5,
        "a lane that took another branch",
        "inactive lane",
        &["lane 1", "does not take part"],
    ),
    (
        6,
        "a lane beyond the subgroup",
        "inactive lane",
        &["lane 40"],
    ),
    (
        7,
        "a subgroup that is not full",
        "inactive lane",
        &["does not exist"],
    ),
    (
        8,
        "a uniform load in a branch",
        "divergent barrier",
        &["16 of 48"],
    ),
];

pub(super) fn check_all() -> usize {
    check(run, ROWS)
}

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let n = LANES as usize;
    let x = device.upload(&vec![1.0; n])?;
    let mut y = device.zeros::<f32>(n)?;
    let rounds = device.upload(&[2])?;
    macro_rules! launch {
        ($($n:literal)*) => {
            match fault {
                $($n => neighbours::<$n>(),)*
                _ => panic!("no such fault"),
            }
        };
    }
    let kernel = launch!(0 1 2 3 4 5 6 7 8);
    let args = neighbours::Args {
        x: &x,
        y: &mut y,
        rounds: &rounds,
    };
    kernel.launch(device, Grid::cover(n), args)
}

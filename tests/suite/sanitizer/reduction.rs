//! A sum of each workgroup's elements, as a tree.

use super::{Row, check};
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 64;

shader! {
    #[workgroup_size(LANES)]
    fn sum<const FAULT: u32>(x: &[f32], sums: &mut [f32], divisor: u32) {
        let tile = workgroup::<[f32; LANES]>();
        let lane = local_invocation_index();
        let i = global_index();
        if FAULT == 1 {
            tile[lane] = x[i];
        } else if FAULT == 2 {
            if i < x.len() {
                tile[lane] = x[i];
            }
        } else {
            tile[lane] = if i < x.len() { x[i] } else { 0.0 };
        }
        if FAULT == 3 {
            if i >= x.len() {
                return;
            }
        }
        if FAULT == 4 {
            storage_barrier();
        } else if FAULT != 5 {
            workgroup_barrier();
        }
        let mut half = LANES / 2;
        while half > 0 {
            if FAULT == 6 {
                if lane < half {
                    tile[lane] += tile[lane + half];
                    workgroup_barrier();
                }
            } else if FAULT == 7 {
                tile[lane] += tile[lane + half];
            } else if FAULT == 8 {
                if lane <= half {
                    tile[lane] += tile[lane + half];
                }
            } else {
                if lane < half {
                    tile[lane] += tile[lane + half];
                }
            }
            if FAULT == 9 {
                if lane < half {
                    workgroup_barrier();
                } else {
                    workgroup_barrier();
                }
            } else if FAULT != 10 && FAULT != 6 {
                workgroup_barrier();
            }
            if FAULT != 11 {
                half = half / 2;
            }
        }
        if FAULT == 12 {
            sums[workgroup_index()] = tile[lane];
        } else if FAULT == 13 {
            sums[workgroup_index()] = tile[0];
        } else if FAULT == 14 {
            if lane == 0 {
                sums[0] += tile[0];
            }
        } else if FAULT == 15 {
            if lane == 0 {
                sums[workgroup_index() + 1] = tile[0];
            }
        } else if FAULT == 16 {
            if lane == 0 {
                sums[workgroup_index()] = tile[0] / (x.len() / divisor) as f32;
            }
        } else {
            if lane == 0 {
                sums[workgroup_index()] = tile[0];
            }
        }
    }
}

const ROWS: &[Row] = &[
    (
        1,
        "no guard at the last workgroup",
        "out of bounds",
        &["reads `x` at index 100", "its length is 100"],
    ),
    (
        2,
        "nothing stored where there is no element",
        "unwritten",
        &["`tile["],
    ),
    (
        3,
        "a return before a barrier",
        "divergent barrier",
        &["36 of 64", "(1, 0, 0)"],
    ),
    (
        4,
        "the barrier of the other memory",
        "race",
        &["put a barrier for this memory", "written at", "read at"],
    ),
    (
        5,
        "no barrier after the loads",
        "race",
        &[
            "`tile[32]` is written at",
            "read at",
            "(0, 0, 0)",
            "(32, 0, 0)",
        ],
    ),
    (
        6,
        "a barrier in a branch",
        "divergent barrier",
        &["32 of 64"],
    ),
    (
        7,
        "no guard of the upper half",
        "out of bounds",
        &["reads `tile`", "its length is 64"],
    ),
    (
        8,
        "one lane too many",
        "out of bounds",
        &["reads `tile` at index 64"],
    ),
    (
        9,
        "two barriers instead of one",
        "divergent barrier",
        &["32 of 64", "another way", "to the barrier at"],
    ),
    (
        10,
        "no barrier in the loop",
        "race",
        &["`tile[16]`", "written at", "read at"],
    ),
    (
        11,
        "a stride that never shrinks",
        "endless",
        &["the loop does not end"],
    ),
    (
        12,
        "every lane stores its own",
        "race",
        &["`sums[0]` is written at", "and written at"],
    ),
    (
        13,
        "every lane stores the result",
        "same value",
        &["the same value"],
    ),
    (
        14,
        "workgroups add to one element",
        "race",
        &["use a dispatch for each step", "workgroup (1, 0, 0)"],
    ),
    (
        15,
        "the neighbour's element",
        "out of bounds",
        &["writes `sums` at index 2"],
    ),
    (
        16,
        "a divisor nobody looked at",
        "division by zero",
        &["divides by zero"],
    ),
];

pub(super) fn check_all() -> usize {
    check(run, ROWS)
}

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let x = device.upload(&(0..100).map(|i| i as f32).collect::<Vec<_>>())?;
    let mut sums = device.zeros::<f32>(2)?;
    macro_rules! launch {
        ($($n:literal)*) => {
            match fault {
                $($n => sum::<$n>(),)*
                _ => panic!("no such fault"),
            }
        };
    }
    let kernel = launch!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
    let args = sum::Args {
        x: &x,
        sums: &mut sums,
        divisor: 0,
    };
    kernel.launch(device, Grid::cover(x.len()), args)
}

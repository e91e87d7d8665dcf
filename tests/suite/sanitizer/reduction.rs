//! A sum of each workgroup's elements, as a tree.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 64;

shader! {
    #[workgroup_size(LANES)]
    fn sum<const FAULT: u32>(x: &[f32], sums: &mut [f32], divisor: u32) { // kernel
        let tile = workgroup::<[f32; LANES]>();
        let lane = local_invocation_index();
        let i = global_index();
        if FAULT == 1 {
            tile[lane] = x[i]; // unguarded load
        } else if FAULT == 2 {
            if i < x.len() {
                tile[lane] = x[i];
            }
        } else {
            tile[lane] = if i < x.len() { x[i] } else { 0.0 }; // load
        }
        if FAULT == 3 {
            if i >= x.len() {
                return; // return
            }
        }
        if FAULT == 4 {
            storage_barrier();
        } else if FAULT != 5 {
            workgroup_barrier(); // after the load
        }
        let mut half = LANES / 2;
        while half > 0 { // loop
            if FAULT == 6 {
                if lane < half { // lower half
                    tile[lane] += tile[lane + half]; // sum before a barrier
                    workgroup_barrier(); // barrier of half
                }
            } else if FAULT == 7 {
                tile[lane] += tile[lane + half]; // sum of all
            } else if FAULT == 8 {
                if lane <= half {
                    tile[lane] += tile[lane + half]; // sum of one more
                }
            } else {
                if lane < half {
                    tile[lane] += tile[lane + half]; // sum
                }
            }
            if FAULT == 9 {
                if lane < half { // fork
                    workgroup_barrier(); // one barrier
                } else {
                    workgroup_barrier(); // another barrier
                }
            } else if FAULT != 10 && FAULT != 6 {
                workgroup_barrier();
            }
            if FAULT != 11 {
                half = half / 2;
            }
        }
        if FAULT == 12 {
            sums[workgroup_index()] = tile[lane]; // own
        } else if FAULT == 13 {
            sums[workgroup_index()] = tile[0]; // all
        } else if FAULT == 14 {
            if lane == 0 {
                sums[0] += tile[0]; // one element
            }
        } else if FAULT == 15 {
            if lane == 0 {
                sums[workgroup_index() + 1] = tile[0]; // next
            }
        } else if FAULT == 16 {
            if lane == 0 {
                sums[workgroup_index()] = tile[0] / (x.len() / divisor) as f32; // mean
            }
        } else {
            if lane == 0 {
                sums[workgroup_index()] = tile[0];
            }
        }
    }
}

pub(super) const SUM: Kernel = Kernel {
    name: "sum",
    run,
    file: file!(),
    source: include_str!("reduction.rs"),
    faults: FAULTS,
    subgroup_size: 32,
};

const FAULTS: &str = "
 1 | no guard at the last workgroup    | out of bounds     | 100 @ unguarded load                            | reads `x` at index 100, but its length is 100
 2 | nothing where there is no element | unwritten         | 68 @ sum                                        | reads `tile[36]`, which nothing has written
 3 | a return before a barrier         | divergent barrier | - @ after the load, 100 @ return                | reached by 36 of 64 invocations, but not by invocation (100, 0, 0) of workgroup (1, 0, 0)
 4 | the barrier of the other memory   | race              | 32 @ load, 0 @ sum                              | put a barrier for this memory between them
 5 | no barrier after the loads        | race              | 32 @ load, 0 @ sum                              | `tile[32]` is written
 6 | a barrier in a branch             | divergent barrier | - @ barrier of half, 32 @ lower half            | reached by 32 of 64
 7 | no guard of the upper half        | out of bounds     | 32 @ sum of all                                 | reads `tile` at index 64, but its length is 64
 8 | one lane too many                 | out of bounds     | 32 @ sum of one more                            | reads `tile` at index 64
 9 | two barriers instead of one       | divergent barrier | - @ one barrier, 32 @ fork, - @ another barrier | which took another way at
10 | no barrier in the loop            | race              | 16 @ sum, 0 @ sum                               | `tile[16]` is written
11 | a stride that never shrinks       | endless           | 0 @ loop                                        | the budget of 10000 iterations is spent, 10000 of them here
12 | every lane stores its own         | race              | 0 @ own, 1 @ own                                | `sums[0]` is written
13 | every lane stores the result      | same value        | 0 @ all, 1 @ all                                | in kernel `sum`, data race: `sums[0]` is written
14 | workgroups add to one element     | race              | 64 @ one element, 0 @ one element               | use a dispatch for each step
15 | the neighbour's element           | out of bounds     | 64 @ next                                       | writes `sums` at index 2
16 | a divisor nobody looked at        | division by zero  | 0 @ mean                                        | computes 100 / 0
";

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let x = device.upload(&(0..100).map(|i| i as f32).collect::<Vec<_>>())?;
    let mut sums = device.zeros::<f32>(2)?;
    let kernel = with_fault!(fault, sum: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
    let args = sum::Args {
        x: &x,
        sums: &mut sums,
        divisor: 0,
    };
    kernel.launch(device, Grid::cover(x.len()), args)
}

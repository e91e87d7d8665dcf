//! Prefix sums of each workgroup's elements, between two halves of a tile.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 32;

shader! {
    #[workgroup_size(LANES)]
    fn scan<const FAULT: u32>(x: &[u32], y: &mut [u32], sums: &mut [u32]) {
        let tile = workgroup::<[[u32; LANES]; 2]>();
        let lane = local_invocation_index();
        let i = global_index();
        tile[0][lane] = x[i]; // load
        if FAULT != 1 {
            workgroup_barrier();
        }
        let mut from = 0;
        let mut distance = 1;
        while distance < LANES {
            let to = if FAULT == 2 { from } else { 1 - from };
            if FAULT == 3 {
                let mut sum = tile[from][lane];
                sum += tile[from][lane - distance]; // unguarded
                tile[to][lane] = sum;
            } else if FAULT == 4 {
                // The half that is being written is read.
                let mut sum = tile[from][lane];
                if lane >= distance {
                    sum += tile[to][lane - distance]; // wrong half
                }
                tile[to][lane] = sum;
            } else if FAULT == 5 {
                if lane >= distance {
                    tile[to][lane] = tile[from][lane] + tile[from][lane - distance]; // only some
                }
            } else {
                let mut sum = tile[from][lane];
                if lane >= distance {
                    sum += tile[from][lane - distance]; // sum
                }
                tile[to][lane] = sum; // store
            }
            if FAULT == 6 {
                if lane >= distance { // guard
                    workgroup_barrier(); // guarded barrier
                }
            } else if FAULT != 7 {
                workgroup_barrier();
            }
            from = to;
            distance = distance * 2;
        }
        y[i] = tile[from][lane]; // result
        if lane == LANES - 1 {
            sums[workgroup_index()] = tile[from][lane]; // total
        }
        if FAULT == 8 {
            // What the workgroups before have, in the same dispatch.
            if workgroup_index() > 0 {
                y[i] += sums[workgroup_index() - 1]; // total before
            }
        }
        if FAULT == 9 {
            // An exclusive sum, from the lane below.
            y[i] = tile[from][lane - 1]; // below
        }
        if FAULT == 10 {
            // Shifted in place.
            if i + 1 < y.len() {
                y[i + 1] = tile[from][lane]; // shifted
            }
        }
    }
}

pub(super) const SCAN: Kernel = Kernel {
    name: "scan",
    run,
    file: file!(),
    source: include_str!("scan.rs"),
    faults: FAULTS,
    subgroup_size: 32,
};

const FAULTS: &str = "
 1 | no barrier after the loads         | race              | 0 @ load, 1 @ sum              | `tile[0][0]` is written
 2 | in place, with one half            | race              | 1 @ sum, 0 @ store             | `tile[0][0]` is read
 3 | no guard of the lane below         | wrapped           | 0 @ unguarded, - @ unguarded   | 4294967295 as an index of `tile`
 4 | a read of the half that is written | unwritten         | 1 @ wrong half                 | reads `tile[1][0]`
 5 | nothing copied where none is added | unwritten         | 2 @ only some                  | reads `tile[1][0]`
 6 | a barrier in the guard             | divergent barrier | - @ guarded barrier, 0 @ guard | reached by 31 of 32
 7 | no barrier in the loop             | race              | 0 @ store, 2 @ sum             | `tile[1][0]` is written
 8 | sums of workgroups before          | race              | 31 @ total, 32 @ total before  | use a dispatch for each step
 9 | the lane below the first           | wrapped           | 0 @ below, - @ below           | as an index of `tile`
10 | a store beside one's own           | race              | 1 @ result, 0 @ shifted        | `y[1]` is written
";

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let x = device.upload(&(0..96).collect::<Vec<u32>>())?;
    let (mut y, mut sums) = (device.uninit::<u32>(96)?, device.uninit::<u32>(3)?);
    let args = scan::Args {
        x: &x,
        y: &mut y,
        sums: &mut sums,
    };
    let kernel = with_fault!(fault, scan: 0 1 2 3 4 5 6 7 8 9 10);
    kernel.launch(device, Grid::cover(96), args)
}

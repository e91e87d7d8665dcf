//! A stencil over a tile with halo, applied twice.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 32;

shader! {
    /// y[i] = x[i-1] + x[i] + x[i+1], ends repeated, and that once more over what the workgroup has.
    #[workgroup_size(LANES)]
    fn stencil<const FAULT: u32>(x: &[f32], y: &mut [f32], rounds: u32) {
        let tile = workgroup::<[f32; LANES + 2]>();
        let lane = local_invocation_index();
        let i = global_index();
        let n = x.len();
        let inside = i.min(n - 1);
        tile[lane + 1] = x[inside]; // middle
        if FAULT == 1 {
            if lane == 0 {
                tile[0] = x[inside - 1]; // left unguarded
            }
        } else if FAULT != 2 {
            if lane == 0 {
                tile[0] = x[if inside > 0 { inside - 1 } else { 0 }];
            }
        }
        if FAULT == 3 {
            if lane == LANES - 1 {
                tile[LANES + 1] = x[inside + 1]; // right unguarded
            }
        } else if FAULT == 4 {
            if lane == LANES - 1 {
                tile[LANES + 2] = x[inside]; // too far right
            }
        } else {
            if lane == LANES - 1 {
                tile[LANES + 1] = x[(inside + 1).min(n - 1)];
            }
        }
        if FAULT != 5 {
            workgroup_barrier();
        }
        let trips = if FAULT == 6 { rounds + lane } else { rounds };
        for _ in 0..trips { // rounds
            let sum = tile[lane] + tile[lane + 1] + tile[lane + 2]; // sum
            if FAULT != 7 {
                workgroup_barrier(); // between
            }
            tile[lane + 1] = sum; // back
            if FAULT != 8 {
                workgroup_barrier();
            }
        }
        if FAULT == 9 {
            y[i] = tile[lane + 1]; // unguarded store
        } else if FAULT == 10 {
            if i < n {
                y[i / 2] = tile[lane + 1]; // half
            }
        } else if FAULT == 11 {
            if i < n {
                y[i] = tile[lane + 1]; // own
                y[(i + 1) % n] += 1.0; // next
            }
        } else {
            if i < n {
                y[i] = tile[lane + 1];
            }
        }
    }
}

pub(super) const STENCIL: Kernel = Kernel {
    name: "stencil",
    run,
    file: file!(),
    source: include_str!("tiles.rs"),
    faults: FAULTS,
    subgroup_size: 32,
};

const FAULTS: &str = "
 1 | one below zero                      | wrapped           | 0 @ left unguarded, - @ left unguarded | 4294967295 as an index of `x`
 2 | no left halo                        | unwritten         | 0 @ sum                                | `tile[0]`, which nothing has written: workgroup memory is not zero everywhere
 3 | no end of the right halo            | out of bounds     | 95 @ right unguarded                   | reads `x` at index 70
 4 | the halo one too far                | out of bounds     | 31 @ too far right                     | writes `tile` at index 34
 5 | no barrier after the loads          | race              | 0 @ middle, 1 @ sum                    | `tile[1]` is written
 6 | rounds that differ between lanes    | divergent barrier | - @ between, 0 @ rounds                | which was done with the loop
 7 | a write over what others still read | race              | 1 @ sum, 0 @ back                      | `tile[1]` is read
 8 | no barrier before the next round    | race              | 0 @ back, 1 @ sum                      | `tile[1]` is written
 9 | no guard of the store               | out of bounds     | 70 @ unguarded store                   | writes `y` at index 70
10 | two lanes to one element            | race              | 0 @ half, 1 @ half                     | `y[0]` is written
11 | the neighbour's element too         | race              | 1 @ own, 0 @ next                      | `y[1]` is written
";

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let x = device.upload(&(0..70).map(|i| i as f32).collect::<Vec<_>>())?;
    let mut y = device.zeros::<f32>(70)?;
    let kernel = with_fault!(fault, stencil: 0 1 2 3 4 5 6 7 8 9 10 11);
    let args = stencil::Args {
        x: &x,
        y: &mut y,
        rounds: 2,
    };
    kernel.launch(device, Grid::cover(x.len()), args)
}

//! Double buffering: while one half of a tile is used, the next part is loaded into the other.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 8;

shader! {
    /// y[i] is the sum over all parts of x of the element beside the lane's own, the next higher, the last one's being the first.
    #[workgroup_size(LANES)]
    fn stream<const FAULT: u32>(x: &[f32], y: &mut [f32]) {
        let tile = workgroup::<[[f32; LANES]; 2]>();
        let lane = local_invocation_index();
        let parts = x.len() / LANES;
        let beside = (lane + 1) % LANES;
        if FAULT != 1 {
            tile[0][lane] = x[lane]; // first part
        }
        if FAULT != 2 {
            workgroup_barrier();
        }
        let mut sum = 0.0;
        for part in 0..parts {
            let now = part % 2;
            let next = 1 - now;
            if FAULT == 3 {
                tile[next][lane] = x[(part + 1) * LANES + lane]; // unguarded part
            } else if FAULT == 4 {
                if part + 1 < parts {
                    tile[now][lane] = x[(part + 1) * LANES + lane]; // into the same half
                }
            } else if FAULT == 5 {
                if part + 1 < parts {
                    tile[part + 1][lane] = x[(part + 1) * LANES + lane]; // a half for each part
                }
            } else {
                if part + 1 < parts {
                    tile[next][lane] = x[(part + 1) * LANES + lane]; // next part
                }
            }
            if FAULT == 6 {
                if part + 1 == parts && lane == 0 {
                    break; // last part
                }
            }
            if FAULT == 7 {
                if lane == 3 {
                    continue; // nothing to add
                }
            }
            sum += tile[now][beside]; // use
            if FAULT != 8 {
                workgroup_barrier(); // end of a part
            }
        }
        y[lane] = sum;
    }
}

pub(super) const STREAM: Kernel = Kernel {
    name: "stream",
    run,
    file: file!(),
    source: include_str!("buffers.rs"),
    faults: FAULTS,
    subgroup_size: 32,
};

const FAULTS: &str = "
1 | the first part is not loaded            | unwritten         | 0 @ use                               | reads `tile[0][1]`
2 | no barrier after the first part         | race              | 1 @ first part, 0 @ use               | `tile[0][1]` is written
3 | a part beyond the last                  | out of bounds     | 0 @ unguarded part                    | reads `x` at index 24
4 | the next part over the one that is used | race              | 1 @ into the same half, 0 @ use       | `tile[0][1]` is written
5 | a half for each part                    | out of bounds     | 0 @ a half for each part              | writes `tile` at index 2, but its length is 2
6 | a lane that leaves early                | divergent barrier | - @ end of a part, 0 @ last part      | which left the loop
7 | a lane that skips the barrier           | divergent barrier | - @ end of a part, 3 @ nothing to add | which went on to the next iteration
8 | no barrier between parts                | race              | 7 @ use, 0 @ next part                | `tile[0][0]` is read
";

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let x = device.upload(&(0..24).map(|i| i as f32).collect::<Vec<_>>())?;
    let mut y = device.uninit::<f32>(LANES as usize)?;
    let args = stream::Args { x: &x, y: &mut y };
    let kernel = with_fault!(fault, stream: 0 1 2 3 4 5 6 7 8);
    kernel.launch(device, Grid::exact(1, 1, 1), args)
}

//! Softmax of rows, a workgroup for each: the same tile holds the maximum, then the sum.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 16;

shader! {
    #[workgroup_size(LANES)]
    fn softmax<const FAULT: u32>(x: &[f32], y: &mut [f32], columns: u32) {
        let tile = workgroup::<[f32; LANES]>();
        let lane = local_invocation_index();
        let row = workgroup_index();
        let start = row * columns;
        let mut largest = neg_infinity();
        for j in (lane..columns).step_by(LANES) {
            largest = largest.max(x[start + j]);
        }
        if FAULT == 1 {
            if lane < columns % LANES {
                tile[lane] = largest;
            }
        } else {
            tile[lane] = largest; // own maximum
        }
        if FAULT != 2 {
            workgroup_barrier();
        }
        let mut half = LANES / 2;
        while half > 0 {
            if lane < half {
                tile[lane] = tile[lane].max(tile[lane + half]); // maximum
            }
            workgroup_barrier();
            half = half / 2;
        }
        let maximum = tile[0]; // read of the maximum
        if FAULT != 3 {
            workgroup_barrier();
        }
        let mut sum = 0.0;
        if FAULT == 4 {
            let mut j = lane;
            while j < columns { // columns
                sum += (x[start + j] - maximum).exp();
                workgroup_barrier(); // barrier in the loop
                j += LANES;
            }
        } else if FAULT == 5 {
            for j in (0..columns).step_by(LANES) {
                sum += (x[start + j + lane] - maximum).exp(); // too many
            }
        } else {
            for j in (lane..columns).step_by(LANES) {
                sum += (x[start + j] - maximum).exp();
            }
        }
        if FAULT == 6 {
            // The sum of all in one place.
            tile[0] += sum; // one place
        } else {
            tile[lane] = sum; // own sum
        }
        if FAULT != 7 {
            workgroup_barrier();
        }
        half = LANES / 2;
        while half > 0 {
            if lane < half {
                tile[lane] += tile[lane + half]; // sum
            }
            if FAULT != 8 || half > 1 {
                workgroup_barrier();
            }
            half = half / 2;
        }
        for j in (lane..columns).step_by(LANES) {
            let e = (x[start + j] - maximum).exp();
            if FAULT == 9 {
                y[start + j / 2] = e / tile[0]; // two to one
            } else {
                y[start + j] = e / tile[0]; // result
            }
        }
    }
}

pub(super) const SOFTMAX: Kernel = Kernel {
    name: "softmax",
    run,
    file: file!(),
    source: include_str!("softmax.rs"),
    faults: FAULTS,
    subgroup_size: 32,
};

const FAULTS: &str = "
1 | nothing where a lane has one element less | unwritten         | 4 @ maximum                          | reads `tile[4]`, which nothing has written
2 | no barrier before the maximum             | race              | 8 @ own maximum, 0 @ maximum         | `tile[8]` is written
3 | no barrier between maximum and sum        | race              | 1 @ read of the maximum, 0 @ own sum | `tile[0]` is read
4 | a barrier for each column of one's own    | divergent barrier | - @ barrier in the loop, 4 @ columns | which left the loop
5 | columns beyond the row                    | out of bounds     | 52 @ too many                        | reads `x` at index 80
6 | all add to one place                      | race              | 1 @ one place, 0 @ one place         | `tile[0]` is
7 | no barrier before the sum                 | race              | 8 @ own sum, 0 @ sum                 | `tile[8]` is written
8 | no barrier after the last round           | race              | 0 @ sum, 1 @ result                  | `tile[0]` is written
9 | two columns to one                        | race              | 0 @ two to one, 1 @ two to one       | `y[0]` is written
";

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let (rows, columns) = (4, 20);
    let x: Vec<f32> = (0..rows * columns).map(|i| (i * 7 % 13) as f32).collect();
    let x = device.upload(&x)?;
    let mut y = device.uninit::<f32>(rows * columns)?;
    let args = softmax::Args {
        x: &x,
        y: &mut y,
        columns: columns as u32,
    };
    let kernel = with_fault!(fault, softmax: 0 1 2 3 4 5 6 7 8 9);
    kernel.launch(device, Grid::exact(rows as u32, 1, 1), args)
}

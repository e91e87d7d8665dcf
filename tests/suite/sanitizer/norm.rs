//! Layer norm of rows, a workgroup for each: the mean, then the variance.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 16;

shader! {
    /// The sum of a tile, in its first element.
    fn total(tile: &mut [f32; LANES], lane: u32) {
        for round in 0..4 {
            let half = 8 >> round;
            if lane < half {
                tile[lane] += tile[lane + half]; // sum
            }
            workgroup_barrier(); // end of a round
        }
    }

    /// The same without barriers.
    fn hasty_total(tile: &mut [f32; LANES], lane: u32) {
        for round in 0..4 {
            let half = 8 >> round;
            if lane < half {
                tile[lane] += tile[lane + half]; // hasty sum
            }
        }
    }

    #[workgroup_size(LANES)]
    fn layer_norm<const FAULT: u32>(x: &[f32], y: &mut [f32], means: &mut [f32], columns: u32, parts: u32) {
        let tile = workgroup::<[f32; LANES]>();
        let shared_mean = workgroup::<f32>();
        let lane = local_invocation_index();
        let start = workgroup_index() * columns;
        let mut sum = 0.0;
        for j in (lane..columns).step_by(LANES) {
            sum += x[start + j];
        }
        tile[lane] = sum; // own sum
        workgroup_barrier();
        if FAULT == 1 {
            hasty_total(tile, lane);
            workgroup_barrier();
        } else {
            total(tile, lane);
        }
        if FAULT == 2 {
            shared_mean = tile[0] / columns as f32; // all means
        } else if FAULT == 3 {
            if lane == 0 {
                shared_mean = tile[0] / (columns / parts) as f32; // mean of parts
            }
        } else {
            if lane == 0 {
                shared_mean = tile[0] / columns as f32; // one mean
            }
        }
        let mean = if FAULT == 4 {
            shared_mean // plain
        } else {
            workgroup_uniform_load(shared_mean)
        };
        if FAULT == 5 {
            means[0] = mean; // one for all rows
        } else if FAULT == 6 {
            if lane == 0 {
                means[workgroup_index()] = mean; // row's mean
            }
        } else {
            if lane == 0 {
                means[workgroup_index()] = mean;
            }
        }
        let mut squares = 0.0;
        for j in (lane..columns).step_by(LANES) {
            let centred = if FAULT == 6 {
                x[start + j] - means[workgroup_index()] // by storage
            } else {
                x[start + j] - mean
            };
            squares += centred * centred;
        }
        tile[lane] = squares; // own squares
        if FAULT != 7 {
            workgroup_barrier();
        }
        if FAULT == 8 {
            if lane < columns { // few
                total(tile, lane);
            } else {
                return;
            }
        } else {
            total(tile, lane);
        }
        let scale = inverse_sqrt(tile[0] / columns as f32 + 1e-5);
        for j in (lane..columns).step_by(LANES) {
            if FAULT == 9 {
                y[start + j + lane] = (x[start + j] - mean) * scale; // twice the lane
            } else {
                y[start + j] = (x[start + j] - mean) * scale;
            }
        }
    }
}

pub(super) const LAYER_NORM: Kernel = Kernel {
    name: "layer norm",
    run,
    file: file!(),
    source: include_str!("norm.rs"),
    faults: FAULTS,
    subgroup_size: 32,
};

const FAULTS: &str = "
1 | no barriers in a helper            | race              | 4 @ hasty sum, 0 @ hasty sum                 | `tile[4]` is written
2 | every lane stores the mean         | same value        | 0 @ all means, 1 @ all means                 | in kernel `layer_norm`, data race: `shared_mean` is written
3 | a row in too many parts            | division by zero  | 0 @ mean of parts                            | computes 10 / 0
4 | a plain load of the mean           | race              | 0 @ one mean, 1 @ plain                      | `shared_mean` is written
5 | one mean for all rows              | race              | 15 @ one for all rows, 16 @ one for all rows | `means[0]` is written
6 | the mean through storage           | race              | 0 @ row's mean, 1 @ by storage               | `means[0]` is written
7 | no barrier before the second sum   | race              | 8 @ own squares, 0 @ sum                     | `tile[8]` is written
8 | a return before a helper's barrier | divergent barrier | - @ end of a round, 10 @ few                 | reached by 10 of 16
9 | the lane added twice               | race              | 5 @ twice the lane, 16 @ twice the lane      | `y[10]` is written
";

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let (rows, columns) = (3, 10);
    let x: Vec<f32> = (0..rows * columns).map(|i| (i * 5 % 11) as f32).collect();
    let x = device.upload(&x)?;
    let (mut y, mut means) = (device.uninit::<f32>(40)?, device.uninit::<f32>(rows)?);
    let args = layer_norm::Args {
        x: &x,
        y: &mut y,
        means: &mut means,
        columns: columns as u32,
        parts: 0,
    };
    let kernel = with_fault!(fault, layer_norm: 0 1 2 3 4 5 6 7 8 9);
    kernel.launch(device, Grid::exact(rows as u32, 1, 1), args)
}

//! A transpose by way of a tile with a column to spare.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const WIDE: u32 = 8;
const HIGH: u32 = 4;

shader! {
    /// y is x, rows × columns, with rows and columns exchanged; sizes are multiples of the tile's.
    #[workgroup_size(WIDE, HIGH)]
    fn transpose<const FAULT: u32>(x: &[f32], y: &mut [f32], rows: u32, columns: u32) {
        let tile = workgroup::<[[f32; WIDE + 1]; HIGH]>();
        let at = local_invocation_id();
        let group = workgroup_id();
        let from = (group.y * HIGH + at.y) * columns + group.x * WIDE + at.x;
        if FAULT == 1 {
            tile[at.x][at.y] = x[from]; // swapped
        } else if FAULT == 2 {
            tile[at.y][at.x / 2] = x[from]; // squeezed
        } else {
            tile[at.y][at.x] = x[from]; // load
        }
        if FAULT == 3 {
            storage_barrier();
        } else if FAULT == 4 {
            if at.y < HIGH - 1 { // rows but the last
                workgroup_barrier(); // barrier for rows
            }
        } else if FAULT != 5 {
            workgroup_barrier();
        }
        // The invocation's place in the tile that is written, which is HIGH wide.
        let lane = local_invocation_index();
        let column = lane % HIGH;
        let row = lane / HIGH;
        let value = tile[column][row]; // read
        if FAULT == 6 {
            y[(group.y * HIGH + row) * rows + group.x * WIDE + column] = value; // own place
        } else if FAULT == 7 {
            y[(group.x * WIDE + row) * columns + group.y * HIGH + column] = value; // wrong stride
        } else if FAULT == 8 {
            y[(group.x * HIGH + row) * rows + group.y * HIGH + column] = value; // wrong tile
        } else {
            y[(group.x * WIDE + row) * rows + group.y * HIGH + column] = value;
        }
    }

    /// The same of a square matrix within one buffer, a pair for each invocation.
    #[workgroup_size(WIDE, WIDE)]
    fn in_place<const FAULT: u32>(x: &mut [f32], size: u32) {
        let place = global_invocation_id();
        let row = place.y;
        let column = place.x;
        if row < size && column < size {
            let upper = row * size + column;
            let lower = column * size + row;
            if FAULT == 1 {
                let value = x[lower]; // other
                x[upper] = value; // mine
            } else if FAULT == 2 {
                if row <= column {
                    let value = x[upper];
                    x[upper] = x[lower];
                    x[lower] = value; // exchanged
                }
                x[row * size] += 1.0; // first of the row
            } else {
                if row < column {
                    let value = x[upper];
                    x[upper] = x[lower];
                    x[lower] = value;
                }
            }
        }
    }
}

pub(super) const TRANSPOSE: Kernel = Kernel {
    name: "transpose",
    run: run_transpose,
    file: file!(),
    source: include_str!("transpose.rs"),
    faults: TRANSPOSE_FAULTS,
    subgroup_size: 32,
};

pub(super) const IN_PLACE: Kernel = Kernel {
    name: "in place",
    run: run_in_place,
    faults: IN_PLACE_FAULTS,
    ..TRANSPOSE
};

const TRANSPOSE_FAULTS: &str = "
1 | the tile's indices swapped         | out of bounds     | 4 @ swapped                                   | writes `tile` at index 4, but its length is 4
2 | a tile half as wide                | race              | 0 @ squeezed, 1 @ squeezed                    | `tile[0][0]` is written
3 | the barrier of the other memory    | race              | 0,1 @ load, 1 @ read                          | `tile[1][0]` is written
4 | a barrier for all rows but one     | divergent barrier | - @ barrier for rows, 0,3 @ rows but the last | reached by 24 of 32
5 | no barrier                         | race              | 0,1 @ load, 1 @ read                          | `tile[1][0]` is written
6 | one's own place in the result      | race              | 4 @ own place, 8 @ own place                  | `y[8]` is written
7 | the stride of the other matrix     | out of bounds     | 8 @ wrong stride                              | writes `y` at index 128
8 | the height of a tile for its width | race              | 0,2 @ wrong tile, 8 @ wrong tile              | `y[32]` is written
";

const IN_PLACE_FAULTS: &str = "
1 | each moves one of a pair     | race | 0,1 @ other, 1 @ mine               | `x[1]` is read
2 | a place that others exchange | race | 0 @ exchanged, 1 @ first of the row | `x[0]` is written
";

fn run_transpose(device: &Device, fault: u32) -> Result<(), Error> {
    let (rows, columns) = (8, 16);
    let x: Vec<f32> = (0..rows * columns).map(|i| i as f32).collect();
    let x = device.upload(&x)?;
    let mut y = device.uninit::<f32>(rows * columns)?;
    let args = transpose::Args {
        x: &x,
        y: &mut y,
        rows: rows as u32,
        columns: columns as u32,
    };
    let kernel = with_fault!(fault, transpose: 0 1 2 3 4 5 6 7 8);
    kernel.launch(device, Grid::cover_2d(columns, rows), args)
}

fn run_in_place(device: &Device, fault: u32) -> Result<(), Error> {
    let size = 8;
    let x: Vec<f32> = (0..size * size).map(|i| i as f32).collect();
    let mut x = device.upload(&x)?;
    let args = in_place::Args {
        x: &mut x,
        size: size as u32,
    };
    let kernel = with_fault!(fault, in_place: 0 1 2);
    kernel.launch(device, Grid::cover_2d(size, size), args)
}

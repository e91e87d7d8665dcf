//! Rows of a matrix gathered by index: wraps, fresh buffers and the size of a dispatch.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

shader! {
    /// Row below, at a distance.
    fn before(row: u32, distance: u32) -> u32 {
        row - distance // below
    }

    /// y's rows are rows of x a few rows back, the first ones repeated.
    #[workgroup_size(16)]
    fn shift<const FAULT: u32>(x: &[f32], y: &mut [f32], columns: u32, distance: u32, scale: u32) { // kernel
        let tile = workgroup::<[f32; if FAULT == 9 { 10000 } else { 1 }]>();
        let i = global_index();
        if i < y.len() {
            let row = i / columns;
            let column = i % columns;
            if FAULT == 1 {
                y[i] = x[before(row, distance) * columns + column]; // by a helper
            } else if FAULT == 2 {
                let mut from = row;
                from -= distance; // less
                y[i] = x[from * columns + column]; // by a variable
            } else if FAULT == 3 {
                y[i] = x[row * scale % x.len() + column]; // scaled
            } else if FAULT == 4 {
                y[i] = x[(row as i32 - distance as i32) as u32 * columns + column]; // signed
            } else if FAULT == 5 {
                y[i] += x[i]; // sum
            } else if FAULT == 6 {
                y[i] = x[i] + y[(i + 1).min(y.len() - 1)]; // next
            } else if FAULT == 7 {
                y[i] = x[row % (distance - 2) * columns + column]; // remainder
            } else if FAULT == 10 {
                let mut last = [0.0; 4];
                last[column] = x[i]; // local
                y[i] = last[0];
            } else {
                let from = if row >= distance { row - distance } else { 0 };
                // A hash that is meant to wrap.
                let noise = i.wrapping_mul(2654435761) >> 31;
                y[i] = x[from * columns + column] + noise as f32;
            }
        }
        if FAULT == 9 {
            tile[0] = 0.0;
        }
    }
}

pub(super) const SHIFT: Kernel = Kernel {
    name: "shift",
    run,
    file: file!(),
    source: include_str!("indices.rs"),
    faults: FAULTS,
    subgroup_size: 32,
};

const FAULTS: &str = "
 1 | a row below the first, in a helper   | wrapped          | 0 @ by a helper, - @ below  | as an index of `x`
 2 | a row below the first, in a variable | wrapped          | 0 @ by a variable, - @ less | as an index of `x`
 3 | a product too large                  | wrapped          | 10 @ scaled, - @ scaled     | as an index of `x`
 4 | a negative row                       | wrapped          | 0 @ signed, - @ signed      | as an index of `x`
 5 | a sum into a fresh buffer            | unwritten        | 0 @ sum                     | reads `y[0]`
 6 | a neighbour not yet written          | unwritten        | 0 @ next                    | reads `y[1]`
 7 | a remainder by zero                  | division by zero | 0 @ remainder               | computes 0 % 0
 8 | more workgroups than a dimension has | beyond limits    | - @ kernel                  | needs 70000 workgroups in x, and the limit is 65535
 9 | more workgroup memory than there is  | beyond limits    | - @ kernel                  | bytes of workgroup memory
10 | more columns than a local array has  | out of bounds    | 4 @ local                   | writes `last` at index 4, but its length is 4
";

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let (rows, columns) = (7, 5);
    let n = rows * columns;
    let x = device.upload(&vec![1.0; n])?;
    let mut y = device.uninit::<f32>(n)?;
    let kernel = with_fault!(fault, shift: 0 1 2 3 4 5 6 7 8 9 10);
    let grid = match fault {
        8 => Grid::exact(70_000, 1, 1),
        _ => Grid::cover(n),
    };
    let args = shift::Args {
        x: &x,
        y: &mut y,
        columns: columns as u32,
        distance: 2,
        scale: 1 << 31,
    };
    kernel.launch(device, grid, args)
}

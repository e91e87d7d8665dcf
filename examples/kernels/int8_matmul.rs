//! A product of matrices of bytes, four to a word, by packed dot products in tiles of workgroup memory.

use super::{Outcome, same, words};
use hesper_shader::{Device, Grid, shader};

shader! {
    const TILE: u32 = 8;

    /// `c[m][n] = Σ a[m][k]·b[n][k]`, of signed bytes; `words` are those of a row, a quarter of its bytes.
    #[workgroup_size(8, 8)]
    pub fn int8_matmul(a: &[u32], b: &[u32], c: &mut [i32], rows: u32, columns: u32, words: u32) {
        let left = workgroup::<[[u32; 8]; 8]>();
        let right = workgroup::<[[u32; 8]; 8]>();
        let at = local_invocation_id();
        let row = workgroup_id().y * TILE + at.y;
        let column = workgroup_id().x * TILE + at.x;
        let other = workgroup_id().x * TILE + at.y;
        let mut sum = 0;
        for tile in 0..(words + TILE - 1) / TILE {
            let word = tile * TILE + at.x;
            left[at.y][at.x] = if row < rows && word < words { a[row * words + word] } else { 0 };
            right[at.y][at.x] = if other < columns && word < words { b[other * words + word] } else { 0 };
            workgroup_barrier();
            for k in 0..TILE {
                sum += dot4_i8_packed(left[at.y][k], right[at.x][k]);
            }
            workgroup_barrier();
        }
        if row < rows && column < columns {
            c[row * columns + column] = sum;
        }
    }
}

fn product(a: &[u32], b: &[u32]) -> i32 {
    let bytes = |words: &[u32]| -> Vec<i32> {
        let bytes = words.iter().flat_map(|w| w.to_le_bytes());
        bytes.map(|b| i32::from(b as i8)).collect()
    };
    bytes(a).iter().zip(bytes(b)).map(|(a, b)| a * b).sum()
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for (rows, columns, length) in [(1, 1, 1), (8, 8, 8), (9, 5, 17), (20, 33, 7)] {
        let (a, b) = (words(rows * length, 1), words(columns * length, 2));
        let (left, right) = (device.upload(&a)?, device.upload(&b)?);
        let mut c = device.zeros::<i32>(rows * columns)?;
        let args = int8_matmul::Args {
            a: &left,
            b: &right,
            c: &mut c,
            rows: rows as u32,
            columns: columns as u32,
            words: length as u32,
        };
        let grid = Grid::exact(columns.div_ceil(8) as u32, rows.div_ceil(8) as u32, 1);
        int8_matmul().launch(device, grid, args)?;
        let rows_of = a
            .chunks(length)
            .flat_map(|a| b.chunks(length).map(|b| product(a, b)));
        compared += same("c", &c.read()?, &rows_of.collect::<Vec<_>>())?;
    }
    Ok(compared)
}

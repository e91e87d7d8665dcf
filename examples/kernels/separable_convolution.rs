//! A separable convolution with a halo in workgroup memory: rows, then columns; beyond the edge the picture is zero.

use super::{Outcome, close, reals};
use hesper_shader::{Device, Grid, shader};

const TAPS: [f32; 7] = [0.03, 0.11, 0.22, 0.28, 0.22, 0.11, 0.03];

shader! {
    /// Each row with seven taps, a workgroup for 64 pixels of it.
    #[workgroup_size(64)]
    pub fn convolve_rows(x: &[f32], taps: &[f32], y: &mut [f32], width: u32) {
        let tile = workgroup::<[f32; 70]>();
        let lane = local_invocation_index();
        let row = workgroup_id().y * width;
        let start = workgroup_id().x * 64;
        // Of the pixels from three before the first to three after the last.
        for k in (lane..70).step_by(64) {
            let column = start + k;
            tile[k] = if column >= 3 && column < width + 3 { x[row + column - 3] } else { 0.0 };
        }
        workgroup_barrier();
        if start + lane < width {
            let mut sum = 0.0;
            for tap in 0u32..7 {
                sum += taps[tap] * tile[lane + tap];
            }
            y[row + start + lane] = sum;
        }
    }

    /// Each column with the same taps, without a tile.
    #[workgroup_size(8, 8)]
    pub fn convolve_columns(x: &[f32], taps: &[f32], y: &mut [f32], width: u32, height: u32) {
        let at = global_invocation_id();
        if at.x < width && at.y < height {
            let mut sum = 0.0;
            for tap in 0u32..7 {
                let row = at.y + tap;
                if row >= 3 && row < height + 3 {
                    sum += taps[tap] * x[(row - 3) * width + at.x];
                }
            }
            y[at.y * width + at.x] = sum;
        }
    }
}

fn reference(x: &[f32], width: usize, height: usize) -> Vec<f32> {
    let pass = |x: &[f32], dx: usize, dy: usize| -> Vec<f32> {
        let at = |column: usize, row: usize| {
            let taps = TAPS.iter().enumerate().map(|(tap, weight)| {
                let (c, r) = (column + dx * tap, row + dy * tap);
                let (c, r) = (c.checked_sub(3 * dx), r.checked_sub(3 * dy));
                match (c, r) {
                    (Some(c), Some(r)) if c < width && r < height => weight * x[r * width + c],
                    _ => 0.0,
                }
            });
            taps.sum()
        };
        let rows = (0..height).flat_map(|row| (0..width).map(move |column| (column, row)));
        rows.map(|(column, row)| at(column, row)).collect()
    };
    pass(&pass(x, 1, 0), 0, 1)
}

pub(super) fn check(device: &Device) -> Outcome {
    let taps = device.upload(&TAPS)?;
    let mut compared = 0;
    for (width, height) in [(1, 1), (5, 9), (64, 3), (65, 11), (130, 2)] {
        let picture = reals(width * height, 13);
        let x = device.upload(&picture)?;
        let (mut rows, mut y) = (device.zeros(width * height)?, device.zeros(width * height)?);
        let args = convolve_rows::Args {
            x: &x,
            taps: &taps,
            y: &mut rows,
            width: width as u32,
        };
        let grid = Grid::exact(width.div_ceil(64) as u32, height as u32, 1);
        convolve_rows().launch(device, grid, args)?;
        let args = convolve_columns::Args {
            x: &rows,
            taps: &taps,
            y: &mut y,
            width: width as u32,
            height: height as u32,
        };
        let grid = Grid::exact(width.div_ceil(8) as u32, height.div_ceil(8) as u32, 1);
        convolve_columns().launch(device, grid, args)?;
        compared += close("y", &y.read()?, &reference(&picture, width, height), 1e-5)?;
    }
    Ok(compared)
}

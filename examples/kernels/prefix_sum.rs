//! Prefix sums by reduce and scan: the sum of each block, then each block's own sums beyond those of the blocks before it
//! (D. Merrill and A. Grimshaw, "Parallel scan for stream architectures", 2009).

use super::{Outcome, same, words};
use hesper_shader::{Device, Grid, shader};

/// Numbers of one block.
const BLOCK: usize = 64;

shader! {
    /// The sum of each block of 64.
    #[workgroup_size(64)]
    pub fn block_sums(x: &[u32], sums: &mut [u32]) {
        let part = workgroup::<[u32; 64]>();
        let lane = local_invocation_index();
        let i = workgroup_index() * 64 + lane;
        part[lane] = if i < x.len() { x[i] } else { 0 };
        workgroup_barrier();
        let mut width = 32;
        while width > 0 {
            if lane < width {
                part[lane] = part[lane].wrapping_add(part[lane + width]);
            }
            width /= 2;
            workgroup_barrier();
        }
        if lane == 0 {
            sums[workgroup_index()] = part[0];
        }
    }

    /// `y[i] = x[0] + … + x[i]`, from the blocks' sums.
    #[workgroup_size(64)]
    pub fn scan_blocks(x: &[u32], sums: &[u32], y: &mut [u32]) {
        let part = workgroup::<[u32; 64]>();
        let lane = local_invocation_index();
        let i = workgroup_index() * 64 + lane;
        let mut before = 0;
        for block in 0..workgroup_index() {
            before = sums[block].wrapping_add(before);
        }
        part[lane] = if i < x.len() { x[i] } else { 0 };
        workgroup_barrier();
        let mut distance = 1;
        while distance < 64 {
            let other = if lane >= distance { part[lane - distance] } else { 0 };
            workgroup_barrier();
            part[lane] = part[lane].wrapping_add(other);
            workgroup_barrier();
            distance *= 2;
        }
        if i < y.len() {
            y[i] = part[lane].wrapping_add(before);
        }
    }
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for count in [1, 63, 64, 65, 1000] {
        let values = words(count, 7);
        let blocks = count.div_ceil(BLOCK);
        let grid = Grid::exact(blocks as u32, 1, 1);
        let x = device.upload(&values)?;
        let (mut sums, mut y) = (device.zeros(blocks)?, device.zeros(count)?);
        let args = block_sums::Args {
            x: &x,
            sums: &mut sums,
        };
        block_sums().launch(device, grid, args)?;
        let args = scan_blocks::Args {
            x: &x,
            sums: &sums,
            y: &mut y,
        };
        scan_blocks().launch(device, grid, args)?;
        let expected = values.iter().scan(0u32, |sum, x| {
            *sum = sum.wrapping_add(*x);
            Some(*sum)
        });
        compared += same("sums", &y.read()?, &expected.collect::<Vec<_>>())?;
    }
    Ok(compared)
}

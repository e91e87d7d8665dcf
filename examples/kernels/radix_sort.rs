//! Sorting words by four bits at a time, the lowest first: counts of each digit in each block, where each begins, and a pass that keeps the order of equal
//! digits (D. Merrill and A. Grimshaw, "High performance and scalable radix sorting", 2011, in its plainest form).

use super::{Outcome, same, words};
use hesper_shader::{Device, Grid, shader};

/// Words of one block.
const BLOCK: usize = 64;

/// Values of a digit.
const DIGITS: usize = 16;

shader! {
    /// `counts[digit][block]`: how often each digit stands in each block.
    #[workgroup_size(64)]
    pub fn count_digits(x: &[u32], counts: &mut [u32], shift: u32) {
        let here = workgroup::<[Atomic<u32>; 16]>();
        let lane = local_invocation_index();
        let block = workgroup_index();
        let i = block * 64 + lane;
        if lane < 16 {
            here[lane].store(0);
        }
        workgroup_barrier();
        if i < x.len() {
            here[extract_bits(x[i], shift, 4)].fetch_add(1);
        }
        workgroup_barrier();
        if lane < 16 {
            counts[lane * (counts.len() / 16) + block] = here[lane].load();
        }
    }

    /// Each word goes behind all lesser digits, the same digit in blocks before, and the same digit before it in its block.
    #[workgroup_size(64)]
    pub fn scatter_digits(x: &[u32], starts: &[u32], y: &mut [u32], shift: u32) {
        let digits = workgroup::<[u32; 64]>();
        let lane = local_invocation_index();
        let block = workgroup_index();
        let i = block * 64 + lane;
        digits[lane] = if i < x.len() { extract_bits(x[i], shift, 4) } else { 16 };
        workgroup_barrier();
        if i < x.len() {
            let digit = digits[lane];
            let mut rank = starts[digit * (starts.len() / 16) + block];
            for other in 0..lane {
                if digits[other] == digit {
                    rank += 1;
                }
            }
            y[rank] = x[i];
        }
    }
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for count in [1, 64, 65, 500] {
        let mut expected = words(count, 33);
        let blocks = count.div_ceil(BLOCK);
        let grid = Grid::exact(blocks as u32, 1, 1);
        let (mut x, mut y) = (device.upload(&expected)?, device.zeros::<u32>(count)?);
        for shift in (0..32).step_by(4) {
            let mut counts = device.zeros::<u32>(DIGITS * blocks)?;
            let args = count_digits::Args {
                x: &x,
                counts: &mut counts,
                shift,
            };
            count_digits().launch(device, grid, args)?;
            let mut sum = 0;
            let before = counts.read()?.into_iter().map(|n| {
                sum += n;
                sum - n
            });
            let starts = device.upload(&before.collect::<Vec<u32>>())?;
            let args = scatter_digits::Args {
                x: &x,
                starts: &starts,
                y: &mut y,
                shift,
            };
            scatter_digits().launch(device, grid, args)?;
            std::mem::swap(&mut x, &mut y);
        }
        expected.sort_unstable();
        compared += same("words", &x.read()?, &expected)?;
    }
    Ok(compared)
}

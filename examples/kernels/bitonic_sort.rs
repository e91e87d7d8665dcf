//! Bitonic sort of each block of 256 in workgroup memory (K. E. Batcher, "Sorting networks and their applications", 1968).

use super::{Outcome, same, words};
use hesper_shader::{Device, Grid, shader};

shader! {
    const BLOCK: u32 = 256;

    /// Sorts each block of 256; numbers that a last block lacks count as the greatest.
    #[workgroup_size(128)]
    pub fn bitonic_sort(x: &mut [u32]) {
        let block = workgroup::<[u32; 256]>();
        let lane = local_invocation_index();
        let start = workgroup_index() * BLOCK;
        for half in 0u32..2 {
            let at = start + lane + 128 * half;
            block[lane + 128 * half] = if at < x.len() { x[at] } else { u32::MAX };
        }
        workgroup_barrier();
        for size in 1u32..9 {
            for step in 0..size {
                // The pair whose places differ in this bit.
                let bit = 1 << (size - 1 - step);
                let low = insert_bits(lane << 1, lane, 0, size - 1 - step) & !bit;
                let high = low | bit;
                let falls = (low >> size) % 2 == 1;
                let a = block[low];
                let b = block[high];
                if (a > b) != falls {
                    block[low] = b;
                    block[high] = a;
                }
                workgroup_barrier();
            }
        }
        for half in 0u32..2 {
            let at = start + lane + 128 * half;
            if at < x.len() {
                x[at] = block[lane + 128 * half];
            }
        }
    }
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for count in [1, 2, 255, 256, 257, 1000] {
        let x = words(count, 3);
        let mut buffer = device.upload(&x)?;
        let args = bitonic_sort::Args { x: &mut buffer };
        bitonic_sort().launch(device, Grid::exact(count.div_ceil(256) as u32, 1, 1), args)?;
        let mut expected = x;
        expected.chunks_mut(256).for_each(<[u32]>::sort_unstable);
        compared += same("sorted", &buffer.read()?, &expected)?;
    }
    Ok(compared)
}

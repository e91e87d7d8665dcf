//! A matrix of 4-bit weights times a vector, in the layout that ggml calls Q4_K: blocks of 256 weights in 36 words. The first word has two halves, a scale and an
//! offset of the block; three words have a scale and an offset of six bits for each run of 32 weights; 32 words have the weights.

use super::{Outcome, close, reals, words};
use hesper_shader::packed::{f16_at, u8_at};
use hesper_shader::{Device, Grid, f16, shader};

/// Words of one block.
const BLOCK_WORDS: usize = 36;

shader! {
    /// The scale and the offset of run `k` of a block, six bits each.
    fn run_scale(w: &[u32], block: u32, k: u32) -> (u32, u32) {
        let scales = 4 * (block + 1) + k;
        if k < 4 {
            (u8_at(w, scales) & 63, u8_at(w, scales + 4) & 63)
        } else {
            let low = u8_at(w, scales + 4);
            let scale = (low & 15) | (u8_at(w, scales - 4) >> 6) << 4;
            let offset = (low >> 4) | (u8_at(w, scales) >> 6) << 4;
            (scale, offset)
        }
    }

    /// `y[row] = Σ w[row][k]·x[k]`, an invocation for each row of `blocks` blocks.
    #[workgroup_size(32)]
    pub fn q4_matvec(w: &[u32], x: &[f32], y: &mut [f32], blocks: u32) {
        let row = global_index();
        if row >= y.len() {
            return;
        }
        let mut sum = 0.0;
        for b in 0..blocks {
            let block = (row * blocks + b) * 36;
            let (factor, minimum) = (f16_at(w, 2 * block), f16_at(w, 2 * block + 1));
            for run in 0u32..8 {
                let (scale, offset) = run_scale(w, block, run);
                let mut products = 0.0;
                let mut total = 0.0;
                for n in 0u32..32 {
                    // Two runs share 32 bytes: one has their lower halves, the next the upper ones.
                    let nibble = u8_at(w, 4 * (block + 4) + run / 2 * 32 + n) >> (4 * (run % 2)) & 15;
                    let value = x[b * 256 + run * 32 + n];
                    products += nibble as f32 * value;
                    total += value;
                }
                sum += factor * scale as f32 * products - minimum * offset as f32 * total;
            }
        }
        y[row] = sum;
    }
}

/// The weights of one block.
fn weights(block: &[u32]) -> Vec<f32> {
    let bytes: Vec<u8> = block.iter().flat_map(|w| w.to_le_bytes()).collect();
    let half = |at: usize| f16::from_le_bytes([bytes[at], bytes[at + 1]]).to_f32();
    let (factor, least) = (half(0), half(2));
    let scales = &bytes[4..16];
    let of_run = |k: usize| match k {
        0..4 => (scales[k] & 63, scales[k + 4] & 63),
        _ => (
            scales[k + 4] & 15 | (scales[k - 4] >> 6) << 4,
            scales[k + 4] >> 4 | (scales[k] >> 6) << 4,
        ),
    };
    let weight = |i: usize| {
        let run = i / 32;
        let (scale, offset) = of_run(run);
        let byte = bytes[16 + run / 2 * 32 + i % 32];
        let nibble = byte >> (4 * (run % 2)) & 15;
        factor * f32::from(scale) * f32::from(nibble) - least * f32::from(offset)
    };
    (0..256).map(weight).collect()
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for (rows, blocks) in [(1, 1), (33, 2), (5, 3)] {
        let mut matrix = words(rows * blocks * BLOCK_WORDS, 11);
        for block in matrix.chunks_mut(BLOCK_WORDS) {
            // Small factors, as quantized models have.
            let factors = [0.01, 0.02].map(|x| u32::from(f16::from_f32(x).to_bits()));
            block[0] = factors[0] | factors[1] << 16;
        }
        let x = reals(256 * blocks, 12);
        let (w, vector) = (device.upload(&matrix)?, device.upload(&x)?);
        let mut y = device.zeros::<f32>(rows)?;
        let args = q4_matvec::Args {
            w: &w,
            x: &vector,
            y: &mut y,
            blocks: blocks as u32,
        };
        q4_matvec().launch(device, Grid::cover(rows), args)?;
        let of_row = |row: &[u32]| -> f32 {
            let weights = row.chunks(BLOCK_WORDS).flat_map(weights);
            weights.zip(&x).map(|(w, x)| w * x).sum()
        };
        let expected: Vec<f32> = matrix.chunks(blocks * BLOCK_WORDS).map(of_row).collect();
        compared += close("y", &y.read()?, &expected, 1e-3)?;
    }
    Ok(compared)
}

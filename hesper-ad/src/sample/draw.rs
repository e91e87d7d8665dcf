//! Tensors of random numbers.

use super::Rng;
use crate::tensor::Tensor;

/// Scale of numbers whose exponentials leave binary32 but not binary64: e¹²⁸.
const LARGE: f32 = 64.0;

/// Factor of numbers below any threshold that a kernel might have for the sign of a number.
const NEAR_ZERO: f32 = 1.0 / (1u64 << 40) as f32;

/// Scales of cotangents, powers of two.
pub(super) const SEED_SCALES: [f32; 4] = [1.0, 1.0 / 1024.0, 1.0, 64.0];

pub(super) fn fill<T: Clone + Default>(
    shape: Vec<usize>,
    mut draw: impl FnMut() -> T,
) -> Tensor<T> {
    Tensor::filled(shape, T::default()).map(|_| draw())
}

/// Rows of unit, tiny and large scale, starting anywhere in the cycle.
pub(super) fn scaled_rows(shape: Vec<usize>, rng: &mut Rng) -> Tensor<f32> {
    const SCALES: [f32; 4] = [1.0, 1.0 / 1024.0, 1.0, 8.0];
    let first = rng.below(SCALES.len());
    let mut tensor = Tensor::filled(shape, 0f32);
    let row_len = tensor.row_len().max(1);
    for (i, x) in tensor.data_mut().iter_mut().enumerate() {
        let scale = SCALES[(first + i / row_len) % SCALES.len()];
        *x = scale * rng.uniform(-2.0, 2.0);
    }
    tensor
}

/// Rows between −128 and 128, each a little above the one or below the other, or anywhere; a row that is alone is all three by thirds.
pub(super) fn large_rows(shape: Vec<usize>, rng: &mut Rng) -> Tensor<f32> {
    let first = rng.below(3);
    let mut tensor = Tensor::filled(shape, 0f32);
    let row_len = tensor.row_len().max(1);
    let alone = tensor.data().len() == row_len;
    let row_len = if alone { row_len.div_ceil(3) } else { row_len };
    for (i, x) in tensor.data_mut().iter_mut().enumerate() {
        *x = match (first + i / row_len) % 3 {
            0 => rng.uniform(-2.0 * LARGE, 2.0 * LARGE),
            1 => rng.uniform(1.75 * LARGE, 2.0 * LARGE),
            _ => rng.uniform(-2.0 * LARGE, -1.75 * LARGE),
        };
    }
    tensor
}

/// Rows of which one number is 128 and all others are below −112.
pub(super) fn peaked_rows(shape: Vec<usize>, rng: &mut Rng) -> Tensor<f32> {
    let low = |rng: &mut Rng| rng.uniform(-2.0 * LARGE, -1.75 * LARGE);
    let rows = fill(shape, || low(rng));
    let first = rng.below(rows.row_len().max(1));
    with_peaks(rows, first, || 2.0 * LARGE)
}

/// Puts a number into each row, in the first row at place `first`; it is one place further in each, so that whatever leaves a place out of a maximum
/// is far from it once.
pub(super) fn with_peaks(
    mut tensor: Tensor<f32>,
    first: usize,
    mut peak: impl FnMut() -> f32,
) -> Tensor<f32> {
    let row_len = tensor.row_len().max(1);
    for (i, row) in tensor.data_mut().chunks_mut(row_len).enumerate() {
        let place = (first + i) % row.len().max(1);
        if let Some(x) = row.get_mut(place) {
            *x = peak();
        }
    }
    tensor
}

/// A quarter of the numbers repeats the one before; where there is no rule, an eighth is zero and an eighth near zero.
pub(super) fn repeat_some(values: &mut [f32], free: bool, rng: &mut Rng) {
    for i in 0..values.len() {
        match rng.below(8) {
            0 if free => values[i] = 0.0,
            1 if free => values[i] *= NEAR_ZERO,
            2 | 3 if i > 0 => values[i] = values[i - 1],
            _ => {}
        }
    }
}

/// Every other number or so becomes minus infinity, one of each row at least does not.
pub(super) fn mask_some(tensor: &mut Tensor<f32>, rng: &mut Rng) {
    let row_len = tensor.row_len().max(1);
    for row in tensor.data_mut().chunks_mut(row_len) {
        let kept = rng.below(row.len());
        for (i, x) in row.iter_mut().enumerate() {
            if i != kept && rng.below(2) == 0 {
                *x = f32::NEG_INFINITY;
            }
        }
    }
}

/// Integers below `bound`; a quarter are the least or the greatest, and a quarter repeat an earlier one, so that duplicates occur
/// whatever the bound.
pub(super) fn indices(shape: Vec<usize>, bound: usize, rng: &mut Rng) -> Tensor<u32> {
    let mut seen: Vec<u32> = Vec::new();
    fill(shape, || {
        let any = |n: usize| u32::try_from(n).unwrap_or(0);
        let index = match rng.below(8) {
            0 => 0,
            1 => any(bound.saturating_sub(1)),
            2 | 3 if !seen.is_empty() => seen[rng.below(seen.len())],
            _ => any(rng.below(bound)),
        };
        seen.push(index);
        index
    })
}

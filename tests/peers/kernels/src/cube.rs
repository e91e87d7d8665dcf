//! The same tasks in CubeCL: kernels of the usual form, and its own products of matrices.

use cubecl::prelude::*;

/// Units of a cube.
pub(crate) const UNITS: u32 = 256;

/// y = max(x, 0), by vectors.
#[cube(launch)]
pub(crate) fn relu<N: Size>(x: &[Vector<f32, N>], y: &mut [Vector<f32, N>]) {
    if ABSOLUTE_POS < y.len() {
        y[ABSOLUTE_POS] = max(x[ABSOLUTE_POS], Vector::new(0.0f32));
    }
}

/// The sum over the cube, by a tree in shared memory.
#[cube]
fn cube_sum(value: f32) -> f32 {
    let mut shared = Shared::<[f32]>::new_slice(256usize);
    let unit = UNIT_POS as usize;
    shared[unit] = value;
    sync_cube();
    let mut half = 128usize;
    while half > 0usize {
        if unit < half {
            shared[unit] = shared[unit] + shared[unit + half];
        }
        sync_cube();
        half = half / 2usize;
    }
    shared[0usize]
}

/// The greatest over the cube.
#[cube]
fn cube_max(value: f32) -> f32 {
    let mut shared = Shared::<[f32]>::new_slice(256usize);
    let unit = UNIT_POS as usize;
    shared[unit] = value;
    sync_cube();
    let mut half = 128usize;
    while half > 0usize {
        if unit < half {
            shared[unit] = max(shared[unit], shared[unit + half]);
        }
        sync_cube();
        half = half / 2usize;
    }
    shared[0usize]
}

/// exp(x − max x) / Σ exp(x − max x), a cube for each row.
#[cube(launch)]
pub(crate) fn softmax(x: &[f32], y: &mut [f32], cols: usize) {
    let start = CUBE_POS * cols;
    let unit = UNIT_POS as usize;
    let mut greatest = f32::min_value();
    let mut j = unit;
    while j < cols {
        greatest = max(greatest, x[start + j]);
        j += 256usize;
    }
    let top = cube_max(greatest);
    let mut sum = 0.0f32;
    j = unit;
    while j < cols {
        sum += (x[start + j] - top).exp();
        j += 256usize;
    }
    let total = cube_sum(sum);
    j = unit;
    while j < cols {
        y[start + j] = (x[start + j] - top).exp() / total;
        j += 256usize;
    }
}

/// (x − mean)/√(variance + eps)·gamma + beta, a cube for each row.
#[cube(launch)]
pub(crate) fn layer_norm(
    x: &[f32],
    gamma: &[f32],
    beta: &[f32],
    y: &mut [f32],
    cols: usize,
    eps: f32,
) {
    let start = CUBE_POS * cols;
    let unit = UNIT_POS as usize;
    let mut sum = 0.0f32;
    let mut j = unit;
    while j < cols {
        sum += x[start + j];
        j += 256usize;
    }
    let mean = cube_sum(sum) / f32::cast_from(cols);
    let mut squares = 0.0f32;
    j = unit;
    while j < cols {
        let centred = x[start + j] - mean;
        squares += centred * centred;
        j += 256usize;
    }
    let variance = cube_sum(squares) / f32::cast_from(cols);
    let scale = (variance + eps).inverse_sqrt();
    j = unit;
    while j < cols {
        y[start + j] = (x[start + j] - mean) * scale * gamma[j] + beta[j];
        j += 256usize;
    }
}

/// y[cube] = the sum of what its units stride over.
#[cube(launch)]
pub(crate) fn sum<N: Size>(x: &[Vector<f32, N>], y: &mut [f32]) {
    let stride = CUBE_COUNT * 256usize;
    let mut i = ABSOLUTE_POS;
    let mut partial = Vector::<f32, N>::new(0.0f32);
    while i < x.len() {
        partial += x[i];
        i += stride;
    }
    let total = cube_sum(partial.vector_sum());
    if UNIT_POS == 0 {
        y[CUBE_POS] = total;
    }
}

//! Well-known programs in kernel code, each beside the same in plain Rust.
//!
//! A program is one file: its kernels, the reference, and a check at awkward sizes that any device must pass. The tests run them all; `emit_wgsl --list` lists
//! their kernels.

pub mod bitonic_sort;
pub mod boids;
pub mod counter_random;
pub mod f16_matmul;
pub mod flash_attention;
pub mod flood_fill;
pub mod halfwords;
pub mod histogram;
pub mod int8_matmul;
pub mod look_back_scan;
pub mod merge_argsort;
pub mod prefix_sum;
pub mod q4_matvec;
pub mod radix_sort;
pub mod separable_convolution;
pub mod splats;
pub mod svd3;
pub mod top_k_softmax;

use hesper_shader::{Device, Kernel};
use std::error::Error;

/// What a check returns: how many numbers it compared.
pub type Outcome = Result<usize, Box<dyn Error>>;

/// A program.
pub struct Program {
    /// Its name.
    pub name: &'static str,
    /// Its kernels.
    pub kernels: fn() -> Vec<Kernel>,
    /// Runs it on a device and compares it with plain Rust.
    ///
    /// # Errors
    /// Where they differ, or a launch fails.
    pub check: fn(&Device) -> Outcome,
}

macro_rules! programs {
    ($($name:ident: $($kernel:ident)*;)*) => {
        /// All of them, by name.
        pub const PROGRAMS: &[Program] = &[$(Program {
            name: stringify!($name),
            kernels: || vec![$($name::$kernel()),*],
            check: $name::check,
        }),*];
    };
}

programs! {
    bitonic_sort: bitonic_sort;
    boids: boids;
    counter_random: counter_random;
    f16_matmul: f16_matmul;
    flash_attention: flash_attention;
    flood_fill: flood_start flood_step;
    halfwords: store_halfwords;
    histogram: histogram;
    int8_matmul: int8_matmul;
    look_back_scan: look_back_scan;
    merge_argsort: merge_runs;
    prefix_sum: block_sums scan_blocks;
    q4_matvec: q4_matvec;
    radix_sort: count_digits scatter_digits;
    separable_convolution: convolve_rows convolve_columns;
    splats: draw_splats splat_slopes;
    svd3: lu3 svd3;
    top_k_softmax: top_k_softmax;
}

/// Compares all of two lists.
///
/// # Errors
/// Names the first place where they differ.
fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &[T], expected: &[T]) -> Outcome {
    if found.len() != expected.len() {
        return Err(format!("{what}: {} of {}", found.len(), expected.len()).into());
    }
    let pairs = found.iter().zip(expected).enumerate();
    for (i, (found, expected)) in pairs {
        if found != expected {
            return Err(format!("{what} at {i}: {found:?}, not {expected:?}").into());
        }
    }
    Ok(found.len())
}

/// Compares reals to a relative error, and absolutely where they are small.
///
/// # Errors
/// Names the first place where they differ by more.
fn close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) -> Outcome {
    if found.len() != expected.len() {
        return Err(format!("{what}: {} of {}", found.len(), expected.len()).into());
    }
    for (i, (x, y)) in found.iter().zip(expected).enumerate() {
        let near = (x - y).abs() <= tolerance * y.abs().max(1.0);
        if !near {
            return Err(format!("{what} at {i}: {x}, not {y}").into());
        }
    }
    Ok(found.len())
}

/// Numbers that look random, of all 32 bits.
fn words(count: usize, seed: u32) -> Vec<u32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    (0..count).map(next).collect()
}

/// Reals within −1 and 1.
fn reals(count: usize, seed: u32) -> Vec<f32> {
    let unit = |word: u32| (word >> 8) as f32 / (1 << 23) as f32 - 1.0;
    words(count, seed).into_iter().map(unit).collect()
}

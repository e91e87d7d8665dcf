//! Kernels of the other functions: an invocation for each row.

use super::softmax::{greatest, sum_exp};
use super::variants::{right::*, wrong::*};
use hesper_ad::prelude::*;

shader! {
    fn squares(way: u32, x: &[f32], start: u32, cols: u32) -> f32 {
        let mut sum = 0.0;
        let mut tail = start;
        if way == VECTORS {
            tail = start + cols / 4 * 4;
            for at in (start..tail).step_by(4) {
                let v = vec4(x[at], x[at + 1], x[at + 2], x[at + 3]);
                sum += dot(v, v);
            }
        }
        for at in tail..start + cols {
            sum = if way == MUL_ADD { x[at].mul_add(x[at], sum) } else { sum + x[at] * x[at] };
        }
        sum
    }

    fn rms_scale(way: u32, x: &[f32], start: u32, cols: u32) -> f32 {
        let n = cols as f32;
        let sum = squares(way, x, start, cols);
        if way == EPS_OUTSIDE {
            return 1.0 / ((sum / n).sqrt() + 1e-6);
        }
        if way == ROOT {
            return 1.0 / (sum / n + 1e-6).sqrt();
        }
        if way == ROOT_OF_MULTIPLE {
            return n / (n * (sum + n * 1e-6)).sqrt();
        }
        inverse_sqrt(sum / n + 1e-6)
    }

    #[workgroup_size(4)]
    pub(super) fn rms(#[comptime] way: u32, x: &[f32], y: &mut [f32], scale: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let r = rms_scale(way, x, start, cols);
            scale[row] = if way == SAVED_TOO_EARLY { inverse_sqrt(squares(way, x, start, cols) / (cols as f32)) } else { r };
            for at in start..start + cols {
                y[at] = x[at] * r;
            }
        }
    }

    #[workgroup_size(4)]
    pub(super) fn rms_backward(
        #[comptime] way: u32,
        x: &[f32],
        scale: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        rows: u32,
        cols: u32,
    ) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let from = if way == ROW_STRIDE { row * rows % cols } else { start };
            let r = if way == RECOMPUTED { rms_scale(way, x, start, cols) } else { scale[row] };
            let mut dot = 0.0;
            for j in 0..cols {
                dot += x[start + j] * dy[from + j];
            }
            for j in 0..cols {
                dx[start + j] = r * (dy[start + j] - x[start + j] * r * r / (cols as f32) * dot);
            }
        }
    }

    fn log_sum_exp(x: &[f32], start: u32, end: u32) -> f32 {
        let m = greatest(x, start, end);
        m + sum_exp(x, start, end, m).ln()
    }

    #[workgroup_size(4)]
    pub(super) fn lse(#[comptime] way: u32, x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let end = start + cols;
            let half = start + (cols + 1) / 2;
            let m = greatest(x, start, end);
            if way == HALVES {
                let one = greatest(x, start, half);
                let two = greatest(x, half, end);
                let first = sum_exp(x, start, half, one) * (one - m).exp();
                y[row] = m + (first + sum_exp(x, half, end, two) * (two - m).exp()).ln();
            } else if way == TWO_LOGARITHMS && half < end {
                let one = log_sum_exp(x, start, half);
                let two = log_sum_exp(x, half, end);
                let top = one.max(two);
                y[row] = top + ((one - top).exp() + (two - top).exp()).ln();
            } else if way == NO_MAX {
                y[row] = sum_exp(x, start, end, 0.0).ln();
            } else if way == MAX_NOT_ADDED {
                y[row] = sum_exp(x, start, end, m).ln();
            } else {
                y[row] = log_sum_exp(x, start, end);
            }
        }
    }

    #[workgroup_size(4)]
    pub(super) fn lse_backward(x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], cols: u32) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = (x[i] - y[i / cols]).exp() * dy[i / cols];
        }
    }

    fn mean(x: &[f32], start: u32, cols: u32) -> f32 {
        let mut sum = 0.0;
        for at in start..start + cols {
            sum += x[at];
        }
        sum / (cols as f32)
    }

    #[workgroup_size(4)]
    pub(super) fn variance(#[comptime] way: u32, x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let n = cols as f32;
            let mut center = mean(x, start, cols);
            let mut sum = 0.0;
            if way == DIFFERENCES {
                for i in 0..cols {
                    for j in 0..i {
                        sum += (x[start + i] - x[start + j]).powi(2);
                    }
                }
                y[row] = sum / (n * n);
            } else if way == MOMENTS {
                y[row] = squares(way, x, start, cols) / n - center * center;
            } else {
                for at in start..start + cols {
                    sum += (x[at] - center) * (x[at] - center);
                    if way == MEAN_OVERWRITTEN {
                        center = sum / n;
                    }
                }
                y[row] = sum / n;
            }
        }
    }

    #[workgroup_size(4)]
    pub(super) fn variance_backward(x: &[f32], dy: &[f32], dx: &mut [f32], cols: u32) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = 2.0 / (cols as f32) * (x[i] - mean(x, i / cols * cols, cols)) * dy[i / cols];
        }
    }

    fn sum_of(way: u32, x: &[f32], start: u32, end: u32) -> f32 {
        let mut sum = 0.0;
        let mut odd = 0.0;
        let mut tail = start;
        if way == VECTORS || way == NO_TAIL {
            tail = start + (end - start) / 4 * 4;
            for at in (start..tail).step_by(4) {
                let v = vec4(x[at], x[at + 1], x[at + 2], x[at + 3]);
                sum += dot(v, Vec4::splat(1.0));
            }
        }
        if way == REVERSED {
            for at in (start..end).rev() {
                sum += x[at];
            }
        } else if way == PAIRS {
            for at in start..end {
                if at % 2 == 0 { sum += x[at]; } else { odd += x[at]; }
            }
        } else if way != NO_TAIL {
            for at in tail..end {
                sum += x[at];
            }
        }
        sum + odd
    }

    #[workgroup_size(4)]
    pub(super) fn sum(#[comptime] way: u32, x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let before = if way == NOT_INITIALISED { y[row] } else { 0.0 };
            y[row] = before + sum_of(way, x, row * cols, row * cols + cols);
        }
    }

    /// The sums of the first halves of the rows, then those of the second.
    #[workgroup_size(4)]
    pub(super) fn half_sums(x: &[f32], half: &mut [f32], rows: u32, cols: u32) {
        let i = global_index();
        if i < half.len() {
            let start = i % rows * cols;
            let middle = start + cols / 2;
            half[i] = if i < rows { sum_of(0, x, start, middle) } else { sum_of(0, x, middle, start + cols) };
        }
    }

    #[workgroup_size(4)]
    pub(super) fn sum_of_halves(half: &[f32], y: &mut [f32], rows: u32) {
        let row = global_index();
        if row < rows {
            y[row] = half[row] + half[row + rows];
        }
    }

    #[workgroup_size(4)]
    pub(super) fn sum_backward(dy: &[f32], dx: &mut [f32], cols: u32) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = dy[i / cols];
        }
    }
}

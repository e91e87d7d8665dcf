//! Kernels of row-wise functions: an invocation for each row, but for softmax a workgroup.

use super::variants::{right::*, wrong::*};
use hesper_ad::prelude::*;

shader! {
    /// Lanes of a workgroup that reduces.
    const LANES: u32 = 8;

    fn tree_sum(way: u32, scratch: &mut [f32; 8], value: f32) -> f32 {
        let lane = local_invocation_index();
        scratch[lane] = value;
        workgroup_barrier();
        let mut stride = if way == FIRST_STRIDE { LANES / 4 } else { LANES / 2 };
        let end = if way == LAST_STRIDE { 1 } else { 0 };
        while stride > end {
            if lane < stride {
                scratch[lane] += scratch[lane + stride];
            }
            workgroup_barrier();
            stride /= 2;
        }
        scratch[0]
    }

    fn greatest(x: &[f32], start: u32, end: u32) -> f32 {
        let mut m = neg_infinity();
        for at in start..end {
            m = m.max(x[at]);
        }
        m
    }

    fn sum_exp(x: &[f32], start: u32, end: u32, m: f32) -> f32 {
        let mut sum = 0.0;
        for at in start..end {
            sum += (x[at] - m).exp();
        }
        sum
    }

    fn shift(way: u32, x: &[f32], start: u32, cols: u32) -> f32 {
        if way == NO_SHIFT {
            return 0.0;
        }
        if way == FIRST_SHIFT {
            return x[start];
        }
        greatest(x, start, start + if way == HALF_MAX || way == TWO_SHIFTS { (cols + 1) / 2 } else { cols })
    }

    #[workgroup_size(8)]
    pub(super) fn softmax(#[comptime] way: u32, x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let scratch = workgroup::<[f32; 8]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let start = row * cols;
            let m = shift(way, x, start, cols);
            let mut part = 0.0;
            for j in (lane..if way == LOOP_BOUND { cols - 1 } else { cols }).step_by(LANES) {
                part += (x[start + j] - m).exp();
            }
            let total = tree_sum(way, scratch, part);
            let above = if way == TWO_SHIFTS { greatest(x, start, start + cols) } else { m };
            for j in (lane..cols).step_by(LANES) {
                let v = x[if way == ROW_OFFSET { j } else { start + j }];
                let e = if way == PRODUCT { v.exp() * (-m).exp() } else { (v - above).exp() };
                y[start + j] = if way == INVERSE { e * (1.0 / total) } else { e / total };
            }
        }
    }

    /// Maximum and sum in one pass over each row.
    #[workgroup_size(4)]
    pub(super) fn softmax_online(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let mut m = neg_infinity();
            let mut sum = 0.0;
            for at in start..start + cols {
                let next = m.max(x[at]);
                sum = sum * (m - next).exp() + (x[at] - next).exp();
                m = next;
            }
            for at in start..start + cols {
                y[at] = (x[at] - m).exp() / sum;
            }
        }
    }

    #[workgroup_size(4)]
    pub(super) fn softmax_totals(x: &[f32], m: &mut [f32], total: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            m[row] = greatest(x, row * cols, row * cols + cols);
            total[row] = sum_exp(x, row * cols, row * cols + cols, m[row]);
        }
    }

    #[workgroup_size(4)]
    pub(super) fn softmax_quotients(x: &[f32], m: &[f32], total: &[f32], y: &mut [f32], cols: u32) {
        let i = global_index();
        if i < y.len() {
            y[i] = (x[i] - m[i / cols]).exp() / total[i / cols];
        }
    }

    #[workgroup_size(4)]
    pub(super) fn softmax_backward(
        #[comptime] way: u32,
        x: &[f32],
        y: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        rows: u32,
        cols: u32,
    ) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let end = start + cols;
            let mut dot = 0.0;
            for at in start..end {
                dot += y[at] * dy[at];
            }
            if way == SUM_OVERWRITTEN {
                dx[start] = dot;
                for at in start..end {
                    dx[at] = y[at] * (dy[at] - dx[start]);
                }
            } else if way == IN_PLACE {
                dx[start] = dot;
                for at in (start..end).rev() {
                    dx[at] = y[at] * (dy[at] - dx[start]);
                }
            } else if way == RECOMPUTED {
                let m = greatest(x, start, end);
                let total = sum_exp(x, start, end, m);
                for at in start..end {
                    dx[at] = (x[at] - m).exp() / total * (dy[at] - dot);
                }
            } else {
                for at in start..end {
                    dx[at] = y[at] * (dy[at] - dot);
                }
            }
        }
    }

    /// Softmax of the first row + 1 elements of each row, 0 elsewhere.
    #[workgroup_size(4)]
    pub(super) fn causal_softmax(#[comptime] way: u32, x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let seen = cols.min(row + if way == MASK_SHIFTED { 2 } else { 1 });
            let m = greatest(x, start, start + seen);
            if way == MASK_VALUE {
                let mut sum = 0.0;
                for j in 0..cols {
                    sum += ((if j < seen { x[start + j] } else { neg_infinity() }) - m).exp();
                }
                for j in 0..cols {
                    y[start + j] = ((if j < seen { x[start + j] } else { neg_infinity() }) - m).exp() / sum;
                }
            } else {
                let sum = sum_exp(x, start, start + seen, m);
                for j in 0..cols {
                    y[start + j] = if j < seen { (x[start + j] - m).exp() / sum } else { 0.0 };
                }
            }
        }
    }

    fn squares(way: u32, x: &[f32], start: u32, cols: u32) -> f32 {
        let mut sum = 0.0;
        let whole = if way == VECTORS { cols / 4 * 4 } else { 0 };
        for j in (0..whole).step_by(4) {
            let at = start + j;
            let v = vec4(x[at], x[at + 1], x[at + 2], x[at + 3]);
            sum += dot(v, v);
        }
        for at in start + whole..start + cols {
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
        let whole = if way == VECTORS || way == NO_TAIL { start + (end - start) / 4 * 4 } else { start };
        for at in (start..whole).step_by(4) {
            let v = vec4(x[at], x[at + 1], x[at + 2], x[at + 3]);
            sum += dot(v, Vec4::splat(1.0));
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
            for at in whole..end {
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

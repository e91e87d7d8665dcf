//! Kernels of softmax: a workgroup for each row, or an invocation.

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

    pub(super) fn greatest(x: &[f32], start: u32, end: u32) -> f32 {
        let mut m = neg_infinity();
        for at in start..end {
            m = m.max(x[at]);
        }
        m
    }

    pub(super) fn sum_exp(x: &[f32], start: u32, end: u32, m: f32) -> f32 {
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
}

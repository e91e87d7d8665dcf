//! Sums along columns in two stages, shared by the ops with a parameter for each column.

use crate::prelude::*;

/// Rows that one invocation of a first stage adds up.
pub const ROWS_AT_ONCE: usize = 32;

shader! {
    /// y[block, col] = Σ x[row, col] over the rows of the block: `height` of them, fewer in the last.
    #[workgroup_size(64)]
    pub fn column_sums(x: &[f32], y: &mut [f32], rows: u32, cols: u32, height: u32) {
        let i = global_index();
        if i < y.len() {
            let first = i / cols * height;
            let mut sum = 0.0;
            for row in first..(first + height).min(rows) {
                sum += x[row * cols + i % cols];
            }
            y[i] = sum;
        }
    }
}

/// How many blocks of [`ROWS_AT_ONCE`] rows there are: the rows that a first stage leaves.
pub fn blocks(rows: usize) -> usize {
    rows.div_ceil(ROWS_AT_ONCE)
}

/// Adds a dispatch to the backward pass that sums the columns of `from[rows, cols]` in blocks of `height` rows into `to`.
pub fn sum_columns(
    plan: &mut OpPlan,
    from: &str,
    to: &str,
    [rows, cols]: [usize; 2],
    height: usize,
) {
    let grid = Grid::cover(rows.div_ceil(height.max(1)) * cols);
    let step = plan.backward(column_sums(), grid);
    step.bind("x", from).bind("y", to);
    step.uniform("rows", rows)
        .uniform("cols", cols)
        .uniform("height", height);
}

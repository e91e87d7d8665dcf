//! Wrong kernels and plans under right specs.

use crate::faults::wrong::Wrong;
use hesper_ad::ops::matmul::{matmul, matmul_grid, matmul_layout};
use hesper_ad::ops::reduce::workgroup_sum;
use hesper_ad::ops::relu::{relu, relu_backward};
use hesper_ad::ops::softmax::{softmax, softmax_backward};
use hesper_ad::ops::{MatMul, Relu, Softmax};
use hesper_ad::prelude::*;

shader! {
    #[workgroup_size(64)]
    fn tail_forgotten(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i + 1 < y.len() {
            y[i] = x[i].max(0.0);
        }
    }

    #[workgroup_size(64)]
    fn unguarded(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        y[i] = x[i].max(0.0);
    }

    #[workgroup_size(64)]
    fn all_to_one_place(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[0] = x[i].max(0.0);
        }
    }

    #[workgroup_size(64)]
    fn all_to_the_first(dy: &[f32], dx: &mut [f32]) {
        if global_index() < dy.len() {
            dx[0] = dy[global_index()];
        }
    }

    #[workgroup_size(64)]
    fn negated(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = if x[i] > 0.0 { -dy[i] } else { 0.0 };
        }
    }

    #[workgroup_size(64)]
    fn cotangent_ignored(x: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = if x[i] > 0.0 { 1.0 } else { 0.0 };
        }
    }

    #[workgroup_size(64)]
    fn not_a_number(x: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = (x[i] - x[i]) / (x[i] - x[i]);
        }
    }

    /// Every row reads and writes the first.
    #[workgroup_size(64)]
    fn row_forgotten(y: &[f32], dy: &[f32], dx: &mut [f32], rows: u32, cols: u32) {
        let scratch = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let start = row * cols;
            let mut partial = 0.0;
            for j in (lane..cols).step_by(64) {
                partial += y[j] * dy[j];
            }
            let mean = workgroup_sum(scratch, partial);
            for j in (lane..cols).step_by(64) {
                dx[start + j] = y[start + j] * (dy[start + j] - mean);
            }
        }
    }

    fn sum_without_barrier(scratch: &mut [f32; 64], value: f32) -> f32 {
        let lane = local_invocation_index();
        scratch[lane] = value;
        workgroup_barrier();
        let mut stride = 32;
        while stride > 0 {
            if lane < stride {
                scratch[lane] += scratch[lane + stride];
            }
            stride /= 2;
        }
        workgroup_barrier();
        scratch[0]
    }

    fn sum_with_a_barrier_for_some(scratch: &mut [f32; 64], value: f32) -> f32 {
        let lane = local_invocation_index();
        scratch[lane] = value;
        workgroup_barrier();
        let mut stride = 32;
        while stride > 0 {
            if lane < stride {
                scratch[lane] += scratch[lane + stride];
                workgroup_barrier();
            }
            stride /= 2;
        }
        scratch[0]
    }

    #[workgroup_size(64)]
    fn racing(y: &[f32], dy: &[f32], dx: &mut [f32], rows: u32, cols: u32) {
        let scratch = workgroup::<[f32; 64]>();
        let start = workgroup_index() * cols;
        let lane = local_invocation_index();
        if workgroup_index() < rows {
            let partial = if lane < cols { y[start + lane] * dy[start + lane] } else { 0.0 };
            let mean = sum_without_barrier(scratch, partial);
            if lane < cols {
                dx[start + lane] = y[start + lane] * (dy[start + lane] - mean);
            }
        }
    }

    #[workgroup_size(64)]
    fn diverging(y: &[f32], dy: &[f32], dx: &mut [f32], rows: u32, cols: u32) {
        let scratch = workgroup::<[f32; 64]>();
        let start = workgroup_index() * cols;
        let lane = local_invocation_index();
        if workgroup_index() < rows {
            let partial = if lane < cols { y[start + lane] * dy[start + lane] } else { 0.0 };
            let mean = sum_with_a_barrier_for_some(scratch, partial);
            if lane < cols {
                dx[start + lane] = y[start + lane] * (dy[start + lane] - mean);
            }
        }
    }
}

/// ReLU by this forward kernel.
fn relu_by(kernel: fn() -> Kernel) -> impl DiffOp {
    Wrong::plan(Relu, move |_, plan| {
        let n = plan.dim("rows")? * plan.dim("cols")?;
        plan.forward(kernel(), Grid::cover(n));
        plan.backward(relu_backward(), Grid::cover(n));
        Ok(())
    })
}

/// ReLU with this backward kernel.
fn relu_back_by(kernel: fn() -> Kernel) -> impl DiffOp {
    Wrong::plan(Relu, move |_, plan| {
        let n = plan.dim("rows")? * plan.dim("cols")?;
        plan.forward(relu(), Grid::cover(n));
        plan.backward(kernel(), Grid::cover(n));
        Ok(())
    })
}

/// Softmax with this backward kernel.
fn softmax_back_by(kernel: fn() -> Kernel) -> impl DiffOp {
    Wrong::plan(Softmax, move |_, plan| {
        let rows = plan.dim("rows")?;
        plan.forward(softmax(), Grid::workgroups(rows));
        plan.backward(kernel(), Grid::workgroups(rows));
        Ok(())
    })
}

pub(crate) fn tail() -> impl DiffOp {
    relu_by(tail_forgotten)
}

pub(crate) fn no_guard() -> impl DiffOp {
    relu_by(unguarded)
}

pub(crate) fn one_place() -> impl DiffOp {
    relu_by(all_to_one_place)
}

pub(crate) fn small_grid() -> impl DiffOp {
    Wrong::plan(Relu, |_, plan| {
        let n = plan.dim("rows")? * plan.dim("cols")?;
        plan.forward(relu(), Grid::cover(n.min(32)));
        plan.backward(relu_backward(), Grid::cover(n));
        Ok(())
    })
}

pub(crate) fn sign() -> impl DiffOp {
    relu_back_by(negated)
}

pub(crate) fn seedless() -> impl DiffOp {
    relu_back_by(cotangent_ignored)
}

pub(crate) fn nan() -> impl DiffOp {
    relu_back_by(not_a_number)
}

pub(crate) fn row() -> impl DiffOp {
    softmax_back_by(row_forgotten)
}

pub(crate) fn race() -> impl DiffOp {
    softmax_back_by(racing)
}

pub(crate) fn divergence() -> impl DiffOp {
    softmax_back_by(diverging)
}

/// y is never the saved result but the input.
pub(crate) fn swapped() -> impl DiffOp {
    Wrong::plan(Softmax, |_, plan| {
        let rows = plan.dim("rows")?;
        plan.forward(softmax(), Grid::workgroups(rows));
        plan.backward(softmax_backward(), Grid::workgroups(rows))
            .bind("y", "dy")
            .bind("dy", "y");
        Ok(())
    })
}

/// da reads b, and db reads a, as if they were not transposed.
pub(crate) fn transposed() -> impl DiffOp {
    Wrong::plan(MatMul, |_, plan| {
        let (m, k, n) = (plan.dim("m")?, plan.dim("k")?, plan.dim("n")?);
        let forward = plan.forward(matmul::<f32>(), matmul_grid(m, n));
        matmul_layout(forward, [m, k, n], [k, 1, n, 1]);
        let da = plan.backward(matmul::<f32>(), matmul_grid(m, k));
        matmul_layout(da.bind("a", "dy").bind("y", "da"), [m, n, k], [n, 1, k, 1]);
        let db = plan.backward(matmul::<f32>(), matmul_grid(k, n));
        matmul_layout(db.bind("b", "dy").bind("y", "db"), [k, m, n], [m, 1, n, 1]);
        Ok(())
    })
}

/// All write one element.
pub(crate) fn racing_relu() -> impl DiffOp {
    Wrong::plan(Relu, |_, plan| {
        plan.forward(relu(), Grid::cover(6));
        plan.backward(all_to_the_first(), Grid::cover(6));
        Ok(())
    })
}

pub(crate) fn no_backward() -> impl DiffOp {
    Wrong::plan(Relu, |_, plan| {
        let n = plan.dim("rows")? * plan.dim("cols")?;
        plan.forward(relu(), Grid::cover(n));
        Ok(())
    })
}

pub(crate) fn unbound() -> impl DiffOp {
    Wrong::plan(Relu, |_, plan| {
        let n = plan.dim("rows")? * plan.dim("cols")?;
        plan.forward(relu(), Grid::cover(n));
        plan.backward(relu_backward(), Grid::cover(n))
            .bind("x", "nothing");
        Ok(())
    })
}

pub(crate) fn plan_panics() -> impl DiffOp {
    Wrong::plan(Relu, |_, plan| {
        plan.backward(relu_backward(), Grid::cover(6));
        panic!("a mistake in the plan");
    })
}

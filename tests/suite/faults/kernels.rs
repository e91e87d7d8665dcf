//! Wrong kernels and plans under right specs.

use super::{refused, wrong};
use hesper_ad::ops::matmul::{matmul, matmul_layout};
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

fn relu_forward(plan: &mut OpPlan, kernel: Kernel) -> Result<(), OpError> {
    let n = plan.dim("rows")? * plan.dim("cols")?;
    plan.forward(kernel, Grid::cover(n));
    plan.backward(relu_backward(), Grid::cover(n));
    Ok(())
}

fn relu_vjp(plan: &mut OpPlan, kernel: Kernel) -> Result<(), OpError> {
    let n = plan.dim("rows")? * plan.dim("cols")?;
    plan.forward(relu(), Grid::cover(n));
    plan.backward(kernel, Grid::cover(n));
    Ok(())
}

fn softmax_vjp(plan: &mut OpPlan, kernel: Kernel) -> Result<(), OpError> {
    let rows = plan.dim("rows")?;
    plan.forward(softmax(), Grid::workgroups(rows));
    plan.backward(kernel, Grid::workgroups(rows));
    Ok(())
}

fn tail(plan: &mut OpPlan) -> Result<(), OpError> {
    relu_forward(plan, tail_forgotten())
}

fn no_guard(plan: &mut OpPlan) -> Result<(), OpError> {
    relu_forward(plan, unguarded())
}

fn one_place(plan: &mut OpPlan) -> Result<(), OpError> {
    relu_forward(plan, all_to_one_place())
}

fn small_grid(plan: &mut OpPlan) -> Result<(), OpError> {
    let n = plan.dim("rows")? * plan.dim("cols")?;
    plan.forward(relu(), Grid::cover(n.min(64)));
    plan.backward(relu_backward(), Grid::cover(n));
    Ok(())
}

fn sign(plan: &mut OpPlan) -> Result<(), OpError> {
    relu_vjp(plan, negated())
}

fn seedless(plan: &mut OpPlan) -> Result<(), OpError> {
    relu_vjp(plan, cotangent_ignored())
}

fn nan(plan: &mut OpPlan) -> Result<(), OpError> {
    relu_vjp(plan, not_a_number())
}

fn row(plan: &mut OpPlan) -> Result<(), OpError> {
    softmax_vjp(plan, row_forgotten())
}

fn race(plan: &mut OpPlan) -> Result<(), OpError> {
    softmax_vjp(plan, racing())
}

fn divergence(plan: &mut OpPlan) -> Result<(), OpError> {
    softmax_vjp(plan, diverging())
}

/// y is never the saved result but the input.
fn swapped(plan: &mut OpPlan) -> Result<(), OpError> {
    let rows = plan.dim("rows")?;
    plan.forward(softmax(), Grid::workgroups(rows));
    plan.backward(softmax_backward(), Grid::workgroups(rows))
        .bind("y", "dy")
        .bind("dy", "y");
    Ok(())
}

/// da reads b, and db reads a, as if they were not transposed.
fn transposed(plan: &mut OpPlan) -> Result<(), OpError> {
    let (m, k, n) = (plan.dim("m")?, plan.dim("k")?, plan.dim("n")?);
    let forward = plan.forward(matmul(), Grid::cover_2d(n, m));
    matmul_layout(forward, [m, k, n], [k, 1, n, 1]);
    let da = plan.backward(matmul(), Grid::cover_2d(k, m));
    matmul_layout(da.bind("a", "dy").bind("y", "da"), [m, n, k], [n, 1, k, 1]);
    let db = plan.backward(matmul(), Grid::cover_2d(n, k));
    matmul_layout(db.bind("b", "dy").bind("y", "db"), [k, m, n], [m, 1, n, 1]);
    Ok(())
}

fn no_backward(plan: &mut OpPlan) -> Result<(), OpError> {
    let n = plan.dim("rows")? * plan.dim("cols")?;
    plan.forward(relu(), Grid::cover(n));
    Ok(())
}

wrong!(Tail of Relu, plan = tail);
wrong!(NoGuard of Relu, plan = no_guard);
wrong!(OnePlace of Relu, plan = one_place);
wrong!(SmallGrid of Relu, plan = small_grid);
wrong!(Sign of Relu, plan = sign);
wrong!(Seedless of Relu, plan = seedless);
wrong!(NotANumber of Relu, plan = nan);
wrong!(Transposed of MatMul, plan = transposed);
wrong!(NoBackward of Relu, plan = no_backward);
wrong!(Row of Softmax, plan = row);
wrong!(Swapped of Softmax, plan = swapped);
wrong!(Race of Softmax, plan = race);
wrong!(Divergence of Softmax, plan = divergence);

#[test]
fn wrong_kernels_are_refused() {
    let ops: [(&dyn Op, &str, &str, &str); 13] = [
        (&Tail, "off-by-one tail", "forward kernel", "y"),
        (&NoGuard, "no guard", "forward kernel", "but its length is"),
        (
            &OnePlace,
            "all write one element",
            "forward kernel",
            "nothing to order",
        ),
        (&SmallGrid, "grid too small", "forward kernel", "y"),
        (&Sign, "wrong sign", "backward kernel", "dx"),
        (&Seedless, "dy ignored", "backward kernel", "dx"),
        (&NotANumber, "NaN", "backward kernel", "NaN"),
        (
            &NoBackward,
            "no backward kernel",
            "kernel",
            "no backward kernel writes `dx`",
        ),
        (&Row, "missing row offset", "backward kernel", "dx"),
        (&Swapped, "y and dy swapped", "backward kernel", "dx"),
        (&Transposed, "transposed operands", "backward kernel", "da"),
        (
            &Race,
            "missing barrier",
            "backward kernel",
            "nothing to order",
        ),
        (
            &Divergence,
            "barrier in divergent flow",
            "backward kernel",
            "barrier",
        ),
    ];
    for (op, fault, check, reason) in ops {
        refused(op, fault, check, reason);
    }
}

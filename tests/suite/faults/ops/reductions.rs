//! Reductions that are wrong at some sizes, ties, or contents of memory only.

use crate::faults::wrong::Wrong;
use hesper_ad::ops::Softmax;
use hesper_ad::ops::reduce::{workgroup_max, workgroup_sum};
use hesper_ad::ops::softmax::softmax_backward;
use hesper_ad::prelude::*;

/// The sum of `n` numbers in two dispatches: `y = Σ x`; `dx = dy`.
pub(crate) struct Total(pub(crate) u32);

/// The greatest of each row: `yᵢ = max x`; the first of the greatest takes `dyᵢ`, all of them where `fault` is wrong.
pub(crate) struct RowMax(pub(crate) u32);

shader! {
    #[workgroup_size(64)]
    fn partial_sums(#[comptime] fault: u32, x: &[f32], partial: &mut [f32]) {
        let scratch = workgroup::<[f32; 64]>();
        let i = global_index();
        let value = if i < x.len() { x[i] } else { 0.0 };
        let sum = workgroup_sum(scratch, value);
        if local_invocation_index() == 0 && (fault == 5 || workgroup_index() < partial.len()) {
            partial[workgroup_index()] = sum;
        }
    }

    #[workgroup_size(64)]
    fn sum_of_partials(#[comptime] fault: u32, partial: &[f32], y: &mut [f32]) {
        let scratch = workgroup::<[f32; 64]>();
        let lane = local_invocation_index();
        let mut sum = 0.0;
        if fault == 1 {
            if lane < partial.len() {
                sum = partial[lane];
            }
        } else {
            for j in (lane..partial.len()).step_by(64) {
                sum += partial[j];
            }
        }
        let total = workgroup_sum(scratch, sum);
        if lane == 0 {
            if fault == 2 {
                y[0] += total;
            } else {
                y[0] = total;
            }
        }
    }

    #[workgroup_size(64)]
    fn broadcast(#[comptime] fault: u32, dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = if fault == 3 && i > 0 && dx.len() == 1 { 0.0 } else { dy[0] };
            if fault == 4 && dx.len() == 1 {
                dx[i] = 2.0 * dy[0];
            }
        }
    }

    #[workgroup_size(64)]
    fn row_max(#[comptime] fault: u32, x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let i = global_index();
        if i < rows {
            if fault == 1 {
                for j in 0..cols {
                    y[i] = y[i].max(x[i * cols + j]);
                }
            } else {
                let mut greatest = if fault == 2 { -100.0 } else { neg_infinity() };
                for j in 0..cols {
                    greatest = greatest.max(x[i * cols + j]);
                }
                y[i] = greatest;
            }
        }
    }

    #[workgroup_size(64)]
    fn row_max_backward(#[comptime] fault: u32, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], rows: u32, cols: u32) {
        let i = global_index();
        if i < rows {
            let mut open = true;
            for j in 0..cols {
                let here = x[i * cols + j] == y[i] && open;
                dx[i * cols + j] = if here { dy[i] } else { 0.0 };
                if here && fault != 3 {
                    open = false;
                }
            }
        }
    }

    #[workgroup_size(64)]
    fn softmax(#[comptime] fault: u32, x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let scratch = workgroup::<[f32; 64]>();
        let row = if fault == 2 { workgroup_id().x } else { workgroup_index() };
        let lane = local_invocation_index();
        if fault == 3 || row < rows {
            let start = row * cols;
            let mut greatest = neg_infinity();
            for j in (lane..cols).step_by(64) {
                greatest = greatest.max(x[start + j]);
            }
            let m = if fault == 1 { 0.0 } else { workgroup_max(scratch, greatest) };
            let mut sum = 0.0;
            for j in (lane..cols).step_by(64) {
                sum += (x[start + j] - m).exp();
            }
            let total = workgroup_sum(scratch, sum);
            for j in (lane..cols).step_by(64) {
                if fault != 4 || j < 256 {
                    y[start + j] = (x[start + j] - m).exp() / total;
                }
            }
        }
    }
}

impl DiffOp for Total {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Total").input("x", ["n"]).output("y", [])
    }
    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [Tensor::scalar(cx.sum(x.data().iter().copied()))]
    }
    fn backward(&self, _: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let wrong = self.0 == 6 && x.len() > 19;
        [x.map(|_| if wrong { dy[[]] * 2.0 } else { dy[[]] })]
    }
    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        let partials = if self.0 == 7 {
            n / 64 + 1
        } else if self.0 == 8 {
            n / 64
        } else {
            n.div_ceil(64)
        };
        plan.temporary("partial", Type::F32, partials)?;
        plan.forward(partial_sums(self.0), Grid::cover(n));
        plan.forward(sum_of_partials(self.0), Grid::exact(1, 1, 1));
        plan.backward(broadcast(self.0), Grid::cover(n));
        Ok(())
    }
}

impl DiffOp for RowMax {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("RowMax")
            .input("x", ["rows", "cols"])
            .output("y", ["rows"])
    }
    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.reduce_rows(|row| cx.max(row.iter().copied()))]
    }
    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let rows: Vec<Real> = x
            .rows()
            .zip(dy.data())
            .flat_map(|(row, dy)| {
                let m = cx.max(row.iter().copied());
                let mut left = *dy;
                let row = row.iter().map(|x| {
                    let here = Real::select(x.ge(m), left, 0.0);
                    left = Real::select(x.ge(m), cx.real(0.0), left);
                    here
                });
                row.collect::<Vec<Real>>()
            })
            .collect();
        [Tensor::new(x.shape(), rows).unwrap_or_else(|_| Tensor::empty())]
    }
    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let rows = plan.dim("rows")?;
        plan.forward(row_max(self.0), Grid::cover(rows));
        plan.backward(row_max_backward(self.0), Grid::cover(rows));
        Ok(())
    }
}

/// Softmax along rows by another forward kernel.
pub(crate) fn softmax_by(fault: u32) -> impl DiffOp {
    Wrong::plan(Softmax, move |_, plan| {
        let rows = Grid::workgroups(plan.dim("rows")?);
        plan.forward(softmax(fault), rows);
        plan.backward(softmax_backward(), rows);
        Ok(())
    })
}

//! Kernels that are wrong at the edges of what is legal: at zeros, at minus infinities, at constants that happen to be alike.

use super::Variant;
use super::row_sum::{Cap, RowSum, many};
use crate::faults::wrong::Wrong;
use hesper_ad::ops::Softmax;
use hesper_ad::ops::softmax::softmax_backward;
use hesper_ad::prelude::*;

/// `y = x·s + t`, both constants one and a half by the op's rules.
pub(crate) struct Shifted(pub(crate) Variant);

/// Wrong variants of [`Shifted`].
pub(crate) mod shifted {
    /// The constants exchanged.
    pub(crate) const SWAPPED: u32 = 1;
    /// Each element written by two invocations.
    pub(crate) const BY_TWO: u32 = 3;
    /// One of them written out.
    pub(crate) const WRITTEN_OUT: u32 = 2;
}

shader! {
    #[workgroup_size(16)]
    fn shifted_by(#[comptime] way: u32, x: &[f32], y: &mut [f32], s: f32, t: f32, n: u32) {
        let i = if way == shifted::BY_TWO { global_index() / 2 } else { global_index() };
        if i < n {
            y[i] = if way == shifted::SWAPPED { x[i] * t + s }
                else if way == shifted::WRITTEN_OUT { x[i] * 1.5 + t }
                else { x[i] * s + t };
        }
    }

    #[workgroup_size(16)]
    fn scaled_back(dy: &[f32], dx: &mut [f32], s: f32, n: u32) {
        let i = global_index();
        if i < n { dx[i] = dy[i] * s; }
    }
}

impl DiffOp for Shifted {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let signature = Signature::new("Shifted")
            .input("x", ["n"])
            .constant("s", [])
            .constant("t", []);
        signature.output("y", ["n"])
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().one_of("s", [1.5]).one_of("t", [1.5])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let (s, t) = (cx.constant("s")[[]], cx.constant("t")[[]]);
        [x.map(|x| *x * s + t)]
    }

    fn backward(&self, cx: &mut Context, [_]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let name = if self.0.spec == shifted::SWAPPED {
            "t"
        } else {
            "s"
        };
        let s = cx.constant(name)[[]];
        [dy.map(|dy| *dy * s)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        let each = if self.0.kernel == shifted::BY_TWO {
            2
        } else {
            1
        };
        plan.forward(shifted_by(self.0.kernel), Grid::cover(each * n));
        plan.backward(scaled_back(), Grid::cover(n));
        Ok(())
    }
}

/// `y = x/(√v + 10⁻³)`, a step of an optimiser, with kernels that differ.
pub(crate) struct Step(pub(crate) u32);

/// √v and its reciprocal, which is infinite at the first step.
pub(crate) const RECIPROCAL: u32 = 1;

shader! {
    #[workgroup_size(16)]
    fn step(#[comptime] way: u32, x: &[f32], v: &[f32], y: &mut [f32], n: u32) {
        let i = global_index();
        if i < n {
            if way == RECIPROCAL {
                let r = 1.0 / v[i].sqrt();
                y[i] = x[i] * r / (1.0 + 0.001 * r);
            } else {
                y[i] = x[i] / (v[i].sqrt() + 0.001);
            }
        }
    }

    #[workgroup_size(16)]
    fn step_backward(x: &[f32], v: &[f32], dy: &[f32], dx: &mut [f32], dv: &mut [f32], n: u32) {
        let i = global_index();
        if i < n {
            let root = v[i].sqrt();
            let whole = root + 0.001;
            dx[i] = dy[i] / whole;
            dv[i] = if root > 0.0 { -dy[i] * x[i] / (2.0 * root * whole * whole) } else { 0.0 };
        }
    }
}

impl DiffOp for Step {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Step")
            .input("x", ["n"])
            .input("v", ["n"])
            .output("y", ["n"])
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().uniform("v", 0.0, 4.0)
    }

    fn forward(&self, _: &mut Context, [x, v]: [&Tensor; 2]) -> [Tensor; 1] {
        [x.zip(v, |x, v| *x / (v.sqrt() + 0.001))]
    }

    fn backward(&self, _: &mut Context, [x, v]: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        let whole = |v: Real| v.sqrt() + 0.001;
        let dx = dy.zip(v, |dy, v| *dy / whole(*v));
        let dv = x.zip(v, |x, v| {
            let slope = *x / (v.sqrt() * 2.0 * whole(*v).powi(2));
            Real::select(v.gt(0.0), -slope, 0.0)
        });
        [dx, dv.zip(dy, |slope, dy| *slope * *dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(step(self.0), Grid::cover(n));
        plan.backward(step_backward(), Grid::cover(n));
        Ok(())
    }
}

/// `y = x²/(1 + x²)`, by a square that leaves binary32 where `y` does not.
pub(crate) struct Saturated;

shader! {
    #[workgroup_size(16)]
    fn saturated(x: &[f32], y: &mut [f32], n: u32) {
        let i = global_index();
        if i < n {
            let square = x[i] * x[i];
            y[i] = square / (1.0 + square);
        }
    }

    #[workgroup_size(16)]
    fn saturated_backward(x: &[f32], dy: &[f32], dx: &mut [f32], n: u32) {
        let i = global_index();
        if i < n {
            let whole = 1.0 + x[i] * x[i];
            dx[i] = 2.0 * x[i] * dy[i] / (whole * whole);
        }
    }
}

impl DiffOp for Saturated {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Saturated")
            .input("x", ["n"])
            .output("y", ["n"])
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().known("far out", [("n", 2)], [("x", &[1.0, 3e19][..])])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| x.powi(2) / (x.powi(2) + 1.0))]
    }

    fn backward(&self, _: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.zip(dy, |x, dy| 2.0 * *x * *dy / (x.powi(2) + 1.0).powi(2))]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(saturated(), Grid::cover(n));
        plan.backward(saturated_backward(), Grid::cover(n));
        Ok(())
    }
}

/// A lane that has seen minus infinities alone takes its maximum from them.
pub(crate) const UNGUARDED: u32 = 1;

shader! {
    const WIDTH: u32 = 8;

    /// Softmax by lanes that keep a maximum and a sum each.
    #[workgroup_size(WIDTH)]
    fn softmax_of_lanes(#[comptime] way: u32, x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let greatest = workgroup::<[f32; WIDTH]>();
        let sums = workgroup::<[f32; WIDTH]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let start = row * cols;
            let mut most = neg_infinity();
            let mut sum = 0.0;
            for j in (lane..cols).step_by(WIDTH) {
                let value = x[start + j];
                let next = most.max(value);
                if way == UNGUARDED || value > -3e38 {
                    sum = sum * (most - next).exp() + (value - next).exp();
                }
                most = next;
            }
            greatest[lane] = most;
            sums[lane] = sum;
            workgroup_barrier();
            let mut all = neg_infinity();
            for k in 0..WIDTH {
                all = all.max(greatest[k]);
            }
            let mut total = 0.0;
            for k in 0..WIDTH {
                total += sums[k] * (greatest[k] - all).exp();
            }
            for j in (lane..cols).step_by(WIDTH) {
                y[start + j] = (x[start + j] - all).exp() / total;
            }
        }
    }
}

/// Softmax of the catalogue by such lanes.
pub(crate) fn lanes(way: u32) -> impl DiffOp {
    Wrong::plan(Softmax, move |_, plan| {
        let rows = Grid::workgroups(plan.dim("rows")?);
        plan.forward(softmax_of_lanes(way), rows);
        plan.backward(softmax_backward(), rows);
        Ok(())
    })
}

/// As many subgroups as there are where each has 32 lanes.
pub(crate) const TWO_SUBGROUPS: u32 = 1;

shader! {
    #[workgroup_size(64)]
    fn sum_of_subgroups(#[comptime] way: u32, x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let partial = workgroup::<[f32; 64]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        if row < rows {
            let mut own = 0.0;
            for j in (lane..cols).step_by(64) {
                own += x[row * cols + j];
            }
            let sum = subgroup_add(own);
            if subgroup_invocation_id() == 0 {
                partial[subgroup_id()] = sum;
            }
            workgroup_barrier();
            if lane == 0 {
                let mut total = 0.0;
                for k in 0..if way == TWO_SUBGROUPS { 2 } else { num_subgroups() } {
                    total += partial[k];
                }
                y[row] = total;
            }
        }
    }
}

/// Sums of rows by subgroups.
pub(crate) fn by_subgroups(way: u32) -> impl DiffOp {
    Wrong::plan(RowSum(Cap::Nowhere), move |_, plan| {
        let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
        plan.forward(sum_of_subgroups(way), Grid::workgroups(rows));
        plan.backward(many(), Grid::cover(rows * cols));
        Ok(())
    })
}

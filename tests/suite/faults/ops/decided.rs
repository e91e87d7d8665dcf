//! Kernels that decide where the exact field has no formula to compare: behind an exponential of an exponential.

use super::elementwise::Elementwise;
use hesper_ad::prelude::*;

/// Where a kernel is wrong by a tenth.
pub(crate) const AT_HALF: u32 = 1;
pub(crate) const IN_A_WINDOW: u32 = 2;
pub(crate) const BEYOND_300: u32 = 3;
pub(crate) const IN_A_CELL: u32 = 4;
pub(crate) const BY_A_PRODUCT: u32 = 5;
/// The spec's VJP has a term more, of 10⁻⁹, that goes with a small number.
pub(crate) const TERM_OF_A_BILLIONTH: u32 = 6;

shader! {
    /// Something or nothing, where it is wrong.
    fn off(way: u32, x: f32) -> f32 {
        if way == AT_HALF {
            return if x == 0.5 { 0.1 } else { 0.0 };
        }
        if way == IN_A_WINDOW {
            return if (x - 0.5).abs() < 0.0001 { 0.1 } else { 0.0 };
        }
        if way == BEYOND_300 {
            return if x > 300.0 { 0.1 } else { 0.0 };
        }
        if way == IN_A_CELL {
            return if (x * 64.0) as i32 == 37 { 0.1 } else { 0.0 };
        }
        if way == BY_A_PRODUCT {
            return 0.1 * sign(x - 0.5).max(0.0) * sign(0.5001 - x).max(0.0);
        }
        0.0
    }

    #[workgroup_size(8)]
    fn nested(#[comptime] way: u32, x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i].tanh().exp() + off(way, x[i]);
        }
    }

    #[workgroup_size(8)]
    fn nested_backward(#[comptime] way: u32, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            let t = x[i].tanh();
            dx[i] = dy[i] * (t.exp() * (1.0 - t * t) + off(way, x[i]));
        }
    }

    /// With a term that is nothing, and of which the field knows nothing.
    #[workgroup_size(8)]
    fn veiled(#[comptime] way: u32, x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            let nothing = x[i].tanh().exp() - (x[i].tanh() + 0.0).exp();
            y[i] = 2.0 * x[i] + nothing + off(way, x[i]);
        }
    }

    #[workgroup_size(8)]
    fn veiled_backward(dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = 2.0 * dy[i];
        }
    }
}

/// `y = exp(tanh x)`: the ways of its kernels.
pub(crate) struct Nested(pub(crate) [u32; 2]);

impl DiffOp for Nested {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Nested")
            .input("x", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| x.tanh().exp())]
    }

    fn backward(&self, _: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.zip(dy, |x, dy| {
            let t = x.tanh();
            let term = match self.0[1] {
                TERM_OF_A_BILLIONTH => t.powi(3) * 1e-9,
                _ => t * 0.0,
            };
            (t.exp() * (-t.powi(2) + 1.0) + term) * dy
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (n, [forward, backward]) = (plan.dim("n")?, self.0);
        plan.forward(nested(forward), Grid::cover(n));
        plan.backward(nested_backward(backward), Grid::cover(n));
        Ok(())
    }
}

/// `y = 2x`, by a kernel that would make itself something no field can judge.
pub(crate) fn behind_nothing(wrong: bool) -> impl DiffOp {
    let right: fn() -> Kernel = || veiled(0);
    Elementwise {
        f: |x| x * 2.0,
        df: |x| x * 0.0 + 2.0,
        kernels: [
            if wrong { || veiled(AT_HALF) } else { right },
            veiled_backward,
        ],
        rules: Sampling::default,
    }
}

//! The length of a vector.

use super::MOST_ELEMENTS;
use super::reduce::{LANES, workgroup_max, workgroup_sum};
use crate::prelude::*;

/// The Euclidean length `y = √Σᵢ xᵢ²` of `n` numbers, one number; `dx = dy·x/y`.
///
/// As `torch.linalg.vector_norm`. Where `y` is 0 there is no derivative, and `dx` is 0, as there. Kernels square numbers divided by the greatest of them, as
/// LAPACK's `dlassq` does: squares themselves would overflow beyond 10¹⁹ and vanish below 10⁻²³. The sum is taken in two stages, first of 1024 numbers at a time. Where
/// `x` has an infinite number or one that is none, `y` is not finite.
#[derive(Clone, Copy, Debug, Default)]
pub struct Norm;

shader! {
    /// Numbers that one workgroup of the first stage adds up.
    pub const CHUNK: u32 = 1024;

    /// The least number with all its digits: below it, numbers may be 0 on a device.
    pub const LEAST: f32 = 1.1754944e-38;

    /// unit = max |x|, or `least` where that is greater, and squares = Σ (x/unit)² over each chunk; one workgroup per chunk.
    #[workgroup_size(64)]
    pub fn norm_partial(x: &[f32], units: &mut [f32], squares: &mut [f32], n: u32, least: f32) {
        let scratch = workgroup::<[f32; 64]>();
        let chunk = workgroup_index();
        let lane = local_invocation_index();
        if chunk < squares.len() {
            let start = chunk * CHUNK;
            let end = (start + CHUNK).min(n);
            let mut greatest = neg_infinity();
            for i in (start + lane..end).step_by(LANES) {
                greatest = greatest.max(x[i].abs());
            }
            let unit = workgroup_max(scratch, greatest).max(least);
            let mut sum = 0.0;
            for i in (start + lane..end).step_by(LANES) {
                sum += (x[i] / unit) * (x[i] / unit);
            }
            let total = workgroup_sum(scratch, sum);
            if lane == 0 {
                units[chunk] = unit;
                squares[chunk] = total;
            }
        }
    }

    /// y = unit·√Σ squares·(units/unit)², unit = max units; one workgroup.
    #[workgroup_size(64)]
    pub fn norm(units: &[f32], squares: &[f32], y: &mut [f32]) {
        let scratch = workgroup::<[f32; 64]>();
        let lane = local_invocation_index();
        if workgroup_index() == 0 {
            let mut greatest = neg_infinity();
            for i in (lane..units.len()).step_by(LANES) {
                greatest = greatest.max(units[i]);
            }
            let unit = workgroup_max(scratch, greatest);
            let mut sum = 0.0;
            for i in (lane..units.len()).step_by(LANES) {
                sum += squares[i] * (units[i] / unit) * (units[i] / unit);
            }
            let total = workgroup_sum(scratch, sum);
            if lane == 0 {
                y[0] = unit * total.sqrt();
            }
        }
    }

    /// dx = dy·x/y, 0 where y is 0.
    #[workgroup_size(64)]
    pub fn norm_backward(x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = dy[0] * (x[i] / y[0].max(LEAST));
        }
    }
}

/// The length of these numbers.
fn length(cx: &Context, x: &Tensor) -> Real {
    cx.sum(x.data().iter().map(|x| x.powi(2))).sqrt()
}

impl DiffOp for Norm {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Norm").input("x", ["n"]).output("y", [])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [Tensor::scalar(length(cx, x))]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let (y, dy) = (length(cx, x), dy[[]]);
        let y = Real::select(y.gt(0.0), y, 1.0);
        [x.map(|x| dy * (x / y))]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        let chunks = n.div_ceil(CHUNK as usize);
        plan.temporary("units", Type::F32, chunks)?;
        plan.temporary("squares", Type::F32, chunks)?;
        let partial = plan.forward(norm_partial(), Grid::workgroups(chunks));
        partial.uniform("least", f64::from(LEAST));
        plan.forward(norm(), Grid::workgroups(1));
        plan.backward(norm_backward(), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([("n", MOST_ELEMENTS)])
    }
}

//! GELU.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// GELU `y = x·Φ(x)`, `Φ(x) = (1 + erf(x/√2))/2`, elementwise over `n` numbers; `dx = (Φ(x) + x·φ(x))·dy`,
/// `φ(x) = e^(−x²/2)/√(2π)`.
///
/// Hendrycks and Gimpel (2016); as `torch.nn.functional.gelu`. WGSL has no error function: kernels compute Φ from
/// `(1 + 2t)·e^(t²)·erfc(t)`, `t = |x|/√2`, a polynomial in `(t − 15/4)/(t + 15/4)` for all `t ≥ 0`, as Shepherd and Laframboise,
/// "Chebyshev approximation of (1 + 2x)exp(x²)erfc x in 0 ≤ x < ∞", Math. Comp. 36 (1981), propose; of degree 20 its relative
/// error is below 3·10⁻¹⁵. Equality of a polynomial and an error function is beyond the exact check, which says so; the numeric
/// checks judge. [`GeluTanh`](super::GeluTanh) is the other form.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gelu;

shader! {
    /// The part (1 + 2t)·e^(t²)·erfc(t) of the error function for t ≥ 0.
    fn scaled_erfc(t: f32) -> f32 {
        let y = (t - 3.75) / (t + 3.75);
        let mut p = 1.7552176307433926e-8;
        p = p * y + 8.5263598174830326e-9;
        p = p * y - 2.143069227582364e-7;
        p = p * y - 2.7749611122883762e-8;
        p = p * y + 1.6959958079430478e-6;
        p = p * y - 1.0083452170479683e-6;
        p = p * y - 1.1399726074447365e-5;
        p = p * y + 2.2410019228612917e-5;
        p = p * y + 5.1626016222598531e-5;
        p = p * y - 0.00029016629854870584;
        p = p * y + 0.00029372142956717465;
        p = p * y + 0.0017556295098350435;
        p = p * y - 0.0097465811943057372;
        p = p * y + 0.028362276757789877;
        p = p * y - 0.058693398387769279;
        p = p * y + 0.09230432122630407;
        p = p * y - 0.10880393015455231;
        p = p * y + 0.082276738487123636;
        p = p * y + 0.003585415485781718;
        p = p * y - 0.1402405985855061;
        p * y + 1.2375126308378263
    }

    /// Φ(x), the normal distribution up to x.
    fn normal_cdf(x: f32) -> f32 {
        let t = x.abs() * 0.70710678118654752;
        let tail = 0.5 * (-0.5 * x * x).exp() * scaled_erfc(t) / (1.0 + 2.0 * t);
        if x < 0.0 { tail } else { 1.0 - tail }
    }

    /// y = x·Φ(x), elementwise.
    #[workgroup_size(LANES)]
    pub fn gelu(x: &[f32], y: &mut [f32]) {
        for i in (first()..end(y.len())).step_by(LANES) {
            y[i] = x[i] * normal_cdf(x[i]);
        }
    }

    /// dx = (Φ(x) + x·φ(x))·dy.
    #[workgroup_size(LANES)]
    pub fn gelu_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            let density = 0.39894228040143268 * (-0.5 * x[i] * x[i]).exp();
            dx[i] = (normal_cdf(x[i]) + x[i] * density) * dy[i];
        }
    }
}

impl DiffOp for Gelu {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("GELU").input("x", ["n"]).output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| x * distribution(cx, *x))]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        // 1/√(2π)
        let peak = cx.decimal("0.39894228040143267793994605993438186848");
        [x.zip(dy, |x, dy| {
            let density = peak * (-x.powi(2) * 0.5).exp();
            (distribution(cx, *x) + x * density) * dy
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(gelu(), grid(n));
        plan.backward(gelu_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([("n", MOST_ELEMENTS)])
    }
}

/// `Φ(x)`.
fn distribution(cx: &Context, x: Real) -> Real {
    // 1/√2
    let scale = cx.decimal("0.70710678118654752440084436210484903928");
    ((x * scale).erf() + 1.0) * 0.5
}

//! Logits kept within a cap.

use super::coarsened::{LANES, end, first};
use super::elementwise::{Elementwise, elementwise};
use super::tanh::{outer_tanh, slope, squared_sech};
use crate::prelude::*;

/// `y = cap·tanh(x/cap)`, elementwise over `n` numbers, with a constant `cap > 0`; `dx = sech²(x/cap)·dy`.
///
/// Gemma 2 (2024) keeps attention's scores and the logits of its classes between `−cap` and `cap` so. The two functions are those of
/// [`Tanh`](super::Tanh). Whether `x/cap` is beyond ±4 is asked of `x` and `4·cap`: the quotient may round to either side, four times a number does not round.
#[derive(Clone, Copy, Debug, Default)]
pub struct Softcap;

shader! {
    /// y = cap·tanh(x/cap), elementwise.
    #[workgroup_size(LANES)]
    pub fn softcap(x: &[f32], y: &mut [f32], cap: f32) {
        for i in (first()..end(y.len())).step_by(LANES) {
            let t = x[i] / cap;
            y[i] = if x[i] > 4.0 * cap {
                cap * outer_tanh(t)
            } else if x[i] < -4.0 * cap {
                -cap * outer_tanh(-t)
            } else {
                cap * t.tanh()
            };
        }
    }

    /// dx = sech²(x/cap)·dy.
    #[workgroup_size(LANES)]
    pub fn softcap_backward(x: &[f32], dy: &[f32], dx: &mut [f32], cap: f32) {
        for i in (first()..end(dx.len())).step_by(LANES) {
            dx[i] = squared_sech(x[i] / cap) * dy[i];
        }
    }
}

impl Elementwise<1> for Softcap {
    const NAME: &'static str = "Softcap";
    const INPUTS: [&'static str; 1] = ["x"];
    const CONSTANTS: &'static [&'static str] = &["cap"];

    fn value(cx: &Context, [x]: [Real; 1]) -> Real {
        let cap = cx.scalar("cap");
        cap * (x / cap).tanh()
    }

    fn cotangents(cx: &Context, [x]: [Real; 1], dy: Real) -> [Real; 1] {
        [slope(x / cx.scalar("cap")) * dy]
    }

    fn kernels() -> [Kernel; 2] {
        [softcap(), softcap_backward()]
    }

    fn domain(sampling: Sampling) -> Sampling {
        // Of small quotients WGSL's tanh may be far off, so that little would be said.
        sampling.uniform("cap", 0.25, 1.0).up_to("x", 1e6)
    }
}

elementwise!(Softcap: 1);

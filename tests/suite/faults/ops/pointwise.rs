//! Elementwise ops that are wrong for some values or some launches only.

use super::Variant;
use hesper_ad::prelude::*;

/// Wrong VJPs: a digit of a constant; `dy` clipped, or ignored where x < 0.
pub(crate) const CONSTANT_OFF: u32 = 1;
pub(crate) const CLIPS_SEED: u32 = 2;
pub(crate) const IGNORES_SEED: u32 = 3;

/// GELU by tanh: `y = x/2·(1 + t)`, `t = tanh(c·(x + 0.044715·x³))`; `dx = dy·((1 + t)/2 + x/2·(1 − t²)·c·(1 + 0.134145·x²))`.
pub(crate) struct Gelu(pub(crate) Variant);

/// Sigmoid: `y = 1/(1 + e⁻ˣ)`; `dx = y·(1 − y)·dy`.
pub(crate) struct Sigmoid(pub(crate) Variant);

/// ReLU; zero at zero.
pub(crate) struct Rectifier(pub(crate) Variant);

shader! {
    #[workgroup_size(64)]
    fn gelu(#[comptime] fault: u32, x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            let v = x[i];
            let u = 0.7978845608028654 * (v + 0.044715 * v * v * v);
            let t = if fault == 1 { let e = (2.0 * u).exp(); (e - 1.0) / (e + 1.0) } else { u.tanh() };
            y[i] = 0.5 * v * (1.0 + t);
        }
    }

    #[workgroup_size(64)]
    fn gelu_backward(#[comptime] fault: u32, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            let v = x[i];
            let cubic = if fault == 2 { 0.13414 } else { 0.134145 };
            let t = (0.7978845608028654 * (v + 0.044715 * v * v * v)).tanh();
            let inner = 0.7978845608028654 * (1.0 + cubic * v * v);
            let right = dy[i] * (0.5 * (1.0 + t) + 0.5 * v * (1.0 - t * t) * inner);
            dx[i] = if fault == 3 && v < -12.0 { dy[i] } else { right };
        }
    }

    #[workgroup_size(64)]
    fn sigmoid(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = 1.0 / (1.0 + (-x[i]).exp());
        }
    }

    #[workgroup_size(64)]
    fn sigmoid_backward(#[comptime] fault: u32, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            let e = (-x[i]).exp();
            let y = 1.0 / (1.0 + e);
            dx[i] = if fault == 1 {
                e / ((1.0 + e) * (1.0 + e)) * dy[i]
            } else if fault == 2 {
                y * (1.0 - y) * dy[i].clamp(-1.0, 1.0)
            } else if fault == 3 {
                y * y * dy[i]
            } else {
                y * (1.0 - y) * dy[i]
            };
        }
    }

    #[workgroup_size(64)]
    fn rectifier(#[comptime] fault: u32, x: &[f32], y: &mut [f32]) {
        let i = if fault == 1 { global_invocation_id().x } else { global_index() };
        if i < y.len() {
            y[i] = if fault == 2 { y[i].max(0.0).max(x[i]) }
                else if fault == 3 { y[i].max(x[i]).max(0.0) }
                else if fault == 4 { x[i].sqrt().powi(2).max(0.0) }
                else { x[i].max(0.0) };
        }
    }

    #[workgroup_size(1)]
    fn one_each(x: &[f32], y: &mut [f32]) {
        y[global_index()] = x[global_index()].max(0.0);
    }

    #[workgroup_size(64)]
    fn rectifier_backward(#[comptime] fault: u32, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            let v = x[i];
            let positive = if fault == 6 { v >= 0.0 } else if fault == 7 { v > 1e-3 } else if fault == 8 { v > 1e-6 } else { v > 0.0 };
            dx[i] = if positive { dy[i] } else { 0.0 };
        }
    }
}

macro_rules! pointwise {
    ($op:ident, |$cx:ident, $x:ident| $y:expr, |$self:ident, $dy:ident| $dx:expr, $forward:expr, $backward:expr) => {
        impl DiffOp for $op {
            type Inputs<V> = [V; 1];
            type Outputs<V> = [V; 1];

            fn signature(&self) -> Signature {
                Signature::new(stringify!($op)).input("x", ["n"]).output("y", ["n"])
            }
            fn forward(&self, $cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
                // Not every formula asks for constants.
                let _ = &$cx;
                [x.map(|x| { let $x = *x; $y })]
            }
            fn backward(
                &$self,
                $cx: &mut Context,
                [x]: [&Tensor; 1],
                [dy]: [&Tensor; 1],
            ) -> [Tensor; 1] {
                // Not every formula asks for constants.
                let _ = &$cx;
                [x.zip(dy, |x, dy| { let ($x, $dy) = (*x, *dy); $dx })]
            }
            fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
                let n = plan.dim("n")?;
                plan.forward($forward(self.0.kernel), Grid::cover(n));
                plan.backward($backward(self.0.kernel), Grid::cover(n));
                Ok(())
            }
        }
    };
}

pointwise!(
    Gelu,
    |cx, x| {
        let t = ((x + x.powi(3) * 0.044715) * 0.7978845608028654).tanh();
        x * 0.5 * (t + 1.0)
    },
    |self, dy| {
        let cubic = if self.0.spec == CONSTANT_OFF {
            0.13414
        } else {
            0.134145
        };
        let t = ((x + x.powi(3) * 0.044715) * 0.7978845608028654).tanh();
        let slope = (-(t * t) + 1.0) * (x.powi(2) * cubic + 1.0) * 0.7978845608028654;
        dy * ((t + 1.0) * 0.5 + x * 0.5 * slope)
    },
    gelu,
    gelu_backward
);

pointwise!(
    Sigmoid,
    |cx, x| cx.real(1.0) / ((-x).exp() + 1.0),
    |self, dy| {
        let y = cx.real(1.0) / ((-x).exp() + 1.0);
        let dy = match self.0.spec {
            CLIPS_SEED => dy.max(-1.0).min(1.0),
            IGNORES_SEED => Real::select(x.lt(0.0), cx.real(0.5), dy),
            _ => dy,
        };
        y * (-y + 1.0) * dy
    },
    |_| sigmoid(),
    sigmoid_backward
);

pointwise!(
    Rectifier,
    |cx, x| x.max(cx.real(0.0)),
    |self, dy| Real::select(x.gt(0.0), dy, cx.real(0.0)),
    |fault| if fault == 5 {
        one_each()
    } else {
        rectifier(fault)
    },
    rectifier_backward
);

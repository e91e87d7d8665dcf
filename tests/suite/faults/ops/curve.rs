//! `y = f(x)` elementwise.

use super::Variant;
use hesper_ad::prelude::*;

/// `yᵢ = f(xᵢ)` for `n` numbers; `dx = f′(x)·dy`.
pub(crate) struct Curve(pub(crate) Function, pub(crate) Variant);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Function {
    /// `min(max(x, −1), 1)`.
    Clamp,
    /// `2x³ − 3x² + 5x − 1`.
    Cubic,
    /// `x/2·(1 + tanh(c·(x + 0.044715·x³)))`, `c = √(2/π)`.
    Gelu,
    /// `max(x, 0)`.
    Relu,
    /// `s = 1/(1 + e⁻ˣ)`.
    Sigmoid,
    /// `x·s`.
    Silu,
    /// `ln(1 + eˣ)`.
    Softplus,
}
use Function::*;

/// Wrong variants.
pub(crate) mod wrong {
    /// Any function: the VJP squares dy, or forgets it.
    pub(crate) const DY_SQUARED: u32 = 1;
    pub(crate) const DY_DROPPED: u32 = 2;
    /// GELU: 0.0447151 for 0.044715; a digit of √(2/π); x² for x³.
    pub(crate) const SEVENTH_DIGIT: u32 = 3;
    pub(crate) const ROOT_DIGIT: u32 = 4;
    pub(crate) const SQUARE_FOR_CUBE: u32 = 5;
    /// ReLU: no threshold in the VJP, or another one.
    pub(crate) const UNMASKED: u32 = 6;
    pub(crate) const THRESHOLD_3: u32 = 7;
    pub(crate) const THRESHOLD_12: u32 = 8;
    /// Clamp: the VJP's upper bound 10⁻⁹ too great; beyond it x, not 1.
    pub(crate) const BOUND_OFF: u32 = 9;
    pub(crate) const WRONG_OPERAND: u32 = 10;
    /// Sigmoid: s(−x)² for s(x)·s(−x). SiLU: 1 − x(1 − s) for 1 + x(1 − s).
    pub(crate) const ONE_SIDE_TWICE: u32 = 11;
    pub(crate) const SIGN: u32 = 12;
    /// Cubic: 6x for 6x².
    pub(crate) const POWER: u32 = 13;
    /// Softplus: max(x, 0) not added back.
    pub(crate) const NOT_ADDED_BACK: u32 = 14;
}

/// Right variants.
pub(crate) mod right {
    /// tanh x = (e²ˣ − 1)/(e²ˣ + 1).
    pub(crate) const EXPONENTIALS: u32 = 30;
    /// eˣ/(1 + eˣ).
    pub(crate) const POSITIVE_EXPONENT: u32 = 31;
    /// The one form where x < 0, the other elsewhere.
    pub(crate) const BY_SIGN: u32 = 32;
    /// (1 + tanh(x/2))/2.
    pub(crate) const BY_TANH: u32 = 33;
    /// (x + |x|)/2, and a factor of 0 or 1.
    pub(crate) const ARITHMETIC: u32 = 34;
    /// `if` for max and min.
    pub(crate) const BRANCHES: u32 = 35;
    pub(crate) const HORNER: u32 = 36;
    pub(crate) const MUL_ADD: u32 = 37;
    pub(crate) const POWI: u32 = 38;
    pub(crate) const POWF: u32 = 39;
    /// ln(1 + eˣ) as it stands.
    pub(crate) const DIRECT: u32 = 40;
    /// e^{x/2}·e^{x/2}.
    pub(crate) const HALVES: u32 = 41;
}
use right::*;
use wrong::*;

shader! {
    fn tanh_by_exponentials(x: f32) -> f32 {
        let e = (2.0 * x).exp();
        (e - 1.0) / (e + 1.0)
    }

    fn sigmoid(way: u32, x: f32) -> f32 {
        if way == POSITIVE_EXPONENT || way == BY_SIGN && x < 0.0 {
            let e = x.exp();
            return e / (1.0 + e);
        }
        if way == BY_TANH {
            return 0.5 * (1.0 + (0.5 * x).tanh());
        }
        if way == HALVES {
            let e = (0.5 * x).exp() * (0.5 * x).exp();
            return 1.0 - 1.0 / (1.0 + e);
        }
        1.0 / (1.0 + (-x).exp())
    }

    fn gelu(way: u32, x: f32) -> f32 {
        let cube = if way == SQUARE_FOR_CUBE { x * x } else { x * x * x };
        let u = 0.7978845608028654 * (x + 0.044715 * cube);
        0.5 * x * (1.0 + if way == EXPONENTIALS { tanh_by_exponentials(u) } else { u.tanh() })
    }

    fn gelu_slope(way: u32, x: f32) -> f32 {
        let c = if way == ROOT_DIGIT { 0.7978845608028645 } else { 0.7978845608028654 };
        let a = if way == SEVENTH_DIGIT { 0.0447151 } else { 0.044715 };
        let t = (c * (x + a * x * x * x)).tanh();
        0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * c * (1.0 + 3.0 * a * x * x)
    }

    fn cubic(way: u32, x: f32) -> f32 {
        if way == HORNER {
            return ((2.0 * x - 3.0) * x + 5.0) * x - 1.0;
        }
        if way == MUL_ADD {
            return x.mul_add(2.0, -3.0).mul_add(x, 5.0).mul_add(x, -1.0);
        }
        if way == POWI {
            return 2.0 * x.powi(3) - 3.0 * x.powi(2) + 5.0 * x - 1.0;
        }
        if way == POWF {
            return 2.0 * x.powf(3.0) - 3.0 * x.powf(2.0) + 5.0 * x - 1.0;
        }
        2.0 * x * x * x - 3.0 * x * x + 5.0 * x - 1.0
    }

    fn relu(way: u32, x: f32) -> f32 {
        if way == ARITHMETIC {
            return 0.5 * (x + x.abs());
        }
        if way == BRANCHES {
            return if x > 0.0 { x } else { 0.0 };
        }
        x.max(0.0)
    }

    fn relu_slope(way: u32, x: f32) -> f32 {
        if way == UNMASKED {
            return 1.0;
        }
        let threshold = if way == THRESHOLD_3 { 1e-3 } else if way == THRESHOLD_12 { 1e-12 } else { 0.0 };
        if x > threshold { 1.0 } else { 0.0 }
    }

    fn clamp(way: u32, x: f32) -> f32 {
        if way == WRONG_OPERAND {
            return if x > 1.0 { x } else { x.max(-1.0) };
        }
        if way == BRANCHES {
            return if x < -1.0 { -1.0 } else if x > 1.0 { 1.0 } else { x };
        }
        x.max(-1.0).min(1.0)
    }

    fn clamp_slope(way: u32, x: f32) -> f32 {
        let high = if way == BOUND_OFF { 1.000000001 } else { 1.0 };
        if x > -1.0 && x < high { 1.0 } else { 0.0 }
    }

    fn softplus(way: u32, x: f32) -> f32 {
        if way == DIRECT {
            return (1.0 + x.exp()).ln();
        }
        let log = (1.0 + (-x.abs()).exp()).ln();
        if way == NOT_ADDED_BACK { log } else { x.max(0.0) + log }
    }

    #[workgroup_size(4)]
    fn curve(#[comptime] function: u32, #[comptime] way: u32, x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            let v = x[i];
            y[i] = match function {
                0 => clamp(way, v),
                1 => cubic(way, v),
                2 => gelu(way, v),
                3 => relu(way, v),
                4 => sigmoid(way, v),
                5 => v * sigmoid(way, v),
                _ => softplus(way, v),
            };
        }
    }

    #[workgroup_size(4)]
    fn curve_backward(#[comptime] function: u32, #[comptime] way: u32, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            let v = x[i];
            let slope = match function {
                0 => clamp_slope(way, v),
                1 => (6.0 * v - 6.0) * v + 5.0,
                2 => gelu_slope(way, v),
                3 => relu_slope(way, v),
                4 => sigmoid(way, v) * (1.0 - sigmoid(way, v)),
                5 => sigmoid(way, v) * (1.0 + v * (1.0 - sigmoid(way, v))),
                _ => sigmoid(if way == DIRECT { way } else { BY_SIGN }, v),
            };
            dx[i] = slope * dy[i];
        }
    }
}

fn cube(x: Real) -> Real {
    x * x * x
}

fn logistic(cx: &Context, x: Real) -> Real {
    cx.real(1.0) / ((-x).exp() + 1.0)
}

impl Curve {
    fn value(&self, cx: &Context, x: Real) -> Real {
        match self.0 {
            Clamp => x.max(-1.0).min(1.0),
            Cubic => cube(x) * 2.0 - x * x * 3.0 + x * 5.0 - 1.0,
            Gelu => {
                let t = ((x + cube(x) * 0.044715) * 0.7978845608028654).tanh();
                x * 0.5 * (t + 1.0)
            }
            Relu => x.max(0.0),
            Sigmoid => logistic(cx, x),
            Silu => x * logistic(cx, x),
            Softplus => x.max(0.0) + ((-x.max(-x)).exp() + 1.0).ln(),
        }
    }

    fn slope(&self, cx: &Context, x: Real) -> Real {
        let way = self.1.spec;
        let (zero, one) = (cx.real(0.0), cx.real(1.0));
        match self.0 {
            Clamp => {
                let high = if way == BOUND_OFF { 1.000000001 } else { 1.0 };
                Real::select(x.gt(-1.0), Real::select(x.lt(high), one, zero), zero)
            }
            Cubic => {
                let square = if way == POWER { x } else { x * x };
                square * 6.0 - x * 6.0 + 5.0
            }
            Gelu => {
                let c = pick(way == ROOT_DIGIT, 0.7978845608028645, 0.7978845608028654);
                let a = pick(way == SEVENTH_DIGIT, 0.0447151, 0.044715);
                let t = ((x + cube(x) * a) * c).tanh();
                let inner = (x * x * a * 3.0 + 1.0) * c;
                (t + 1.0) * 0.5 + x * 0.5 * (one - t * t) * inner
            }
            Relu if way == UNMASKED => one,
            Relu => Real::select(x.gt(pick(way == THRESHOLD_3, 1e-3, 0.0)), one, zero),
            Sigmoid if way == ONE_SIDE_TWICE => logistic(cx, -x) * logistic(cx, -x),
            Sigmoid => logistic(cx, x) * logistic(cx, -x),
            Silu => {
                let s = logistic(cx, x);
                let term = x * (one - s);
                s * if way == SIGN { one - term } else { one + term }
            }
            // Each form where its exponential is at most 1.
            Softplus => {
                let e = (-x.max(-x)).exp();
                Real::select(x.ge(0.0), one, e) / (e + 1.0)
            }
        }
    }
}

fn pick(wrong: bool, one: f64, other: f64) -> f64 {
    if wrong { one } else { other }
}

impl DiffOp for Curve {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new(format!("{:?}", self.0))
            .input("x", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| self.value(cx, *x))]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.zip(dy, |x, dy| match self.1.spec {
            DY_SQUARED => self.slope(cx, *x) * *dy * *dy,
            DY_DROPPED => self.slope(cx, *x),
            _ => self.slope(cx, *x) * *dy,
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (n, function, way) = (plan.dim("n")?, self.0 as u32, self.1.kernel);
        plan.forward(curve(function, way), Grid::cover(n));
        plan.backward(curve_backward(function, way), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        let any = Sampling::default();
        match (self.0, self.1.kernel) {
            // Negative numbers have no powers.
            (_, POWF) => any.uniform("x", 0.25, 4.0),
            // Their exponentials leave binary32.
            (Sigmoid | Silu, _) | (_, EXPONENTIALS | DIRECT) => any.uniform("x", -4.0, 4.0),
            _ => any,
        }
    }
}

//! Adam with decoupled weight decay.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;
use hesper_shader::Number;

/// A step of AdamW, of `n` weights `w` with gradients `g` and moments `m` and `v`: `new_m = β₁·m + rest₁·g`,
/// `new_v = β₂·v + rest₂·g²`, `new_w = w·keep − lr·(new_m/c₁)/(√(new_v/c₂) + eps)`. Constants are `lr`, `beta1`, `beta2`, `eps` and, each a number
/// of its own, `rest1 = 1 − β₁`, `rest2 = 1 − β₂`, `keep = 1 − lr·decay` and the corrections of step `t`, `c1 = 1 − β₁ᵗ` and `c2 = 1 − β₂ᵗ`.
/// [`Settings::step`] computes them all from the decimals that users write: of a 0.999 rounded to f32, 1 − β is 0.00099998713.
///
/// Loshchilov and Hutter, "Decoupled weight decay regularization" (2019), algorithm 2; as `torch.optim.AdamW`: eps outside the root, the decay
/// multiplied by the rate. At the first step `m` and `v` are 0. The VJP, which differentiates through training, exists where `new_v > 0`: with
/// `q = √(new_v/c₂)`, `e = dnew_m − dnew_w·lr/(c₁·(q + eps))` and `f = dnew_v + dnew_w·lr·new_m/(2·c₁·c₂·q·(q + eps)²)`,
/// `dw = keep·dnew_w`, `dg = rest₁·e + 2·rest₂·g·f`, `dm = β₁·e`, `dv = β₂·f`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AdamW;

shader! {
    /// One step of AdamW, elementwise.
    #[workgroup_size(LANES)]
    pub fn adamw(
        w: &[f32],
        g: &[f32],
        m: &[f32],
        v: &[f32],
        new_w: &mut [f32],
        new_m: &mut [f32],
        new_v: &mut [f32],
        lr: f32,
        beta1: f32,
        rest1: f32,
        beta2: f32,
        rest2: f32,
        eps: f32,
        keep: f32,
        c1: f32,
        c2: f32,
    ) {
        for i in (first()..end(new_w.len())).step_by(LANES) {
            let first = beta1 * m[i] + rest1 * g[i];
            let second = beta2 * v[i] + rest2 * g[i] * g[i];
            new_m[i] = first;
            new_v[i] = second;
            new_w[i] = w[i] * keep - lr * (first / c1) / (root(second, c2) + eps);
        }
    }

    /// dm = β₁·e and dv = β₂·f: the cotangents of the moments.
    #[workgroup_size(LANES)]
    pub fn adamw_backward_moments(
        new_m: &[f32],
        new_v: &[f32],
        dnew_w: &[f32],
        dnew_m: &[f32],
        dnew_v: &[f32],
        dm: &mut [f32],
        dv: &mut [f32],
        lr: f32,
        beta1: f32,
        beta2: f32,
        eps: f32,
        c1: f32,
        c2: f32,
    ) {
        for i in (first()..end(dm.len())).step_by(LANES) {
            dm[i] = beta1 * first_cotangent(new_v[i], dnew_w[i], dnew_m[i], lr, eps, c1, c2);
            dv[i] = beta2 * second_cotangent(new_m[i], new_v[i], dnew_w[i], dnew_v[i], lr, eps, c1, c2);
        }
    }

    /// dw = keep·dnew_w and dg = rest₁·e + 2·rest₂·g·f.
    #[workgroup_size(LANES)]
    pub fn adamw_backward(
        g: &[f32],
        new_m: &[f32],
        new_v: &[f32],
        dnew_w: &[f32],
        dnew_m: &[f32],
        dnew_v: &[f32],
        dw: &mut [f32],
        dg: &mut [f32],
        lr: f32,
        rest1: f32,
        rest2: f32,
        eps: f32,
        keep: f32,
        c1: f32,
        c2: f32,
    ) {
        for i in (first()..end(dw.len())).step_by(LANES) {
            let e = first_cotangent(new_v[i], dnew_w[i], dnew_m[i], lr, eps, c1, c2);
            let f = second_cotangent(new_m[i], new_v[i], dnew_w[i], dnew_v[i], lr, eps, c1, c2);
            dw[i] = keep * dnew_w[i];
            dg[i] = rest1 * e + 2.0 * rest2 * g[i] * f;
        }
    }

    /// q = √(new_v/c₂), of which the quotient could overflow.
    fn root(new_v: f32, c2: f32) -> f32 {
        new_v.sqrt() / c2.sqrt()
    }

    /// e = dnew_m − dnew_w·lr/(c₁·(q + eps)) with q = √(new_v/c₂).
    fn first_cotangent(
        new_v: f32,
        dnew_w: f32,
        dnew_m: f32,
        lr: f32,
        eps: f32,
        c1: f32,
        c2: f32,
    ) -> f32 {
        dnew_m - dnew_w * lr / (c1 * (root(new_v, c2) + eps))
    }

    /// f = dnew_v + dnew_w·lr·new_m/(2·c₁·c₂·q·(q + eps)²) with q = √(new_v/c₂).
    fn second_cotangent(
        new_m: f32,
        new_v: f32,
        dnew_w: f32,
        dnew_v: f32,
        lr: f32,
        eps: f32,
        c1: f32,
        c2: f32,
    ) -> f32 {
        let q = root(new_v, c2);
        let below = q + eps;
        // Factor by factor, the cotangent last: a whole denominator or numerator could overflow, or a small cotangent vanish.
        dnew_v + dnew_w * (lr / (c1 * below) / (2.0 * c2 * q) * (new_m / below))
    }
}

/// What a run of AdamW is set to, in the decimals that users write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The rate.
    pub lr: f64,
    /// How much of the first moment a step keeps, at least 0 and below 1.
    pub beta1: f64,
    /// How much of the second moment a step keeps, at least 0 and below 1.
    pub beta2: f64,
    /// What keeps the quotient finite.
    pub eps: f64,
    /// Weight decay, which is multiplied by the rate.
    pub decay: f64,
}

impl Settings {
    /// The constants of step `t`, the first of which is 1, by the names that the op's plans give their scalars.
    ///
    /// `1 − β` is taken of β's decimal, exactly, and rounded once; what depends on `t` is within a rounding of double precision.
    ///
    /// ```
    /// use hesper_ad::ops::adamw::Settings;
    /// let settings = Settings { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, decay: 0.01 };
    /// assert!(settings.step(1).contains(&("rest2", 0.001)));
    /// assert!(settings.step(1).contains(&("c2", 0.001)));
    /// ```
    pub fn step(&self, t: u32) -> [(&'static str, f32); 9] {
        let [rest1, rest2] = [self.beta1, self.beta2].map(rest);
        // 1 − βᵗ without a difference: −(e^(t·ln β) − 1), and ln β of what is left of 1. The same on every machine.
        let correction = |rest: f64| -libm::expm1(f64::from(t.max(1)) * libm::log1p(-rest));
        [
            ("lr", self.lr),
            ("beta1", self.beta1),
            ("rest1", rest1),
            ("beta2", self.beta2),
            ("rest2", rest2),
            ("eps", self.eps),
            ("keep", 1.0 - self.lr * self.decay),
            ("c1", correction(rest1)),
            ("c2", correction(rest2)),
        ]
        .map(|(name, value)| (name, value as f32))
    }
}

/// `1 − beta` of beta's decimal.
pub(super) fn rest(beta: f64) -> f64 {
    let exact = Number::from_f64(beta).ok();
    let exact = exact.and_then(|beta| Number::ONE.checked_sub(beta));
    exact.map_or(1.0 - beta, Number::to_f64)
}

/// The constants' names.
const CONSTANTS: [&str; 9] = [
    "lr", "beta1", "rest1", "beta2", "rest2", "eps", "keep", "c1", "c2",
];

/// The constants of a step.
struct Constants {
    lr: Real,
    beta1: Real,
    rest1: Real,
    beta2: Real,
    rest2: Real,
    eps: Real,
    keep: Real,
    c1: Real,
    c2: Real,
}

impl Constants {
    fn of(cx: &Context) -> Constants {
        let [lr, beta1, rest1, beta2, rest2, eps, keep, c1, c2] =
            CONSTANTS.map(|name| cx.scalar(name));
        Constants {
            lr,
            beta1,
            rest1,
            beta2,
            rest2,
            eps,
            keep,
            c1,
            c2,
        }
    }

    /// `√(new_v/c₂)`.
    fn root(&self, new_v: Real) -> Real {
        new_v.sqrt() / self.c2.sqrt()
    }
}

impl DiffOp for AdamW {
    type Inputs<V> = [V; 4];
    type Outputs<V> = [V; 3];

    fn signature(&self) -> Signature {
        let inputs = ["w", "g", "m", "v"].into_iter();
        let constants = CONSTANTS.into_iter();
        let outputs = ["new_w", "new_m", "new_v"].into_iter();
        let signature = inputs.fold(Signature::new("AdamW"), |s, name| s.input(name, ["n"]));
        let signature = constants.fold(signature, |s, name| s.constant(name, []));
        outputs.fold(signature, |s, name| s.output(name, ["n"]))
    }

    fn forward(&self, cx: &mut Context, [w, g, m, v]: [&Tensor; 4]) -> [Tensor; 3] {
        let k = Constants::of(cx);
        let new_m = m.zip(g, |m, g| k.beta1 * m + k.rest1 * g);
        let new_v = v.zip(g, |v, g| k.beta2 * v + k.rest2 * g.powi(2));
        let step = new_m.zip(&new_v, |m, v| k.lr * (m / k.c1) / (k.root(*v) + k.eps));
        let new_w = w.zip(&step, |w, step| w * k.keep - step);
        [new_w, new_m, new_v]
    }

    fn backward(
        &self,
        cx: &mut Context,
        inputs: [&Tensor; 4],
        [dnew_w, dnew_m, dnew_v]: [&Tensor; 3],
    ) -> [Tensor; 4] {
        let [_, new_m, new_v] = self.forward(cx, inputs);
        let [_, g, ..] = inputs;
        let k = Constants::of(cx);
        let q = new_v.map(|v| k.root(*v));
        // ∂new_w/∂new_m and ∂new_w/∂new_v
        let by_m = q.map(|q| -k.lr / (k.c1 * (q + k.eps)));
        let by_v = new_m.zip(&q, |m, q| {
            k.lr / (k.c1 * (q + k.eps)) / (k.c2 * q * 2.0) * (m / (q + k.eps))
        });
        let e = dnew_m.zip(&dnew_w.zip(&by_m, |dw, s| dw * s), |dm, part| dm + part);
        let f = dnew_v.zip(&dnew_w.zip(&by_v, |dw, s| dw * s), |dv, part| dv + part);
        let of_second = g.zip(&f, |g, f| k.rest2 * g * f * 2.0);
        [
            dnew_w.map(|dw| k.keep * dw),
            e.zip(&of_second, |e, part| k.rest1 * e + part),
            e.map(|e| k.beta1 * e),
            f.map(|f| k.beta2 * f),
        ]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(adamw(), grid(n));
        plan.backward(adamw_backward_moments(), grid(n));
        plan.backward(adamw_backward(), grid(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("n", MOST_ELEMENTS)])
            // Below, the second moment has no root with a slope.
            .uniform("v", 0.0625, 2.0)
            .uniform("lr", 1e-3, 0.5)
            .uniform("beta1", 0.5, 0.95)
            .uniform("rest1", 0.05, 0.5)
            .uniform("beta2", 0.9, 0.999)
            .uniform("rest2", 0.001, 0.1)
            .uniform("eps", 1e-8, 1e-3)
            .uniform("keep", 0.75, 1.0)
            .uniform("c1", 0.1, 1.0)
            .uniform("c2", 0.001, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_ops::run_kernels;

    #[test]
    fn constants_are_those_of_the_decimals() {
        let settings = |beta1, beta2| Settings {
            lr: 1e-3,
            beta1,
            beta2,
            eps: 1e-8,
            decay: 0.01,
        };
        let of = |beta1, beta2, t, names: [&str; 4]| {
            let all = settings(beta1, beta2).step(t);
            names.map(|name| all.iter().find(|(n, _)| *n == name).unwrap().1)
        };
        let names = ["rest1", "rest2", "c1", "c2"];
        for (beta1, beta2, t, want) in [
            (0.9, 0.999, 1, [0.1, 0.001, 0.1, 0.001]),
            (0.9, 0.999, 2, [0.1, 0.001, 0.19, 0.001_999]),
            (0.5, 0.75, 2, [0.5, 0.25, 0.75, 0.4375]),
            (0.0, 0.999_999_999, 1, [1.0, 1e-9, 1.0, 1e-9]),
            (0.0, 0.999_999_999, 0, [1.0, 1e-9, 1.0, 1e-9]),
            (0.9, 0.999, 100_000, [0.1, 0.001, 1.0, 1.0]),
        ] {
            assert_eq!(of(beta1, beta2, t, names), want, "{beta1} {beta2} {t}");
        }
        assert_eq!(settings(0.9, 0.99).step(3).map(|(name, _)| name), CONSTANTS);
    }

    #[test]
    fn moments_are_as_precise_as_binary32_allows() {
        let dims = Dims::new([("n", 1)]);
        let settings = Settings {
            lr: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            decay: 0.01,
        };
        let constants = settings.step(1);
        let mut given: Vec<(&str, &[f32])> =
            vec![("w", &[0.5]), ("g", &[2.0]), ("m", &[0.0]), ("v", &[0.0])];
        given.extend([
            ("dnew_w", &[1.0][..]),
            ("dnew_m", &[0.0]),
            ("dnew_v", &[0.0]),
        ]);
        given.extend(
            constants
                .iter()
                .map(|(name, value)| (*name, std::slice::from_ref(value))),
        );
        let got = run_kernels(&AdamW, &dims, &given, &[]).unwrap();
        for (port, want) in [("new_m", 0.2), ("new_v", 0.004), ("new_w", 0.498_995)] {
            let (got, error) = (got[port][0], (f64::from(got[port][0]) - want).abs());
            assert!(error <= 2e-7 * want, "{port}: {got}, not {want}");
        }
    }
}

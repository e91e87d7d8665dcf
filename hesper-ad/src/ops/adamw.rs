//! Adam with decoupled weight decay.

use crate::prelude::*;

/// A step of AdamW, of `n` weights `w` with gradients `g` and moments `m` and `v`: `new_m = β₁·m + (1 − β₁)·g`,
/// `new_v = β₂·v + (1 − β₂)·g²`, `new_w = w·(1 − lr·decay) − lr·(new_m/c₁)/(√(new_v/c₂) + eps)`. Constants are `lr`, `beta1`, `beta2`, `eps`,
/// `decay` and the corrections of step `t`: `c1 = 1 − β₁ᵗ`, `c2 = 1 − β₂ᵗ`, which [`corrections`] gives.
///
/// Loshchilov and Hutter, "Decoupled weight decay regularization" (2019), algorithm 2; as `torch.optim.AdamW`: eps outside the root, the decay
/// multiplied by the rate. At the first step `m` and `v` are 0. The VJP, which differentiates through training, exists where `new_v > 0`: with
/// `q = √(new_v/c₂)`, `e = dnew_m − dnew_w·lr/(c₁·(q + eps))` and `f = dnew_v + dnew_w·lr·new_m/(2·c₁·c₂·q·(q + eps)²)`,
/// `dw = (1 − lr·decay)·dnew_w`, `dg = (1 − β₁)·e + 2·(1 − β₂)·g·f`, `dm = β₁·e`, `dv = β₂·f`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AdamW;

shader! {
    /// One step of AdamW, elementwise.
    #[workgroup_size(64)]
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
        beta2: f32,
        eps: f32,
        decay: f32,
        c1: f32,
        c2: f32,
    ) {
        let i = global_index();
        if i < new_w.len() {
            let first = beta1 * m[i] + (1.0 - beta1) * g[i];
            let second = beta2 * v[i] + (1.0 - beta2) * g[i] * g[i];
            new_m[i] = first;
            new_v[i] = second;
            new_w[i] = w[i] * (1.0 - lr * decay) - lr * (first / c1) / ((second / c2).sqrt() + eps);
        }
    }

    /// dm = β₁·e and dv = β₂·f: the cotangents of the moments.
    #[workgroup_size(64)]
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
        let i = global_index();
        if i < dm.len() {
            dm[i] = beta1 * first_cotangent(new_v[i], dnew_w[i], dnew_m[i], lr, eps, c1, c2);
            dv[i] = beta2 * second_cotangent(new_m[i], new_v[i], dnew_w[i], dnew_v[i], lr, eps, c1, c2);
        }
    }

    /// dw = (1 − lr·decay)·dnew_w and dg = (1 − β₁)·e + 2·(1 − β₂)·g·f.
    #[workgroup_size(64)]
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
        beta1: f32,
        beta2: f32,
        eps: f32,
        decay: f32,
        c1: f32,
        c2: f32,
    ) {
        let i = global_index();
        if i < dw.len() {
            let e = first_cotangent(new_v[i], dnew_w[i], dnew_m[i], lr, eps, c1, c2);
            let f = second_cotangent(new_m[i], new_v[i], dnew_w[i], dnew_v[i], lr, eps, c1, c2);
            dw[i] = (1.0 - lr * decay) * dnew_w[i];
            dg[i] = (1.0 - beta1) * e + 2.0 * (1.0 - beta2) * g[i] * f;
        }
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
        dnew_m - dnew_w * lr / (c1 * ((new_v / c2).sqrt() + eps))
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
        let q = (new_v / c2).sqrt();
        let below = q + eps;
        dnew_v + dnew_w * lr * new_m / (2.0 * c1 * c2 * q * below * below)
    }
}

/// The corrections `1 − β₁ᵗ` and `1 − β₂ᵗ` of step `t`, the first of which is 1.
pub fn corrections(beta1: f32, beta2: f32, t: u32) -> [f32; 2] {
    // In double precision: 1 − 0.999 would lose four digits. And the same on every machine.
    [beta1, beta2].map(|beta| (1.0 - libm::pow(beta.into(), t.max(1).into())) as f32)
}

/// The constants of a step.
struct Constants<T> {
    lr: T,
    beta1: T,
    beta2: T,
    eps: T,
    decay: T,
    c1: T,
    c2: T,
}

impl<T: Real> Constants<T> {
    fn of(cx: &Context<T>) -> Constants<T> {
        Constants {
            lr: cx.scalar("lr"),
            beta1: cx.scalar("beta1"),
            beta2: cx.scalar("beta2"),
            eps: cx.scalar("eps"),
            decay: cx.scalar("decay"),
            c1: cx.scalar("c1"),
            c2: cx.scalar("c2"),
        }
    }
}

impl DiffOp for AdamW {
    type Inputs<V> = [V; 4];
    type Outputs<V> = [V; 3];

    fn signature(&self) -> Signature {
        let inputs = ["w", "g", "m", "v"].into_iter();
        let constants = ["lr", "beta1", "beta2", "eps", "decay", "c1", "c2"].into_iter();
        let outputs = ["new_w", "new_m", "new_v"].into_iter();
        let signature = inputs.fold(Signature::new("AdamW"), |s, name| s.input(name, ["n"]));
        let signature = constants.fold(signature, |s, name| s.constant(name, []));
        outputs.fold(signature, |s, name| s.output(name, ["n"]))
    }

    fn forward<T: Real>(
        &self,
        cx: &mut Context<T>,
        [w, g, m, v]: [&Tensor<T>; 4],
    ) -> [Tensor<T>; 3] {
        let k = Constants::of(cx);
        let one = cx.real(1.0);
        let new_m = m.zip(g, |m, g| k.beta1 * *m + (one - k.beta1) * *g);
        let new_v = v.zip(g, |v, g| k.beta2 * *v + (one - k.beta2) * g.powi(2));
        let step = new_m.zip(&new_v, |m, v| {
            k.lr * (*m / k.c1) / ((*v / k.c2).sqrt() + k.eps)
        });
        let new_w = w.zip(&step, |w, step| *w * (one - k.lr * k.decay) - *step);
        [new_w, new_m, new_v]
    }

    fn backward<T: Real>(
        &self,
        cx: &mut Context<T>,
        inputs: [&Tensor<T>; 4],
        [dnew_w, dnew_m, dnew_v]: [&Tensor<T>; 3],
    ) -> [Tensor<T>; 4] {
        let [_, new_m, new_v] = self.forward(cx, inputs);
        let [_, g, ..] = inputs;
        let k = Constants::of(cx);
        let one = cx.real(1.0);
        let q = new_v.map(|v| (*v / k.c2).sqrt());
        // ∂new_w/∂new_m and ∂new_w/∂new_v
        let by_m = q.map(|q| -k.lr / (k.c1 * (*q + k.eps)));
        let by_v = new_m.zip(&q, |m, q| {
            k.lr * *m / (k.c1 * k.c2 * *q * (*q + k.eps).powi(2) * 2.0)
        });
        let e = dnew_m.zip(&dnew_w.zip(&by_m, |dw, s| *dw * *s), |dm, part| *dm + *part);
        let f = dnew_v.zip(&dnew_w.zip(&by_v, |dw, s| *dw * *s), |dv, part| *dv + *part);
        let of_second = g.zip(&f, |g, f| (one - k.beta2) * *g * *f * 2.0);
        [
            dnew_w.map(|dw| (one - k.lr * k.decay) * *dw),
            e.zip(&of_second, |e, part| (one - k.beta1) * *e + *part),
            e.map(|e| k.beta1 * *e),
            f.map(|f| k.beta2 * *f),
        ]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(adamw(), Grid::cover(n));
        plan.backward(adamw_backward_moments(), Grid::cover(n));
        plan.backward(adamw_backward(), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            // Below, the second moment has no root with a slope.
            .uniform("v", 0.0625, 2.0)
            .uniform("lr", 1e-3, 0.5)
            .uniform("beta1", 0.5, 0.95)
            .uniform("beta2", 0.9, 0.999)
            .uniform("eps", 1e-8, 1e-3)
            .uniform("decay", 0.0, 0.25)
            .uniform("c1", 0.1, 1.0)
            .uniform("c2", 0.001, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_start_with_the_first_step() {
        assert_eq!(corrections(0.5, 0.75, 1), [0.5, 0.25]);
        assert_eq!(corrections(0.5, 0.75, 2), [0.75, 0.4375]);
        assert_eq!(corrections(0.9, 0.999, 1), [0.100_000_024, 0.000_999_987_1]);
        assert_eq!(corrections(0.5, 0.75, 0), corrections(0.5, 0.75, 1));
    }
}

//! Elementwise kernels that leave what numbers can hold, where their specs do not.

use hesper_ad::prelude::*;

shader! {
    /// x/(1 + |x|) by way of x²/x, which is nothing at 0.
    #[workgroup_size(8)]
    fn softsign_kernel(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i] * x[i] / x[i] / (1.0 + x[i].abs());
        }
    }

    #[workgroup_size(8)]
    fn softsign_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            let d = 1.0 + x[i].abs();
            dx[i] = dy[i] / (d * d);
        }
    }

    #[workgroup_size(8)]
    fn sigmoid_kernel(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i].exp() / (1.0 + x[i].exp());
        }
    }

    #[workgroup_size(8)]
    fn sigmoid_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            let y = 1.0 / (1.0 + (-x[i]).exp());
            dx[i] = y * (1.0 - y) * dy[i];
        }
    }
}

/// `y = f(x)`, `dx = df(x)·dy`, and a kernel for each.
pub(crate) struct Elementwise {
    pub(crate) f: fn(Real) -> Real,
    pub(crate) df: fn(Real) -> Real,
    pub(crate) kernels: [fn() -> Kernel; 2],
    pub(crate) rules: fn() -> Sampling,
}

pub(crate) fn softsign() -> impl DiffOp {
    Elementwise {
        f: |x| x / (x.max(-x) + 1.0),
        df: |x| (x.max(-x) + 1.0).powi(-2),
        kernels: [softsign_kernel, softsign_backward],
        rules: Sampling::default,
    }
}

pub(crate) fn sigmoid() -> impl DiffOp {
    let f = |x: Real| ((-x).exp() + 1.0).powi(-1);
    Elementwise {
        f,
        df: |x| {
            let y = ((-x).exp() + 1.0).powi(-1);
            y * (-y + 1.0)
        },
        kernels: [sigmoid_kernel, sigmoid_backward],
        rules: Sampling::default,
    }
}

impl DiffOp for Elementwise {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Elementwise")
            .input("x", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| (self.f)(*x))]
    }

    fn backward(&self, _: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.zip(dy, |x, dy| (self.df)(*x) * dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (n, [forward, backward]) = (plan.dim("n")?, self.kernels);
        plan.forward(forward(), Grid::cover(n));
        plan.backward(backward(), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        (self.rules)()
    }
}

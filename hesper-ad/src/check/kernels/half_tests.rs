//! What is kept in halves is judged as WGSL has it.

use crate::certificate::Verdict;
use crate::prelude::*;

shader! {
    /// y = 2·x.
    #[workgroup_size(64)]
    fn twice(x: &[f32], y: &mut [f16]) {
        let i = global_index();
        if i < y.len() {
            y[i] = (2.0 * x[i]) as f16;
        }
    }

    /// The same, computed in halves.
    #[workgroup_size(64)]
    fn twice_in_halves(x: &[f32], y: &mut [f16]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i] as f16 * 2.0f16;
        }
    }

    /// Off by four units in the last place.
    #[workgroup_size(64)]
    fn more(x: &[f32], y: &mut [f16]) {
        let i = global_index();
        if i < y.len() {
            y[i] = (2.008 * x[i]) as f16;
        }
    }

    /// Off by a little where numbers are large.
    #[workgroup_size(64)]
    fn large(x: &[f32], y: &mut [f16]) {
        let i = global_index();
        if i < y.len() {
            y[i] = if x[i] > 6.0 { (2.0 * x[i] + 0.05) as f16 } else { (2.0 * x[i]) as f16 };
        }
    }

    /// Seven of the bits of a half are lost.
    #[workgroup_size(64)]
    fn coarse(x: &[f32], y: &mut [f16]) {
        let i = global_index();
        if i < y.len() {
            let wide = (2.0 * x[i]) as f16 * 101.0f16;
            y[i] = wide - (2.0 * x[i]) as f16 * 100.0f16;
        }
    }

    /// dx = 2·dy.
    #[workgroup_size(64)]
    fn back(dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = 2.0 * dy[i];
        }
    }

    /// dx = 2·dy by way of a half.
    #[workgroup_size(64)]
    fn back_in_halves(dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = (2.0 * dy[i]) as f16 as f32;
        }
    }
}

/// `y = 2·x` in halves, by these kernels.
struct Twice([fn() -> Kernel; 2]);

impl DiffOp for Twice {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Twice")
            .input("x", ["n"])
            .output("y", ["n"])
            .f16("y")
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let two = cx.real(2.0);
        [x.map(|x| *x * two)]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let two = cx.real(2.0);
        [dy.map(|dy| *dy * two)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (n, [forward, backward]) = (plan.dim("n")?, self.0);
        plan.forward(forward(), Grid::cover(n));
        plan.backward(backward(), Grid::cover(n));
        Ok(())
    }
}

/// One line for each pair of kernels, and the word that the certificate has for them by numbers alone.
#[test]
fn halves_are_judged_by_numbers() {
    let options = Options {
        exact: false,
        ..Options::default()
    };
    for (name, kernels, says) in [
        (
            "right",
            [twice as fn() -> Kernel, back as fn() -> Kernel],
            "PASS",
        ),
        ("in halves", [twice_in_halves, back], "PASS"),
        ("four units", [more, back], "FAIL"),
        ("where large", [large, back], "FAIL"),
        ("digits lost", [coarse, back], "FAIL"),
        (
            "a cotangent by way of a half",
            [twice, back_in_halves],
            "FAIL",
        ),
    ] {
        let certificate = Twice(kernels).verify(&options);
        let has =
            |wanted: fn(&Verdict) -> bool| certificate.checks.iter().any(|f| wanted(&f.verdict));
        let found = if has(|v| matches!(v, Verdict::Fail(_))) {
            "FAIL"
        } else if has(|v| *v != Verdict::Pass) {
            "neither"
        } else {
            "PASS"
        };
        assert_eq!(found, says, "{name}: {certificate}");
    }
}

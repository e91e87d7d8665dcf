//! Specs that take too many operations at some sizes, and at all.

use super::{
    dual_numbers, exact, exact_at, finite_differences, kernels, second_order, singular_points,
    spec_mistake,
};
use crate::prelude::*;
use crate::{Dims, Finding, Spec, Target};
use hesper_shader::shader;

shader! {
    #[workgroup_size(16)]
    fn cubic(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            let n = y.len() as f32;
            y[i] = n * n * n * x[i];
        }
    }
    #[workgroup_size(16)]
    fn cubic_backward(dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            let n = dx.len() as f32;
            dx[i] = n * n * n * dy[i];
        }
    }
}

/// `y = n³·x`, by as many additions; beyond a size, of a part of a matrix of so many rows and columns.
struct Cubic {
    beyond: usize,
    side: usize,
}

/// Without a matrix.
const CUBIC: Cubic = Cubic {
    beyond: usize::MAX,
    side: 0,
};

impl Cubic {
    fn times(&self, cx: &Context, x: &Tensor) -> Tensor {
        let n = cx.dim("n").pow(3);
        if cx.dim("n") > self.beyond {
            Tensor::filled([self.side, self.side], x[[0]]);
        }
        x.map(|x| (1..n).fold(*x, |sum, _| sum + x))
    }
}

impl DiffOp for Cubic {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Cubic").input("x", ["n"]).output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [self.times(cx, x)]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [self.times(cx, dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(cubic(), Grid::cover(n));
        plan.backward(cubic_backward(), Grid::cover(n));
        Ok(())
    }
}

fn all(spec: &Spec<'_>) -> Vec<Finding> {
    let mut findings = vec![
        dual_numbers(spec, 1, 8),
        finite_differences(spec, 1, 8),
        singular_points(spec, 1),
    ];
    findings.extend(exact(spec, 1));
    findings.extend(kernels(spec, &Target::F64, 1));
    findings.extend(second_order(spec, 1, 8, true));
    findings
}

#[test]
fn sizes_that_take_too_many_operations_are_noted() {
    let spec = Spec::new(&CUBIC).unwrap().at_most(3_000);
    assert_eq!(spec_mistake(&spec, 1), None);
    for finding in all(&spec) {
        assert_eq!(finding.verdict.word(), "PASS", "{finding}");
        // These look at small sizes alone, and the derivative of a derivative has limits of its own.
        let small = [
            "finite differences",
            "singular points",
            "second order",
            "defined and in range",
        ];
        let reached = small.contains(&finding.check.as_str());
        let says = "not reached: (n=";
        assert!(
            reached
                || finding.note.contains(says)
                    && finding.note.contains("more than 3000 operations"),
            "{finding}"
        );
    }
    let at = |n: usize| exact_at(&spec, &Dims::new([("n", n)]), 1);
    assert!(at(3).iter().all(|f| f.verdict.word() == "PASS"));
    let message = at(20)[0].verdict.message().unwrap_or_default().to_string();
    assert!(message.contains("more than 3000 operations"), "{message}");
}

#[test]
fn a_spec_that_is_too_long_everywhere_fails() {
    let spec = Spec::new(&CUBIC).unwrap().at_most(1);
    let message = spec_mistake(&spec, 1).unwrap().to_string();
    assert!(message.contains("more than 1 operations"), "{message}");
    // Each check by itself compares nothing then, and says why; a gradient of a gradient may be too long.
    for finding in all(&spec) {
        let open = finding.check == "second order";
        assert_eq!(
            finding.verdict.word(),
            if open { "OPEN" } else { "FAIL" },
            "{finding}"
        );
        let text = finding.to_string();
        assert!(
            text.contains("operations") || text.contains("nothing was compared"),
            "{text}"
        );
    }
}

#[test]
fn large_tensors_of_a_spec_are_no_mistake_but_absurd_ones_are() {
    for (side, verdict, says) in [
        (10_000, "PASS", "not reached: (n="),
        (1 << 21, "FAIL", "a tensor of shape [2097152, 2097152] has"),
    ] {
        let op = Cubic { beyond: 20, side };
        let spec = Spec::new(&op).unwrap();
        for finding in kernels(&spec, &Target::F64, 1) {
            assert_eq!(finding.verdict.word(), verdict, "{side}: {finding}");
            assert!(finding.to_string().contains(says), "{finding}");
        }
    }
}

/// One input of a huge shape.
struct Huge(usize);

impl DiffOp for Huge {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Huge")
            .input("x", ["n", "m"])
            .output("y", ["n", "m"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.clone()]
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.clone()]
    }

    fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        let sampling = Sampling::default();
        sampling.multiple("n", self.0).multiple("m", self.0)
    }
}

#[test]
fn ports_with_too_many_elements_are_told() {
    for (unit, says) in [
        (
            1 << 13,
            "`x` of shape [8192, 8192] has more than 8 million elements",
        ),
        (
            1 << 40,
            "`x` of shape [1099511627776, 1099511627776] has more than 8 million elements",
        ),
        (
            usize::MAX,
            "`x` of shape [18446744073709551615, 18446744073709551615] has more",
        ),
    ] {
        let certificate = Huge(unit).verify(&Options::default());
        let text = certificate.checks[0].verdict.message().unwrap_or_default();
        assert!(text.contains(says), "{unit}: {certificate}");
        assert_eq!(certificate.checks.len(), 1, "{certificate}");
    }
}

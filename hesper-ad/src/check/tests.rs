//! Right ops pass every check. Wrong ones are in `tests/suite/faults`.

use super::finite_differences;
use crate::ops::Relu;
use crate::test_ops::{CrossEntropy, MatMul, Softmax};
use crate::{
    Context, DiffOp, Op, OpError, OpPlan, Options, Signature, Spec, Target, Tensor, compose,
};
use hesper_shader::{Device, Grid};

/// Every check, on the reference executor in both domains and as a device.
fn passes(op: &dyn Op) {
    let targets = vec![
        Target::F32,
        Target::F64,
        Target::Device(Device::reference()),
    ];
    // The exact check has tests of its own.
    let certificate = op.verify(&Options {
        targets,
        exact: false,
        ..Options::default()
    });
    assert!(certificate.is_pass(), "{certificate}");
    let known = op.sampling().known_points().len();
    assert_eq!(certificate.checks.len(), 13 + known);
    for finding in certificate.checks {
        assert!(
            finding.verdict.is_right(),
            "{} {finding}",
            op.signature().name()
        );
    }
}

#[test]
fn right_ops_pass() {
    passes(&Relu);
    passes(&Softmax);
    passes(&MatMul);
    passes(&CrossEntropy);
}

#[test]
fn binary64_leaves_to_exact_fields_what_they_have_settled() {
    let settled = |exact: bool, targets: Vec<Target>| {
        let certificate = Softmax.verify(&Options {
            targets,
            exact,
            ..Options::default()
        });
        assert!(certificate.is_pass(), "{certificate}");
        let mut findings = certificate.checks.iter();
        findings.any(|finding| finding.note.contains("shapes: see exact field"))
    };
    assert!(settled(true, vec![Target::F32, Target::F64]));
    assert!(!settled(false, vec![Target::F32, Target::F64]));
    // What else a first target shows, nobody else does.
    assert!(!settled(true, vec![Target::F64]));
}

#[test]
fn one_shape_passes_and_only_that_is_looked_at() {
    let dims = crate::Dims::new([("rows", 3), ("cols", 67)]);
    let certificate = Softmax.verify_at(&dims, &Options::default());
    assert!(certificate.is_pass(), "{certificate}");
    assert!(certificate.checks.len() >= 9, "{certificate}");
    for finding in &certificate.checks {
        assert!(
            finding.compared > 0 && finding.dims == [dims.clone()],
            "{finding}"
        );
    }
}

#[test]
fn a_shape_too_large_for_the_field_is_left_to_numbers() {
    let dims = crate::Dims::new([("n", 1024)]);
    let certificate = crate::ops::AdamW.verify_at(&dims, &Options::default());
    assert!(
        certificate.is_pass() && !certificate.is_exact(),
        "{certificate}"
    );
    assert!(certificate.to_string().contains("more than 6000 elements"));
}

#[test]
fn a_shape_that_does_not_fit_is_told() {
    for (sizes, told) in [
        (
            vec![("rows", 3)],
            "the size of `cols` is missing from (rows=3)",
        ),
        (
            vec![("rows", 3), ("cols", 4), ("n", 2)],
            "there is no dimension `n`; there are `rows`, `cols`",
        ),
        (
            vec![("rows", 0), ("cols", 4)],
            "`rows` is 0, which is no multiple of 1 above zero",
        ),
        (
            vec![("rows", usize::MAX), ("cols", usize::MAX)],
            "has more than",
        ),
    ] {
        let certificate = Softmax.verify_at(&crate::Dims::new(sizes), &Options::default());
        let text = certificate.to_string();
        assert!(
            !certificate.is_pass() && text.replace("\n         ", " ").contains(told),
            "{text}"
        );
    }
}

#[test]
fn compositions_pass() {
    passes(&compose(Relu, Relu).unwrap());
    passes(&compose(CrossEntropy, MatMul).unwrap());
    passes(&compose(compose(CrossEntropy, Softmax).unwrap(), MatMul).unwrap());
    passes(&compose(CrossEntropy, compose(Softmax, MatMul).unwrap()).unwrap());
}

#[test]
fn what_the_executor_warns_of_stands_in_the_certificate() {
    let certificate = Doubled.verify(&Options::default());
    assert!(certificate.is_pass(), "{certificate}");
    // In binary64 it runs without the sanitizer.
    for finding in certificate
        .checks
        .iter()
        .filter(|f| f.place == "reference f32")
    {
        let [warning] = &finding.warnings[..] else {
            panic!("{:?}", finding.warnings);
        };
        assert!(
            warning.contains("WGSL refuses kernel `doubled`"),
            "{warning}"
        );
    }
    let text = certificate.to_string();
    assert!(text.contains("WGSL refuses kernel"), "{text}");
    assert!(certificate.summary().ends_with("1 warning"), "{text}");
}

hesper_shader::shader! {
    /// With a barrier that all invocations reach, as WGSL does not see.
    #[workgroup_size(8)]
    fn doubled(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if local_invocation_index() < 8 { workgroup_barrier(); }
        if i < y.len() { y[i] = x[i] + x[i]; }
    }
}

/// `y = 2x`;  `dx = 2dy`.
struct Doubled;

impl DiffOp for Doubled {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Doubled")
            .input("x", ["n"])
            .output("y", ["n"])
    }
    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| *x * 2.0)]
    }
    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.map(|dy| *dy * 2.0)]
    }
    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let grid = Grid::cover(plan.dim("n")?);
        plan.forward(doubled(), grid);
        let step = plan.backward(doubled(), grid);
        step.bind("x", "dy").bind("y", "dx");
        Ok(())
    }
}

/// `y = sin(f·x)`: the steeper the greater `f` is.
struct Wave(f64);

impl DiffOp for Wave {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Wave").input("x", ["n"]).output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| (x * self.0).sin())]
    }

    fn backward(&self, _: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.zip(dy, |x, dy| (x * self.0).cos() * self.0 * dy)]
    }

    fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }
}

#[test]
fn what_is_too_steep_for_differences_is_open() {
    for (factor, verdict) in [(1.0, "PASS"), (1e3, "PASS"), (1e7, "OPEN")] {
        let op = Wave(factor);
        let finding = finite_differences(&Spec::new(&op).unwrap(), 1, 16);
        assert_eq!(finding.verdict.word(), verdict, "{factor}: {finding}");
    }
}

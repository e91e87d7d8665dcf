//! Right ops pass every check of the spec; every wrong one is refused, by name.

use super::{dual_numbers, finite_differences};
use crate::ops::Relu;
use crate::test_ops::{CrossEntropy, MatMul, Mutant, Softmax};
use crate::{
    Context, DiffOp, Finding, Op, OpError, OpPlan, Options, Signature, Spec, Target, Tensor,
    Verdict, compose,
};
use hesper_shader::{Device, Grid};

fn both(op: &dyn Op) -> [Finding; 2] {
    let spec = Spec::new(op).unwrap();
    [
        finite_differences(&spec, 42, 12),
        dual_numbers(&spec, 42, 12),
    ]
}

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
    assert_eq!(certificate.checks.len(), 10 + known);
    for finding in certificate.checks {
        assert_eq!(
            finding.verdict,
            Verdict::Pass,
            "{} {finding}",
            op.signature().name()
        );
    }
}

#[test]
fn right_ops_pass() {
    passes(&Relu);
    passes(&Softmax(Mutant::None));
    passes(&MatMul);
    passes(&CrossEntropy);
}

#[test]
fn compositions_pass() {
    passes(&compose(Relu, Relu).unwrap());
    passes(&compose(CrossEntropy, MatMul).unwrap());
    passes(
        &compose(
            compose(CrossEntropy, Softmax(Mutant::None)).unwrap(),
            MatMul,
        )
        .unwrap(),
    );
    passes(
        &compose(
            CrossEntropy,
            compose(Softmax(Mutant::None), MatMul).unwrap(),
        )
        .unwrap(),
    );
}

#[test]
fn wrong_ops_are_refused_by_name() {
    use Mutant::*;
    // What each check says; a dash where differences are too coarse to see it.
    for (mutant, differences, duals) in [
        (WrongSign, "dx[", "<dy, J v> = "),
        (MissingTerm, "dx[", "<dy, J v> = "),
        (CotangentIgnored, "dx[", "<dy, J v> = "),
        (SlightlyOff, "dx[", "<dy, J v> = "),
        (Zero, "dx[", "<dy, J v> = "),
        (Nan, "not finite: dx[0, 0] = NaN", "not finite: "),
        (NanOnce, "not finite: dx[0, 0] = NaN", "not finite: "),
        (
            Empty,
            "backward yields `dx` of shape [0]",
            "backward yields `dx` of shape [0]",
        ),
        (
            Transposed,
            "backward yields `dx` of shape [3, 2], not [2, 3]",
            "backward yields `dx`",
        ),
        (
            Panics,
            "backward panicked: index [0, 3] lies outside the shape [2, 3]",
            "backward panicked",
        ),
        (ForwardNan, "not finite: y[0, 0] = NaN", "not finite: "),
        (
            ForwardEmpty,
            "forward yields `y` of shape [0], not [2, 3]",
            "forward yields `y`",
        ),
        (
            NotSaved,
            "forward: the saved result `lse` is missing",
            "forward: the saved result",
        ),
        (
            UnknownConstant,
            "forward: the spec asks for the constant `scale`; there are: none",
            "forward: ",
        ),
    ] {
        for (finding, says) in both(&Softmax(mutant)).iter().zip([differences, duals]) {
            let message = finding.verdict.message().unwrap_or_default();
            assert!(
                matches!(finding.verdict, Verdict::Fail(_)),
                "{mutant:?}: {finding}"
            );
            assert!(
                message.starts_with(says),
                "{mutant:?}, {}: {message}",
                finding.check
            );
        }
    }
}

#[test]
fn wrong_kernels_are_refused_by_name() {
    use Mutant::*;
    for (mutant, check, says) in [
        (KernelWithoutRowOffset, "backward kernel = spec", "dx: "),
        (KernelMissingTerm, "backward kernel = spec", "dx: "),
        (KernelSkipsLast, "forward kernel = spec", "y: 1 of "),
        (KernelForgetsMax, "forward kernel = spec", "lse: "),
        (KernelOfOneRow, "forward kernel = spec", "lse: "),
    ] {
        let numbers_alone = Options {
            exact: false,
            ..Options::default()
        };
        let certificate = Softmax(mutant).verify(&numbers_alone);
        let failed: Vec<&Finding> = certificate.failures().collect();
        assert_eq!(failed.len(), 2, "{mutant:?}\n{certificate}");
        for finding in failed {
            let message = finding.verdict.message().unwrap_or_default();
            assert_eq!(finding.check, check, "{mutant:?}");
            assert!(message.starts_with(says), "{mutant:?}: {message}");
        }
    }
}

#[test]
fn one_mistake_is_told_once() {
    // (op, what alone fails)
    let wrong_spec = |mutant| Softmax(mutant).verify(&Options::default());
    for (mutant, says) in [
        (
            Mutant::Transposed,
            "backward yields `dx` of shape [3, 2], not [2, 3]",
        ),
        (
            Mutant::Panics,
            "backward panicked: index [0, 3] lies outside the shape [2, 3]",
        ),
        (
            Mutant::NotSaved,
            "forward: the saved result `lse` is missing",
        ),
    ] {
        let certificate = wrong_spec(mutant);
        let [only] = &certificate.checks[..] else {
            panic!("told more than once:\n{certificate}");
        };
        assert_eq!(only.check, "spec fits its ports");
        let message = only.verdict.message().unwrap_or_default();
        assert!(message.starts_with(says), "{message}");
        assert!(message.ends_with("no other check was run"), "{message}");
    }
    let certificate = Doubled { bound: false }.verify(&Options::default());
    let failed: Vec<&Finding> = certificate.failures().collect();
    assert_eq!(failed.len(), 1, "{certificate}");
    assert_eq!(failed[0].check, "plan of kernels");
    assert!(!certificate.is_pass());
}

#[test]
fn what_the_executor_warns_of_stands_in_the_certificate() {
    let certificate = Doubled { bound: true }.verify(&Options::default());
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
            warning.contains("the same value, but nothing orders the two"),
            "{warning}"
        );
    }
    let text = certificate.to_string();
    assert!(text.contains("the same value, but nothing"), "{text}");
    assert!(certificate.summary().ends_with("1 warning"), "{text}");
}

hesper_shader::shader! {
    /// Each element by two invocations.
    #[workgroup_size(8)]
    fn doubled(x: &[f32], y: &mut [f32]) {
        let i = global_index() / 2;
        if i < y.len() { y[i] = x[i] + x[i]; }
    }
}

/// `y = 2x`;  `dx = 2dy`.
struct Doubled {
    /// Whether every parameter is bound to something.
    bound: bool,
}

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
        let grid = Grid::cover(2 * plan.dim("n")?);
        plan.forward(doubled(), grid);
        let step = plan.backward(doubled(), grid);
        if self.bound {
            step.bind("x", "dy");
        }
        step.bind("y", "dx");
        if !self.bound {
            step.bind("x", "nothing");
        }
        Ok(())
    }
}

#[test]
fn what_the_exact_check_refuses_is_not_run_again() {
    let certificate = Softmax(Mutant::KernelSkipsLast).verify(&Options::default());
    let words = |check: &str| -> Vec<(&str, &str)> {
        let findings = certificate.checks.iter().filter(|f| f.check == check);
        findings
            .map(|f| (f.place.as_str(), f.verdict.word()))
            .collect()
    };
    let places = ["exact field", "reference f32", "reference f64"];
    let all =
        |words: [&'static str; 3]| -> Vec<(&str, &str)> { places.into_iter().zip(words).collect() };
    assert_eq!(
        words("forward kernel = spec"),
        all(["FAIL", "SKIP", "SKIP"])
    );
    assert_eq!(words("backward kernel = spec"), all(["PASS"; 3]));
}

/// A spec with a memory: every other run is of another sign.
struct Alternating(std::cell::Cell<bool>);

impl DiffOp for Alternating {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Alternating")
            .input("x", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        self.0.set(!self.0.get());
        [x.map(|x| if self.0.get() { *x } else { -x })]
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.clone()]
    }

    fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }
}

#[test]
fn a_spec_that_differs_from_run_to_run_is_told() {
    let certificate = Alternating(Default::default()).verify(&Options::default());
    let text = certificate.to_string();
    assert!(!certificate.is_pass(), "{text}");
    assert!(
        text.contains("does something else each time it runs"),
        "{text}"
    );
}

/// A spec that is amiss in a way of its own.
#[derive(Clone, Copy)]
enum Amiss {
    ChecksItself,
    DerivesItself,
    PanicsInSampling,
}

impl DiffOp for Amiss {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Amiss").input("x", ["n"]).output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        match self {
            Amiss::ChecksItself => {
                let inside = self.verify(&Options::default()).to_string();
                assert!(inside.contains("checks itself while it runs"), "{inside}");
                [x.clone()]
            }
            Amiss::DerivesItself => cx.derive(self, [x], [x]),
            Amiss::PanicsInSampling => [x.clone()],
        }
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.clone()]
    }

    fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }

    fn sampling(&self) -> crate::Sampling {
        match self {
            Amiss::PanicsInSampling => panic!("no range"),
            _ => crate::Sampling::default(),
        }
    }
}

#[test]
fn what_runs_itself_or_panics_early_is_told() {
    for (amiss, says) in [
        (Amiss::DerivesItself, "does a `forward` derive its own?"),
        (Amiss::PanicsInSampling, "`sampling` panicked: no range"),
    ] {
        let certificate = amiss.verify(&Options::default());
        let text = certificate.to_string();
        assert!(!certificate.is_pass() && text.contains(says), "{text}");
    }
    // The check inside is refused; the one outside ends, and misses the kernels.
    let certificate = Amiss::ChecksItself.verify(&Options::default());
    let text = certificate.to_string();
    assert!(text.contains("no forward kernel writes `y`"), "{text}");
}

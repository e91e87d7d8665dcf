//! What the exact check says of ops that are right, outside its fragment, or not wholly seen. Wrong ones are in `tests/suite/faults`.

use super::*;
use crate::prelude::*;
use std::cell::RefCell;

/// `y = f(x)` elementwise, with its kernels.
macro_rules! elementwise {
    ($name:ident, $forward:ident, $backward:ident, $f:expr, $df:expr, $sampling:expr) => {
        struct $name;

        impl DiffOp for $name {
            type Inputs<V> = [V; 1];
            type Outputs<V> = [V; 1];

            fn signature(&self) -> Signature {
                Signature::new(stringify!($name))
                    .input("x", ["n"])
                    .output("y", ["n"])
            }

            fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
                fn f(x: Real) -> Real {
                    let f: fn(Real) -> Real = $f;
                    f(x)
                }
                [x.map(|x| f(*x))]
            }

            fn backward(
                &self,
                _: &mut Context,
                [x]: [&Tensor; 1],
                [dy]: [&Tensor; 1],
            ) -> [Tensor; 1] {
                fn df(x: Real, dy: Real) -> Real {
                    let df: fn(Real, Real) -> Real = $df;
                    df(x, dy)
                }
                [x.zip(dy, |x, dy| df(*x, *dy))]
            }

            fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
                let n = plan.dim("n")?;
                plan.forward($forward(), Grid::cover(n));
                plan.backward($backward(), Grid::cover(n));
                Ok(())
            }

            fn sampling(&self) -> Sampling {
                $sampling
            }
        }
    };
}

shader! {
    #[workgroup_size(8)]
    fn clipped(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i].min(1000.0);
        }
    }

    #[workgroup_size(8)]
    fn clipped_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = if x[i] < 1000.0 { dy[i] } else { 0.0 };
        }
    }

    #[workgroup_size(8)]
    fn twice_exp(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = (-x[i].exp()).exp();
        }
    }

    #[workgroup_size(8)]
    fn twice_exp_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = -(-x[i].exp()).exp() * x[i].exp() * dy[i];
        }
    }

    /// Its inverse's inverse, which is the same for real numbers alone.
    #[workgroup_size(8)]
    fn turned_exp(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = 1.0 / x[i].exp().exp();
        }
    }

    /// x by way of x²/x, with a guard where that is nothing.
    #[workgroup_size(8)]
    fn guarded(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i];
            if x[i] != 0.0 {
                y[i] = x[i] * x[i] / x[i];
            }
        }
    }

    /// So is what is great enough or small enough.
    #[workgroup_size(8)]
    fn capped_twice(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i];
            if x[i] < 1e6 {
                y[i] = 1.0 * x[i];
            }
            if x[i] > -1e6 {
                y[i] = x[i] * 1.0;
            }
        }
    }

    /// What is small enough is copied, and what is not as well.
    #[workgroup_size(8)]
    fn capped(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i];
            if x[i] < 1e6 {
                y[i] = 1.0 * x[i];
            }
        }
    }

    #[workgroup_size(8)]
    fn copied(dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = dy[i];
        }
    }
}

elementwise!(
    Clipped,
    clipped,
    clipped_backward,
    |x| x.min(1000.0),
    |x, dy| Real::select(x.lt(1000.0), dy, 0.0),
    Sampling::default()
);
elementwise!(
    Bounded,
    clipped,
    clipped_backward,
    |x| x.min(1000.0),
    |x, dy| Real::select(x.lt(1000.0), dy, 0.0),
    Sampling::default().uniform("x", -2.0, 2.0)
);
elementwise!(
    Declared,
    capped_twice,
    copied,
    |x| x,
    |_, dy| dy,
    DECLARED.with_borrow(|all| {
        let declared = all.iter();
        declared.fold(Sampling::default(), |rules, decision| {
            rules.unreachable(decision, "inputs are small")
        })
    })
);
elementwise!(
    TwiceExp,
    twice_exp,
    twice_exp_backward,
    |x| (-x.exp()).exp(),
    |x, dy| -(-x.exp()).exp() * x.exp() * dy,
    Sampling::default().uniform("x", -2.0, 2.0)
);
elementwise!(
    TurnedExp,
    turned_exp,
    twice_exp_backward,
    |x| (-x.exp()).exp(),
    |x, dy| -(-x.exp()).exp() * x.exp() * dy,
    Sampling::default().uniform("x", -2.0, 2.0)
);
elementwise!(
    Guarded,
    guarded,
    copied,
    |x| x,
    |_, dy| dy,
    Sampling::default()
);
elementwise!(
    Capped,
    capped,
    copied,
    |x| x,
    |_, dy| dy,
    Sampling::default()
);
thread_local! {
    /// What `Declared` declares.
    static DECLARED: RefCell<Vec<String>> = RefCell::default();
}

fn findings(op: &dyn Op) -> Vec<Finding> {
    exact(&Spec::new(op).unwrap(), 1)
}

fn words(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|f| f.verdict.word()).collect()
}

fn message(finding: &Finding) -> &str {
    finding.verdict.message().unwrap_or_default()
}

#[test]
fn right_ops_pass_with_a_bound() {
    let found = findings(&crate::ops::Softmax);
    assert_eq!(words(&found), ["PASS"; 5], "{found:?}");
    for finding in &found[..4] {
        let exact = finding.exact.unwrap();
        assert!(
            exact.bits.is_some_and(|bits| bits >= 48.0) && exact.fields >= 2,
            "{finding}"
        );
        assert!(exact.paths > 100 && finding.compared > 1000, "{finding}");
    }
}

/// A product without a VJP of its own.
struct Unwritten;

impl DiffOp for Unwritten {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Unwritten")
            .input("a", ["n"])
            .input("b", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [a, b]: [&Tensor; 2]) -> [Tensor; 1] {
        [a.zip(b, |a, b| a * b + a.exp())]
    }

    fn backward(
        &self,
        cx: &mut Context,
        inputs: [&Tensor; 2],
        cotangents: [&Tensor; 1],
    ) -> [Tensor; 2] {
        cx.derive(self, inputs, cotangents)
    }

    fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }
}

#[test]
fn a_derived_backward_is_labelled_and_not_compared_with_itself() {
    let found = findings(&Unwritten);
    assert_eq!(words(&found), ["PASS", "FAIL", "FAIL", "PASS"], "{found:?}");
    assert!(
        found[0]
            .note
            .starts_with("`backward` is derived from `forward`"),
        "{}",
        found[0]
    );
    assert!(found[1].check.contains("kernel"), "{found:?}");
}

#[test]
fn what_was_not_seen_is_incomplete() {
    let found = findings(&Declared);
    assert_eq!(words(&found), ["PASS", "PASS", "PART", "PASS", "PASS"]);
    assert!(
        message(&found[2]).contains("< at hesper-ad/src/check/exact/tests.rs"),
        "{}",
        found[2]
    );
}

#[test]
fn what_cannot_be_is_proved() {
    let found = findings(&Bounded);
    assert_eq!(words(&found), ["PASS"; 5], "{found:?}");
    assert!(
        found[0].note.ends_with("decisions cannot go another way"),
        "{}",
        found[0].note
    );
}

#[test]
fn what_is_far_away_is_gone_to() {
    let found = findings(&Clipped);
    assert_eq!(words(&found), ["PASS"; 5], "{found:?}");
}

#[test]
fn a_declaration_is_of_one_decision() {
    // Of all that are open it says nothing.
    DECLARED.set(vec!["tests.rs".to_string()]);
    let found = findings(&Declared);
    assert_eq!(words(&found), ["PASS", "PASS", "PART", "PASS", "PASS"]);
    DECLARED.set(Vec::new());
    loop {
        let found = findings(&Declared);
        let Some(open) = found.iter().find(|f| f.verdict.word() == "PART") else {
            break;
        };
        let (decision, _) = message(open).split_once(" went").unwrap();
        DECLARED.with_borrow_mut(|all| {
            assert!(!all.iter().any(|known| known == decision), "{open}");
            all.push(decision.to_string());
        });
    }
    assert_eq!(DECLARED.with_borrow(Vec::len), 2);
    let found = findings(&Declared);
    assert_eq!(words(&found), ["PASS"; 5], "{found:?}");
    assert!(
        found[2].note.ends_with("as declared: inputs are small"),
        "{}",
        found[2].note
    );
}

#[test]
fn decisions_are_blamed_on_the_ties_that_they_concern() {
    let found = findings(&Capped);
    assert_eq!(
        words(&found),
        ["PASS", "PASS", "PART", "PASS", "PASS"],
        "{found:?}"
    );
    let text = message(&found[2]);
    assert!(
        text.contains("< at hesper-ad/src/check/exact/tests.rs"),
        "{text}"
    );
}

#[test]
fn what_only_zeros_decide_is_seen_at_zeros() {
    let found = findings(&Guarded);
    assert_eq!(words(&found), ["PASS"; 5], "{found:?}");
}

#[test]
fn what_is_equal_for_any_function_is_equal() {
    let found = findings(&TwiceExp);
    assert_eq!(words(&found), ["PASS"; 5], "{found:?}");
    for finding in &found[..4] {
        let text = finding.to_string();
        let says = "an exponential of an exponential is taken for any function";
        assert!(text.replace("\n         ", " ").contains(says), "{text}");
        assert!(finding.exact.is_some_and(|exact| exact.bits.is_none()));
    }
}

#[test]
fn outside_the_fragment_is_inconclusive_and_numbers_decide() {
    let certificate = TurnedExp.verify(&Options::default());
    assert!(
        certificate.is_pass() && !certificate.is_exact(),
        "{certificate}"
    );
    assert_eq!(
        words(&certificate.checks)[..4],
        ["PASS", "PASS", "OPEN", "PASS"]
    );
    let text = message(&certificate.checks[2]);
    assert!(
        text.contains("tests.rs:") && text.contains("an exponential of an exponential"),
        "{text}"
    );
    assert!(
        text.contains("compared as real numbers, and are at most"),
        "{text}"
    );
}

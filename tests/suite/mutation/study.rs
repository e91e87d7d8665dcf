//! Studies of whole ops: what is refused, what survives, and what is no study.

use hesper_ad::mutate::{Equal, Fate, Place, Report, Study, study};
use hesper_ad::ops::{self, Scale, Softmax};
use hesper_ad::prelude::*;

/// y = 2x, with a barrier too many, or with two branches that yield the same.
struct Twice {
    forward: fn() -> Kernel,
    /// What the backward kernel multiplies with.
    slope: f32,
}

shader! {
    #[workgroup_size(64)]
    fn twice(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        workgroup_barrier();
        if i < y.len() {
            y[i] = 2.0 * x[i];
        }
    }

    /// A square is 57 beyond a multiple of 64, and never more.
    #[workgroup_size(64)]
    fn twice_in_two_ways(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            let square = (i % 64) * (i % 64) % 64;
            if square > 56 {
                y[i] = 2.0 * x[i];
            } else {
                y[i] = x[i] + x[i];
            }
        }
    }

    #[workgroup_size(64)]
    fn twice_backward(dy: &[f32], dx: &mut [f32], slope: f32) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = slope * dy[i];
        }
    }
}

impl DiffOp for Twice {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Twice").input("x", ["n"]).output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| 2.0 * x)]
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.map(|dy| 2.0 * dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward((self.forward)(), Grid::cover(n));
        let step = plan.backward(twice_backward(), Grid::cover(n));
        step.uniform("slope", self.slope);
        Ok(())
    }
}

const TWICE: Twice = Twice {
    forward: twice,
    slope: 2.0,
};

fn quiet() -> Options {
    Options {
        progress: false,
        ..Options::default()
    }
}

fn words(report: &Report) -> Vec<&str> {
    let survivors = report.survivors().into_iter();
    survivors.map(|o| o.mutant.words.as_str()).collect()
}

#[test]
fn every_mutant_of_scale_is_refused_and_no_rewriting() {
    let (equal, options) = (Equal::parse(ops::EQUAL_MUTANTS).unwrap(), quiet());
    let report = Study::new(&Scale, &options).equal(&equal).run();
    assert!(report.is_pass() && report.equal() == 1, "{report}");
    assert!(report.mutants.len() > 15, "{report}");
    assert!(report.rewritings.len() > 2, "{report}");
    let places = |place: fn(&Place) -> bool| {
        let all = report.mutants.iter();
        all.filter(|o| place(&o.mutant.place)).count()
    };
    for count in [
        places(|p| matches!(p, Place::Kernel(..))),
        places(|p| matches!(p, Place::Plan)),
        places(|p| matches!(p, Place::Spec("forward"))),
        places(|p| matches!(p, Place::Spec("backward"))),
    ] {
        assert!(count > 0, "{report}");
    }
    let (check, count) = &report.by_check()[0];
    assert_eq!(check.0, "forward kernel = spec", "{report}");
    assert!(*count > 5, "{report}");
}

#[test]
fn what_nobody_needs_survives_and_is_told_with_its_line() {
    let mut report = study(&TWICE, &quiet());
    assert_eq!(words(&report), ["without the barrier"], "{report}");
    assert!(!report.is_pass());
    let text = report.to_string();
    let told = "SURVIVED kernel twice: without the barrier at tests/suite/mutation/study.rs:18";
    assert!(text.replace('\\', "/").contains(told), "{text}");

    let list = "Twice | kernel twice | without the barrier | nothing is shared";
    let equal = Equal::parse(list).unwrap();
    assert_eq!(equal.unused(std::slice::from_ref(&report)).len(), 1);
    report = Study::new(&TWICE, &quiet()).equal(&equal).run();
    assert!(report.is_pass(), "{report}");
    assert_eq!(report.equal(), 1);
    assert!(equal.unused(&[report]).is_empty());
}

#[test]
fn a_branch_that_goes_one_way_only_refuses_what_results_do_not() {
    let op = Twice {
        forward: twice_in_two_ways,
        ..TWICE
    };
    let report = study(&op, &quiet());
    let refused = |words: &str| {
        let mut all = report.mutants.iter();
        let found = all.find(|o| o.mutant.words == words);
        matches!(found.map(|o| &o.fate), Some(Fate::Refused { check, .. }) if check.contains("branches of kernels"))
    };
    assert!(refused("`56` becomes `57`"), "{report}");
    let survivors = words(&report);
    assert!(
        survivors.contains(&"without the guard `square > 56`")
            || survivors.contains(&"as if `square > 56`"),
        "{report}"
    );
}

#[test]
fn what_is_refused_does_not_become_equal_by_a_list() {
    let list = "Twice | kernel twice | * | so it is said";
    let equal = Equal::parse(list).unwrap();
    let options = quiet();
    let study = Study::new(&TWICE, &options).equal(&equal);
    let report = study.of(|m| m.place.to_string() == "kernel twice").run();
    assert_eq!(report.equal(), 1, "{report}");
    assert!(report.mutants.len() > 5, "{report}");
}

#[test]
fn without_checks_of_kernels_their_mutants_survive() {
    let options = Options {
        exact: false,
        targets: Vec::new(),
        ..quiet()
    };
    let report = study(&TWICE, &options);
    let all = report.mutants.iter();
    let refused = all.filter(|o| matches!(o.fate, Fate::Refused { .. }));
    let mut of_kernels = refused.filter(|o| matches!(o.mutant.place, Place::Kernel(..)));
    assert_eq!(of_kernels.next().map(|o| &o.mutant.words), None);
    assert!(words(&report).contains(&"`2.0` becomes `3.0`"), "{report}");
}

#[test]
fn an_op_that_is_not_verified_is_not_studied() {
    let wrong = Twice {
        slope: 2.5,
        ..TWICE
    };
    let report = study(&wrong, &quiet());
    assert!(!report.is_pass() && report.mutants.is_empty());
    let why = report.broken.unwrap();
    assert!(why.contains("backward kernel = spec"), "{why}");
}

#[test]
fn a_sample_of_softmax() {
    let equal = Equal::parse(ops::EQUAL_MUTANTS).unwrap();
    let options = quiet();
    let study = Study::new(&Softmax, &options).equal(&equal);
    let report = study.of(|m| !m.words.contains(" in ")).share(0, 7).run();
    assert!(report.is_pass(), "{report}");
    assert!(report.mutants.len() > 40, "{report}");
}

#[test]
fn the_list_of_equal_mutants_speaks_of_ops_that_are_there() {
    let equal = Equal::parse(ops::EQUAL_MUTANTS).unwrap();
    let names: Vec<String> = ops::catalogue()
        .unwrap()
        .iter()
        .map(|op| op.name())
        .collect();
    let unknown: Vec<&str> = equal
        .ops()
        .filter(|op| !names.iter().any(|n| n == op))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

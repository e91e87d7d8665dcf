//! What is made of a plan and of a spec, in words; and that a change is one.

use super::find::{Change, Mutant, Place, find};
use super::host::{Host, PlanChange};
use super::plan::changes;
use super::report::{Fate, Outcome, Report};
use crate::dims::Dims;
use crate::op::op_plan;
use crate::ops::{Add, MatMul, Silu};
use crate::sample::Rng;
use crate::spec::{Part, Spec};
use hesper_shader::domain::F64;

#[test]
fn changes_of_a_plan_in_words() {
    let plan = op_plan(&Add, &Dims::new([("n", 5)])).unwrap();
    let words: Vec<String> = changes(&plan)
        .unwrap()
        .into_iter()
        .map(|f| f.words)
        .collect();
    assert_eq!(
        words,
        [
            "forward step 1, `add`: left out",
            "forward step 1, `add`: a workgroup less",
            "forward step 1, `add`: `a` and `b` exchanged",
            "backward step 1, `add_backward`: left out",
            "backward step 1, `add_backward`: a workgroup less",
            "backward step 1, `add_backward`: `da` and `db` exchanged",
        ]
    );
}

#[test]
fn every_mutant_of_a_plan_changes_it() {
    let host = Host::new(&MatMul);
    let spec = Spec::new(&host).unwrap();
    let mut shapes = spec.large_shapes();
    shapes.extend(spec.small_shapes());
    let told = || {
        let plan = |dims: &Dims| {
            let plan = op_plan(&host, dims).unwrap();
            format!("{:?}{:?}", plan.forward, plan.backward)
        };
        shapes.iter().map(plan).collect::<String>()
    };
    let right = told();
    let mut changed = 0;
    for made in find(&spec).unwrap().mutants {
        if let Change::Plan(change @ PlanChange::Step(_)) = made.change {
            host.change(Some(change));
            assert_ne!(told(), right, "{}", made.mutant);
            changed += 1;
        }
    }
    assert!(changed > 20, "{changed}");
    host.change(None);
    assert_eq!(told(), right);
}

#[test]
fn edits_of_a_spec_in_words() {
    let spec = Spec::new(&Silu).unwrap();
    let edits = spec.edits(Part::Forward, &spec.least_shape()).unwrap();
    let words: Vec<String> = edits.iter().map(|edit| edit.words()).collect();
    for text in [
        "`x · y` becomes `x`",
        "`x · y` becomes `(x · y) · y`",
        "`x / y` becomes `y / x`",
        "`x ≥ y` becomes `x > y`",
        "`select(c, x, y)` becomes `select(c, y, x)`",
        "`exp(x)` becomes `x`",
        "`c` becomes `c with its last digit one more`",
    ] {
        assert!(words.iter().any(|word| word == text), "{text}: {words:?}");
    }
}

#[test]
fn every_edit_of_a_spec_changes_what_it_yields_and_goes_again() {
    let spec = Spec::new(&MatMul).unwrap();
    let dims = &spec.small_shapes()[1];
    let sample = spec.draw(dims, &mut Rng::new(1));
    let run = || spec.forward_at(&F64, &sample.point(&F64)).unwrap().outputs;
    let right = run();
    let edits = spec.edits(Part::Forward, dims).unwrap();
    assert!(!edits.is_empty());
    for edit in edits {
        spec.edit(Some((Part::Forward, edit)));
        assert_ne!(run(), right, "{}", edit.words());
        spec.edit(Some((Part::Backward, edit)));
        assert_eq!(run(), right, "{}", edit.words());
    }
    spec.edit(None);
    assert_eq!(run(), right);
}

#[test]
fn a_variant_of_a_kernel_is_refused_where_any_op_refuses_it() {
    let mutant = |place: Place| Mutant {
        kind: String::new(),
        place,
        words: "`8` becomes `9`".to_string(),
        line: String::new(),
    };
    let kernel = || Place::Kernel("sum".to_string(), "sum".to_string());
    let report = |op: &str, fates: [Fate; 2]| {
        let outcomes = [kernel(), Place::Plan].into_iter().zip(fates);
        Report {
            mutants: outcomes
                .map(|(place, fate)| Outcome {
                    mutant: mutant(place),
                    fate,
                })
                .collect(),
            ..Report::broken(op, "")
        }
    };
    let refused = || Fate::Refused {
        check: "forward kernel = spec".to_string(),
        place: "exact field".to_string(),
        verdict: "FAIL",
        message: "3 is not 4".to_string(),
    };
    let mut simplest = report("UnitNorm", [Fate::Survived, Fate::Survived]);
    simplest.refused_in(&report("Max", [Fate::Survived, Fate::Survived]));
    assert_eq!(simplest.survivors().len(), 2);
    simplest.refused_in(&report("Sum", [refused(), refused()]));
    assert_eq!(simplest.survivors()[0].mutant.place, Place::Plan);
    let Fate::Refused { message, .. } = &simplest.mutants[0].fate else {
        panic!("it survived");
    };
    assert_eq!(message, "in Sum: 3 is not 4");
}

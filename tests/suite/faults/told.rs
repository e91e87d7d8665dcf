//! How certificates tell what is wrong, and how far checks go where nothing is.

use super::judges::{SEED, is_of_kernels, numbers};
use super::lines;
use super::ops::hard::{Angles, Standardize, SumBefore};
use super::ops::keeps::{Keeps, Use};
use super::ops::row_sum::{Cap, RowSum};
use super::ops::softmax::{Softmax, wrong::*};
use super::ops::{PLAIN, kernel, spec};
use hesper_ad::check::{self, Counterexample, Tie};
use hesper_ad::prelude::*;
use hesper_ad::{Finding, Spec, Verdict};
use std::process::{ExitCode, Termination};

/// The words of a check's findings in all places.
fn words<'c>(certificate: &'c Certificate, check: &str) -> Vec<(&'c str, &'c str)> {
    let findings = certificate.checks.iter().filter(|f| f.check == check);
    let word = |f: &'c Finding| (f.place.as_str(), f.verdict.word());
    findings.map(word).collect()
}

#[test]
fn what_the_exact_check_refuses_is_not_run_again() {
    let certificate = Softmax(kernel(FIRST_LEFT_OUT)).verify(&Options::default());
    let places = ["exact field", "reference f32", "reference f64"];
    let all = |words: [&'static str; 3]| places.into_iter().zip(words).collect::<Vec<_>>();
    assert_eq!(
        words(&certificate, "forward kernel = spec"),
        all(["FAIL", "SKIP", "SKIP"])
    );
    assert_eq!(
        words(&certificate, "backward kernel = spec"),
        all(["PASS", "WIDE", "PASS"])
    );
}

#[test]
fn what_fails_exactly_is_told_before_far_sizes_are_gone_to() {
    let targets = vec![Target::F64];
    let options = Options {
        targets,
        ..Options::default()
    };
    let certificate = RowSum(Cap::Comptime(1)).verify(&options);
    let forward = words(&certificate, "forward kernel = spec");
    assert_eq!(forward[0], ("exact field", "FAIL"), "{certificate}");
    let near = |f: &&Finding| f.check.starts_with("backward k") && f.place.starts_with("reference");
    let near = certificate.checks.iter().find(near).unwrap();
    assert_eq!(near.verdict, Verdict::Pass, "{near}");
    let text = near.to_string();
    let said = "no far sizes: mend `forward kernel = spec` first";
    assert!(text.contains(said) && !text.contains("100000"), "{text}");
}

#[test]
fn without_a_cap_every_dimension_goes_far() {
    let checks = RowSum(Cap::Nowhere)
        .verify(&numbers(vec![Target::F64]))
        .checks;
    let kernels: Vec<&Finding> = checks.iter().filter(|f| is_of_kernels(f)).collect();
    assert_eq!(kernels.len(), 2);
    for finding in kernels {
        assert_eq!(finding.verdict, Verdict::Pass, "{finding}");
        let text = finding.to_string();
        for sizes in ["1 to 100000", "rows: ", "cols: "] {
            assert!(text.contains(sizes), "{text}");
        }
    }
}

#[test]
fn a_counterexample_fails_for_what_is_wrong_alone() {
    let one = Counterexample::new([("rows", 1), ("cols", 2)], SEED)
        .reals("x", &[0.5, -1.0])
        .reals("dy", &[1.0, 2.0]);
    let wrong = Softmax(spec(NO_PROJECTION));
    assert!(one.check(&wrong, Tie::Vjp).is_err());
    assert_eq!(one.check(&Softmax(PLAIN), Tie::Vjp), Ok(()));
    let missing = one.check(&hesper_ad::ops::MatMul, Tie::Vjp).unwrap_err();
    assert!(
        missing.contains("no numbers are given for `a`"),
        "{missing}"
    );
}

#[test]
fn what_is_derived_of_a_kept_number_has_no_formula() {
    let op = Keeps::new(Use::DerivedResult);
    Spec::new(&op).unwrap().formulas().unwrap_err();
}

#[test]
fn what_kernels_count_is_not_demanded_to_be_square() {
    // 32 primes are below 131.
    let dims = Dims::new([("rows", 2), ("cols", 131)]);
    let right = Standardize { fault: None };
    let found = check::exact_at(&Spec::new(&right).unwrap(), &dims, SEED);
    let pass = |f: &Finding| f.verdict == Verdict::Pass;
    assert!(found[..4].iter().all(pass), "{}", lines(&found));
}

#[test]
fn sums_of_nothing_keep_the_bound() {
    let spec = Spec::new(&SumBefore).unwrap();
    let sized = |cols| Dims::new([("rows", 2), ("cols", cols)]);
    let at = |cols| check::exact_at(&spec, &sized(cols), SEED);
    for finding in [at(1), at(5)].iter().flat_map(|found| &found[..4]) {
        let bits = finding.exact.and_then(|exact| exact.bits);
        assert!(bits.is_some_and(|bits| bits >= 40.0), "{finding}");
    }
    for finding in &check::exact(&spec, SEED)[..4] {
        let bits = finding.exact.and_then(|exact| exact.bits);
        let sure = bits.is_some_and(|bits| bits.is_finite() && bits >= 40.0);
        assert!(sure, "{finding}");
    }
}

#[test]
fn angles_and_areas_are_judged() {
    assert_verified!(Angles { fault: 0.0 });
}

#[test]
#[should_panic(expected = "Softmax is not verified")]
fn assert_verified_says_what_is_wrong() {
    assert_verified!(Softmax(spec(NO_PROJECTION)), &numbers(vec![Target::F32]));
}

#[test]
fn a_wrong_op_ends_the_program_of_the_readme_with_a_failure() {
    let main = |variant| Softmax(variant).verify(&numbers(vec![Target::F32]));
    assert_eq!(
        Termination::report(main(kernel(NO_MEAN))),
        ExitCode::FAILURE
    );
    assert_eq!(Termination::report(main(PLAIN)), ExitCode::SUCCESS);
}

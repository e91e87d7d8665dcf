//! The exact check of ops that are right, but hard to judge, and how small failures are told.

use super::hard_ops::{Angles, Normalize, Standardize, SumBefore};
use super::point::{Draw, Point};
use super::trial::{Silence, Trial};
use super::*;
use crate::field::{Demands, MOST_SQUARES};
use crate::sample::Rng;

fn words(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|f| f.verdict.word()).collect()
}

fn message(finding: &Finding) -> &str {
    finding.verdict.message().unwrap_or_default()
}

#[test]
fn roots_of_sums_of_equal_numbers_find_their_squares() {
    let spec = Spec::new(&Normalize).unwrap();
    // Σx² is a square where 2, 3, 5 or 7 is one, for rows that hold one number besides zeros.
    for (row, wants) in [
        (&[0.75, 0.75][..], &[2][..]),
        (&[0.75, 0.0, 0.75], &[2]),
        (&[0.75, 0.0, 0.75, 0.75], &[3]),
        (&[0.75, 0.75, 0.0, 0.75, 0.75, 0.75], &[5]),
        (&[0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75], &[7]),
        (&[0.75, 1.5, 0.75], &[]),
        (&[0.0, 0.0], &[]),
    ] {
        let dims = Dims::new([("rows", 1), ("cols", row.len())]);
        let mut rng = Rng::new(7);
        let mut point = Point::draw(&spec, Draw::Plain, &dims, &mut rng);
        point.primals.inputs[0].data_mut().copy_from_slice(row);
        point.ties = true;
        let mut demands = Demands::default();
        for _ in 0..16 {
            let trial = Trial::new(&spec, &point, &mut demands, &mut rng);
            let trial = trial.map_err(|silence| silence.to_string()).unwrap();
            let p = trial.domain.fields().p;
            assert!(
                wants.iter().all(|n| p.is_square(p.residue(*n))),
                "{row:?} in {}",
                p.value()
            );
        }
        // Other points owe nothing to this one.
        assert!(demands.here.is_empty());
        assert!(!demands.squares.contains(&7), "{demands:?}");
    }
}

#[test]
fn a_norm_is_judged_wholly() {
    let found = exact(&Spec::new(&Normalize).unwrap(), 1);
    assert_eq!(words(&found)[..4], ["PASS"; 4], "{found:?}");
}

#[test]
fn what_kernels_count_is_not_demanded_to_be_square() {
    let dims = Dims::new([("rows", 2), ("cols", 131)]);
    // 32 primes are below 131.
    let right = Standardize { fault: None };
    let found = exact_at(&Spec::new(&right).unwrap(), &dims, 1);
    assert_eq!(words(&found)[..4], ["PASS"; 4], "{found:?}");
    let wrong = Standardize { fault: Some(3) };
    let found = exact_at(&Spec::new(&wrong).unwrap(), &dims, 1);
    assert_eq!(
        words(&found)[..4],
        ["PASS", "PASS", "FAIL", "PASS"],
        "{found:?}"
    );
}

#[test]
fn too_many_constants_beside_a_root_are_told_with_the_line() {
    let mut rng = Rng::new(1);
    let exact = crate::field::Exact::new(Demands::default(), crate::field::Range::Reals, &mut rng);
    let squares: Vec<u64> = (1..=MOST_SQUARES as u64 + 1).collect();
    let needs = Demands {
        squares,
        roots: true,
        ..Demands::default()
    };
    let trouble = exact.beyond(&needs).unwrap();
    let text = Silence::Outside(trouble).to_string();
    assert!(text.contains("17 different prime factors"), "{text}");
    assert!(text.contains(".rs:"), "{text}");
    let fewer = Demands {
        squares: needs.squares[1..].to_vec(),
        ..needs
    };
    assert_eq!(exact.beyond(&fewer), None);
}

#[test]
fn sums_of_nothing_keep_the_bound() {
    for cols in [1, 5] {
        let dims = Dims::new([("rows", 2), ("cols", cols)]);
        let found = exact_at(&Spec::new(&SumBefore).unwrap(), &dims, 1);
        for finding in &found[..4] {
            let exact = finding.exact.unwrap();
            assert!(exact.bits.is_some_and(|bits| bits >= 40.0), "{finding}");
        }
    }
    let found = exact(&Spec::new(&SumBefore).unwrap(), 1);
    assert_eq!(words(&found), ["PASS"; 5], "{found:?}");
    for finding in &found[..4] {
        let bits = finding.exact.unwrap().bits;
        assert!(
            bits.is_some_and(|bits| bits.is_finite() && bits >= 40.0),
            "{finding}"
        );
    }
}

#[test]
fn the_smallest_counterexample_is_small_and_its_difference_shown() {
    let wrong = Standardize { fault: Some(4) };
    let dims = Dims::new([("rows", 2), ("cols", 9)]);
    let found = exact_at(&Spec::new(&wrong).unwrap(), &dims, 1);
    let text = message(&found[2]);
    // Five columns are needed; ones will do.
    assert!(text.contains("(\"rows\", 1), (\"cols\", 5)"), "{text}");
    assert!(
        text.contains(".reals(\"x\", &[1.0, 1.0, 1.0, 1.0, 1.0])"),
        "{text}"
    );
    let wrong = Standardize { fault: Some(7) };
    let found = exact_at(&Spec::new(&wrong).unwrap(), &dims, 1);
    let text = message(&found[2]);
    assert!(text.contains("(\"rows\", 1), (\"cols\", 8)"), "{text}");
    // The first finding is at plain numbers: equal to seven digits.
    assert!(text.contains("in the field of"), "{text}");
}

#[test]
fn angles_and_areas_are_judged() {
    crate::assert_verified!(Angles { fault: 0.0 });
    let found = exact(&Spec::new(&Angles { fault: 1e-4 }).unwrap(), 1);
    let backward = found.iter().find(|f| f.check.contains("backward kernel"));
    assert_eq!(
        backward.map(|f| f.verdict.word()),
        Some("FAIL"),
        "{found:?}"
    );
}

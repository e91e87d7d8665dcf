//! What is recorded, and what a replay makes of it.

use super::*;
use crate::real::Real;
use crate::tracked::Tracked;
use hesper_shader::domain::{Domain, F64};

/// A formula's values in a domain.
pub(crate) fn evaluate<D: Domain, const N: usize, const M: usize>(
    domain: &D,
    given: [D::Value; N],
    formula: impl FnOnce([Real; N]) -> [Real; M],
) -> [D::Value; M] {
    let (results, recording) = record(|| formula(std::array::from_fn(|at| Real::given(at as u32))));
    assert_eq!(recording.problem, None);
    let values = recording.tape.replay(domain, &given);
    let value = |x: Real| values[recording.id(x.handle()).unwrap() as usize];
    results.unwrap().map(value)
}

#[test]
fn formulas_read_like_floats() {
    fn formula([x, y]: [Real; 2]) -> [Real; 1] {
        let (a, b) = (&x, &y);
        let clipped = 2.0 * x.max(0.0).min(y) - 1.0;
        let choice = Real::select(x.gt(y), -clipped / b, 0.25);
        [choice + (a + 3.0).powi(2).sqrt() + (a - a) * (1.0 / b - b * 2.0)]
    }
    assert_eq!(evaluate(&F64, [2.0, 0.5], formula), [5.0]);
    assert_eq!(evaluate(&F64, [-2.0, 0.5], formula), [1.25]);
}

#[test]
fn host_floats_that_are_no_numbers_stay_what_they_are() {
    let [low, high, nan, sum] = evaluate(&F64, [1.0], |[x]| {
        let none = Real::sum([]);
        [
            x.min(f64::NEG_INFINITY),
            x.max(f64::INFINITY),
            x * f64::NAN,
            none,
        ]
    });
    assert_eq!((low, high, sum), (f64::NEG_INFINITY, f64::INFINITY, 0.0));
    assert!(nan.is_nan());
}

#[test]
fn sums_and_powers_stay_one_operation() {
    let (_, recording) = record(|| {
        let x = Real::given(0);
        Real::sum([x, x * 0.5, x * 0.5, x]).powi(7)
    });
    let nodes: Vec<Node> = recording.tape.nodes.iter().map(|(node, _)| *node).collect();
    assert_eq!(
        nodes,
        [
            Node::Given(0),
            Node::Constant(0),
            Node::Binary(RealBinary::Multiply, 0, 1),
            Node::Binary(RealBinary::Multiply, 0, 1),
            Node::Sum { start: 0, len: 4 },
            Node::Powi(4, 7),
        ]
    );
    assert!(recording.tape.nodes[2].1.file().ends_with("tests.rs"));
    let bounded = Tracked::default();
    let values = recording.tape.replay(&bounded, &[bounded.exact(2.0)]);
    assert_eq!(values[5].value, 6f64.powi(7));
}

#[test]
fn numbers_of_other_runs_are_told() {
    let (kept, _) = record(|| Real::given(0));
    let kept = kept.unwrap();
    let (_, recording) = record(|| Real::given(0) + kept);
    let problem = recording.problem.unwrap_or_default();
    assert!(
        problem.contains("tests.rs") && problem.contains("a number of another run"),
        "{problem}"
    );
    // Outside of any run there is nothing to record, and nothing breaks.
    let outside = kept.exp() + 1.0;
    let (_, recording) = record(|| outside.ln());
    assert!(recording.problem.is_some());
    // A run inside a run is a run of its own.
    let (sum, recording) = record(|| {
        let x = Real::given(0);
        let (_, inner) = record(|| Real::given(0) * 2.0);
        assert_eq!((inner.problem, inner.tape.len()), (None, 3));
        x + x
    });
    assert_eq!(recording.id(sum.unwrap().handle()), Some(1));
}

#[test]
fn panics_end_a_run() {
    let (result, recording) = record(|| -> Real {
        let x = Real::given(0);
        let none: [Real; 0] = [];
        x + none[recordings()]
    });
    assert!(result.is_err() && recording.tape.len() == 1);
    let (_, after) = record(|| ());
    assert_eq!(after.tape.len(), 0);

    fn recordings() -> usize {
        7
    }
}

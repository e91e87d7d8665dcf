//! What is recorded, and what a replay makes of it.

use super::*;
use crate::tape::Real;
use crate::tracked::Tracked;
use hesper_shader::domain::{Domain, F64};

/// A formula's values in a domain.
pub(crate) fn evaluate<D: Domain, const N: usize, const M: usize>(
    domain: &D,
    given: [D::Value; N],
    formula: impl FnOnce([Real; N]) -> [Real; M],
) -> [D::Value; M] {
    let (results, recording) = record(MOST, "", || {
        formula(std::array::from_fn(|at| Real::given(at as u32)))
    });
    assert_eq!(recording.problem, None);
    let results = results.unwrap();
    let results = results.map(|x| recording.id(x.handle()).unwrap());
    let places = recording.tape.places(results);
    let values = recording.tape.replay(domain, &given, &places);
    results.map(|id| values.of(id))
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
    let (_, recording) = record(MOST, "", || {
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
    let places = recording.tape.places([5]);
    let values = recording
        .tape
        .replay(&bounded, &[bounded.exact(2.0)], &places);
    assert_eq!(values.of(5).value, 6f64.powi(7));
}

#[test]
fn values_take_as_many_places_as_are_needed_at_once() {
    // Each term reads the one before twice, one is read by nobody, and the sum reads the first again.
    let chain = |x: Real| {
        let mut terms = vec![x];
        for _ in 0..100 {
            let last = terms[terms.len() - 1];
            let _unread = last + 1.0;
            terms.push(last * last + x);
        }
        (terms[100], terms[50])
    };
    let (results, recording) = record(MOST, "", || chain(Real::given(0)));
    let id = |x: Real| recording.id(x.handle()).unwrap();
    let (end, middle) = results.unwrap();
    let run = |kept: &[Id]| {
        let places = recording.tape.places(kept.iter().copied());
        let values = recording.tape.replay(&F64, &[0.25], &places);
        let kept = kept.iter().map(|id| values.of(*id));
        (places.count(), kept.collect::<Vec<f64>>())
    };
    let all: Vec<Id> = (0..recording.tape.len() as Id).collect();
    let (count, every) = run(&all);
    assert_eq!(count, recording.tape.len());
    let (count, some) = run(&[id(middle), id(end)]);
    assert_eq!(some, [every[id(middle) as usize], every[id(end) as usize]]);
    assert!(count <= 6, "{count} places");
}

#[test]
fn numbers_of_other_runs_are_told() {
    let (kept, _) = record(MOST, "", || Real::given(0));
    let kept = kept.unwrap();
    let (_, recording) = record(MOST, "", || Real::given(0) + kept);
    let problem = recording.problem.unwrap_or_default();
    assert!(
        problem.contains("tests.rs") && problem.contains("a number of another run"),
        "{problem}"
    );
    // Nor is one of another thread's first run one of this thread's.
    let elsewhere = std::thread::spawn(|| record(MOST, "", || Real::given(0)).0.unwrap());
    let elsewhere = elsewhere.join().unwrap();
    let here =
        std::thread::spawn(move || record(MOST, "", || Real::given(0) + elsewhere).1.problem);
    assert!(here.join().unwrap().is_some());
    // Outside of any run there is nothing to record, and nothing breaks.
    let outside = kept.exp() + 1.0;
    let (_, recording) = record(MOST, "", || outside.ln());
    assert!(recording.problem.is_some());
    // A run inside a run is a run of its own.
    let (sum, recording) = record(MOST, "", || {
        let x = Real::given(0);
        let (_, inner) = record(MOST, "", || Real::given(0) * 2.0);
        assert_eq!((inner.problem, inner.tape.len()), (None, 3));
        x + x
    });
    assert_eq!(recording.id(sum.unwrap().handle()), Some(1));
}

#[test]
fn panics_end_a_run() {
    let (result, recording) = record(MOST, "", || -> Real {
        let x = Real::given(0);
        let none: [Real; 0] = [];
        x + none[recordings()]
    });
    assert!(result.is_err() && recording.tape.len() == 1);
    let (_, after) = record(MOST, "", || ());
    assert_eq!(after.tape.len(), 0);

    fn recordings() -> usize {
        7
    }
}

/// Functions of one number, an operand, and the derivative there to be expected, as a formula.
#[test]
fn derivatives_of_all_operations() {
    type Case = (fn(Real, Real) -> Real, fn(Real, Real) -> [Real; 2]);
    let cases: [Case; 26] = [
        (|x, _| -x, |x, _| [x * 0.0 - 1.0, x * 0.0]),
        (|x, _| x.unary(RealUnary::Abs), |x, _| [x / x, x * 0.0]),
        (|x, _| x.unary(RealUnary::Floor), |x, _| [x * 0.0, x * 0.0]),
        (|x, _| x.sqrt(), |x, _| [0.5 / x.sqrt(), x * 0.0]),
        (
            |x, _| x.unary(RealUnary::InverseSqrt),
            |x, _| [-0.5 * x.unary(RealUnary::InverseSqrt) / x, x * 0.0],
        ),
        (|x, _| x.exp(), |x, _| [x.exp(), x * 0.0]),
        (
            |x, _| x.unary(RealUnary::Exp2),
            |x, _| [(x * 0.0 + 2.0).ln() * x.unary(RealUnary::Exp2), x * 0.0],
        ),
        (|x, _| x.ln(), |x, _| [1.0 / x, x * 0.0]),
        (
            |x, _| x.unary(RealUnary::Log2),
            |x, _| [1.0 / (x * (x * 0.0 + 2.0).ln()), x * 0.0],
        ),
        (|x, _| x.sin(), |x, _| [x.cos(), x * 0.0]),
        (|x, _| x.cos(), |x, _| [-x.sin(), x * 0.0]),
        (
            |x, _| x.unary(RealUnary::Tan),
            |x, _| [x.cos().powi(-2), x * 0.0],
        ),
        (
            |x, _| x.unary(RealUnary::Sinh),
            |x, _| [x.unary(RealUnary::Cosh), x * 0.0],
        ),
        (
            |x, _| x.unary(RealUnary::Cosh),
            |x, _| [x.unary(RealUnary::Sinh), x * 0.0],
        ),
        (
            |x, _| x.tanh(),
            |x, _| [x.unary(RealUnary::Cosh).powi(-2), x * 0.0],
        ),
        (
            |x, _| x.erf(),
            |x, _| [std::f64::consts::FRAC_2_SQRT_PI * (-(x * x)).exp(), x * 0.0],
        ),
        (|x, y| x + y, |x, _| [x / x, x / x]),
        (|x, y| x - y, |x, _| [x / x, -x / x]),
        (|x, y| x * y * x, |x, y| [2.0 * x * y, x * x]),
        (|x, y| x / y, |x, y| [1.0 / y, -x / y.powi(2)]),
        (
            |x, y| x.binary(RealBinary::Remainder, y),
            |x, _| [x / x, x * 0.0 - 2.0],
        ),
        (|x, y| x.max(y), |x, _| [x / x, x * 0.0]),
        (|x, y| x.min(y), |x, _| [x * 0.0, x / x]),
        (
            |x, y| x.binary(RealBinary::Pow, y),
            |x, y| {
                let power = x.binary(RealBinary::Pow, y);
                [y * power / x, x.ln() * power]
            },
        ),
        (
            |x, y| Real::sum([x, y.powi(-3), x, Real::select(x.gt(y), x * y, y)]),
            |x, y| [2.0 + y, -3.0 / y.powi(4) + x],
        ),
        (
            |x, y| Real::select(x.lt(y), x, 3.0 * y),
            |x, _| [x * 0.0, x * 0.0 + 3.0],
        ),
    ];
    for (i, (f, slopes)) in cases.into_iter().enumerate() {
        let both = |[x, y]: [Real; 2]| {
            let z = f(x, y);
            let derived = sweep(&[(z, x / x * 1.5)], &[x, y]);
            let [dx, dy] = slopes(x, y);
            [derived[0], derived[1], 1.5 * dx, 1.5 * dy]
        };
        let [dx, dy, x, y] = evaluate(&F64, [1.75, 0.625], both);
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-14 * b.abs();
        assert!(
            near(dx, x) && near(dy, y),
            "case {i}: {dx} {dy}, not {x} {y}"
        );
    }
}

#[test]
fn the_least_exponent_has_a_derivative() {
    let slope = evaluate(&F64, [1.0, 2.0], |[x, dy]| {
        [sweep(&[(x.powi(i32::MIN), dy)], &[x])[0]]
    });
    assert_eq!(slope, [2.0 * f64::from(i32::MIN)]);
}

#[test]
fn a_value_read_twice_is_two_inputs() {
    let [a, b, all] = evaluate(&F64, [3.0, 1.0], |[x, dy]| {
        let [left, right] = [x.copied(), x.copied()];
        let z = left * right;
        let apart = sweep(&[(z, dy)], &[left, right]);
        [apart[0], apart[1], sweep(&[(z, dy)], &[x])[0]]
    });
    assert_eq!([a, b, all], [3.0, 3.0, 6.0]);
}

#[test]
fn formulas_are_readable() {
    type Case = (fn([Real; 3]) -> Real, &'static [&'static str]);
    let cases: [Case; 12] = [
        (|[x, y, z]| x + y * z, &["r = x + y·z"]),
        (|[x, y, z]| (x + y) * z, &["r = (x + y)·z"]),
        (|[x, y, z]| x - (y - z), &["r = x − (y − z)"]),
        (|[x, y, z]| x / (y / z), &["r = x/(y/z)"]),
        (|[x, y, z]| x * -y + -z, &["r = x·(−y) − z"]),
        (|[x, y, _]| (x + y).powi(-2), &["r = (x + y)⁻²"]),
        (|[x, y, z]| Real::sum([x, -y, z]), &["r = x − y + z"]),
        (
            |[x, y, _]| Real::select(x.le(0.5), y, -x) * 2.0,
            &["r = (if x ≤ 0.5 then y else −x)·2"],
        ),
        (
            |[x, y, _]| x.exp() * y + x.exp(),
            &["t1 = exp(x)", "r = t1·y + t1"],
        ),
        (
            |[x, y, _]| x.max(y).ln() / (x * x).sqrt(),
            &["r = ln(max(x, y))/√(x·x)"],
        ),
        (|[x, _, _]| x * (1.0 / 3.0), &["r = x·0.3333333333333333"]),
        (
            |[x, _, _]| x.copied().min(f64::NEG_INFINITY),
            &["r = min(x, −∞)"],
        ),
    ];
    for (formula, expected) in cases {
        let given = || [0, 1, 2].map(Real::given);
        let (result, recording) = record(MOST, "", || formula(given()));
        let id = recording.id(result.unwrap().handle()).unwrap();
        let names = ["x", "y", "z"].map(str::to_string);
        let found = recording.tape.formulas(&names, &[("r".to_string(), id)]);
        assert_eq!(found, expected);
    }
}

#[test]
fn deep_formulas_are_broken_into_lines() {
    let (result, recording) = record(MOST, "", || {
        (0..100_000).fold(Real::given(0), |y, _| (y + 1.0).exp())
    });
    let id = recording.id(result.unwrap().handle()).unwrap();
    let lines = recording
        .tape
        .formulas(&["x".to_string()], &[("r".to_string(), id)]);
    assert!(lines.len() > 1_000 && lines.iter().all(|line| line.len() < 400));
}

#[test]
fn too_many_operations_end_a_run() {
    let (result, recording) = record(1_000, "", || {
        let x = Real::given(0);
        loop {
            let _ = x + x;
        }
    });
    assert!(result.is_err());
    let problem = recording.problem.unwrap_or_default();
    assert!(problem.contains("more than 1000 operations"), "{problem}");
}

//! Zeros, ties and kinks: right gradients pass there, wrong ones fail with the point.

use super::singular_points;
use crate::certificate::Finding;
use crate::check::known_points;
use crate::prelude::*;
use crate::{Spec, Verdict};

/// An op of rows: `yᵢ` or `y` from a row of `x`, and its VJP, without kernels.
macro_rules! row_op {
    ($name:ident, $out:expr, $forward:expr, $backward:expr, $sampling:expr) => {
        struct $name;

        impl DiffOp for $name {
            type Inputs<V> = [V; 1];
            type Outputs<V> = [V; 1];

            fn signature(&self) -> Signature {
                Signature::new(stringify!($name))
                    .input("x", ["rows", "cols"])
                    .output("y", $out)
            }

            fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
                let f: fn(&Context, &[Real]) -> Vec<Real> = $forward;
                let rows: Vec<Real> = x.rows().flat_map(|row| f(cx, row)).collect();
                let shape: &[&str] = &$out;
                let shape: Vec<usize> = shape.iter().map(|dim| cx.dim(dim)).collect();
                [Tensor::new(shape, rows).unwrap()]
            }

            fn backward(
                &self,
                cx: &mut Context,
                [x]: [&Tensor; 1],
                [dy]: [&Tensor; 1],
            ) -> [Tensor; 1] {
                let df: fn(&Context, &[Real], &[Real]) -> Vec<Real> = $backward;
                let width = dy.len() / x.rows().count().max(1);
                let rows = x.rows().zip(dy.data().chunks(width));
                let rows: Vec<Real> = rows.flat_map(|(row, dy)| df(cx, row, dy)).collect();
                [Tensor::new(x.shape(), rows).unwrap()]
            }

            fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
                Ok(())
            }

            fn sampling(&self) -> Sampling {
                $sampling
            }
        }
    };
}

const EACH: [&str; 2] = ["rows", "cols"];
const ROW: [&str; 1] = ["rows"];

fn product(cx: &Context, numbers: impl IntoIterator<Item = Real>) -> Real {
    numbers.into_iter().fold(cx.real(1.0), |y, x| y * x)
}

fn norm(cx: &Context, row: &[Real]) -> Real {
    cx.sum(row.iter().map(|x| x.powi(2))).sqrt()
}

fn each(row: &[Real], dy: &[Real], df: fn(Real) -> Real) -> Vec<Real> {
    row.iter().zip(dy).map(|(x, dy)| df(*x) * *dy).collect()
}

fn abs(x: Real) -> Real {
    x.max(-x)
}

/// The sign by the rule for |x|, 0 at 0.
fn sign(cx: &Context, x: Real) -> Real {
    let zero = cx.real(0.0);
    let negative = Real::select(x.lt(0.0), cx.real(-1.0), zero);
    Real::select(x.gt(0.0), cx.real(1.0), negative)
}

row_op!(
    ProductByQuotient,
    ROW,
    |cx, row| vec![product(cx, row.iter().copied())],
    |cx, row, dy| {
        let y = product(cx, row.iter().copied());
        row.iter().map(|x| dy[0] * y / *x).collect()
    },
    Sampling::default()
);
row_op!(
    ProductOfOthers,
    ROW,
    |cx, row| vec![product(cx, row.iter().copied())],
    |cx, row, dy| {
        let others = |i: usize| (0..row.len()).filter(move |j| *j != i).map(|j| row[j]);
        (0..row.len())
            .map(|i| dy[0] * product(cx, others(i)))
            .collect()
    },
    Sampling::default()
);
row_op!(
    SquareByQuotient,
    EACH,
    |_, row| row.iter().map(|x| *x * *x).collect(),
    |_, row, dy| each(row, dy, |x| x * x / x * 2.0),
    Sampling::default()
);
// (x − 1)², whose gradient divides by x − 1.
row_op!(
    SquareAboutOne,
    EACH,
    |_, row| row.iter().map(|x| (*x - 1.0).powi(2)).collect(),
    |_, row, dy| each(row, dy, |x| (x - 1.0).powi(3) / (x - 1.0).powi(2) * 2.0),
    Sampling::default()
);
// (x − 0.37109375)², whose gradient divides by the square: no lucky number, found by the search for zeros of divisors.
row_op!(
    SquareAboutOddPlace,
    EACH,
    |_, row| row.iter().map(|x| (*x - 0.371_093_75).powi(2)).collect(),
    |_, row, dy| each(row, dy, |x| {
        (x - 0.371_093_75).powi(3) / (x - 0.371_093_75).powi(2) * 2.0
    }),
    Sampling::default()
);
// Σx², through the norm: its gradient is 0/0 in a row of zeros.
row_op!(
    SquaresByNorm,
    ROW,
    |cx, row| vec![cx.sum(row.iter().map(|x| x.powi(2)))],
    |cx, row, dy| {
        let norm = norm(cx, row);
        row.iter().map(|x| *x / norm * norm * dy[0] * 2.0).collect()
    },
    Sampling::default()
);
row_op!(
    Norm,
    ROW,
    |cx, row| vec![norm(cx, row)],
    |cx, row, dy| {
        let norm = norm(cx, row);
        row.iter().map(|x| *x / norm * dy[0]).collect()
    },
    Sampling::default()
);
row_op!(
    DeclaredNorm,
    ROW,
    |cx, row| vec![norm(cx, row)],
    |cx, row, dy| Norm::gradient(cx, row, dy),
    Sampling::default()
        .undefined_at_kinks("the norm of nothing has no direction")
        .known("zero", [("rows", 1), ("cols", 2)], [("x", &[0.0, 0.0])])
);
row_op!(
    NormWithZero,
    ROW,
    |cx, row| vec![norm(cx, row)],
    |cx, row, dy| {
        let norm = norm(cx, row);
        let safe = Real::select(norm.gt(0.0), norm, 1.0);
        row.iter().map(|x| *x / safe * dy[0]).collect()
    },
    Sampling::default()
);
// A declaration is for kinks: a product has none.
row_op!(
    DeclaredProduct,
    ROW,
    |cx, row| vec![product(cx, row.iter().copied())],
    |cx, row, dy| {
        let y = product(cx, row.iter().copied());
        row.iter().map(|x| dy[0] * y / *x).collect()
    },
    Sampling::default().undefined_at_kinks("zeros are rare")
);

impl Norm {
    fn gradient(cx: &Context, row: &[Real], dy: &[Real]) -> Vec<Real> {
        let norm = norm(cx, row);
        row.iter().map(|x| *x / norm * dy[0]).collect()
    }
}

fn softplus(x: Real) -> Real {
    x.max(0.0) + ((-abs(x)).exp() + 1.0).ln()
}

row_op!(
    SoftplusByRules,
    EACH,
    |_, row| row.iter().map(|x| softplus(*x)).collect(),
    |cx, row, dy| {
        let slope = |x: Real| {
            let e = (-abs(x)).exp();
            let step = Real::select(x.gt(0.0), cx.real(1.0), 0.0);
            step - sign(cx, x) * e / (e + 1.0)
        };
        row.iter().zip(dy).map(|(x, dy)| slope(*x) * *dy).collect()
    },
    Sampling::default().known("zero", [("rows", 1), ("cols", 1)], [("x", &[0.0])])
);
row_op!(
    Softplus,
    EACH,
    |_, row| row.iter().map(|x| softplus(*x)).collect(),
    |_, row, dy| each(row, dy, |x| ((-x).exp() + 1.0).powi(-1)),
    Sampling::default().known("zero", [("rows", 1), ("cols", 1)], [("x", &[0.0])])
);
row_op!(
    Relu,
    EACH,
    |_, row| row.iter().map(|x| x.max(0.0)).collect(),
    |_, row, dy| row
        .iter()
        .zip(dy)
        .map(|(x, dy)| Real::select(x.gt(0.0), *dy, 0.0))
        .collect(),
    Sampling::default().known(
        "zero",
        [("rows", 1), ("cols", 1)],
        [("x", &[0.0]), ("dy", &[1.0])]
    )
);
row_op!(
    ReluOfNan,
    EACH,
    |_, row| row.iter().map(|x| x.max(0.0)).collect(),
    |_, row, dy| each(row, dy, |x| x.max(0.0) / x),
    Sampling::default()
);
// max + min is a sum, with its slope wherever the two are equal.
row_op!(
    SumOfExtremes,
    EACH,
    |_, row| row.iter().map(|x| x.max(3.0) + x.min(3.0)).collect(),
    |_, row, dy| {
        let both = |x: &Real, dy: &Real| {
            Real::select(x.gt(3.0), *dy, 0.0) + Real::select(x.lt(3.0), *dy, 0.0)
        };
        row.iter().zip(dy).map(|(x, dy)| both(x, dy)).collect()
    },
    Sampling::default()
);
// The greatest of a row; the gradient goes to all that are greatest, which at a tie is more than there is.
row_op!(
    Greatest,
    ROW,
    |cx, row| vec![cx.max(row.iter().copied())],
    |cx, row, dy| { Greatest::gradient(cx, row, dy) },
    Sampling::default()
);
// The same, declared.
row_op!(
    GreatestOfAll,
    ROW,
    |cx, row| vec![cx.max(row.iter().copied())],
    |cx, row, dy| Greatest::gradient(cx, row, dy),
    Sampling::default().ties_have_all("each of them is a greatest one")
);
// The gradient goes to the first of the greatest.
row_op!(
    GreatestFirst,
    ROW,
    |cx, row| vec![cx.max(row.iter().copied())],
    |cx, row, dy| GreatestFirst::shares(cx, row, dy),
    Sampling::default()
);
// One share of two is negative.
row_op!(
    GreatestUnevenly,
    ROW,
    |cx, row| vec![cx.max(row.iter().copied())],
    |cx, row, dy| {
        let first = GreatestFirst::shares(cx, row, dy);
        let next = |i: usize| first[(i + first.len() - 1) % first.len()];
        let is_tie = |i: usize| row[i].eq(cx.max(row.iter().copied()));
        let mix = |i: usize| Real::select(is_tie(i), first[i] * 1.5 - next(i) * 0.5, first[i]);
        (0..row.len()).map(mix).collect()
    },
    Sampling::default()
);

impl Greatest {
    fn gradient(cx: &Context, row: &[Real], dy: &[Real]) -> Vec<Real> {
        let max = cx.max(row.iter().copied());
        row.iter()
            .map(|x| Real::select(x.ge(max), dy[0], 0.0))
            .collect()
    }
}

impl GreatestFirst {
    fn shares(cx: &Context, row: &[Real], dy: &[Real]) -> Vec<Real> {
        let max = cx.max(row.iter().copied());
        let mut left = cx.real(1.0);
        let share = |x: &Real| {
            let here = Real::select(x.ge(max), left, 0.0);
            left = left - here;
            here * dy[0]
        };
        row.iter().map(share).collect()
    }
}

// relu with a slope of a million at 0.
row_op!(
    Steep,
    EACH,
    |_, row| row.iter().map(|x| x.max(0.0)).collect(),
    |_, row, dy| row
        .iter()
        .zip(dy)
        .map(|(x, dy)| {
            let slope = Real::select(x.eq(0.0), 1e6, 0.0);
            Real::select(x.gt(0.0), *dy, *dy * slope)
        })
        .collect(),
    Sampling::default()
);
// relu that falls at 0.
row_op!(
    Falling,
    EACH,
    |_, row| row.iter().map(|x| x.max(0.0)).collect(),
    |_, row, dy| row
        .iter()
        .zip(dy)
        .map(|(x, dy)| Real::select(x.gt(0.0), *dy, Real::select(x.eq(0.0), *dy * -0.25, 0.0)))
        .collect(),
    Sampling::default()
);
// relu(x) − relu(−x)/2, by the rule of each term: 0 at 0, which is not between the slopes ½ and 1.
row_op!(
    SumOfKinks,
    EACH,
    |_, row| row
        .iter()
        .map(|x| x.max(0.0) - (-*x).max(0.0) * 0.5)
        .collect(),
    |_, row, dy| row
        .iter()
        .zip(dy)
        .map(|(x, dy)| {
            let right = Real::select(x.gt(0.0), *dy, 0.0);
            right + Real::select(x.lt(0.0), *dy * 0.5, 0.0)
        })
        .collect(),
    Sampling::default()
);
// x less the mean of relu along a row: one share at each kink, which several results have.
row_op!(
    Centred,
    EACH,
    |cx, row| {
        let mean = cx.sum(row.iter().map(|x| x.max(0.0))) / row.len() as f64;
        row.iter().map(|x| x.max(0.0) - mean).collect()
    },
    |cx, row, dy| {
        let mean = cx.sum(dy.iter().copied()) / row.len() as f64;
        let slope = |(x, dy): (&Real, &Real)| Real::select(x.ge(0.0), *dy - mean, 0.0);
        row.iter().zip(dy).map(slope).collect()
    },
    Sampling::default()
);
// The same with twice the slope at 0.
row_op!(
    CentredTwice,
    EACH,
    |cx, row| {
        let mean = cx.sum(row.iter().map(|x| x.max(0.0))) / row.len() as f64;
        row.iter().map(|x| x.max(0.0) - mean).collect()
    },
    |cx, row, dy| {
        let mean = cx.sum(dy.iter().copied()) / row.len() as f64;
        let slope = |(x, dy): (&Real, &Real)| {
            let times = Real::select(x.eq(0.0), cx.real(2.0), 1.0);
            Real::select(x.ge(0.0), (*dy - mean) * times, 0.0)
        };
        row.iter().zip(dy).map(slope).collect()
    },
    Sampling::default()
);
// x/max(‖x‖, eps) with an eps below which no difference reaches.
row_op!(
    Normalised,
    EACH,
    |cx, row| {
        let norm = norm(cx, row).max(1e-12);
        row.iter().map(|x| *x / norm).collect()
    },
    |cx, row, dy| {
        let raw = norm(cx, row);
        let norm = raw.max(1e-12);
        let dot = cx.sum(row.iter().zip(dy).map(|(x, dy)| *x * *dy));
        let pull = Real::select(raw.gt(1e-12), dot / norm.powi(3), 0.0);
        row.iter()
            .zip(dy)
            .map(|(x, dy)| *dy / norm - *x * pull)
            .collect()
    },
    Sampling::default()
);
// The same, with the norm's own gradient.
row_op!(
    NormalisedByChain,
    EACH,
    |cx, row| {
        let norm = norm(cx, row).max(1e-12);
        row.iter().map(|x| *x / norm).collect()
    },
    |cx, row, dy| {
        let raw = norm(cx, row);
        let norm = raw.max(1e-12);
        let dot = cx.sum(row.iter().zip(dy).map(|(x, dy)| *x * *dy));
        let pull = Real::select(raw.gt(1e-12), dot / norm.powi(2), 0.0);
        row.iter()
            .zip(dy)
            .map(|(x, dy)| *dy / norm - pull * (*x / raw))
            .collect()
    },
    Sampling::default()
);
// xy/‖(x, y)‖-like: slopes 0 along each axis at zero, and others between them.
row_op!(
    Saddle,
    ROW,
    |cx, row| {
        let norm = norm(cx, row);
        let safe = Real::select(norm.gt(0.0), norm, 1.0);
        let ends = row[0] * row[row.len() - 1];
        vec![ends / safe]
    },
    |cx, row, dy| {
        let norm = norm(cx, row);
        let safe = Real::select(norm.gt(0.0), norm, 1.0);
        let (first, last) = (row[0], row[row.len() - 1]);
        let ends = first * last;
        let slope = |i: usize| {
            let mut slope = -(ends * row[i]) / safe.powi(3);
            if i == 0 {
                slope = slope + last / safe;
            }
            if i + 1 == row.len() {
                slope = slope + first / safe;
            }
            slope * dy[0]
        };
        (0..row.len()).map(slope).collect()
    },
    Sampling::default().known("zero", [("rows", 1), ("cols", 2)], [("x", &[0.0, 0.0])])
);
// 1 where x is positive: it jumps.
row_op!(
    Step,
    EACH,
    |cx, row| row
        .iter()
        .map(|x| Real::select(x.gt(0.0), cx.real(1.0), 0.0) + *x)
        .collect(),
    |_, _, dy| dy.to_vec(),
    Sampling::default()
);
// Not a number at 0: such points do not count.
row_op!(
    Reciprocal,
    EACH,
    |_, row| row.iter().map(|x| x.powi(-1)).collect(),
    |_, row, dy| each(row, dy, |x| -x.powi(-2)),
    Sampling::default().known("zero", [("rows", 1), ("cols", 1)], [("x", &[0.0])])
);

fn check(op: &dyn Op) -> Finding {
    singular_points(&Spec::new(op).unwrap(), 1)
}

fn message(finding: &Finding) -> &str {
    finding.verdict.message().unwrap_or_default()
}

#[test]
fn right_gradients_pass() {
    for (finding, says) in [
        (check(&ProductOfOthers), ""),
        (check(&Softplus), ""),
        (check(&Relu), "backward yields a number, e.g. dx["),
        (check(&NormWithZero), " between "),
        (
            check(&DeclaredNorm),
            "as declared: the norm of nothing has no direction",
        ),
        (check(&Normalised), ""),
        (check(&GreatestFirst), "backward yields a number"),
        (
            check(&GreatestOfAll),
            "each have all, as declared: each of them is a greatest one",
        ),
        (check(&SumOfKinks), "dx[0, 0] = 0, not between 0.5 and 1"),
        (check(&Centred), "backward yields a number"),
        (check(&Saddle), "backward yields a number"),
        (check(&Step), "where there is no slope"),
        (check(&Reciprocal), "forward is not defined there"),
    ] {
        assert_eq!(finding.verdict, Verdict::Pass, "{finding}");
        assert!(finding.note.contains(says), "{finding}");
        assert!(finding.compared > 50 && finding.points > 10, "{finding}");
    }
}

#[test]
fn what_is_no_number_where_forward_is_smooth_fails() {
    for (finding, says) in [
        (
            check(&ProductByQuotient),
            "`backward` gives NaN where `forward` has the derivative",
        ),
        (
            check(&DeclaredProduct),
            "`backward` gives NaN where `forward` has the derivative",
        ),
        (
            check(&SquareByQuotient),
            "`backward` gives NaN where `forward` has the derivative 0e0, at zeros: x = [0.0]",
        ),
        (check(&SquareAboutOne), "`backward` gives NaN"),
        (
            check(&SquareAboutOddPlace),
            "`backward` gives NaN where `forward` has the derivative 0e0, at a zero divisor at hesper-ad/src/check/singular/tests.rs",
        ),
        (
            check(&SquaresByNorm),
            "`backward` gives NaN where `forward` has the derivative 0e0, at zeros: x = [0.0]",
        ),
        (
            check(&NormalisedByChain),
            "`backward` gives NaN where `forward` has the derivative",
        ),
        (
            check(&Norm),
            "`backward` gives NaN where `forward` has a kink, with slopes",
        ),
        (
            check(&ReluOfNan),
            "declare it with `Sampling::undefined_at_kinks`",
        ),
    ] {
        assert!(matches!(finding.verdict, Verdict::Fail(_)), "{finding}");
        assert!(message(&finding).contains(says), "{finding}");
    }
}

#[test]
fn kinks_that_cancel_are_judged() {
    for (finding, says) in [
        (
            check(&SoftplusByRules),
            "dx[0, 0]: `backward` gives 0e0 where `forward` has the derivative ",
        ),
        (
            check(&SumOfExtremes),
            "`backward` gives 0e0 where `forward` has the derivative ",
        ),
    ] {
        assert!(matches!(finding.verdict, Verdict::Fail(_)), "{finding}");
        assert!(message(&finding).contains(says), "{finding}");
    }
}

#[test]
fn what_no_derivative_can_be_fails_at_kinks() {
    for (finding, says) in [
        (
            check(&Steep),
            "`backward` gives 1e6 at a kink of `forward`, whose derivative there is from 0 to 1, at zeros: x = [0.0]",
        ),
        (
            check(&Falling),
            "gives -2.5e-1 at a kink of `forward`, whose derivative there is from 0 to 1",
        ),
        (
            check(&Greatest),
            "what equal numbers get must be all there is, and no more",
        ),
        (
            check(&GreatestUnevenly),
            "at a kink of `forward`, whose derivative there is from",
        ),
        (
            check(&CentredTwice),
            "at a kink of `forward`, whose derivative there is from",
        ),
    ] {
        assert!(matches!(finding.verdict, Verdict::Fail(_)), "{finding}");
        assert!(message(&finding).contains(says), "{finding}");
    }
}

#[test]
fn a_known_point_is_judged_at_a_kink_too() {
    let known = |findings: Vec<Finding>| findings.into_iter().next().unwrap();
    for (finding, word, says) in [
        (
            known(known_points(&Spec::new(&Softplus).unwrap(), 1)),
            "PASS",
            "",
        ),
        (
            known(known_points(&Spec::new(&SoftplusByRules).unwrap(), 1)),
            "FAIL",
            "dx[0, 0]: `backward` gives 0e0",
        ),
        (
            known(known_points(&Spec::new(&Relu).unwrap(), 1)),
            "PASS",
            "dx[0, 0] = 0 between 0 and 1",
        ),
        (
            known(known_points(&Spec::new(&DeclaredNorm).unwrap(), 1)),
            "OPEN",
            "as declared: the norm of nothing has no direction",
        ),
        (
            known(known_points(&Spec::new(&Saddle).unwrap(), 1)),
            "OPEN",
            "where there is no slope",
        ),
        (
            known(known_points(&Spec::new(&Reciprocal).unwrap(), 1)),
            "FAIL",
            "not finite: y[0, 0] = inf",
        ),
    ] {
        assert_eq!(finding.verdict.word(), word, "{finding}");
        assert!(finding.to_string().contains(says), "{finding}");
    }
}

#[test]
fn the_catalogue_is_right_at_singular_points() {
    let mut refused = Vec::new();
    for op in crate::ops::catalogue().unwrap() {
        let spec = Spec::new(&*op).unwrap();
        let known = known_points(&spec, 2);
        let all = known.into_iter().chain([singular_points(&spec, 2)]);
        let wrong = all.filter(|f| f.verdict != Verdict::Pass || f.compared == 0);
        refused.extend(wrong.map(|f| format!("{}: {f}", op.name())));
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

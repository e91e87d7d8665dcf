//! Points that are special by a parameter, or at which numbers come about by way of an infinity.

use super::singular_points;
use crate::Spec;
use crate::check::known_points;
use crate::prelude::*;

/// `y = f(x, cap)`, with the derivative that is written down, or derived.
#[derive(Clone, Copy)]
struct Formula {
    f: fn(Real, Real) -> Real,
    slope: Option<fn(Real, Real) -> Real>,
}

impl DiffOp for Formula {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Formula")
            .input("x", ["n"])
            .constant("cap", [])
            .output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let cap = cx.scalar("cap");
        [x.map(|x| (self.f)(*x, cap))]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let cap = cx.scalar("cap");
        match self.slope {
            Some(slope) => [x.zip(dy, |x, dy| slope(*x, cap) * dy)],
            None => cx.derive(self, [x], [dy]),
        }
    }

    fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().known("zero", [("n", 1)], [("x", &[0.0]), ("dy", &[1.0])])
    }
}

/// `x`, at zero by way of an infinity.
const BY_INFINITY: fn(Real, Real) -> Real =
    |x, _| 1.0 / Real::select(x.eq(0.0), f64::INFINITY, 1.0 / x);

#[test]
fn what_makes_a_point_special_is_told() {
    for (f, slope, says) in [
        // Right, but for cap = 0.
        (
            (|x, cap| x * x * cap) as fn(Real, Real) -> Real,
            (|x, cap| 2.0 * x * cap * cap / cap) as fn(Real, Real) -> Real,
            [
                "cap = 0.0 (n=1); `cap` is 0 here",
                "`Sampling::uniform(\"cap\", …)`",
            ],
        ),
        // Wrong wherever x = 0.
        (
            |x, cap| x * x + cap,
            |x, _| 2.0 * x * x / x,
            ["x = [0.0], cap = ", "(n=1)"],
        ),
    ] {
        let op = Formula {
            f,
            slope: Some(slope),
        };
        let finding = singular_points(&Spec::new(&op).unwrap(), 1);
        assert_eq!(finding.verdict.word(), "FAIL", "{finding}");
        let message = finding.verdict.message().unwrap_or_default();
        assert!(says.iter().all(|says| message.contains(says)), "{message}");
    }
}

#[test]
fn numbers_by_way_of_an_infinity_are_noted() {
    let noted = "forward is a number there by way of an infinity";
    for (f, slope, words, says) in [
        (BY_INFINITY, None, ["PASS", "OPEN"], noted),
        // A number that is written down must be right, and may be.
        (
            BY_INFINITY,
            Some((|x, _| x * 0.0 + 1.0) as fn(Real, Real) -> Real),
            ["PASS", "PASS"],
            "",
        ),
        (
            BY_INFINITY,
            Some(|x, _| Real::select(x.eq(0.0), 7.0, 1.0)),
            ["FAIL", "FAIL"],
            "`backward` gives 7e0",
        ),
        // An infinity that is not chosen excuses nothing.
        (
            |x, _| Real::select(x.eq(0.0), 1.0, x.sin() / x),
            None,
            ["FAIL", "FAIL"],
            "`backward` gives NaN",
        ),
    ]
        as [(fn(Real, Real) -> Real, Option<fn(Real, Real) -> Real>, _, _); 4]
    {
        let op = Formula { f, slope };
        let spec = Spec::new(&op).unwrap();
        let (singular, known) = (singular_points(&spec, 1), known_points(&spec, 1));
        for (finding, word) in [&singular, &known[0]].into_iter().zip(words) {
            assert_eq!(finding.verdict.word(), word, "{finding}");
        }
        assert!(singular.to_string().contains(says), "{singular}");
    }
}

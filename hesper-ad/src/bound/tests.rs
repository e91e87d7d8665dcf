//! The bound on expressions whose size is known by hand.

use super::*;
use crate::field::{Exact, Range};
use crate::sample::Rng;
use crate::tape::Real;
use crate::tape::evaluate;

type Formula = fn([Real; 3]) -> Real;

/// Bits of security of `left = right` in three variables.
fn bits(left: Formula, right: Formula) -> Option<f64> {
    let mut rng = Rng::new(1);
    let exact = Exact::new(Demands::default(), Range::Reals, &mut rng);
    let sizes = Sizes::new(&exact);
    let variables = [1.5, 0.25, 3.0].map(|shadow| {
        let element = exact.random(shadow, true, &mut rng);
        sizes.variable(element, None)
    });
    let both = evaluate(&sizes, variables, |x| [left(x), right(x)]);
    let forms = both.map(|size| sizes.form(size));
    let mut least = Least::new(&Demands::default());
    least.equal(&forms[0], &forms[1], &sizes);
    least.bits(&sizes)
}

#[test]
fn known_sizes_have_known_bounds() {
    type Case = (&'static str, Formula, Formula, f64, f64);
    let cases: [Case; 6] = [
        // 2·2 / 2⁶¹, and next to nothing for the integers.
        ("square", |[x, ..]| x * x, |[x, ..]| x.powi(2), 52.0, 59.0),
        // One denominator, met twice, counts once: degree 2.
        (
            "one denominator",
            |[x, y, z]| x / (y + z),
            |[x, y, z]| y / (y + z) + x * 0.0,
            50.0,
            59.0,
        ),
        // Two terms whose exponents differ by a polynomial of degree 1: 2⁻³⁰ and as much for the modulus.
        (
            "two exponentials",
            |[x, ..]| x.exp(),
            |[_, y, _]| y.exp(),
            28.0,
            30.0,
        ),
        (
            "softmax",
            |[x, y, z]| x.exp() / (x.exp() + y.exp() + z.exp()),
            |[x, y, z]| {
                let m = x.max(y).max(z);
                (x - m).exp() / ((x - m).exp() + (y - m).exp() + (z - m).exp())
            },
            24.0,
            29.0,
        ),
        (
            "root",
            |[x, y, _]| (x * x + y).sqrt(),
            |[x, y, _]| (y + x * x).sqrt(),
            49.0,
            58.0,
        ),
        (
            "log-sum-exp",
            |[x, y, z]| (x - (y.exp() + z.exp()).ln()).exp(),
            |[x, y, z]| x.exp() / (y.exp() + z.exp()),
            25.0,
            30.0,
        ),
    ];
    for (name, left, right, low, high) in cases {
        let bits = bits(left, right).unwrap_or_default();
        assert!((low..high).contains(&bits), "{name}: 2^-{bits}");
    }
}

#[test]
fn what_is_too_large_has_no_bound() {
    fn many([x, y, z]: [Real; 3]) -> Real {
        let pair = x.exp() + y.exp();
        (0..30).fold(z, |product, n| product * (pair + f64::from(n)))
    }
    fn same([x, ..]: [Real; 3]) -> Real {
        x.exp()
    }
    assert_eq!(bits(many, same), None);
    // Circular functions are not measured.
    assert_eq!(bits(|[x, ..]| x.sin(), |[x, ..]| x.cos()), None);
}

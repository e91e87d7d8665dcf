//! The laws that the exact domain keeps, one line each; and formulas that differ a little, which it tells apart.

use super::*;
use crate::sample::Rng;
use crate::tape::evaluate;
use crate::tape::{Operand, Real};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, F64, RealBinary, RealUnary};

/// A domain for roots of positive numbers; three variables whose sums and products are squares.
fn field(circular: bool, seed: u64) -> Exact {
    let demands = Demands {
        squares: vec![2, 3, 5, 7],
        roots: true,
        circular,
        ..Demands::default()
    };
    Exact::new(demands, Range::Reals, &mut Rng::new(seed))
}

/// Three variables with tangents, and the first without.
fn variables(domain: &Exact, seed: u64) -> [Element; 4] {
    let mut rng = Rng::new(seed);
    let p = domain.fields().p;
    let [x, y, z] = [1.5, 0.25, 3.0].map(|shadow| {
        let tangent = p.random(rng.bits());
        let element = domain.random(shadow, true, &mut rng);
        element.with_tangent(tangent)
    });
    [x, y, z, x.with_tangent(Residue::ZERO)]
}

fn unary(op: RealUnary, x: Real) -> Real {
    x.unary(op)
}

fn power(x: Real, y: f64) -> Real {
    x.binary(RealBinary::Pow, Operand::real(y))
}

type Law = fn([Real; 4]) -> [Real; 2];

macro_rules! laws {
    ($($name:literal |$x:ident, $y:ident, $z:ident, $still:ident| $left:expr, $right:expr;)*) => {
        [$(($name, |[$x, $y, $z, $still]: [Real; 4]| {
            let _ = ($x, $y, $z, $still);
            [$left, $right]
        })),*]
    };
}

#[test]
fn laws_hold_with_their_tangents() {
    let laws: [(&str, Law); 32] = laws! {
        "association" |x, y, z, still| (x + y) + z, x + (y + z);
        "distribution" |x, y, z, still| x * (y + z), x * y + x * z;
        "quotient" |x, y, z, still| x / y * z, x * z / y;
        "inverse" |x, y, z, still| x / y, x * (y.powi(-1));
        "powers" |x, y, z, still| x.powi(5), x * x * x * x * x;
        "power of a half" |x, y, z, still| power(x, 0.5), x.sqrt();
        "half-integer power" |x, y, z, still| power(x, -1.5) * x * x.sqrt(), x / x;
        "decimals" |x, y, z, still| x * 0.1 + x * 0.2, x * 0.3;
        "exp of a sum" |x, y, z, still| (x + y).exp(), x.exp() * y.exp();
        "exp of a multiple" |x, y, z, still| (x * 3.0).exp(), x.exp().powi(3);
        "maximum subtracted" |x, y, z, still| (x - y).exp() / (z - y).exp(), (x - z).exp();
        "exp of a quotient" |x, y, z, still| (x / y).exp() * (z / y).exp(), ((x + z) / y).exp();
        "sigmoid" |x, y, z, still| x.exp() / (x.exp() + 1.0), ((-x).exp() + 1.0).powi(-1);
        "ln exp" |x, y, z, still| (x * y).exp().ln(), x * y;
        "exp ln" |x, y, z, still| (x * y).ln().exp(), x * y;
        "ln of a product" |x, y, z, still| (x * y).ln(), x.ln() + y.ln();
        "ln of a quotient" |x, y, z, still| (x / y).ln() + z, x.ln() - y.ln() + z;
        "log-sum-exp" |x, y, z, still| (x - (y + (z.exp()).ln())).exp(), (x - y).exp() / z.exp();
        "square of a root" |x, y, z, still| x.sqrt() * x.sqrt(), x;
        "root of a quotient" |x, y, z, still| x.sqrt() / 5.0, (x / 25.0).sqrt();
        "inverse root" |x, y, z, still| unary(RealUnary::InverseSqrt, x), x.sqrt() / x;
        "root of a square" |x, y, z, still| (x * x).sqrt(), x;
        "atan is odd" |x, y, z, still| (-x).atan() + y, y - x.atan();
        "asin is odd" |x, y, z, still| (-y).asin() * x, -(x * y.asin());
        "supplementary angles" |x, y, z, still| y.acos() + (-y).acos(), (x - x).acos() * 2.0;
        "angle of a point further out" |x, y, z, still| (y * z).atan2(x * z), y.atan2(x);
        "exp asinh" |x, y, z, still| x.asinh().exp(), x + (x * x + 1.0).sqrt();
        "tanh atanh" |x, y, z, still| y.atanh().tanh(), y;
        "tanh" |x, y, z, still| x.tanh(), unary(RealUnary::Sinh, x) / unary(RealUnary::Cosh, x);
        "hyperbola" |x, y, z, still| unary(RealUnary::Cosh, x).powi(2) - unary(RealUnary::Sinh, x).powi(2), x / x;
        "exp2 of log2" |x, y, z, still| unary(RealUnary::Exp2, unary(RealUnary::Log2, x * y)), x * y;
        "exp2 of a sum" |x, y, z, still| unary(RealUnary::Exp2, x + y), unary(RealUnary::Exp2, x) * unary(RealUnary::Exp2, y);
    };
    let mut checked = 0;
    for seed in 0..40 {
        let domain = field(false, seed);
        let variables = variables(&domain, seed);
        if variables
            .iter()
            .any(|x| !domain.fields().p.is_square(x.value))
        {
            continue;
        }
        for (name, law) in laws {
            let [left, right] = evaluate(&domain, variables, law);
            assert!(
                left.is_sound() && right.is_sound(),
                "{name}: {:?}",
                domain.poisoned()
            );
            assert!(left.same(&right), "{name}: {left:?} {right:?}");
            checked += 1;
        }
    }
    assert_eq!(checked, 40 * laws.len());
}

#[test]
fn circular_laws_hold() {
    let laws: [(&str, Law); 4] = laws! {
        "circle" |x, y, z, still| x.sin().powi(2) + x.cos().powi(2), x / x;
        "sum" |x, y, z, still| (x + y).sin(), x.sin() * y.cos() + x.cos() * y.sin();
        "double" |x, y, z, still| (x * 2.0).cos(), x.cos().powi(2) - x.sin().powi(2);
        "tan" |x, y, z, still| unary(RealUnary::Tan, x) * x.cos(), x.sin();
    };
    for seed in 0..10 {
        let domain = field(true, seed);
        for (name, law) in laws {
            let [left, right] = evaluate(&domain, variables(&domain, seed), law);
            assert!(left.same(&right), "{name}");
        }
        let [circular, hyperbolic] = evaluate(&domain, variables(&domain, seed), |[x, ..]| {
            [x.cos(), unary(RealUnary::Cosh, x)]
        });
        assert!(!circular.same_value(&hyperbolic));
    }
    // Without a square root of −1 there are none: other primes are asked for.
    let domain = field(false, 1);
    let [sine] = evaluate(&domain, variables(&domain, 1), |[x, ..]| [x.sin()]);
    assert!(!sine.is_sound() && domain.needs().circular && domain.outside().is_none());
}

#[test]
fn what_differs_a_little_differs() {
    let differences: [(&str, Law); 7] = laws! {
        "seventh digit" |x, y, z, still| x * 0.044715, x * 0.0447151;
        "rounded third" |x, y, z, still| x * (1.0 / 3.0), x / 3.0;
        "eps" |x, y, z, still| (x + 1e-6).sqrt(), x.sqrt() + 1e-6;
        "tangent only" |x, y, z, still| x.ln(), still.ln();
        "exp of a product" |x, y, z, still| (x * y).exp(), x.exp() * y.exp();
        "exp2" |x, y, z, still| unary(RealUnary::Exp2, x), x.exp();
        "sign" |x, y, z, still| x.sqrt(), -(x.sqrt());
    };
    for seed in 0..20 {
        let domain = field(false, seed);
        for (name, law) in differences {
            let [left, right] = evaluate(&domain, variables(&domain, seed), law);
            assert!(
                left.is_sound() && right.is_sound() && !left.same(&right),
                "{name}"
            );
        }
    }
}

#[test]
fn the_mask_value_has_its_own_arithmetic() {
    let domain = field(false, 1);
    let given = variables(&domain, 1);
    let x = given[0];
    let mask = Real::neg_infinity;
    let [sum, product, zero, greater] = evaluate(&domain, given, |[x, ..]| {
        [mask() + x, mask() * 0.5, (mask() - x).exp(), x.max(mask())]
    });
    assert_eq!([sum.kind, product.kind], [Kind::NegInfinity; 2]);
    assert!(zero.same(&Element::zero()) && greater.same(&x));
    let trace = domain.take_trace();
    assert!(
        trace
            .decisions()
            .iter()
            .all(|d| d.outcome == Decision::NONE)
    );
    let poison: [fn(Real, Real) -> Real; 5] = [
        |x, _| x - Real::neg_infinity(),
        |_, _| Real::neg_infinity() - Real::neg_infinity(),
        |_, _| Real::neg_infinity() * 0.0,
        |_, _| Real::neg_infinity() * -1.0,
        |_, y| Real::neg_infinity() / y,
    ];
    for poison in poison {
        let [poison, more] = evaluate(&domain, given, |[x, y, ..]| {
            [poison(x, y), poison(x, y) + x]
        });
        assert_eq!(poison.kind, Kind::Poison);
        // It spreads, and equals nothing.
        assert!(!more.same(&more));
    }
    assert!(domain.poisoned().is_some());
}

#[test]
fn shadows_decide_and_are_watched() {
    let domain = field(false, 1);
    domain.begin(Range::Binary32);
    let mut rng = Rng::new(5);
    let mut number = |shadow: f64| domain.random(shadow, false, &mut rng);
    let (small, large, twin) = (number(1.0), number(100.0), number(1.0));
    let [greater] = evaluate(&domain, [small, large], |[x, y]| [x.max(y)]);
    assert!(greater.same(&large));
    assert!(domain.compare(Comparison::Less, small, large));
    assert!(domain.compare(Comparison::LessEqual, small, small));
    let trace = domain.take_trace();
    let outcomes: Vec<i64> = trace.decisions().iter().map(|d| d.outcome).collect();
    assert_eq!(
        (domain.undecided(), outcomes),
        (0, vec![1, 1, Decision::NONE])
    );
    // Equal shadows of different values decide nothing.
    domain.compare(Comparison::Less, small, twin);
    assert_eq!(domain.undecided(), 1);
    evaluate(&domain, [small, large], |[small, large]| {
        [large.exp(), (small - large).ln(), small / 0.0]
    });
    let odd: Vec<&str> = domain
        .take_watch()
        .oddities()
        .iter()
        .map(|o| o.site.kind)
        .collect();
    assert_eq!(
        odd,
        [
            "overflow",
            "logarithm of a number that is not positive",
            "division by zero"
        ]
    );
}

#[test]
fn shadows_are_the_numbers() {
    let domain = field(false, 3);
    fn formula([x, y]: [Real; 2]) -> [Real; 1] {
        let e = (x * 0.5 - y).exp() + y.sqrt();
        [(e.ln() + y.tanh() / x).max(y) - x.powi(3)]
    }
    let [x, y, ..] = variables(&domain, 3);
    let [shadow] = evaluate(&domain, [x, y], formula).map(|x| x.shadow);
    let [plain] = evaluate(&F64, [1.5, 0.25], formula);
    assert!(
        (shadow.value - plain).abs() <= shadow.error && shadow.error < 1e-12,
        "{shadow:?}"
    );
}

#[test]
fn outside_the_fragment_the_operation_is_named() {
    let domain = field(false, 1);
    let [x, ..] = variables(&domain, 1);
    let formula = |[x]: [Real; 1]| {
        let twice = x.exp().exp();
        let same = (x.exp() + 1.0 - 1.0).exp();
        [twice, same, twice * 2.0, twice * 0.0 + x, twice - same]
    };
    let [nested, same, double, without, nothing] = evaluate(&domain, [x], formula);
    assert!(nested.is_sound() && nested.opaque && double.opaque);
    assert!(nested.same_value(&same) && !nested.same_value(&double));
    assert!(!without.opaque && without.same_value(&x) && nothing.value.is_zero());
    let outside = domain.outside().map(|t| t.to_string()).unwrap_or_default();
    assert!(
        outside.contains("tests.rs") && outside.ends_with("an exponential of an exponential"),
        "{outside}"
    );
    assert_eq!(domain.constant(Number::ZERO).value, Residue::ZERO);
}

//! The laws that the exact domain keeps, one line each; and formulas that differ a little, which it tells apart.

use super::*;
use crate::sample::Rng;
use crate::{Num, Real};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, F64, RealBinary, RealUnary};

type N<'d> = Num<'d, Exact>;

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

fn variables(domain: &Exact, seed: u64) -> [N<'_>; 3] {
    let mut rng = Rng::new(seed);
    let p = domain.fields().p;
    [1.5, 0.25, 3.0].map(|shadow| {
        let tangent = p.random(rng.bits());
        let element = domain.random(shadow, true, &mut rng);
        Num::new(domain, element.with_tangent(tangent))
    })
}

fn power<'d>(domain: &'d Exact, x: N<'d>, y: f64) -> N<'d> {
    let y = N::host(domain, y).value();
    Num::new(domain, domain.binary(RealBinary::Pow, x.value(), y))
}

fn unary<'d>(domain: &'d Exact, op: RealUnary, x: N<'d>) -> N<'d> {
    Num::new(domain, domain.unary(op, x.value()))
}

type Law = fn(&Exact, [N<'_>; 3]) -> (Element, Element);

macro_rules! laws {
    ($($name:literal |$d:ident, $x:ident, $y:ident, $z:ident| $left:expr, $right:expr;)*) => {
        [$(($name, |$d: &Exact, [$x, $y, $z]: [N<'_>; 3]| {
            let _ = ($d, $x, $y, $z);
            ($left.value(), $right.value())
        })),*]
    };
}

#[test]
fn laws_hold_with_their_tangents() {
    let laws: [(&str, Law); 26] = laws! {
        "association" |d, x, y, z| (x + y) + z, x + (y + z);
        "distribution" |d, x, y, z| x * (y + z), x * y + x * z;
        "quotient" |d, x, y, z| x / y * z, x * z / y;
        "inverse" |d, x, y, z| x / y, x * (y.powi(-1));
        "powers" |d, x, y, z| x.powi(5), x * x * x * x * x;
        "power of a half" |d, x, y, z| power(d, x, 0.5), x.sqrt();
        "half-integer power" |d, x, y, z| power(d, x, -1.5) * x * x.sqrt(), x / x;
        "decimals" |d, x, y, z| x * 0.1 + x * 0.2, x * 0.3;
        "exp of a sum" |d, x, y, z| (x + y).exp(), x.exp() * y.exp();
        "exp of a multiple" |d, x, y, z| (x * 3.0).exp(), x.exp().powi(3);
        "maximum subtracted" |d, x, y, z| (x - y).exp() / (z - y).exp(), (x - z).exp();
        "exp of a quotient" |d, x, y, z| (x / y).exp() * (z / y).exp(), ((x + z) / y).exp();
        "sigmoid" |d, x, y, z| x.exp() / (x.exp() + 1.0), ((-x).exp() + 1.0).powi(-1);
        "ln exp" |d, x, y, z| (x * y).exp().ln(), x * y;
        "exp ln" |d, x, y, z| (x * y).ln().exp(), x * y;
        "ln of a product" |d, x, y, z| (x * y).ln(), x.ln() + y.ln();
        "ln of a quotient" |d, x, y, z| (x / y).ln() + z, x.ln() - y.ln() + z;
        "log-sum-exp" |d, x, y, z| (x - (y + (z.exp()).ln())).exp(), (x - y).exp() / z.exp();
        "square of a root" |d, x, y, z| x.sqrt() * x.sqrt(), x;
        "root of a quotient" |d, x, y, z| x.sqrt() / 5.0, (x / 25.0).sqrt();
        "inverse root" |d, x, y, z| unary(d, RealUnary::InverseSqrt, x), x.sqrt() / x;
        "root of a square" |d, x, y, z| (x * x).sqrt(), x;
        "tanh" |d, x, y, z| x.tanh(), unary(d, RealUnary::Sinh, x) / unary(d, RealUnary::Cosh, x);
        "hyperbola" |d, x, y, z| unary(d, RealUnary::Cosh, x).powi(2) - unary(d, RealUnary::Sinh, x).powi(2), x / x;
        "exp2 of log2" |d, x, y, z| unary(d, RealUnary::Exp2, unary(d, RealUnary::Log2, x * y)), x * y;
        "exp2 of a sum" |d, x, y, z| unary(d, RealUnary::Exp2, x + y), unary(d, RealUnary::Exp2, x) * unary(d, RealUnary::Exp2, y);
    };
    let mut checked = 0;
    for seed in 0..40 {
        let domain = field(false, seed);
        let variables = variables(&domain, seed);
        if variables
            .iter()
            .any(|x| !domain.fields().p.is_square(x.value().value))
        {
            continue;
        }
        for (name, law) in laws {
            let (left, right) = law(&domain, variables);
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
        "circle" |d, x, y, z| x.sin().powi(2) + x.cos().powi(2), x / x;
        "sum" |d, x, y, z| (x + y).sin(), x.sin() * y.cos() + x.cos() * y.sin();
        "double" |d, x, y, z| (x * 2.0).cos(), x.cos().powi(2) - x.sin().powi(2);
        "tan" |d, x, y, z| unary(d, RealUnary::Tan, x) * x.cos(), x.sin();
    };
    for seed in 0..10 {
        let domain = field(true, seed);
        for (name, law) in laws {
            let (left, right) = law(&domain, variables(&domain, seed));
            assert!(left.same(&right), "{name}");
        }
        let [x, ..] = variables(&domain, seed);
        assert!(
            !x.cos()
                .value()
                .same_value(&unary(&domain, RealUnary::Cosh, x).value())
        );
    }
    // Without a square root of −1 there are none: other primes are asked for.
    let domain = field(false, 1);
    let [x, ..] = variables(&domain, 1);
    assert!(!x.sin().value().is_sound() && domain.needs().circular && domain.outside().is_none());
}

#[test]
fn what_differs_a_little_differs() {
    let differences: [(&str, Law); 7] = laws! {
        "seventh digit" |d, x, y, z| x * 0.044715, x * 0.0447151;
        "rounded third" |d, x, y, z| x * (1.0 / 3.0), x / 3.0;
        "eps" |d, x, y, z| (x + 1e-6).sqrt(), x.sqrt() + 1e-6;
        "tangent only" |d, x, y, z| x.ln(), Num::new(d, d.unary(RealUnary::Ln, x.value().with_tangent(Residue::ZERO)));
        "exp of a product" |d, x, y, z| (x * y).exp(), x.exp() * y.exp();
        "exp2" |d, x, y, z| unary(d, RealUnary::Exp2, x), x.exp();
        "sign" |d, x, y, z| x.sqrt(), -(x.sqrt());
    };
    for seed in 0..20 {
        let domain = field(false, seed);
        for (name, law) in differences {
            let (left, right) = law(&domain, variables(&domain, seed));
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
    let [x, y, _] = variables(&domain, 1);
    let mask = Num::neg_infinity(&domain);
    assert_eq!((mask + x).value().kind, Kind::NegInfinity);
    assert_eq!((mask * 0.5).value().kind, Kind::NegInfinity);
    assert!((mask - x).exp().value().same(&Element::zero()));
    assert!(x.max(mask).value().same(&x.value()));
    let trace = domain.take_trace();
    assert!(
        trace
            .decisions()
            .iter()
            .all(|d| d.outcome == Decision::NONE)
    );
    for poison in [x - mask, mask - mask, mask * 0.0, mask * -1.0, mask / y] {
        assert_eq!(poison.value().kind, Kind::Poison);
        // It spreads, and equals nothing.
        assert!(!(poison + x).value().same(&(poison + x).value()));
    }
    assert!(domain.poisoned().is_some());
}

#[test]
fn shadows_decide_and_are_watched() {
    let domain = field(false, 1);
    domain.begin(Range::Binary32);
    let mut rng = Rng::new(5);
    let mut number = |shadow: f64| Num::new(&domain, domain.random(shadow, false, &mut rng));
    let (small, large, twin) = (number(1.0), number(100.0), number(1.0));
    assert!(small.max(large).value().same(&large.value()));
    assert!(domain.compare(Comparison::Less, small.value(), large.value()));
    assert!(domain.compare(Comparison::LessEqual, small.value(), small.value()));
    let trace = domain.take_trace();
    let outcomes: Vec<i64> = trace.decisions().iter().map(|d| d.outcome).collect();
    assert_eq!(
        (domain.undecided(), outcomes),
        (0, vec![1, 1, Decision::NONE])
    );
    // Equal shadows of different values decide nothing.
    domain.compare(Comparison::Less, small.value(), twin.value());
    assert_eq!(domain.undecided(), 1);
    let _ = (large.exp(), (small - large).ln(), small / 0.0);
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
    fn formula<T: Real>(x: T, y: T) -> T {
        let e = (x * 0.5 - y).exp() + y.sqrt();
        (e.ln() + y.tanh() / x).max(y) - x.powi(3)
    }
    let [x, y, _] = variables(&domain, 3);
    let shadow = formula(x, y).value().shadow;
    let plain = formula(Num::new(&F64, 1.5), Num::new(&F64, 0.25)).value();
    assert!(
        (shadow.value - plain).abs() <= shadow.error && shadow.error < 1e-12,
        "{shadow:?}"
    );
}

#[test]
fn outside_the_fragment_the_operation_is_named() {
    let domain = field(false, 1);
    let [x, ..] = variables(&domain, 1);
    let nested = x.exp().exp();
    assert!(!nested.value().is_sound());
    let outside = domain.outside().map(|t| t.to_string()).unwrap_or_default();
    assert!(
        outside.contains("tests.rs") && outside.ends_with("an exponential of an exponential"),
        "{outside}"
    );
    assert_eq!(domain.constant(Number::ZERO).value, Residue::ZERO);
}

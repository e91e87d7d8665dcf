//! Devices that make the worst of what WGSL allows.

use super::profile::Measured;
use super::{Allowance, Allowed, Profile};
use crate::sample::Rng;
use hesper_shader::domain::{Domain, F64, RealBinary, RealUnary};

/// A formula.
#[derive(Debug)]
enum Formula {
    Leaf(f32),
    Unary(RealUnary, Box<Formula>),
    Binary(RealBinary, Box<Formula>, Box<Formula>),
    /// Many terms, as of a loop.
    Sum(Vec<Formula>),
}

use Formula::*;

const UNARY: [RealUnary; 19] = [
    RealUnary::Negate,
    RealUnary::Negate,
    RealUnary::Abs,
    RealUnary::Exp,
    RealUnary::Exp2,
    RealUnary::Ln,
    RealUnary::Log2,
    RealUnary::Sqrt,
    RealUnary::InverseSqrt,
    RealUnary::Sin,
    RealUnary::Cos,
    RealUnary::Tanh,
    RealUnary::Sinh,
    RealUnary::Atan,
    RealUnary::Cosh,
    RealUnary::Tan,
    RealUnary::Floor,
    RealUnary::RoundTiesEven,
    RealUnary::Sign,
];

const BINARY: [RealBinary; 11] = [
    RealBinary::Add,
    RealBinary::Add,
    RealBinary::Subtract,
    RealBinary::Subtract,
    RealBinary::Multiply,
    RealBinary::Multiply,
    RealBinary::Divide,
    RealBinary::Max,
    RealBinary::Min,
    RealBinary::Pow,
    RealBinary::Remainder,
];

fn leaf(rng: &mut Rng) -> f32 {
    let mantissa = rng.below(1 << 24) as f32 / (1 << 23) as f32;
    let sign = if rng.below(2) == 0 { 1.0 } else { -1.0 };
    sign * match rng.below(12) {
        // Much that is equal, or nearly, cancels.
        0 => 1.0,
        1 => 1.0 + f32::EPSILON * rng.below(3) as f32,
        2 => 0.0,
        3 => (mantissa + 1.0) * 1e-39,
        4 => (mantissa + 1.0) * 1e-20,
        5 => (mantissa + 1.0) * 1e18,
        6 => rng.below(9) as f32,
        _ => mantissa,
    }
}

fn formula(rng: &mut Rng, depth: usize) -> Formula {
    if depth == 0 {
        return Leaf(leaf(rng));
    }
    let part = |rng: &mut Rng| {
        let depth = rng.below(depth);
        Box::new(formula(rng, depth))
    };
    match rng.below(7) {
        0..3 => {
            let op = BINARY[rng.below(BINARY.len())];
            Binary(op, part(rng), part(rng))
        }
        3..6 => {
            let op = UNARY[rng.below(UNARY.len())];
            Unary(op, part(rng))
        }
        _ => {
            let terms = 3 + rng.below(6);
            Sum((0..terms).map(|_| *part(rng)).collect())
        }
    }
}

/// What the domain says.
fn allowed(domain: &Allowance, formula: &Formula) -> Allowed {
    match formula {
        Leaf(x) => domain.from_f32(*x),
        Unary(op, x) => domain.unary(*op, allowed(domain, x)),
        Binary(op, x, y) => domain.binary(*op, allowed(domain, x), allowed(domain, y)),
        Sum(terms) => {
            let zero = domain.from_f32(0.0);
            let terms = terms.iter().map(|term| allowed(domain, term));
            terms.fold(zero, |sum, term| domain.binary(RealBinary::Add, sum, term))
        }
    }
}

/// A device that does the worst, or what chance wants.
struct Adversary<'r> {
    rng: &'r mut Rng,
    /// Whether it rounds one way all along.
    steady: Option<bool>,
}

impl Adversary<'_> {
    fn up(&mut self) -> bool {
        self.steady.unwrap_or_else(|| self.rng.below(2) == 0)
    }

    /// One of the neighbours; zero where it may be flushed.
    fn round(&mut self, x: f64) -> f64 {
        let near = x as f32;
        let exact = f64::from(near);
        let up = self.up();
        let rounded = match (up, exact < x, exact > x) {
            (true, true, _) => near.next_up(),
            (false, _, true) => near.next_down(),
            _ => near,
        };
        self.flush(rounded.into())
    }

    fn flush(&mut self, x: f64) -> f64 {
        if x.abs() < f64::from(f32::MIN_POSITIVE) && self.rng.below(2) == 0 {
            return 0.0;
        }
        x
    }

    /// Off by what is granted, one way or the other, and a number of binary32.
    fn off(&mut self, x: f64, by: f64) -> f64 {
        let part = match self.rng.below(3) {
            0 => self.rng.below(1001) as f64 / 1000.0,
            _ => 1.0,
        };
        let target = if self.up() {
            x + part * by
        } else {
            x - part * by
        };
        // Towards the exact result, lest rounding exceed what is granted.
        let mut rounded = target as f32;
        if (f64::from(rounded) - x).abs() > by {
            rounded = if f64::from(rounded) > x {
                rounded.next_down()
            } else {
                rounded.next_up()
            };
        }
        match (f64::from(rounded) - x).abs() <= by {
            true => self.flush(rounded.into()),
            false => self.round(x),
        }
    }

    fn run(&mut self, formula: &Formula) -> f64 {
        match formula {
            Leaf(x) => self.flush((*x).into()),
            Binary(RealBinary::Add | RealBinary::Subtract, ..)
            | Sum(_)
            | Unary(RealUnary::Negate, _) => {
                let mut terms = Vec::new();
                self.terms(formula, 1.0, &mut terms);
                self.add_up(terms)
            }
            Unary(op, x) => {
                let x = self.run(x);
                self.function(*op, x)
            }
            Binary(op, x, y) => {
                let (x, y) = (self.run(x), self.run(y));
                match op {
                    RealBinary::Divide => self.quotient(x, y),
                    RealBinary::Pow => {
                        let logarithm = self.function(RealUnary::Log2, x);
                        let exponent = self.round(y * logarithm);
                        self.function(RealUnary::Exp2, exponent)
                    }
                    RealBinary::Remainder => {
                        let whole = self.quotient(x, y).trunc();
                        let product = self.round(y * whole);
                        self.round(x - product)
                    }
                    _ => {
                        let exact = F64.binary(*op, x, y);
                        self.round(exact)
                    }
                }
            }
        }
    }

    /// The terms of a sum, products as they are where they are fused.
    fn terms(&mut self, formula: &Formula, sign: f64, terms: &mut Vec<f64>) {
        match formula {
            Binary(RealBinary::Add, x, y) => {
                self.terms(x, sign, terms);
                self.terms(y, sign, terms);
            }
            Binary(RealBinary::Subtract, x, y) => {
                self.terms(x, sign, terms);
                self.terms(y, -sign, terms);
            }
            Unary(RealUnary::Negate, x) => self.terms(x, -sign, terms),
            Sum(parts) => parts.iter().for_each(|part| self.terms(part, sign, terms)),
            Binary(RealBinary::Multiply, x, y) if self.rng.below(2) == 0 => {
                let (x, y) = (self.run(x), self.run(y));
                terms.push(sign * x * y);
            }
            _ => terms.push(sign * self.run(formula)),
        }
    }

    /// In any order, by pairs.
    fn add_up(&mut self, mut terms: Vec<f64>) -> f64 {
        while terms.len() > 1 {
            let mut take = |terms: &mut Vec<f64>| {
                let at = self.rng.below(terms.len());
                terms.swap_remove(at)
            };
            let (x, y) = (take(&mut terms), take(&mut terms));
            let sum = self.round(x + y);
            terms.push(sum);
        }
        let last = terms.pop().unwrap_or_default();
        self.round(last)
    }

    fn quotient(&mut self, x: f64, y: f64) -> f64 {
        let exact = x / y;
        let in_range = (2f64.powi(-126)..=2f64.powi(126)).contains(&y.abs());
        if in_range {
            self.off(exact, 2.5 * ulp(exact))
        } else {
            f64::NAN
        }
    }

    fn function(&mut self, op: RealUnary, x: f64) -> f64 {
        let exact = F64.unary(op, x);
        match op {
            RealUnary::Exp | RealUnary::Exp2 => self.off(exact, (3.0 + 2.0 * x.abs()) * ulp(exact)),
            RealUnary::Ln | RealUnary::Log2 if (0.5..=2.0).contains(&x) => {
                self.off(exact, 2f64.powi(-21))
            }
            RealUnary::Ln | RealUnary::Log2 => self.off(exact, 3.0 * ulp(exact)),
            RealUnary::InverseSqrt => self.off(exact, 2.0 * ulp(exact)),
            RealUnary::Sqrt => {
                let inverse = self.function(RealUnary::InverseSqrt, x);
                self.quotient(1.0, inverse)
            }
            RealUnary::Sin | RealUnary::Cos if x.abs() <= std::f64::consts::PI => {
                self.off(exact, 2f64.powi(-11))
            }
            RealUnary::Sin | RealUnary::Cos => f64::NAN,
            RealUnary::Atan => self.off(exact, 4096.0 * ulp(exact)),
            RealUnary::Tan => {
                let [sine, cosine] =
                    [RealUnary::Sin, RealUnary::Cos].map(|op| self.function(op, x));
                self.quotient(sine, cosine)
            }
            RealUnary::Sinh | RealUnary::Cosh => {
                let [up, down] = [x, -x].map(|x| self.function(RealUnary::Exp, x));
                let sum = if op == RealUnary::Sinh {
                    up - down
                } else {
                    up + down
                };
                let sum = self.round(sum);
                self.round(sum * 0.5)
            }
            RealUnary::Tanh if self.rng.below(2) == 0 => self.off(exact, 1e-5),
            RealUnary::Tanh => {
                let [sinh, cosh] =
                    [RealUnary::Sinh, RealUnary::Cosh].map(|op| self.function(op, x));
                self.quotient(sinh, cosh)
            }
            _ => self.round(exact),
        }
    }
}

/// WGSL's unit in the last place: the distance of the numbers of binary32 around `x`.
fn ulp(x: f64) -> f64 {
    let x = (x.abs() as f32).max(f32::MIN_POSITIVE);
    let x = if x.is_finite() { x } else { f32::MAX };
    f64::from(x) - f64::from(x.next_down())
}

/// Of `count` formulas, how many are bounded.
///
/// # Errors
/// What a device that keeps to WGSL yields beyond a bound.
fn attack(domain: &Allowance, count: usize, seed: u64) -> Result<usize, String> {
    let mut rng = Rng::new(seed);
    let mut bounded = 0;
    for _ in 0..count {
        let depth = 1 + rng.below(6);
        let formula = formula(&mut rng, depth);
        let [low, high] = allowed(domain, &formula).bounds();
        if !high.is_finite() {
            continue;
        }
        bounded += 1;
        for steady in [None, Some(true), Some(false)] {
            let mut adversary = Adversary {
                rng: &mut rng,
                steady,
            };
            let found = adversary.run(&formula);
            if !(low <= found && found <= high) {
                return Err(format!(
                    "{found:e} is not within {low:e} ..= {high:e}: {formula:?}"
                ));
            }
        }
    }
    Ok(bounded)
}

#[test]
fn no_device_that_keeps_to_wgsl_is_beyond_the_bounds() {
    let count = 1_000_000;
    let bounded = attack(&Allowance::default(), count, 1).unwrap();
    assert!(bounded > count / 2, "{bounded} of {count} are bounded");
}

/// The attack finds out bounds that grant too little.
#[test]
fn a_device_is_beyond_bounds_that_are_too_narrow() {
    let profile = |change: fn(&mut Profile)| {
        let mut profile = Profile::wgsl();
        change(&mut profile);
        Allowance::new(profile)
    };
    fn set(profile: &mut Profile, op: RealUnary, ulps: f64) {
        profile.set(op, Measured::everywhere(ulps));
    }
    let narrow: [fn(&mut Profile); 4] = [
        |p| p.quotient = 2.0,
        |p| set(p, RealUnary::InverseSqrt, 1.5),
        |p| set(p, RealUnary::Exp, 3.0),
        |p| set(p, RealUnary::Sin, 1.0),
    ];
    for (i, change) in narrow.into_iter().enumerate() {
        assert!(attack(&profile(change), 100_000, 1).is_err(), "{i}");
    }
}

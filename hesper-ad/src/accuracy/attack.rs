//! Devices that make the worst of what WGSL allows.

use super::profile::Measured;
use super::rounding::Rounding;
use super::{Allowance, Allowed, Profile};
use crate::sample::Rng;
use hesper_shader::domain::{Domain, F64, Format, RealBinary, RealUnary};
use hesper_shader::f16;

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

/// A number that the format has.
fn leaf_of(format: Format, rng: &mut Rng) -> f32 {
    let x = leaf(rng);
    match format {
        Format::Binary32 => x,
        // Some of the least and of the greatest there are.
        Format::Binary16 if x.abs() > 1e4 => f16::from_f32(x * 1e-14).to_f32(),
        Format::Binary16 if x != 0.0 && x.abs() < 1e-10 => {
            f16::from_f32(x.signum() * 3e-5).to_f32()
        }
        Format::Binary16 => f16::from_f32(x).to_f32(),
    }
}

fn formula(format: Format, rng: &mut Rng, depth: usize) -> Formula {
    if depth == 0 {
        return Leaf(leaf_of(format, rng));
    }
    let part = |rng: &mut Rng| {
        let depth = rng.below(depth);
        Box::new(formula(format, rng, depth))
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
        Leaf(x) => domain.round(domain.format(), domain.from_f32(*x)),
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
    /// What it computes in.
    format: Format,
    /// Whether it rounds one way all along.
    steady: Option<bool>,
}

impl Adversary<'_> {
    fn up(&mut self) -> bool {
        self.steady.unwrap_or_else(|| self.rng.below(2) == 0)
    }

    /// One of the neighbours; zero where it may be flushed.
    fn round(&mut self, x: f64) -> f64 {
        let near = nearest(self.format, x);
        let up = self.up();
        let rounded = match (up, near < x, near > x) {
            (true, true, _) | (false, _, true) => neighbour(self.format, near, up),
            _ => near,
        };
        self.flush(rounded)
    }

    fn flush(&mut self, x: f64) -> f64 {
        if x.abs() < Rounding::of(self.format).normal && self.rng.below(2) == 0 {
            return 0.0;
        }
        x
    }

    /// Off by what is granted, one way or the other, and a number of the format.
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
        let mut rounded = nearest(self.format, target);
        if (rounded - x).abs() > by {
            rounded = neighbour(self.format, rounded, rounded < x);
        }
        match (rounded - x).abs() <= by {
            true => self.flush(rounded),
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
        let (exact, least) = (x / y, Rounding::of(self.format).normal);
        let in_range = (least..=1.0 / least).contains(&y.abs());
        if in_range {
            self.off(exact, 2.5 * ulp(self.format, exact))
        } else {
            f64::NAN
        }
    }

    fn function(&mut self, op: RealUnary, x: f64) -> f64 {
        let (exact, is_half) = (F64.unary(op, x), self.format == Format::Binary16);
        // WGSL's table again, so that no slip there is a slip here.
        let [base, logarithm, circular, angle] = match is_half {
            false => [3.0, 2f64.powi(-21), 2f64.powi(-11), 4096.0],
            true => [1.0, 2f64.powi(-7), 2f64.powi(-7), 5.0],
        };
        let ulp = ulp(self.format, exact);
        match op {
            RealUnary::Exp | RealUnary::Exp2 => self.off(exact, (base + 2.0 * x.abs()) * ulp),
            RealUnary::Ln | RealUnary::Log2 if (0.5..=2.0).contains(&x) => {
                self.off(exact, logarithm)
            }
            RealUnary::Ln | RealUnary::Log2 => self.off(exact, 3.0 * ulp),
            RealUnary::InverseSqrt => self.off(exact, 2.0 * ulp),
            RealUnary::Sqrt => {
                let inverse = self.function(RealUnary::InverseSqrt, x);
                self.quotient(1.0, inverse)
            }
            RealUnary::Sin | RealUnary::Cos if x.abs() <= std::f64::consts::PI => {
                self.off(exact, circular)
            }
            RealUnary::Sin | RealUnary::Cos => f64::NAN,
            RealUnary::Atan => self.off(exact, angle * ulp),
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

/// The number of the format that is nearest.
fn nearest(format: Format, x: f64) -> f64 {
    match format {
        Format::Binary32 => (x as f32).into(),
        Format::Binary16 => f16::from_f64(x).to_f64(),
    }
}

/// The next number of the format, above or below one of its own.
fn neighbour(format: Format, x: f64, up: bool) -> f64 {
    match (format, up) {
        (Format::Binary32, true) => (x as f32).next_up().into(),
        (Format::Binary32, false) => (x as f32).next_down().into(),
        (Format::Binary16, _) if x == 0.0 => 2f64.powi(-24).copysign(if up { 1.0 } else { -1.0 }),
        (Format::Binary16, _) => {
            let bits = f16::from_f64(x).to_bits();
            let away = up == (x > 0.0);
            f16::from_bits(if away { bits + 1 } else { bits - 1 }).to_f64()
        }
    }
}

/// WGSL's unit in the last place: the distance of the numbers of a format around `x`.
fn ulp(format: Format, x: f64) -> f64 {
    let to = Rounding::of(format);
    let x = nearest(format, x.abs()).clamp(to.normal, to.greatest);
    x - neighbour(format, x, false)
}

/// Of `count` formulas, how many are bounded.
///
/// # Errors
/// What a device that keeps to WGSL yields beyond a bound.
fn attack(domain: &Allowance, format: Format, count: usize, seed: u64) -> Result<usize, String> {
    domain.within(format);
    let mut rng = Rng::new(seed);
    let mut bounded = 0;
    for _ in 0..count {
        let depth = 1 + rng.below(6);
        let formula = formula(format, &mut rng, depth);
        let [low, high] = allowed(domain, &formula).bounds();
        if !high.is_finite() {
            continue;
        }
        bounded += 1;
        for steady in [None, Some(true), Some(false)] {
            let mut adversary = Adversary {
                rng: &mut rng,
                format,
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
    for (format, count) in [(Format::Binary32, 1_000_000), (Format::Binary16, 300_000)] {
        let bounded = attack(&Allowance::default(), format, count, 1).unwrap();
        assert!(bounded > count / 2, "{bounded} of {count} are bounded");
    }
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
        assert!(
            attack(&profile(change), Format::Binary32, 100_000, 1).is_err(),
            "{i}"
        );
    }
}

//! The random primes of a trial.

use super::modular::{Modulus, Residue, jacobi};
use crate::sample::Rng;
use foldhash::HashMap;
use std::cell::RefCell;

/// What the primes must fulfil.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// Numbers that must be squares modulo both primes: the primes of constants under a square root.
    pub squares: Vec<u64>,
    /// The same for one point alone: the primes of how often it repeats a number.
    pub here: Vec<u64>,
    /// Whether roots are taken, so that squares stand for positive numbers.
    pub roots: bool,
    /// Whether −1 must be a square modulo `p`, for sine and cosine; else it is none, for the sign of roots.
    pub circular: bool,
}

/// Numbers that can be demanded to be squares, at most: each halves the fields that will do, so the search for one takes `2ⁿ` tries.
pub(crate) const MOST_SQUARES: usize = 16;

/// A prime field `F_p` with an exponent field `F_q`, `q | p − 1`, and an element `ω` of order `q`: `x ↦ ωˣ` is an exponential.
#[derive(Clone, Debug)]
pub struct Fields {
    /// The field of values: a prime in 2⁶¹..2⁶².
    pub p: Modulus,
    /// The field of exponents: a prime of 31 bits, 3 mod 4.
    pub q: Modulus,
    /// `ω^(d·16ʷ)` at `16·w + d`.
    powers: Vec<Residue>,
    /// What `x` is multiplied with in `e^{ix}`, lest the circular functions be the hyperbolic ones.
    gamma: Residue,
    /// A square root of −1 in `F_p`, where there is one.
    pub imaginary: Option<Residue>,
}

/// Bits of the exponents' prime.
pub(crate) const EXPONENT_BITS: u32 = 31;

/// Digits of four bits in an exponent.
const DIGITS: u32 = EXPONENT_BITS.div_ceil(4);

impl Fields {
    /// Fresh primes: `q` uniform among its like, then `p = t·q + 1` with a fresh `t` for each candidate, then `ω` uniform.
    pub fn draw(demands: &Demands, rng: &mut Rng) -> Fields {
        let q = exponent_prime(demands, rng);
        let p = value_prime(q.value(), demands, rng);
        let omega = element_of_order(&p, q.value(), rng);
        Fields {
            powers: powers(&p, omega),
            gamma: q.random(rng.bits()),
            imaginary: demands.circular.then(|| element_of_order_four(&p, rng)),
            p,
            q,
        }
    }

    /// The image of `e^{ix}`.
    pub fn turn(&self, x: Residue) -> Residue {
        self.exp(self.q.mul(self.gamma, x))
    }

    /// `ωⁿ` for the integer that a residue of `F_q` stands for.
    pub fn exp(&self, x: Residue) -> Residue {
        let n = self.q.integer(x);
        let digit = |w: u32| (n >> (4 * w)) as usize & 15;
        let power = |w: u32| self.powers[16 * w as usize + digit(w)];
        (1..DIGITS).fold(power(0), |product, w| match digit(w) {
            0 => product,
            _ => self.p.mul(product, power(w)),
        })
    }
}

fn powers(p: &Modulus, omega: Residue) -> Vec<Residue> {
    let mut powers = Vec::with_capacity(16 * DIGITS as usize);
    let mut base = omega;
    for _ in 0..DIGITS {
        let mut power = p.one();
        for _ in 0..16 {
            powers.push(power);
            power = p.mul(power, base);
        }
        base = power;
    }
    powers
}

fn exponent_prime(demands: &Demands, rng: &mut Rng) -> Modulus {
    let low = 1u64 << (EXPONENT_BITS - 1);
    prime(demands, || low | (rng.bits() % low) | 3)
}

fn value_prime(q: u64, demands: &Demands, rng: &mut Rng) -> Modulus {
    let (low, high) = ((1u64 << 61) / q + 1, ((1u64 << 62) - 1) / q);
    // p = tq + 1 is 3 mod 4 where t is 2 mod 4, and 1 mod 4 where 4 divides t.
    let last = if demands.circular { 0 } else { 2 };
    prime(demands, || {
        let t = low + rng.bits() % (high - low);
        ((t & !3) | last) * q + 1
    })
}

/// The first candidate that is a prime modulo which the demanded numbers are squares.
fn prime(demands: &Demands, mut candidate: impl FnMut() -> u64) -> Modulus {
    loop {
        let n = candidate();
        let suits = |s: &u64| jacobi(*s, n) == 1;
        if has_no_small_factor(n)
            && demands.squares.iter().chain(&demands.here).all(suits)
            && let Some(modulus) = Modulus::new(n)
            && is_prime(&modulus)
        {
            return modulus;
        }
    }
}

fn element_of_order(p: &Modulus, q: u64, rng: &mut Rng) -> Residue {
    loop {
        let element = p.pow(p.random(rng.bits()), (p.value() - 1) / q);
        if !element.is_zero() && element != p.one() {
            return element;
        }
    }
}

fn element_of_order_four(p: &Modulus, rng: &mut Rng) -> Residue {
    loop {
        let element = p.pow(p.random(rng.bits()), (p.value() - 1) / 4);
        if p.mul(element, element) == p.neg(p.one()) {
            return element;
        }
    }
}

const SMALL: [u64; 14] = [3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47];

fn has_no_small_factor(n: u64) -> bool {
    SMALL.iter().all(|s| !n.is_multiple_of(*s))
}

/// Miller–Rabin with the first twelve primes as bases, which decides every number below 2⁶⁴ (Sorenson and Webster, "Strong
/// pseudoprimes to twelve prime bases", Mathematics of Computation 86, 2017). The modulus must exceed the bases.
fn is_prime(f: &Modulus) -> bool {
    let twos = (f.value() - 1).trailing_zeros();
    let odd = (f.value() - 1) >> twos;
    let minus_one = f.neg(f.one());
    let passes = |base: u64| {
        let mut x = f.pow(f.residue(base), odd);
        x == f.one()
            || (0..twos).any(|_| {
                let passed = x == minus_one;
                x = f.mul(x, x);
                passed
            })
    };
    [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37]
        .into_iter()
        .all(passes)
}

thread_local! {
    /// What was asked before: constants like 10⁻⁵ have long digits in binary, and are the same in every trial.
    static FACTORS: RefCell<HashMap<u128, Vec<u64>>> = RefCell::default();
}

/// The prime factors of a number.
pub(crate) fn prime_factors(n: u128) -> Vec<u64> {
    FACTORS.with_borrow_mut(|known| known.entry(n).or_insert_with(|| divided(n)).clone())
}

fn divided(mut n: u128) -> Vec<u64> {
    let mut factors = Vec::new();
    let mut divisor = 2u128;
    while divisor * divisor <= n && divisor < 1 << 20 {
        if n.is_multiple_of(divisor) {
            factors.push(divisor as u64);
            while n.is_multiple_of(divisor) {
                n /= divisor;
            }
        }
        divisor += 1;
    }
    // What is left is a prime, or a product of primes above 2²⁰, which serves as well.
    if n > 1
        && let Ok(rest) = u64::try_from(n)
    {
        factors.push(rest);
    }
    factors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_told_from_composites() {
        for (n, prime) in [
            (2_147_483_647, true),
            (4_611_686_018_427_387_847, true),
            (3_215_031_751, false),
            // The square of a prime, and a Carmichael number.
            (1_000_003 * 1_000_003, false),
            (9_746_347_772_161, false),
        ] {
            assert_eq!(is_prime(&Modulus::new(n).unwrap()), prime, "{n}");
        }
        let count = (101..10_000)
            .step_by(2)
            .filter(|n| is_prime(&Modulus::new(*n).unwrap()));
        assert_eq!(count.count(), 1229 - 25);
        assert_eq!(prime_factors(360), [2, 3, 5]);
        assert_eq!(prime_factors(1_000_000), [2, 5]);
        assert!(prime_factors(1).is_empty());
    }

    #[test]
    fn fields_fulfil_their_demands() {
        let mut rng = Rng::new(3);
        for circular in [false, true] {
            let squares = vec![2, 3, 5, 13];
            let roots = !circular;
            let demands = Demands {
                squares,
                roots,
                circular,
                here: vec![7],
            };
            for _ in 0..5 {
                let f = Fields::draw(&demands, &mut rng);
                let (p, q) = (f.p.value(), f.q.value());
                assert!((1 << 61..1 << 62).contains(&p) && (1 << 30..1 << 31).contains(&q));
                assert!(p % q == 1 && q % 4 == 3 && p % 4 == if circular { 1 } else { 3 });
                for s in demands.squares.iter().chain(&demands.here) {
                    assert!(f.p.is_square(f.p.residue(*s)) && f.q.is_square(f.q.residue(*s)));
                }
                assert_eq!(
                    f.imaginary.map(|i| f.p.mul(i, i)),
                    circular.then(|| f.p.neg(f.p.one()))
                );
                // A homomorphism, and not a trivial one.
                let (x, y) = (f.q.random(rng.bits()), f.q.random(rng.bits()));
                let sum = f.exp(f.q.add(x, y));
                assert_eq!(sum, f.p.mul(f.exp(x), f.exp(y)));
                assert_eq!(f.exp(Residue::ZERO), f.p.one());
                assert_ne!(f.exp(f.q.one()), f.p.one());
            }
        }
    }
}

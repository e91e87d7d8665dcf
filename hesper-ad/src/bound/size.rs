//! How large an expression is, written as one fraction.

use super::roots::Roots;
use std::collections::BTreeMap;

/// The size of an exponential-rational expression `N / D`.
///
/// `N = Σ cᵢ·mᵢ·exp(gᵢ)` with integers `c`, monomials `m` in the inputs, and rational functions `g` of them; `D` is a product of
/// powers of *atoms*: denominators met so far, each counted once. All counts are upper bounds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Size {
    /// log₂ of the number of terms of `N`; −∞ for zero.
    pub(super) terms: f64,
    /// log₂ of `Σ |cᵢ|`.
    pub(super) weight: f64,
    /// Degree of `N` in the inputs, exponents left aside.
    pub(super) degree: f64,
    /// The exponents.
    pub(super) exponents: Exponents,
    /// Square roots the expression holds.
    pub(super) roots: Roots,
    /// The powers of the atoms of `D`, by number.
    pub(super) atoms: BTreeMap<u32, u32>,
}

/// The rational functions under the exponentials of an expression.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Exponents {
    /// Degree of the numerators; 0 where there is no exponential.
    pub(super) degree: f64,
    /// Degree of the denominators.
    pub(super) denominator: f64,
    /// log₂ of the sum of the integer coefficients.
    pub(super) bits: f64,
}

impl Exponents {
    /// Those of a product of exponentials: sums of both.
    fn plus(self, other: Exponents) -> Exponents {
        if other == Exponents::default() {
            return self;
        }
        if self == Exponents::default() {
            return other;
        }
        let cleared = (self.degree + other.denominator).max(other.degree + self.denominator);
        let same = self.denominator + other.denominator == 0.0;
        Exponents {
            degree: cleared,
            denominator: self.denominator + other.denominator,
            bits: 1.0
                + if same {
                    self.bits.max(other.bits)
                } else {
                    self.bits + other.bits
                },
        }
    }

    /// Those of a sum of exponentials: either's.
    fn or(self, other: Exponents) -> Exponents {
        Exponents {
            degree: self.degree.max(other.degree),
            denominator: self.denominator.max(other.denominator),
            bits: self.bits.max(other.bits),
        }
    }

    /// `n` times over.
    fn times(self, n: f64) -> Exponents {
        Exponents {
            degree: self.degree + (n - 1.0).max(0.0) * self.denominator,
            denominator: n * self.denominator,
            bits: self.bits * if self.denominator == 0.0 { 1.0 } else { n } + n.log2().max(0.0),
        }
    }
}

impl Size {
    /// The size of zero.
    pub(super) fn zero() -> Size {
        Size {
            terms: f64::NEG_INFINITY,
            weight: f64::NEG_INFINITY,
            ..Size::one()
        }
    }

    /// The size of one.
    pub(super) fn one() -> Size {
        Size {
            terms: 0.0,
            weight: 0.0,
            degree: 0.0,
            exponents: Exponents::default(),
            roots: Roots::default(),
            atoms: BTreeMap::new(),
        }
    }

    /// An input.
    pub(super) fn variable() -> Size {
        Size {
            degree: 1.0,
            ..Size::one()
        }
    }

    /// An integer.
    pub(super) fn integer(n: f64) -> Size {
        if n == 0.0 {
            return Size::zero();
        }
        Size {
            weight: n.abs().log2(),
            ..Size::one()
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.terms == f64::NEG_INFINITY
    }

    /// Whether there is an exponential in it.
    pub(super) fn has_exponentials(&self) -> bool {
        self.exponents != Exponents::default()
    }

    /// `exp` of it.
    pub(super) fn exponential(&self, atoms: &Atoms) -> Size {
        let denominator = self.cleared(&self.atoms, atoms).unwrap_or_else(Size::one);
        Size {
            exponents: Exponents {
                degree: self.degree.max(1.0),
                denominator: denominator.degree,
                bits: self.weight.max(0.0) + denominator.weight.max(0.0),
            },
            ..Size::one()
        }
    }

    /// The product.
    pub(super) fn times(&self, other: &Size) -> Size {
        if self.is_zero() || other.is_zero() {
            return Size::zero();
        }
        let mut degree = self.degree + other.degree;
        let mut atoms = self.atoms.clone();
        for (atom, power) in &other.atoms {
            let here = atoms.entry(*atom).or_default();
            // Squared again and again, a power grows beyond all counting: then there is no bound.
            *here = here.checked_add(*power).unwrap_or_else(|| {
                degree = f64::INFINITY;
                u32::MAX
            });
        }
        Size {
            terms: self.terms + other.terms,
            weight: self.weight + other.weight,
            degree,
            exponents: self.exponents.plus(other.exponents),
            roots: self.roots | other.roots,
            atoms,
        }
    }

    /// The sum, over the least common denominator.
    pub(super) fn plus(&self, other: &Size, atoms: &Atoms) -> Size {
        if self.is_zero() {
            return other.clone();
        }
        if other.is_zero() {
            return self.clone();
        }
        let (x, y, common) = self.over_common(other, atoms);
        Size {
            terms: add_log2(x.terms, y.terms),
            weight: add_log2(x.weight, y.weight),
            degree: x.degree.max(y.degree),
            exponents: x.exponents.or(y.exponents),
            roots: x.roots | y.roots,
            atoms: common,
        }
    }

    /// Either of both, whichever it is.
    pub(super) fn or(&self, other: &Size, atoms: &Atoms) -> Size {
        if self.is_zero() || self == other {
            return other.clone();
        }
        if other.is_zero() {
            return self.clone();
        }
        let (x, y, common) = self.over_common(other, atoms);
        Size {
            terms: x.terms.max(y.terms),
            weight: x.weight.max(y.weight),
            degree: x.degree.max(y.degree),
            exponents: x.exponents.or(y.exponents),
            roots: x.roots | y.roots,
            atoms: common,
        }
    }

    /// Both numerators over the least common denominator, and its atoms.
    fn over_common(&self, other: &Size, atoms: &Atoms) -> (Size, Size, BTreeMap<u32, u32>) {
        let mut common = self.atoms.clone();
        for (atom, power) in &other.atoms {
            let here = common.entry(*atom).or_default();
            *here = (*here).max(*power);
        }
        let widened = |size: &Size| {
            let missing = common.iter().filter_map(|(atom, power)| {
                let has = size.atoms.get(atom).copied().unwrap_or_default();
                (*power > has).then(|| (*atom, power - has))
            });
            match size.cleared(&missing.collect(), atoms) {
                Some(factor) => Size {
                    atoms: BTreeMap::new(),
                    ..size.clone()
                }
                .times(&factor),
                None => size.clone(),
            }
        };
        (widened(self), widened(other), common)
    }

    /// The product of powers of atoms, multiplied out; `None` for none.
    fn cleared(&self, powers: &BTreeMap<u32, u32>, atoms: &Atoms) -> Option<Size> {
        let factor = |(atom, power): (&u32, &u32)| {
            let size = atoms.size(*atom);
            let n = f64::from(*power);
            Size {
                terms: n * size.terms,
                weight: n * size.weight,
                degree: n * size.degree,
                exponents: size.exponents.times(n),
                roots: size.roots,
                atoms: BTreeMap::new(),
            }
        };
        powers.iter().map(factor).reduce(|x, y| x.times(&y))
    }

    /// One over it: its denominator multiplied out, over a new atom.
    pub(super) fn inverse(&self, atom: u32, atoms: &Atoms) -> Size {
        let numerator = self.cleared(&self.atoms, atoms).unwrap_or_else(Size::one);
        Size {
            atoms: BTreeMap::from([(atom, 1)]),
            roots: self.roots | numerator.roots,
            ..numerator
        }
    }

    /// Its square root: half the degree, over the same denominator. Its number tells it from others.
    pub(super) fn root(&self, number: u32, atoms: &Atoms) -> Size {
        let denominator = self.cleared(&self.atoms, atoms).unwrap_or_else(Size::one);
        Size {
            terms: 0.0,
            weight: 0.0,
            degree: ((self.degree + denominator.degree) / 2.0).ceil(),
            exponents: Exponents::default(),
            roots: self.roots | denominator.roots | Roots::of(number),
            atoms: self.atoms.clone(),
        }
    }
}

/// The denominators met so far: each a numerator's size.
#[derive(Clone, Debug, Default)]
pub(super) struct Atoms(Vec<Size>);

impl Atoms {
    /// A new atom.
    pub(super) fn push(&mut self, numerator: Size) -> u32 {
        self.0.push(Size {
            atoms: BTreeMap::new(),
            ..numerator
        });
        self.0.len() as u32 - 1
    }

    fn size(&self, atom: u32) -> Size {
        self.0.get(atom as usize).cloned().unwrap_or_else(Size::one)
    }
}

/// `log₂(2ˣ + 2ʸ)`.
fn add_log2(x: f64, y: f64) -> f64 {
    let (high, low) = if x >= y { (x, y) } else { (y, x) };
    if low == f64::NEG_INFINITY {
        return high;
    }
    high + (low - high).exp2().ln_1p() / std::f64::consts::LN_2
}

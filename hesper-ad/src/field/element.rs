//! One value of the exact field.

use super::modular::Residue;
use crate::tracked::Bounded;
use hesper_shader::domain::Value;

/// A value in every guise the exact domain knows it by.
///
/// `value` and `tangent` obey the laws of a field and its derivation. `exponent` is the same value again, in the field of
/// exponents, where it has one; `image` is what its exponential is known to be; the shadow is a real number that decides comparisons.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// Whether it is a number.
    pub kind: Kind,
    /// The value in `F_p`.
    pub value: Residue,
    /// Its derivative along the inputs' tangents, in `F_p`.
    pub tangent: Residue,
    /// The value in `F_q`.
    pub exponent: Exponent,
    /// The exponential of the value in `F_p`, where it holds a logarithm.
    pub image: Option<Residue>,
    /// Whether it depends on a function that the field does not have ([`Exact::opaque`](super::Exact)): then it can be shown equal to another, and
    /// never shown to differ.
    pub opaque: bool,
    /// The value as a real, with its rounding error.
    pub shadow: Bounded,
}

impl Value for Element {
    fn identical(&self, other: &Element) -> bool {
        let residues = |x: &Element| (x.kind, x.value, x.tangent, x.exponent, x.image, x.opaque);
        residues(self) == residues(other) && self.shadow.identical(&other.shadow)
    }
}

/// Whether an element is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Finite,
    /// The mask value: the identity of `max`, whose exponential is zero.
    NegInfinity,
    /// No number: a division by zero, or an operation without meaning.
    Poison,
}

/// A value in the field of exponents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exponent {
    /// Its residue.
    Known(Residue),
    /// None for these primes and inputs; others may have one.
    Unlucky,
    /// None: the value holds an exponential or a sine.
    Nested,
}

impl Exponent {
    pub(super) fn map(self, f: impl FnOnce(Residue) -> Option<Residue>) -> Exponent {
        match self {
            Exponent::Known(x) => f(x).map_or(Exponent::Unlucky, Exponent::Known),
            other => other,
        }
    }

    #[inline(always)]
    pub(super) fn zip(
        self,
        other: Exponent,
        f: impl FnOnce(Residue, Residue) -> Residue,
    ) -> Exponent {
        match (self, other) {
            (Exponent::Known(x), Exponent::Known(y)) => Exponent::Known(f(x, y)),
            (Exponent::Nested, _) | (_, Exponent::Nested) => Exponent::Nested,
            _ => Exponent::Unlucky,
        }
    }
}

impl Element {
    const EXACT_ZERO: Element = Element {
        kind: Kind::Finite,
        value: Residue::ZERO,
        tangent: Residue::ZERO,
        exponent: Exponent::Known(Residue::ZERO),
        image: None,
        opaque: false,
        shadow: Bounded {
            value: 0.0,
            error: 0.0,
        },
    };

    /// Zero.
    pub const fn zero() -> Element {
        Element::EXACT_ZERO
    }

    /// The mask value.
    pub const fn neg_infinity() -> Element {
        Element {
            kind: Kind::NegInfinity,
            shadow: Bounded {
                value: f64::NEG_INFINITY,
                error: 0.0,
            },
            ..Element::EXACT_ZERO
        }
    }

    pub(super) const fn poison() -> Element {
        Element {
            kind: Kind::Poison,
            shadow: Bounded {
                value: f64::NAN,
                error: f64::INFINITY,
            },
            ..Element::EXACT_ZERO
        }
    }

    /// The element with a tangent.
    pub fn with_tangent(self, tangent: Residue) -> Element {
        Element { tangent, ..self }
    }

    /// Whether it is zero, and does not move.
    pub(super) fn is_still_zero(&self) -> bool {
        self.kind == Kind::Finite && self.value.is_zero() && self.tangent.is_zero()
    }

    /// Whether it is a number or the mask value.
    pub fn is_sound(&self) -> bool {
        self.kind != Kind::Poison
    }

    /// Whether the values are equal, tangents left aside. Values that hold logarithms are told apart by their exponentials.
    pub fn same_value(&self, other: &Element) -> bool {
        match (self.kind, other.kind) {
            (Kind::Finite, Kind::Finite) => match (self.image, other.image) {
                (Some(x), Some(y)) => x == y,
                _ => self.value == other.value,
            },
            (Kind::NegInfinity, Kind::NegInfinity) => true,
            _ => false,
        }
    }

    /// Whether values and tangents are equal; poison equals nothing.
    pub fn same(&self, other: &Element) -> bool {
        self.same_value(other) && self.tangent == other.tangent
    }
}

//! The field's own operations, on all parts of an element at once; the derivation's formula stands above each.

use super::element::{Element, Exponent, Kind};
use super::exact::Exact;
use super::modular::Residue;
use crate::tracked::Bounded;
use hesper_shader::domain::{Domain, RealBinary};

impl Exact {
    // d(−x) = −ẋ
    pub(super) fn negate(&self, x: Element) -> Element {
        let Element {
            value,
            tangent,
            exponent,
            image,
            ..
        } = x;
        Element {
            value: self.fields.p.neg(value),
            tangent: self.fields.p.neg(tangent),
            exponent: exponent.map(|b| Some(self.fields.q.neg(b))),
            image: image.and_then(|e| self.fields.p.inverse(e)),
            shadow: Bounded {
                value: -x.shadow.value,
                error: x.shadow.error,
            },
            ..x
        }
    }

    // d(x + y) = ẋ + ẏ
    pub(super) fn add(&self, x: Element, y: Element) -> Element {
        let (p, q) = (&self.fields.p, &self.fields.q);
        if x.kind == Kind::NegInfinity || y.kind == Kind::NegInfinity {
            return Element::neg_infinity();
        }
        Element {
            kind: Kind::Finite,
            value: p.add(x.value, y.value),
            tangent: p.add(x.tangent, y.tangent),
            exponent: x.exponent.zip(y.exponent, |x, y| q.add(x, y)),
            image: self.image_of_sum(x, y, |x, y| Some(p.mul(x, y))),
            opaque: x.opaque || y.opaque,
            shadow: self.tracked.binary(RealBinary::Add, x.shadow, y.shadow),
        }
    }

    // d(x − y) = ẋ − ẏ
    pub(super) fn subtract(&self, x: Element, y: Element) -> Element {
        let (p, q) = (&self.fields.p, &self.fields.q);
        if y.kind == Kind::NegInfinity {
            self.note("subtraction of −∞", f64::NAN, true);
            return self.poison("a subtraction of −∞");
        }
        if x.kind == Kind::NegInfinity {
            return x;
        }
        Element {
            kind: Kind::Finite,
            value: p.sub(x.value, y.value),
            tangent: p.sub(x.tangent, y.tangent),
            exponent: x.exponent.zip(y.exponent, |x, y| q.sub(x, y)),
            image: self.image_of_sum(x, y, |x, y| Some(p.mul(x, p.inverse(y)?))),
            opaque: x.opaque || y.opaque,
            shadow: self
                .tracked
                .binary(RealBinary::Subtract, x.shadow, y.shadow),
        }
    }

    /// The exponential of a sum, where a term holds a logarithm.
    #[inline(always)]
    pub(super) fn image_of_sum(
        &self,
        x: Element,
        y: Element,
        join: impl FnOnce(Residue, Residue) -> Option<Residue>,
    ) -> Option<Residue> {
        if x.image.is_none() && y.image.is_none() {
            return None;
        }
        join(self.image(x)?, self.image(y)?)
    }

    pub(super) fn image(&self, x: Element) -> Option<Residue> {
        x.image.or(match x.exponent {
            Exponent::Known(b) => Some(self.fields.exp(b)),
            _ => None,
        })
    }

    // d(xy) = ẋy + xẏ
    pub(super) fn multiply(&self, x: Element, y: Element) -> Element {
        let (p, q) = (&self.fields.p, &self.fields.q);
        if x.kind == Kind::NegInfinity || y.kind == Kind::NegInfinity {
            return self.scaled_infinity(x, y);
        }
        let mut tangent = Residue::ZERO;
        if !x.tangent.is_zero() {
            tangent = p.mul(x.tangent, y.value);
        }
        if !y.tangent.is_zero() {
            tangent = p.add(tangent, p.mul(x.value, y.tangent));
        }
        Element {
            kind: Kind::Finite,
            value: p.mul(x.value, y.value),
            tangent,
            exponent: x.exponent.zip(y.exponent, |x, y| q.mul(x, y)),
            image: self.image_of_multiple(x, y),
            // Whatever it is, no times of it is nothing.
            opaque: x.opaque && !y.is_still_zero() || y.opaque && !x.is_still_zero(),
            shadow: self
                .tracked
                .binary(RealBinary::Multiply, x.shadow, y.shadow),
        }
    }

    /// `−∞` times a positive number is `−∞`; there is no other product of it.
    pub(super) fn scaled_infinity(&self, x: Element, y: Element) -> Element {
        let other = if x.kind == Kind::NegInfinity { y } else { x };
        if other.kind == Kind::Finite && other.shadow.value > other.shadow.error {
            return Element::neg_infinity();
        }
        self.note("product of −∞", other.shadow.value, true);
        self.poison("a product of −∞ and what is not positive")
    }

    /// The exponential of an integer multiple: a power.
    #[inline(always)]
    pub(super) fn image_of_multiple(&self, x: Element, y: Element) -> Option<Residue> {
        match (x.image, y.image) {
            (None, None) => None,
            (Some(e), None) => self.integral_power(e, y),
            (None, Some(e)) => self.integral_power(e, x),
            (Some(_), Some(_)) => None,
        }
    }

    pub(super) fn integral_power(&self, e: Residue, n: Element) -> Option<Residue> {
        let n = self.as_integer(n)?;
        let power = self.fields.p.pow(e, n.unsigned_abs());
        if n < 0 {
            self.fields.p.inverse(power)
        } else {
            Some(power)
        }
    }

    /// The small integer that an element is, whatever its shadow.
    pub(super) fn as_integer(&self, x: Element) -> Option<i64> {
        let n = x.shadow.value;
        let small = n.fract() == 0.0 && n.abs() < 64.0 && x.shadow.error == 0.0;
        let n = n as i64;
        (small && x.value == self.fields.p.signed(n.into())).then_some(n)
    }

    // d(x/y) = (ẋ − (x/y)ẏ) / y
    pub(super) fn divide(&self, x: Element, y: Element) -> Element {
        let (p, q) = (&self.fields.p, &self.fields.q);
        if x.kind == Kind::NegInfinity || y.kind == Kind::NegInfinity {
            return self.poison("a quotient of −∞");
        }
        if y.shadow.value == 0.0 {
            self.note("division by zero", 0.0, true);
        }
        let Some(inverse) = self.kept[0].inverse(p, y.value) else {
            return self.poison("a division by zero");
        };
        let value = p.mul(x.value, inverse);
        let mut tangent = x.tangent;
        if !y.tangent.is_zero() {
            tangent = p.sub(tangent, p.mul(value, y.tangent));
        }
        if !tangent.is_zero() {
            tangent = p.mul(tangent, inverse);
        }
        let exponent = y.exponent.map(|b| self.kept[1].inverse(q, b));
        Element {
            kind: Kind::Finite,
            value,
            tangent,
            exponent: x.exponent.zip(exponent, |x, y| q.mul(x, y)),
            image: None,
            opaque: (x.opaque || y.opaque) && !x.is_still_zero(),
            shadow: self.tracked.binary(RealBinary::Divide, x.shadow, y.shadow),
        }
    }
}

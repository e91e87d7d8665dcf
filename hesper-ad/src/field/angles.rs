//! Inverse circular functions: random functions of the field, odd where they are, with their derivatives. And inverse hyperbolic ones, which
//! are logarithms.

use super::element::{Element, Exponent, Kind};
use super::exact::Exact;
use super::modular::Residue;
use hesper_shader::domain::{Domain, RealBinary, RealUnary};

impl Exact {
    /// `asin`, `acos` and `atan`: equal arguments have equal angles, and `−x` that of `x`, negated; nothing else is known of them.
    pub(super) fn angle(&self, op: RealUnary, x: Element) -> Element {
        let p = &self.fields.p;
        let value = match op {
            // acos x = ½π − asin x
            RealUnary::Acos => {
                let half = p.inverse(p.residue(2)).unwrap_or_default();
                p.sub(p.mul(half, self.pi()), self.odd(RealUnary::Asin, x.value))
            }
            _ => self.odd(op, x.value),
        };
        let y = self.of_value(value);
        let at = Element {
            tangent: Residue::ZERO,
            ..x
        };
        if x.tangent.is_zero() && op != RealUnary::Atan {
            // Its derivative has a root: fields in which there is one are looked for at every point.
            let radicand = self.subtract(self.integer(1), self.multiply(at, at));
            if !self.root(radicand).is_sound() {
                return Element::poison();
            }
        }
        let mut tangent = Residue::ZERO;
        if !x.tangent.is_zero() {
            match op.derivative(self, [at, y], self.of_value(x.tangent)) {
                Some(slope) if slope.is_sound() => tangent = slope.value,
                _ => return self.poison("the derivative of an angle"),
            }
        }
        let shadow = self.shadow_of(op, x);
        Element {
            tangent,
            opaque: x.opaque,
            shadow,
            ..y
        }
    }

    fn pi(&self) -> Residue {
        let known = self.pi.get();
        let pi = known.unwrap_or_else(|| self.fields.p.random(self.rng.borrow_mut().bits()));
        self.pi.set(Some(pi));
        pi
    }

    /// A random odd function.
    fn odd(&self, op: RealUnary, x: Residue) -> Residue {
        let p = &self.fields.p;
        if x.is_zero() {
            return x;
        }
        let minus = p.neg(x);
        let fresh = || p.random(self.rng.borrow_mut().bits());
        let key = (op, x.min(minus));
        let y = *self.angles.borrow_mut().entry(key).or_insert_with(fresh);
        if x < minus { y } else { p.neg(y) }
    }

    /// A value of which nothing else is known: no shadow that decides anything hangs on it.
    fn of_value(&self, value: Residue) -> Element {
        Element {
            kind: Kind::Finite,
            value,
            exponent: Exponent::Nested,
            shadow: self.tracked.exact(1.0),
            ..Element::zero()
        }
    }

    /// `atan2(y, x)` by `atan(y/x)` and multiples of π, which the shadows choose.
    pub(super) fn atan2(&self, y: Element, x: Element) -> Element {
        let p = &self.fields.p;
        let of_infinity = x.kind == Kind::NegInfinity || y.kind == Kind::NegInfinity;
        if of_infinity || x.value.is_zero() && y.value.is_zero() {
            return self.poison("the angle of the origin, or of −∞");
        }
        // No decision to be seen both ways: but for the cut the angle is smooth.
        let below = |z: Element| {
            if !z.value.is_zero() && z.shadow.value.abs() <= z.shadow.error {
                self.leave_open();
            }
            !z.value.is_zero() && z.shadow.value < 0.0
        };
        let half_pi = p.mul(p.inverse(p.residue(2)).unwrap_or_default(), self.pi());
        let signed = |turn: Residue| if below(y) { p.neg(turn) } else { turn };
        let value = if x.value.is_zero() {
            signed(half_pi)
        } else {
            let quotient = p.mul(y.value, p.inverse(x.value).unwrap_or_default());
            let angle = self.odd(RealUnary::Atan, quotient);
            let turn = if below(x) {
                signed(self.pi())
            } else {
                Residue::ZERO
            };
            p.add(angle, turn)
        };
        let result = self.of_value(value);
        let still = |z: Element| Element {
            tangent: Residue::ZERO,
            ..z
        };
        let at = [still(y), still(x), result];
        let (op, by) = (RealBinary::Atan2, |t| self.of_value(t));
        let tangent = if x.tangent.is_zero() && y.tangent.is_zero() {
            Element::zero()
        } else {
            self.add(
                op.by_first(self, at, by(y.tangent)),
                op.by_second(self, at, by(x.tangent)),
            )
        };
        if !tangent.is_sound() {
            return self.poison("the derivative of an angle");
        }
        let shadow = self.tracked.binary(op, y.shadow, x.shadow);
        Element {
            tangent: tangent.value,
            opaque: x.opaque || y.opaque,
            shadow,
            ..result
        }
    }

    /// A value of a function that the field does not have: equal arguments have equal values, and nothing else is known of it.
    pub(super) fn opaque(&self, op: RealUnary, x: Element, what: &str) -> Element {
        let y = Element {
            opaque: true,
            ..self.of_value(self.unknown(op, x.value, what))
        };
        let mut tangent = Residue::ZERO;
        if !x.tangent.is_zero() {
            let at = Element {
                tangent: Residue::ZERO,
                ..x
            };
            match op.derivative(self, [at, y], self.of_value(x.tangent)) {
                Some(slope) if slope.is_sound() => tangent = slope.value,
                _ => {
                    return self
                        .poison("the derivative of a function that the field does not have");
                }
            }
        }
        Element {
            tangent,
            shadow: self.shadow_of(op, x),
            ..y
        }
    }

    /// The value itself.
    pub(super) fn unknown(&self, op: RealUnary, x: Residue, what: &str) -> Residue {
        self.lies_outside(what);
        let fresh = || self.fields.p.random(self.rng.borrow_mut().bits());
        *self
            .unknowns
            .borrow_mut()
            .entry((op, x))
            .or_insert_with(fresh)
    }

    /// `asinh`, `acosh` and `atanh`: the logarithms that define them. `asinh(−x) = −asinh x` spares a sum that cancels.
    pub(super) fn area(&self, op: RealUnary, x: Element) -> Element {
        if op == RealUnary::Asinh && x.shadow.value < 0.0 {
            return self.negate(self.area(op, self.negate(x)));
        }
        let shadow = self.shadow_of(op, x);
        match op.definition(self, x) {
            Some(result) if result.is_sound() => self.watched(Element { shadow, ..result }),
            Some(result) => result,
            None => self.opaque(op, x, op.name()),
        }
    }
}

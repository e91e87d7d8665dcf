//! Roots, exponentials, logarithms and what is made of them; the derivation's formula stands above each.

use super::element::{Element, Exponent, Kind};
use super::exact::{Exact, Radicand};
use super::modular::Residue;
use crate::tracked::Bounded;
use hesper_shader::domain::{Domain, RealBinary, RealUnary};

impl Exact {
    // d√x = ẋ / (2√x)
    pub(super) fn root(&self, x: Element) -> Element {
        let (p, q) = (&self.fields.p, &self.fields.q);
        self.roots.set(self.roots.get() + 1);
        if self.first_root.get().is_none() {
            self.first_root.set(Some(self.line.get()));
        }
        if self.demands.circular {
            return self.opaque(RealUnary::Sqrt, x, "a square root beside a sine or cosine");
        }
        if x.shadow.value < -x.shadow.error {
            self.note("square root of a negative number", x.shadow.value, true);
        }
        let (value, is_square) = self.kept[0].root(p, x.value);
        self.radicands.borrow_mut().push(Radicand {
            value: x.value,
            is_square,
        });
        let mut tangent = Residue::ZERO;
        if !x.tangent.is_zero() {
            let Some(slope) = self.kept[0].inverse(p, p.add(value, value)) else {
                return self.poison("the derivative of √x at 0");
            };
            tangent = p.mul(x.tangent, slope);
        }
        let exponent = x.exponent.map(|b| {
            let (root, is_square) = self.kept[1].root(q, b);
            is_square.then_some(root)
        });
        Element {
            kind: Kind::Finite,
            value,
            tangent,
            exponent,
            image: None,
            opaque: x.opaque,
            shadow: self.shadow_of(RealUnary::Sqrt, x),
        }
    }

    // 1/√x, and so its derivative
    pub(super) fn inverse_root(&self, x: Element) -> Element {
        let root = self.root(x);
        if !root.is_sound() {
            return root;
        }
        self.watched(self.divide(self.integer(1), root))
    }

    // d eˣ = eˣ ẋ
    pub(super) fn exponential(&self, x: Element) -> Element {
        let p = &self.fields.p;
        // e^ln u = u, even where the logarithm came back by a detour.
        let logarithm = self.arguments.borrow().get(&x.value).copied();
        let image = x.image.or(logarithm);
        let value = match (image, x.exponent) {
            (Some(image), _) => image,
            (None, Exponent::Known(b)) => self.fields.exp(b),
            (None, Exponent::Unlucky) => {
                return self.poison("an exponential without exponent in this field");
            }
            (None, Exponent::Nested) => {
                let power = self.opaque(RealUnary::Exp, x, "an exponential of an exponential");
                // ln eˣ = x
                let mut logarithms = self.logarithms.borrow_mut();
                logarithms
                    .entry(power.value)
                    .or_insert((x.value, x.exponent));
                return power;
            }
        };
        if image.is_none() {
            // ln eˣ = x
            let mut logarithms = self.logarithms.borrow_mut();
            logarithms.entry(value).or_insert((x.value, x.exponent));
        }
        Element {
            kind: Kind::Finite,
            value,
            tangent: p.mul(value, x.tangent),
            exponent: Exponent::Nested,
            image: None,
            opaque: x.opaque,
            shadow: self.shadow_of(RealUnary::Exp, x),
        }
    }

    // d ln x = ẋ / x
    pub(super) fn logarithm(&self, x: Element) -> Element {
        let (p, q) = (&self.fields.p, &self.fields.q);
        if x.shadow.value <= 0.0 && x.shadow.value >= -x.shadow.error.max(0.0)
            || x.shadow.value < 0.0
        {
            self.note(
                "logarithm of a number that is not positive",
                x.shadow.value,
                true,
            );
        }
        let Some(inverse) = self.kept[0].inverse(p, x.value) else {
            return self.poison("a logarithm of zero");
        };
        let fresh = || {
            let mut rng = self.rng.borrow_mut();
            (p.random(rng.bits()), Exponent::Known(q.random(rng.bits())))
        };
        let (value, exponent) = *self
            .logarithms
            .borrow_mut()
            .entry(x.value)
            .or_insert_with(fresh);
        self.arguments.borrow_mut().insert(value, x.value);
        Element {
            kind: Kind::Finite,
            value,
            tangent: p.mul(x.tangent, inverse),
            exponent,
            image: Some(x.value),
            opaque: x.opaque,
            shadow: self.shadow_of(RealUnary::Ln, x),
        }
    }

    // sinh x = (eˣ − e⁻ˣ) / 2, cosh x = (eˣ + e⁻ˣ) / 2
    pub(super) fn hyperbola(
        &self,
        x: Element,
        op: RealUnary,
        join: fn(&Exact, Element, Element) -> Element,
    ) -> Element {
        let up = self.exponential(x);
        if !up.is_sound() {
            return up;
        }
        let down = self.divide(self.integer(1), up);
        let shadow = self.shadow_of(op, x);
        let result = self.divide(join(self, up, down), self.integer(2));
        self.watched(Element { shadow, ..result })
    }

    // tanh x = (E − 1) / (E + 1) with E = e²ˣ
    pub(super) fn tanh(&self, x: Element) -> Element {
        let e = self.exponential(self.add(x, x));
        if !e.is_sound() {
            return e;
        }
        let (above, below) = (
            self.subtract(e, self.integer(1)),
            self.add(e, self.integer(1)),
        );
        let shadow = self.shadow_of(RealUnary::Tanh, x);
        // The shadow's own formula: e²ˣ may overflow where tanh does not.
        let below = Element {
            shadow: self.tracked.exact(1.0),
            ..below
        };
        Element {
            shadow,
            ..self.divide(above, below)
        }
    }

    /// `cos x` and `sin x`: `(z + 1/z)/2` and `(z − 1/z)/2i` with `z = e^{ix}`, an exponential in `F_p` as any other.
    // d cos x = −sin x ẋ, d sin x = cos x ẋ
    pub(super) fn circle(&self, x: Element) -> (Element, Element) {
        let p = &self.fields.p;
        self.circular.set(true);
        if x.shadow.value.abs() > std::f64::consts::PI {
            self.note("sine or cosine beyond ±π", x.shadow.value, false);
        }
        let (cos, sin, opaque) = match (self.fields.imaginary, x.exponent) {
            (Some(i), Exponent::Known(b)) => {
                let z = self.fields.turn(b);
                let half = p.inverse(p.residue(2)).unwrap_or_default();
                let back = p.inverse(z).unwrap_or_default();
                let cos = p.mul(half, p.add(z, back));
                let sin = p.mul(p.neg(i), p.mul(half, p.sub(z, back)));
                (cos, sin, x.opaque)
            }
            (Some(_), Exponent::Nested) => {
                let [cos, sin] = [RealUnary::Cos, RealUnary::Sin];
                let what = "a sine or cosine of an exponential";
                (
                    self.unknown(cos, x.value, what),
                    self.unknown(sin, x.value, what),
                    true,
                )
            }
            _ => {
                let poison = self.poison("a sine or cosine without exponent in this field");
                return (poison, poison);
            }
        };
        let element = |op, value, tangent| Element {
            kind: Kind::Finite,
            value,
            tangent: p.mul(x.tangent, tangent),
            exponent: Exponent::Nested,
            image: None,
            opaque,
            shadow: self.shadow_of(op, x),
        };
        (
            element(RealUnary::Cos, cos, p.neg(sin)),
            element(RealUnary::Sin, sin, cos),
        )
    }

    // xⁿ by products, x^½ by a root, xʸ = e^(y ln x)
    pub(super) fn power(&self, x: Element, y: Element) -> Element {
        if x.kind == Kind::NegInfinity || y.kind == Kind::NegInfinity {
            return self.poison("a power of −∞");
        }
        if x.shadow.value < 0.0 && self.is_binary32() {
            self.note("power of a negative number", x.shadow.value, true);
        }
        if let Some(n) = self.as_integer(y) {
            return self.powi(x, n as i32);
        }
        let twice = Bounded {
            value: 2.0 * y.shadow.value,
            error: 2.0 * y.shadow.error,
        };
        let doubled = self.as_integer(Element {
            shadow: twice,
            ..self.add(y, y)
        });
        match doubled {
            Some(n) => self.powi(self.root(x), n as i32),
            None => {
                let shadow = self.tracked.binary(RealBinary::Pow, x.shadow, y.shadow);
                let power = self.exponential(self.multiply(y, self.logarithm(x)));
                Element { shadow, ..power }
            }
        }
    }
}

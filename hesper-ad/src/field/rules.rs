//! What each operation does to an element.
//!
//! Every rule acts on the value, its tangent, its exponent and its shadow at once; the formula of the derivation stands above it.

use super::element::{Element, Exponent, Kind};
use super::exact::{Exact, Radicand};
use super::modular::Residue;
use super::trace::Decision;
use crate::tracked::Bounded;
use hesper_shader::domain::{Comparison, Domain, RealBinary, RealUnary};

impl Exact {
    /// An operation on one element that is no poison.
    pub(super) fn unary_rule(&self, op: RealUnary, x: Element) -> Element {
        if x.kind == Kind::NegInfinity {
            return self.of_neg_infinity(op);
        }
        match op {
            RealUnary::Negate => self.negate(x),
            RealUnary::Abs => {
                if self.comparison_as("abs", Comparison::Less, x, Element::zero()) {
                    self.negate(x)
                } else {
                    x
                }
            }
            RealUnary::Sign
            | RealUnary::Floor
            | RealUnary::Ceil
            | RealUnary::RoundTiesEven
            | RealUnary::Trunc => self.rounded(op, x),
            RealUnary::Sqrt => self.root(x),
            RealUnary::InverseSqrt => self.inverse_root(x),
            RealUnary::Exp => self.watched(self.exponential(x)),
            // 2ˣ = e^(x ln 2)
            RealUnary::Exp2 => {
                let power = self.exponential(self.multiply(x, self.ln_2()));
                let shadow = self.shadow_of(op, x);
                self.watched(Element { shadow, ..power })
            }
            RealUnary::Ln => self.logarithm(x),
            RealUnary::Log2 => self.divide(self.logarithm(x), self.ln_2()),
            RealUnary::Sin => self.circle(x).1,
            RealUnary::Cos => self.circle(x).0,
            RealUnary::Tan => {
                let (cos, sin) = self.circle(x);
                self.divide(sin, cos)
            }
            RealUnary::Sinh => self.hyperbola(x, op, Exact::subtract),
            RealUnary::Cosh => self.hyperbola(x, op, Exact::add),
            RealUnary::Tanh => self.tanh(x),
        }
    }

    fn of_neg_infinity(&self, op: RealUnary) -> Element {
        match op {
            RealUnary::Exp | RealUnary::Exp2 => Element::zero(),
            RealUnary::Floor | RealUnary::Ceil | RealUnary::RoundTiesEven | RealUnary::Trunc => {
                Element::neg_infinity()
            }
            RealUnary::Tanh | RealUnary::Sign => self.integer(-1),
            _ => self.poison("a function of −∞"),
        }
    }

    /// A small integer, which is no constant of the program.
    fn integer(&self, n: i64) -> Element {
        let residue = |field: &super::modular::Modulus| field.signed(n.into());
        Element {
            value: residue(&self.fields.p),
            exponent: Exponent::Known(residue(&self.fields.q)),
            shadow: self.tracked.exact(n as f64),
            ..Element::zero()
        }
    }

    fn ln_2(&self) -> Element {
        self.logarithm(self.integer(2))
    }

    fn shadow_of(&self, op: RealUnary, x: Element) -> Bounded {
        self.tracked.unary(op, x.shadow)
    }

    // d(−x) = −ẋ
    fn negate(&self, x: Element) -> Element {
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
            shadow: self
                .tracked
                .binary(RealBinary::Subtract, x.shadow, y.shadow),
        }
    }

    /// The exponential of a sum, where a term holds a logarithm.
    #[inline(always)]
    fn image_of_sum(
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

    fn image(&self, x: Element) -> Option<Residue> {
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
            shadow: self
                .tracked
                .binary(RealBinary::Multiply, x.shadow, y.shadow),
        }
    }

    /// `−∞` times a positive number is `−∞`; there is no other product of it.
    fn scaled_infinity(&self, x: Element, y: Element) -> Element {
        let other = if x.kind == Kind::NegInfinity { y } else { x };
        if other.kind == Kind::Finite && other.shadow.value > other.shadow.error {
            return Element::neg_infinity();
        }
        self.note("product of −∞", other.shadow.value, true);
        self.poison("a product of −∞ and what is not positive")
    }

    /// The exponential of an integer multiple: a power.
    #[inline(always)]
    fn image_of_multiple(&self, x: Element, y: Element) -> Option<Residue> {
        match (x.image, y.image) {
            (None, None) => None,
            (Some(e), None) => self.integral_power(e, y),
            (None, Some(e)) => self.integral_power(e, x),
            (Some(_), Some(_)) => None,
        }
    }

    fn integral_power(&self, e: Residue, n: Element) -> Option<Residue> {
        let n = self.as_integer(n)?;
        let power = self.fields.p.pow(e, n.unsigned_abs());
        if n < 0 {
            self.fields.p.inverse(power)
        } else {
            Some(power)
        }
    }

    /// The small integer that an element is, whatever its shadow.
    fn as_integer(&self, x: Element) -> Option<i64> {
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
        let Some(inverse) = p.inverse(y.value) else {
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
        let exponent = y.exponent.map(|b| q.inverse(b));
        Element {
            kind: Kind::Finite,
            value,
            tangent,
            exponent: x.exponent.zip(exponent, |x, y| q.mul(x, y)),
            image: None,
            shadow: self.tracked.binary(RealBinary::Divide, x.shadow, y.shadow),
        }
    }

    // d√x = ẋ / (2√x)
    fn root(&self, x: Element) -> Element {
        let (p, q) = (&self.fields.p, &self.fields.q);
        self.roots.set(self.roots.get() + 1);
        if self.demands.circular {
            return self.no_meaning("a square root beside a sine or cosine");
        }
        if x.shadow.value < -x.shadow.error {
            self.note("square root of a negative number", x.shadow.value, true);
        }
        self.radicands.borrow_mut().push(Radicand {
            value: x.value,
            is_square: p.is_square(x.value),
        });
        let value = p.sqrt(x.value);
        let mut tangent = Residue::ZERO;
        if !x.tangent.is_zero() {
            let Some(slope) = p.inverse(p.add(value, value)) else {
                return self.poison("the derivative of √x at 0");
            };
            tangent = p.mul(x.tangent, slope);
        }
        let exponent = x.exponent.map(|b| q.is_square(b).then(|| q.sqrt(b)));
        Element {
            kind: Kind::Finite,
            value,
            tangent,
            exponent,
            image: None,
            shadow: self.shadow_of(RealUnary::Sqrt, x),
        }
    }

    // 1/√x, and so its derivative
    fn inverse_root(&self, x: Element) -> Element {
        let root = self.root(x);
        if !root.is_sound() {
            return root;
        }
        self.watched(self.divide(self.integer(1), root))
    }

    // d eˣ = eˣ ẋ
    fn exponential(&self, x: Element) -> Element {
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
            (None, Exponent::Nested) => return self.no_meaning("an exponential of an exponential"),
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
            shadow: self.shadow_of(RealUnary::Exp, x),
        }
    }

    // d ln x = ẋ / x
    fn logarithm(&self, x: Element) -> Element {
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
        let Some(inverse) = p.inverse(x.value) else {
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
            shadow: self.shadow_of(RealUnary::Ln, x),
        }
    }

    // sinh x = (eˣ − e⁻ˣ) / 2, cosh x = (eˣ + e⁻ˣ) / 2
    fn hyperbola(
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
    fn tanh(&self, x: Element) -> Element {
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
    fn circle(&self, x: Element) -> (Element, Element) {
        let p = &self.fields.p;
        self.circular.set(true);
        if x.shadow.value.abs() > std::f64::consts::PI {
            self.note("sine or cosine beyond ±π", x.shadow.value, false);
        }
        let (Some(i), Exponent::Known(b)) = (self.fields.imaginary, x.exponent) else {
            let nested = self.fields.imaginary.is_some() && x.exponent == Exponent::Nested;
            let poison = if nested {
                self.no_meaning("a sine or cosine of an exponential")
            } else {
                self.poison("a sine or cosine without exponent in this field")
            };
            return (poison, poison);
        };
        let z = self.fields.turn(b);
        let half = p.inverse(p.residue(2)).unwrap_or_default();
        let back = p.inverse(z).unwrap_or_default();
        let cos = p.mul(half, p.add(z, back));
        let sin = p.mul(p.neg(i), p.mul(half, p.sub(z, back)));
        let element = |op, value, tangent| Element {
            kind: Kind::Finite,
            value,
            tangent: p.mul(x.tangent, tangent),
            exponent: Exponent::Nested,
            image: None,
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

    /// A step function: the integer that the shadow says.
    pub(super) fn rounded(&self, op: RealUnary, x: Element) -> Element {
        let steps = self.shadow_of(op, x);
        if steps.error != 0.0 {
            self.leave_open();
        }
        let whole = steps.value as i64;
        self.decide("rounding", whole);
        self.integer(whole)
    }

    /// The greater or lesser of two; equal elements need no decision.
    pub(super) fn extreme(
        &self,
        kind: &'static str,
        other: Comparison,
        x: Element,
        y: Element,
    ) -> Element {
        match (x.kind, y.kind) {
            (Kind::NegInfinity, _) => return if other == Comparison::Less { y } else { x },
            (_, Kind::NegInfinity) => return if other == Comparison::Less { x } else { y },
            _ => {}
        }
        if self.comparison_as(kind, other, x, y) {
            y
        } else {
            x
        }
    }

    pub(super) fn comparison(&self, op: Comparison, x: Element, y: Element) -> bool {
        let kind = match op {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterEqual => ">=",
        };
        self.comparison_as(kind, op, x, y)
    }

    /// A comparison: equal where the elements are, else by the shadows; one that rounding could turn is left open.
    fn comparison_as(&self, kind: &'static str, op: Comparison, x: Element, y: Element) -> bool {
        let (a, b) = (x.shadow, y.shadow);
        if !x.is_sound() || !y.is_sound() {
            self.leave_open();
            return false;
        }
        if x.same_value(&y) {
            self.decide(kind, Decision::NONE);
            return matches!(
                op,
                Comparison::Equal | Comparison::LessEqual | Comparison::GreaterEqual
            );
        }
        if x.kind == Kind::NegInfinity || y.kind == Kind::NegInfinity {
            self.decide(kind, Decision::NONE);
            return self.tracked.compare(op, a, b);
        }
        // Where nothing is known of the error, nothing is decided.
        let apart = (a.value - b.value).abs() > a.error + b.error;
        if !apart {
            self.leave_open();
        }
        let outcome = self.tracked.compare(op, a, b);
        self.decide(kind, outcome.into());
        outcome
    }
}

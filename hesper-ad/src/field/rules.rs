//! What each operation on one element does: which rule is whose.

use super::element::{Element, Exponent, Kind};
use super::exact::Exact;
use super::modular::Modulus;
use crate::tracked::Bounded;
use hesper_shader::domain::{Comparison, Domain, RealUnary};

impl Exact {
    /// An operation on one element that is no poison.
    pub(super) fn unary_rule(&self, op: RealUnary, x: Element) -> Element {
        if x.kind == Kind::NegInfinity {
            return self.of_neg_infinity(op);
        }
        match op {
            RealUnary::Negate => self.negate(x),
            RealUnary::Abs => {
                if self.choice("abs", Comparison::Less, x, Element::zero()) {
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
            RealUnary::Exponent => self.rounded(op, x),
            RealUnary::QuantizeToF16 => self.quantized(x),
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
            RealUnary::Asin | RealUnary::Acos | RealUnary::Atan => self.angle(op, x),
            RealUnary::Asinh | RealUnary::Acosh | RealUnary::Atanh => self.area(op, x),
            RealUnary::Erf => self.opaque(op, x, "the error function"),
        }
    }

    pub(super) fn of_neg_infinity(&self, op: RealUnary) -> Element {
        match op {
            RealUnary::Exp | RealUnary::Exp2 => Element::zero(),
            RealUnary::Floor | RealUnary::Ceil | RealUnary::RoundTiesEven | RealUnary::Trunc => {
                Element::neg_infinity()
            }
            RealUnary::Tanh | RealUnary::Sign => self.integer(-1),
            RealUnary::Negate
            | RealUnary::Abs
            | RealUnary::QuantizeToF16
            | RealUnary::Exponent
            | RealUnary::Sqrt
            | RealUnary::InverseSqrt
            | RealUnary::Ln
            | RealUnary::Log2
            | RealUnary::Sin
            | RealUnary::Cos
            | RealUnary::Tan
            | RealUnary::Sinh
            | RealUnary::Cosh
            | RealUnary::Asin
            | RealUnary::Acos
            | RealUnary::Atan
            | RealUnary::Asinh
            | RealUnary::Acosh
            | RealUnary::Atanh
            | RealUnary::Erf => self.poison("a function of −∞"),
        }
    }

    /// A small integer, which is no constant of the program.
    pub(super) fn integer(&self, n: i64) -> Element {
        let residue = |field: &Modulus| field.signed(n.into());
        Element {
            value: residue(&self.fields.p),
            exponent: Exponent::Known(residue(&self.fields.q)),
            shadow: self.tracked.exact(n as f64),
            ..Element::zero()
        }
    }

    pub(super) fn ln_2(&self) -> Element {
        self.logarithm(self.integer(2))
    }

    pub(super) fn shadow_of(&self, op: RealUnary, x: Element) -> Bounded {
        self.tracked.unary(op, x.shadow)
    }
}

//! Sizes as a number domain: what each operation does to the size of its operands.

use super::form::Form;
use super::size::Size;
use super::sizes::{Join, Measured, Sizes};
use crate::field::{Element, Kind};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, NoMeaning, RealBinary, RealUnary};

impl Domain for Sizes<'_> {
    type Value = Measured;
    type Mask = bool;

    fn name(&self) -> String {
        "sizes".to_string()
    }

    fn constant(&self, number: Number) -> Measured {
        let element = self.exact.constant(number);
        let digits = Size::integer(number.digits() as f64);
        let ten = 10f64.powi(number.exponent().abs());
        let (up, down) = if number.exponent() >= 0 {
            (ten, 1.0)
        } else {
            (1.0, ten)
        };
        let numerator = digits.times(&Size::integer(up));
        let denominator = down * number.divisor() as f64;
        if denominator == 1.0 {
            return self.measured(element, Form::plain(numerator));
        }
        let key = Element {
            value: self.exact.constant(number).value,
            ..element
        };
        let below = self.measured(key, Form::plain(Size::integer(denominator)));
        let inverse = self.inverse(below);
        let inverse = self.measured(element, inverse);
        let above = self.measured(element, Form::plain(numerator));
        self.join(element, above, inverse, Join::Product)
    }

    fn neg_infinity(&self) -> Measured {
        Measured {
            element: Element::neg_infinity(),
            form: 0,
            image: None,
        }
    }

    fn from_f32(&self, value: f32) -> Measured {
        let element = self.exact.from_f32(value);
        self.variable(element, None)
    }

    fn from_integer(&self, value: i64) -> Measured {
        self.constant(Number::integer(value))
    }

    fn to_integer(&self, value: Measured, low: i64, high: i64) -> Result<i64, NoMeaning> {
        self.exact.to_integer(value.element, low, high)
    }

    fn to_bits(&self, value: Measured) -> Result<u32, NoMeaning> {
        self.exact.to_bits(value.element)
    }

    fn unary(&self, op: RealUnary, x: Measured) -> Measured {
        let element = self.exact.unary(op, x.element);
        match op {
            RealUnary::Negate => {
                let image = x.image.map(|image| {
                    let inverse = self.inverse(Measured {
                        image: None,
                        form: image,
                        element: self.image_element(x),
                    });
                    self.measured(element, inverse).form
                });
                Measured {
                    element,
                    image,
                    ..x
                }
            }
            RealUnary::Abs => Measured { element, ..x },
            RealUnary::Sign
            | RealUnary::Floor
            | RealUnary::Ceil
            | RealUnary::RoundTiesEven
            | RealUnary::Trunc
            | RealUnary::Exponent => {
                self.measured(element, Form::plain(Size::integer(element.shadow.value)))
            }
            RealUnary::Exp if x.element.kind == Kind::NegInfinity => {
                self.measured(element, Form::plain(Size::zero()))
            }
            RealUnary::Exp => self.exponential(element, x),
            RealUnary::Ln => {
                let result = self.measured(element, Form::plain(Size::variable()));
                Measured {
                    image: Some(x.form),
                    ..result
                }
            }
            RealUnary::Sqrt => {
                let root = self.root(x);
                self.measured(element, root)
            }
            RealUnary::InverseSqrt | RealUnary::Sinh | RealUnary::Cosh | RealUnary::Tanh => {
                match op.definition(self, x) {
                    Some(size) => Measured { element, ..size },
                    None => self.not_measured(element),
                }
            }
            // Exponentials to other bases, circular functions, areas, and what is no rational number.
            RealUnary::Exp2
            | RealUnary::Log2
            | RealUnary::Sin
            | RealUnary::Cos
            | RealUnary::Tan
            | RealUnary::Asin
            | RealUnary::Acos
            | RealUnary::Atan
            | RealUnary::Asinh
            | RealUnary::Acosh
            | RealUnary::Atanh
            | RealUnary::QuantizeToF16
            | RealUnary::Erf => self.not_measured(element),
        }
    }

    fn binary(&self, op: RealBinary, x: Measured, y: Measured) -> Measured {
        let element = self.exact.binary(op, x.element, y.element);
        match op {
            RealBinary::Add | RealBinary::Subtract => self.add(op, element, x, y),
            RealBinary::Multiply => self.join(element, x, y, Join::Product),
            RealBinary::Divide => self.divide(element, x, y),
            RealBinary::Remainder => {
                let whole = self.unary(RealUnary::Trunc, self.divide(element, x, y));
                let product = self.join(element, y, whole, Join::Product);
                self.join(element, x, product, Join::Sum)
            }
            RealBinary::Max | RealBinary::Min => {
                let image = if x.image == y.image { x.image } else { None };
                Measured {
                    image,
                    ..self.join(element, x, y, Join::Either)
                }
            }
            RealBinary::Atan2 => self.not_measured(element),
            RealBinary::Pow => {
                let n = y.element.shadow.value;
                if n.fract() != 0.0 || !(1.0..64.0).contains(&n) {
                    self.loose.set(true);
                }
                let n = n.clamp(1.0, 64.0) as u32;
                (1..n).fold(x, |power, _| self.join(element, power, x, Join::Product))
            }
        }
    }

    fn compare(&self, op: Comparison, x: Measured, y: Measured) -> bool {
        self.exact.compare(op, x.element, y.element)
    }

    fn select(&self, mask: bool, on_true: Measured, on_false: Measured) -> Measured {
        let chosen = if mask { on_true } else { on_false };
        Measured {
            image: chosen.image,
            ..self.join(chosen.element, on_true, on_false, Join::Either)
        }
    }
}

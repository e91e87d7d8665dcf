//! The exact field as a number domain: the switchboard.

use super::element::{Element, Exponent, Kind};
use super::exact::Exact;
use super::modular::{Modulus, Residue};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, NoMeaning, RealBinary, RealUnary};
use std::panic::Location;

/// `digits · 10^exponent / divisor`; `None` where the modulus divides the denominator.
fn residue_of(field: &Modulus, number: Number) -> Option<Residue> {
    let mut residue = field.signed(number.digits());
    if number.exponent() != 0 {
        let power = field.pow(field.residue(10), number.exponent().unsigned_abs().into());
        let factor = if number.exponent() > 0 {
            Some(power)
        } else {
            field.inverse(power)
        };
        residue = field.mul(residue, factor?);
    }
    if number.divisor() != 1 {
        residue = field.mul(residue, field.inverse(field.residue(number.divisor()))?);
    }
    Some(residue)
}

impl Exact {
    /// A number as an element.
    pub(super) fn literal(&self, number: Number) -> Element {
        let Some(value) = residue_of(&self.fields.p, number) else {
            return self.poison("a constant whose denominator is zero in this field");
        };
        let exponent = residue_of(&self.fields.q, number);
        Element {
            value,
            exponent: exponent.map_or(Exponent::Unlucky, Exponent::Known),
            shadow: self.tracked.constant(number),
            ..Element::zero()
        }
    }
}

impl Domain for Exact {
    type Value = Element;
    type Mask = bool;

    fn name(&self) -> String {
        "exact field".to_string()
    }

    fn at(&self, line: &'static Location<'static>) {
        self.line.set(line);
    }

    fn enter_workgroup(&self) {
        self.trace.borrow_mut().enter_workgroup();
    }

    fn left_loop(&self, line: &'static Location<'static>, iterations: u64) {
        self.trace.borrow_mut().left_loop(line, iterations);
    }

    fn constant(&self, number: Number) -> Element {
        if let Some(known) = self.literals.borrow().get(&number) {
            return *known;
        }
        let key = (
            number.digits().unsigned_abs(),
            number.divisor(),
            number.exponent() != 0,
        );
        self.constants.borrow_mut().insert(key);
        let element = self.literal(number);
        if element.is_sound() {
            self.literals.borrow_mut().insert(number, element);
        }
        element
    }

    fn neg_infinity(&self) -> Element {
        Element::neg_infinity()
    }

    fn from_f32(&self, value: f32) -> Element {
        match Number::from_f32(value) {
            Ok(number) => self.constant(number),
            Err(_) if value == f32::NEG_INFINITY => Element::neg_infinity(),
            Err(_) => self.poison("a NaN or an infinity"),
        }
    }

    fn from_integer(&self, value: i64) -> Element {
        if self.is_binary32() && value.unsigned_abs() > 1 << 24 {
            self.note("integer to f32", value as f64, true);
        }
        self.counters.borrow_mut().insert(value.unsigned_abs());
        self.integer(value)
    }

    fn to_integer(&self, x: Element, low: i64, high: i64) -> Result<i64, NoMeaning> {
        if x.kind == Kind::Poison {
            self.leave_open();
            return Ok(low.max(0));
        }
        let whole = self.rounded(RealUnary::Trunc, x);
        let integer = (whole.shadow.value as i64).clamp(low, high);
        Ok(integer)
    }

    #[inline]
    // Bits are those of a rounded number, which this domain does not have: what depends on them is left to the others.
    fn to_bits(&self, x: Element) -> Result<u32, NoMeaning> {
        self.leave_open();
        Ok((x.shadow.value as f32).to_bits())
    }

    fn unary(&self, op: RealUnary, x: Element) -> Element {
        self.count();
        if x.kind == Kind::Poison {
            return x;
        }
        self.unary_rule(op, x)
    }

    #[inline]
    fn binary(&self, op: RealBinary, x: Element, y: Element) -> Element {
        self.count();
        if x.kind == Kind::Poison {
            return x;
        }
        if y.kind == Kind::Poison {
            return y;
        }
        match op {
            RealBinary::Add => self.watched(self.add(x, y)),
            RealBinary::Subtract => self.watched(self.subtract(x, y)),
            RealBinary::Multiply => self.watched(self.multiply(x, y)),
            RealBinary::Divide => self.watched(self.divide(x, y)),
            RealBinary::Remainder => {
                let whole = self.rounded(RealUnary::Trunc, self.divide(x, y));
                self.subtract(x, self.multiply(y, whole))
            }
            RealBinary::Max => self.extreme("max", Comparison::Less, x, y),
            RealBinary::Min => self.extreme("min", Comparison::Greater, x, y),
            RealBinary::Pow => self.watched(self.power(x, y)),
            RealBinary::Atan2 => self.atan2(x, y),
        }
    }

    fn compare(&self, op: Comparison, x: Element, y: Element) -> bool {
        self.count();
        self.comparison(op, x, y)
    }

    fn select(&self, mask: bool, on_true: Element, on_false: Element) -> Element {
        if mask { on_true } else { on_false }
    }

    fn unary_column(&self, op: RealUnary, x: &[Element], active: &[bool], out: &mut [Element]) {
        self.lanes(active, |lane| out[lane] = self.unary(op, x[lane]));
    }

    fn binary_column(
        &self,
        op: RealBinary,
        x: &[Element],
        y: &[Element],
        active: &[bool],
        out: &mut [Element],
    ) {
        self.lanes(active, |lane| out[lane] = self.binary(op, x[lane], y[lane]));
    }

    fn compare_column(
        &self,
        op: Comparison,
        x: &[Element],
        y: &[Element],
        active: &[bool],
        out: &mut [bool],
    ) {
        self.lanes(active, |lane| {
            out[lane] = self.compare(op, x[lane], y[lane])
        });
    }
}

//! The domain of numbers that know how far a device may be from them.

use super::allowed::{Allowed, Line, Settled, is_binary32, unbounded};
use super::profile::{Measured, Profile, QUOTIENT, Rule};
use super::rounding::Rounding;
use super::rules;
use crate::tracked::is_dyadic;
use hesper_shader::Number;
use hesper_shader::domain::{
    Accuracy, Comparison, Domain, F64, Format, NoMeaning, RealBinary, RealUnary,
};
use std::cell::Cell;
use std::panic::Location;

/// The domain of [`Allowed`] numbers.
///
/// A comparison that a device could decide otherwise is answered by the exact values and remembered: what follows from it bounds one way of the
/// kernel only.
#[derive(Clone, Debug, Default)]
pub struct Allowance {
    profile: Profile,
    line: Cell<Option<&'static Location<'static>>>,
    /// What is computed in.
    format: Cell<Format>,
    undecided: Cell<Option<Undecided>>,
}

/// Where a device could decide otherwise; the line, where it is known.
type Undecided = Option<&'static Location<'static>>;

impl Allowance {
    /// The domain for devices of such accuracy.
    pub fn new(profile: Profile) -> Allowance {
        Allowance {
            profile,
            ..Allowance::default()
        }
    }

    /// The first comparison or conversion to an integer that a device could decide otherwise, since this was last asked: its line, where that is known.
    pub fn take_undecided(&self) -> Option<Option<&'static Location<'static>>> {
        self.undecided.take()
    }

    fn doubt(&self) {
        if self.undecided.get().is_none() {
            self.undecided.set(Some(self.line.get()));
        }
    }

    fn result(&self, settled: Settled, operands: &[(Settled, Line)]) -> Allowed {
        Allowed::new(settled, operands, self.line.get())
    }

    /// What is computed in.
    pub(super) fn format(&self) -> Format {
        self.format.get()
    }

    fn rounding(&self) -> &'static Rounding {
        Rounding::of(self.format())
    }

    fn is_half(&self) -> bool {
        self.format() == Format::Binary16
    }

    /// A sum, in the format that is computed in.
    fn sum(&self, x: Allowed, y: Allowed) -> Allowed {
        x.plus(y, self.format(), self.line.get())
    }

    fn multiply(&self, x: Settled, y: Settled) -> Settled {
        let product = rules::multiply(x, y);
        match self.is_half() {
            true => rules::binary16(product),
            false => product,
        }
    }

    fn divide(&self, x: Settled, y: Settled) -> Settled {
        // Measured is what is computed in 32 bits.
        let ulps = if self.is_half() {
            QUOTIENT
        } else {
            self.profile.quotient
        };
        rules::divide(self.rounding(), x, y, ulps)
    }

    fn function(&self, op: RealUnary, x: Settled) -> Settled {
        let Rule { table, measured } = self.profile.of(op);
        let within = |m: &Measured| m.range[0] <= x.low && x.high <= m.range[1];
        let to = self.rounding();
        if let Some(measured) = measured.filter(within).filter(|_| !self.is_half()) {
            let result = rules::function(to, op, x, measured.ulps);
            return result.wider([measured.absolute; 2]).bounded();
        }
        match table {
            Accuracy::Rounded => rules::stepped(op, x),
            Accuracy::Ulp(_) if op == RealUnary::Atan => rules::function(to, op, x, to.angle),
            Accuracy::Ulp(ulps) => rules::function(to, op, x, ulps.into()),
            Accuracy::Exponential => rules::exponential(to, op, x),
            Accuracy::Logarithm => rules::logarithm(to, op, x),
            Accuracy::Circular => rules::circular(to, op, x),
            Accuracy::Inherited => self.inherited(op, x),
            Accuracy::AtLeast(error) => {
                let formula = self.inherited(op, x);
                let is_arc = matches!(op, RealUnary::Asin | RealUnary::Acos);
                // The table's number was rounded itself.
                let own = f64::from(error.next_up());
                let granted = to.arc.filter(|_| is_arc).unwrap_or(own);
                let own = rules::function(to, op, x, 0.0).wider([granted; 2]);
                Settled {
                    low: own.low.min(formula.low),
                    high: own.high.max(formula.high),
                    ..formula
                }
            }
        }
    }

    /// As accurate as WGSL's formula for it.
    fn inherited(&self, op: RealUnary, x: Settled) -> Settled {
        let value = F64.unary(op, x.value);
        let part = |op| self.function(op, x);
        let result = match op {
            RealUnary::Sqrt => self.divide(Settled::exact(1.0), part(RealUnary::InverseSqrt)),
            RealUnary::Sinh | RealUnary::Cosh => self.hyperbolic(op, x),
            RealUnary::Tanh => self.divide(
                self.hyperbolic(RealUnary::Sinh, x),
                self.hyperbolic(RealUnary::Cosh, x),
            ),
            RealUnary::Tan => self.divide(part(RealUnary::Sin), part(RealUnary::Cos)),
            _ => match op.definition(self, Allowed::new(x, &[], None)) {
                Some(result) => result.settled(),
                None => unbounded(value),
            },
        };
        Settled { value, ..result }
    }

    /// `(eˣ ± e⁻ˣ)·½`.
    fn hyperbolic(&self, op: RealUnary, x: Settled) -> Settled {
        let power = |x| Allowed::new(self.function(RealUnary::Exp, x), &[], None);
        let (up, down) = (power(x), power(x.negated()));
        let down = if op == RealUnary::Sinh {
            down.negated()
        } else {
            down
        };
        self.multiply(self.sum(up, down).settled(), Settled::exact(0.5))
    }

    /// `2^(y·log₂ x)`.
    fn pow(&self, x: Settled, y: Settled) -> Settled {
        let value = F64.binary(RealBinary::Pow, x.value, y.value);
        let exponent = self.multiply(y, self.function(RealUnary::Log2, x));
        let result = self.function(RealUnary::Exp2, exponent);
        Settled { value, ..result }
    }

    fn atan2(&self, y: Settled, x: Settled) -> Settled {
        let value = F64.binary(RealBinary::Atan2, y.value, x.value);
        match self.profile.atan2 {
            Accuracy::Ulp(_) if self.is_half() => {
                rules::angle(self.rounding(), value, y, x, Rounding::BINARY16.angle)
            }
            Accuracy::Ulp(ulps) => rules::angle(self.rounding(), value, y, x, ulps.into()),
            _ => unbounded(value),
        }
    }
}

impl Domain for Allowance {
    type Value = Allowed;
    type Mask = bool;

    fn name(&self) -> String {
        format!("what {} accuracy allows", self.profile)
    }

    fn at(&self, line: &'static Location<'static>) {
        self.line.set(Some(line));
    }

    fn constant(&self, number: Number) -> Allowed {
        let value = number.to_f64();
        // What binary32 does not have is either neighbour.
        let settled = match is_dyadic(number) && is_binary32(value) {
            true => Settled::exact(value),
            false => rules::rounded(&Rounding::BINARY32, Settled::exact(value), [1.0; 2]),
        };
        self.result(settled, &[])
    }

    fn neg_infinity(&self) -> Allowed {
        Allowed::exact(f64::NEG_INFINITY)
    }

    fn from_f32(&self, value: f32) -> Allowed {
        Allowed::given(value.into())
    }

    fn from_integer(&self, value: i64) -> Allowed {
        let real = value as f64;
        if value.unsigned_abs() <= 1 << 24 || is_binary32(real) && value.unsigned_abs() < 1 << 53 {
            return Allowed::exact(real);
        }
        let rounded = rules::rounded(&Rounding::BINARY32, Settled::exact(real), [1.0; 2]);
        self.result(rounded, &[])
    }

    fn within(&self, format: Format) -> bool {
        self.format.set(format);
        true
    }

    fn round(&self, format: Format, x: Allowed) -> Allowed {
        match format {
            // What is computed is rounded there.
            Format::Binary32 => x,
            Format::Binary16 => {
                let operand = x.settled();
                self.result(rules::binary16(operand), &[(operand, x.line())])
            }
        }
    }

    fn to_integer(&self, x: Allowed, low: i64, high: i64) -> Result<i64, NoMeaning> {
        let x = x.settled();
        let whole = |x: f64| (x as i64).clamp(low, high);
        if whole(x.low) != whole(x.high) || x.is_unbounded() {
            self.doubt();
        }
        Ok(whole(x.value))
    }

    fn to_bits(&self, x: Allowed) -> Result<u32, NoMeaning> {
        let x = x.settled();
        if x.low as f32 != x.high as f32 || x.is_unbounded() {
            self.doubt();
        }
        Ok((x.value as f32).to_bits())
    }

    fn unary(&self, op: RealUnary, x: Allowed) -> Allowed {
        if op == RealUnary::Negate {
            return x.negated();
        }
        let (operand, cause) = (x.settled(), x.line());
        let settled = match op {
            RealUnary::QuantizeToF16 => rules::binary16(operand),
            _ => self.function(op, operand),
        };
        self.result(settled, &[(operand, cause)])
    }

    fn binary(&self, op: RealBinary, x: Allowed, y: Allowed) -> Allowed {
        match op {
            RealBinary::Add => return self.sum(x, y),
            RealBinary::Subtract => return self.sum(x, y.negated()),
            _ => {}
        }
        let (a, b) = (x.settled(), y.settled());
        let operands = [(a, x.line()), (b, y.line())];
        if op == RealBinary::Multiply {
            return self.result(self.multiply(a, b), &operands);
        }
        let value = F64.binary(op, a.value, b.value);
        let settled = match op {
            RealBinary::Divide => self.divide(a, b),
            RealBinary::Max => rules::chosen(value, a, b, f64::max),
            RealBinary::Min => rules::chosen(value, a, b, f64::min),
            RealBinary::Atan2 => self.atan2(a, b),
            RealBinary::Pow => self.pow(a, b),
            // `x − y·trunc(x/y)`: where the quotient is nearly whole, a device may take either whole number.
            _ => {
                let whole = rules::stepped(RealUnary::Trunc, self.divide(a, b));
                let product = self.result(self.multiply(b, whole), &operands);
                return self.sum(x, product.negated());
            }
        };
        self.result(settled, &operands)
    }

    fn compare(&self, op: Comparison, x: Allowed, y: Allowed) -> bool {
        let (a, b) = (x.settled().flushed(), y.settled().flushed());
        let apart = a.high < b.low || b.high < a.low;
        // Equal exact numbers are a decided tie.
        let decided = apart || a.is_exact() && b.is_exact();
        if !decided || a.value.is_nan() || b.value.is_nan() {
            self.doubt();
        }
        F64.compare(op, a.value, b.value)
    }

    fn mul_add(&self, x: Allowed, y: Allowed, z: Allowed) -> Allowed {
        let product = self.binary(RealBinary::Multiply, x, y);
        self.sum(product, z)
    }

    fn select(&self, mask: bool, on_true: Allowed, on_false: Allowed) -> Allowed {
        if mask { on_true } else { on_false }
    }
}

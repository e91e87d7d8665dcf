//! Binary64 numbers that carry a bound on their own rounding error.

use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, F64, NoMeaning, RealBinary, RealUnary, Value};
use std::cell::Cell;

/// The unit roundoff of binary64: `|fl(x) − x| ≤ u·|fl(x)|`.
pub const UNIT_F64: f64 = f64::EPSILON / 2.0;

/// The unit roundoff of binary32.
pub const UNIT_F32: f64 = f32::EPSILON as f64 / 2.0;
/// Unit roundoff of binary16.
pub(crate) const UNIT_F16: f64 = 1.0 / 2048.0;

/// The bound's own arithmetic rounds too; each step is widened by this much.
const WIDEN: f64 = 1.0 + 16.0 * UNIT_F64;

/// The least normal binary32 number; a device may flush what is below to zero.
pub const NORMAL_F32: f64 = f32::MIN_POSITIVE as f64;

/// Roundings granted to a library function: 2 units in the last place are 4 unit roundoffs.
const LIBRARY: f64 = 4.0;

/// Binary64 with a running rounding error bound.
///
/// Each operation propagates the bounds of its operands through the operation itself, to all orders, and adds its own
/// rounding. So two evaluations of equal formulas differ by at most the sum of their bounds, however ill conditioned they
/// are. A comparison whose operands lie within their bounds of each other is *undecided*: it is answered by the values, and
/// counted.
///
/// With a coarser unit than binary64's the domain tells how badly coarser arithmetic would do.
#[derive(Clone, Debug)]
pub struct Tracked {
    unit: f64,
    normal: f64,
    undecided: Cell<usize>,
}

/// A value and a bound on its distance from the exact result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded {
    /// The computed value.
    pub value: f64,
    /// The exact value lies within `value ± error`; infinite where nothing is known.
    pub error: f64,
}

impl Value for Bounded {
    fn identical(&self, other: &Bounded) -> bool {
        self.value.identical(&other.value) && self.error.identical(&other.error)
    }
}

impl Bounded {
    /// Whether this is minus infinity itself: a mask value, not something that grew too large.
    pub fn is_mask(&self) -> bool {
        self.value == f64::NEG_INFINITY && self.error == 0.0
    }
}

impl Default for Tracked {
    fn default() -> Tracked {
        Tracked::new(UNIT_F64, f64::MIN_POSITIVE)
    }
}

impl Tracked {
    /// Error bounds of arithmetic with unit roundoff `unit`, at least binary64's, whose results below `normal` may become zero.
    pub fn new(unit: f64, normal: f64) -> Tracked {
        Tracked {
            unit: unit.max(UNIT_F64),
            normal: normal.max(f64::MIN_POSITIVE),
            undecided: Cell::new(0),
        }
    }

    /// How many comparisons so far were within their operands' error bounds.
    pub fn undecided(&self) -> usize {
        self.undecided.get()
    }

    /// An exact value.
    pub fn exact(&self, value: f64) -> Bounded {
        Bounded { value, error: 0.0 }
    }

    /// A computed value with the error its operands carry into it and its own roundings.
    fn rounded(&self, value: f64, carried: f64, roundings: f64) -> Bounded {
        let underflow = if value.abs() < self.normal {
            self.normal
        } else {
            0.0
        };
        let error = (carried + roundings * self.unit * value.abs()) * WIDEN + underflow;
        Bounded {
            value,
            error: if error.is_nan() { f64::INFINITY } else { error },
        }
    }

    fn one(&self) -> Bounded {
        self.exact(1.0)
    }

    fn add(&self, x: Bounded, y: Bounded) -> Bounded {
        let value = x.value + y.value;
        // A mask value absorbs what is added to it, an overflow stays one; a zero sum is exact.
        if x.value.is_infinite() || y.value.is_infinite() {
            let infinite = [x, y].into_iter().filter(|b| b.value.is_infinite());
            let error = infinite.map(|b| b.error).sum();
            return Bounded { value, error };
        }
        let carried = x.error + y.error;
        if value == 0.0 {
            Bounded {
                value,
                error: carried * WIDEN,
            }
        } else {
            self.rounded(value, carried, 1.0)
        }
    }

    fn multiply(&self, x: Bounded, y: Bounded) -> Bounded {
        let value = x.value * y.value;
        let is_zero = |b: Bounded| b.value == 0.0 && b.error == 0.0;
        if is_zero(x)
            || is_zero(y)
            || value.is_infinite() && !(x.value.is_finite() && y.value.is_finite())
        {
            return self.exact(value);
        }
        let carried = x.value.abs() * y.error + y.value.abs() * x.error + x.error * y.error;
        self.rounded(value, carried, 1.0)
    }

    // |x/y − q| ≤ (e_x + |q| e_y) / (|y| − e_y)
    fn divide(&self, x: Bounded, y: Bounded) -> Bounded {
        let value = x.value / y.value;
        let room = y.value.abs() - y.error;
        if room.is_nan() || room <= 0.0 {
            return Bounded {
                value,
                error: f64::INFINITY,
            };
        }
        if x == self.exact(0.0) {
            return self.exact(value);
        }
        self.rounded(value, (x.error + value.abs() * y.error) / room, 1.0)
    }

    // |√(x ± e) − √x| ≤ e / (√x + √(x − e)), or √(x + e) where x ≤ e
    fn sqrt(&self, x: Bounded) -> Bounded {
        let value = x.value.sqrt();
        let carried = if x.error == 0.0 {
            0.0
        } else if x.value > x.error {
            x.error / (value + (x.value - x.error).sqrt())
        } else {
            (x.value + x.error).sqrt()
        };
        if x == self.exact(0.0) {
            x
        } else {
            self.rounded(value, carried, 1.0)
        }
    }

    // |ln(x ± e) − ln x| ≤ −ln(1 − e/x), times `scale` for other bases
    fn logarithm(&self, value: f64, x: Bounded, scale: f64) -> Bounded {
        let carried = if x.value > x.error {
            -(-x.error / x.value).ln_1p() * scale
        } else {
            f64::INFINITY
        };
        self.rounded(value, carried, LIBRARY)
    }

    /// The error carried into an exponential by that of its exponent: `|eˣ⁺ᵟ − eˣ| ≤ eˣ·(eᵉ − 1)` for `|δ| ≤ e`, and at most `eˣ⁺ᵉ`,
    /// which is 0 where the exponent is far below 0, however uncertain.
    fn carried_by_exponent(value: f64, x: f64, error: f64) -> f64 {
        if error > 1.0 {
            (x + error).exp()
        } else {
            value * error.exp_m1()
        }
    }

    /// A function whose slope is at most `slope` within the operand's bounds.
    fn library(&self, value: f64, slope: f64, x: Bounded) -> Bounded {
        let carried = if x.error == 0.0 { 0.0 } else { slope * x.error };
        self.rounded(value, carried, LIBRARY)
    }

    /// The angle of the point `(x, y)`, whose distance from the origin bounds its slope: by `x` and `y` it is at most one over that.
    fn angle(&self, y: Bounded, x: Bounded) -> Bounded {
        let value = F64.binary(RealBinary::Atan2, y.value, x.value);
        let error = x.error + y.error;
        let near = x.value.hypot(y.value) - error;
        // Across the negative half of the axis it jumps.
        let jumps = x.value - x.error < 0.0 && y.value.abs() <= y.error && y.error > 0.0;
        let carried = match error {
            0.0 => 0.0,
            _ if near <= 0.0 || jumps => std::f64::consts::TAU,
            _ => error / near,
        };
        self.rounded(value, carried, LIBRARY)
    }

    /// A step function: exact unless a step lies within the operand's bounds.
    fn step(&self, op: RealUnary, x: Bounded) -> Bounded {
        let at = |x| F64.unary(op, x);
        Bounded {
            value: at(x.value),
            error: at(x.value + x.error) - at(x.value - x.error),
        }
    }
}

impl Domain for Tracked {
    type Value = Bounded;
    type Mask = bool;

    fn name(&self) -> String {
        "error-tracked f64".to_string()
    }

    fn constant(&self, number: Number) -> Bounded {
        let value = number.to_f64();
        if is_dyadic(number) {
            self.exact(value)
        } else {
            self.rounded(value, 0.0, 2.0)
        }
    }

    fn neg_infinity(&self) -> Bounded {
        self.exact(f64::NEG_INFINITY)
    }

    fn from_f32(&self, value: f32) -> Bounded {
        self.exact(value.into())
    }

    fn from_integer(&self, value: i64) -> Bounded {
        if value.unsigned_abs() < 1 << 53 {
            self.exact(value as f64)
        } else {
            self.rounded(value as f64, 0.0, 1.0)
        }
    }

    fn to_integer(&self, x: Bounded, low: i64, high: i64) -> Result<i64, NoMeaning> {
        if self.step(RealUnary::Trunc, x).error != 0.0 {
            self.undecided.set(self.undecided.get() + 1);
        }
        F64.to_integer(x.value, low, high)
    }

    fn to_bits(&self, x: Bounded) -> Result<u32, NoMeaning> {
        if x.error != 0.0 || f64::from(x.value as f32) != x.value {
            self.undecided.set(self.undecided.get() + 1);
        }
        F64.to_bits(x.value)
    }

    fn unary(&self, op: RealUnary, x: Bounded) -> Bounded {
        let value = F64.unary(op, x.value);
        let reach = x.value.abs() + x.error;
        let near = (x.value.abs() - x.error).max(0.0);
        match op {
            RealUnary::Negate | RealUnary::Abs => Bounded {
                value,
                error: x.error,
            },
            RealUnary::Sign
            | RealUnary::Floor
            | RealUnary::Ceil
            | RealUnary::RoundTiesEven
            | RealUnary::Trunc
            | RealUnary::QuantizeToF16 => self.step(op, x),
            // It grows with |x|, and 0 has a value of its own.
            RealUnary::Exponent => {
                let of = |x| F64.unary(op, x);
                let spread = if near == 0.0 && x.error > 0.0 {
                    f64::INFINITY
                } else {
                    of(reach) - of(near)
                };
                Bounded {
                    value,
                    error: spread,
                }
            }
            RealUnary::Sqrt => self.sqrt(x),
            RealUnary::InverseSqrt => self.divide(self.one(), self.sqrt(x)),
            // A mask value has no error to carry.
            RealUnary::Exp => {
                let carried = Tracked::carried_by_exponent(value, x.value, x.error);
                self.rounded(value, carried, LIBRARY)
            }
            RealUnary::Exp2 => {
                let [exponent, error] = [x.value, x.error].map(|x| x * std::f64::consts::LN_2);
                let carried = Tracked::carried_by_exponent(value, exponent, error);
                self.rounded(value, carried, LIBRARY)
            }
            RealUnary::Ln => self.logarithm(value, x, 1.0),
            RealUnary::Log2 => self.logarithm(value, x, std::f64::consts::LOG2_E),
            RealUnary::Sin | RealUnary::Cos => self.library(value, 1.0, x),
            RealUnary::Tan => {
                let part = |op| self.unary(op, x);
                self.divide(part(RealUnary::Sin), part(RealUnary::Cos))
            }
            RealUnary::Sinh => self.library(value, reach.cosh(), x),
            RealUnary::Cosh => self.library(value, reach.sinh(), x),
            // tanh' = 1 / cosh², greatest where |x| is least
            RealUnary::Tanh => self.library(value, near.cosh().powi(-2), x),
            // 1/√(1 − x²), greatest where |x| is
            RealUnary::Asin | RealUnary::Acos => {
                self.library(value, WIDEN / (1.0 - reach * reach).max(0.0).sqrt(), x)
            }
            // 1/(1 + x²) and 1/√(1 + x²), greatest where |x| is least
            RealUnary::Atan => self.library(value, WIDEN / (1.0 + near * near), x),
            RealUnary::Asinh => self.library(value, WIDEN / (1.0 + near * near).sqrt(), x),
            // 1/√(x² − 1), greatest where x is least
            RealUnary::Acosh => self.library(value, WIDEN / (near * near - 1.0).max(0.0).sqrt(), x),
            // 1/(1 − x²), greatest where |x| is
            RealUnary::Atanh => self.library(value, WIDEN / (1.0 - reach * reach).max(0.0), x),
            // erf' = 2/√π·e^(−x²), greatest where |x| is least
            RealUnary::Erf => {
                let slope = std::f64::consts::FRAC_2_SQRT_PI * (-near * near).exp();
                self.library(value, slope * WIDEN, x)
            }
        }
    }

    fn binary(&self, op: RealBinary, x: Bounded, y: Bounded) -> Bounded {
        match op {
            RealBinary::Add => self.add(x, y),
            RealBinary::Subtract => self.add(x, self.unary(RealUnary::Negate, y)),
            RealBinary::Multiply => self.multiply(x, y),
            RealBinary::Divide => self.divide(x, y),
            RealBinary::Remainder => {
                let whole = self.unary(RealUnary::Trunc, self.divide(x, y));
                let whole = self.unary(RealUnary::Negate, whole);
                self.add(x, self.multiply(y, whole))
            }
            RealBinary::Max | RealBinary::Min => Bounded {
                value: F64.binary(op, x.value, y.value),
                error: x.error.max(y.error),
            },
            RealBinary::Atan2 => self.angle(x, y),
            // xʸ = exp(y ln x)
            RealBinary::Pow => {
                let exponent = self.multiply(y, self.unary(RealUnary::Ln, x));
                let value = x.value.powf(y.value);
                self.rounded(value, value.abs() * exponent.error.exp_m1(), LIBRARY)
            }
        }
    }

    fn compare(&self, op: Comparison, x: Bounded, y: Bounded) -> bool {
        let error = x.error + y.error;
        // Equal exact values are a decided tie.
        if error > 0.0 && (x.value - y.value).abs() <= error {
            self.undecided.set(self.undecided.get() + 1);
        }
        F64.compare(op, x.value, y.value)
    }

    fn select(&self, mask: bool, on_true: Bounded, on_false: Bounded) -> Bounded {
        if mask { on_true } else { on_false }
    }
}

/// Whether the number is `integer / 2ᵏ` with an integer of at most 53 bits, so that its `f64` is exact.
pub(crate) fn is_dyadic(number: Number) -> bool {
    let power = number.exponent().unsigned_abs();
    if power > 18 {
        return number.digits() == 0;
    }
    let ten = 10i128.pow(power);
    let (numerator, denominator) = if number.exponent() >= 0 {
        (
            number.digits().checked_mul(ten),
            i128::from(number.divisor()),
        )
    } else {
        (
            Some(number.digits()),
            i128::from(number.divisor()).saturating_mul(ten),
        )
    };
    let Some(numerator) = numerator else {
        return false;
    };
    let odd = denominator >> denominator.trailing_zeros();
    numerator % odd == 0 && (numerator / odd).unsigned_abs() < 1 << 53
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_constants_are_known() {
        for (text, exact) in [
            ("0.5", true),
            ("1", true),
            ("0", true),
            ("0.1", false),
            ("3.75", true),
            ("1e-5", false),
            ("1e15", true),
            ("9007199254740993", false),
            ("1e-30", false),
        ] {
            assert_eq!(is_dyadic(Number::parse(text).unwrap()), exact, "{text}");
        }
        assert!(!is_dyadic(Number::ratio(1, 3).unwrap()));
        assert!(is_dyadic(Number::ratio(3, 8).unwrap()));
    }

    #[test]
    fn bounds_cover_coarser_arithmetic() {
        // The same formula in f32, compared with f64: the f32 unit's bound covers the difference.
        let domain = Tracked::new(UNIT_F32, NORMAL_F32);
        let mut worst = 0f64;
        for i in 1..500 {
            let (x, y) = (i as f32 * 0.013_7, 2.5 - i as f32 * 0.009_1);
            let (bx, by) = (domain.from_f32(x), domain.from_f32(y));
            let f = |op, a| domain.unary(op, a);
            let g = |op, a, b| domain.binary(op, a, b);
            let e = f(RealUnary::Exp, g(RealBinary::Multiply, bx, by));
            let s = f(RealUnary::Sqrt, g(RealBinary::Add, e, bx));
            let z = g(
                RealBinary::Divide,
                g(RealBinary::Subtract, s, bx),
                f(RealUnary::Tanh, by),
            );
            let z = f(RealUnary::Ln, f(RealUnary::Abs, z));
            let z32 = ((((x * y).exp() + x).sqrt() - x) / y.tanh()).abs().ln();
            assert!(
                (f64::from(z32) - z.value).abs() <= z.error,
                "{x} {y}: {z32} {z:?}"
            );
            worst = worst.max((f64::from(z32) - z.value).abs() / z.error);
        }
        assert!(worst > 0.01, "the bound is vacuous: {worst}");
    }

    #[test]
    fn mask_values_and_zeros_carry_no_error() {
        let domain = Tracked::default();
        let masked = domain.binary(
            RealBinary::Add,
            domain.neg_infinity(),
            Bounded {
                value: 1.0,
                error: 1e-10,
            },
        );
        assert_eq!(masked, domain.neg_infinity());
        assert!(masked.is_mask());
        let huge = domain.exact(-f64::MAX);
        let overflow = domain.binary(RealBinary::Multiply, huge, domain.exact(2.0));
        let overflow = domain.binary(RealBinary::Add, overflow, domain.exact(1.0));
        assert!(overflow.value == f64::NEG_INFINITY && !overflow.is_mask());
        let e = domain.unary(RealUnary::Exp, masked);
        assert!(e.value == 0.0 && e.error <= 2.0 * f64::MIN_POSITIVE);
        assert_eq!(
            domain.binary(
                RealBinary::Multiply,
                domain.exact(0.0),
                Bounded {
                    value: 2.0,
                    error: 0.1
                }
            ),
            domain.exact(0.0)
        );
    }

    #[test]
    fn exponentials_of_what_is_far_below_zero_are_zero() {
        let domain = Tracked::default();
        let far = |value, error| domain.unary(RealUnary::Exp, Bounded { value, error });
        let zero = far(-1e33, 1e26);
        assert!(
            zero.value == 0.0 && zero.error <= 2.0 * f64::MIN_POSITIVE,
            "{zero:?}"
        );
        let wide = far(2.0, 3.0);
        assert!(
            wide.error >= 5f64.exp() - 2f64.exp() && wide.error <= 1.01 * 5f64.exp(),
            "{wide:?}"
        );
        assert!(far(-1e33, 1e34).error.is_infinite());
    }

    #[test]
    fn close_comparisons_are_counted() {
        let domain = Tracked::default();
        let near = Bounded {
            value: 1.0,
            error: 1e-9,
        };
        domain.compare(Comparison::Less, domain.exact(1.0), domain.exact(1.0));
        assert_eq!(domain.undecided(), 0);
        domain.compare(Comparison::Less, near, domain.exact(1.0 + 1e-10));
        assert_eq!(domain.undecided(), 1);
    }
}

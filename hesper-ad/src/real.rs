//! The number a spec computes with.
//!
//! Specs are written once, against [`Real`], and run in every number domain. `Real` is implemented once, by [`Num`]: a
//! value that carries its domain. There is no way from a `Real` back to a host float, and comparisons yield masks, so a
//! spec cannot lose a tangent or branch on data: it is a formula.

use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, RealBinary, RealUnary};
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::panic::Location;

/// A real number of some domain.
///
/// A host float stands for its shortest round-trip decimal, so `x * 0.1` multiplies by exactly one tenth in a domain that
/// has it, and by the same `0.1` as a kernel's literal elsewhere.
pub trait Real:
    Copy
    + fmt::Debug
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
    + Neg<Output = Self>
{
    /// The outcome of a comparison, consumed by [`select`](Real::select).
    type Mask: Copy;
    /// Where numbers come from: the domain.
    type Source: Copy;

    /// An exact constant.
    fn constant(source: Self::Source, number: Number) -> Self;
    /// Minus infinity: the identity of `max`, and the mask value whose exponential is zero.
    fn neg_infinity(source: Self::Source) -> Self;
    /// A host float as its shortest round-trip decimal; infinities and NaN stay what they are, and fail every comparison.
    fn host(source: Self::Source, value: f64) -> Self;
    /// The sum of any number of terms as one operation; zero for none.
    fn sum(source: Self::Source, terms: &[Self]) -> Self;
    /// `on_true` where the mask holds, else `on_false`.
    fn select(mask: Self::Mask, on_true: Self, on_false: impl Operand<Self>) -> Self;

    /// `eˣ`.
    fn exp(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// `√x`.
    fn sqrt(self) -> Self;
    /// Sine of radians.
    fn sin(self) -> Self;
    /// Cosine of radians.
    fn cos(self) -> Self;
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;
    /// The error function `2/√π·∫₀ˣ e^(−t²) dt`. The exact field gives it no meaning.
    fn erf(self) -> Self;
    /// `xⁿ`; `x⁰` is one.
    fn powi(self, n: i32) -> Self;
    /// The greater operand.
    fn max(self, other: impl Operand<Self>) -> Self;
    /// The lesser operand.
    fn min(self, other: impl Operand<Self>) -> Self;
    /// Where `self == other`.
    fn eq(self, other: impl Operand<Self>) -> Self::Mask;
    /// Where `self < other`.
    fn lt(self, other: impl Operand<Self>) -> Self::Mask;
    /// Where `self <= other`.
    fn le(self, other: impl Operand<Self>) -> Self::Mask;
    /// Where `self > other`.
    fn gt(self, other: impl Operand<Self>) -> Self::Mask;
    /// Where `self >= other`.
    fn ge(self, other: impl Operand<Self>) -> Self::Mask;
}

/// The other operand of a method such as [`Real::max`]: a real, or a host float.
pub trait Operand<T: Real> {
    /// The operand as a number of the source's domain.
    fn into_real(self, source: T::Source) -> T;
}

impl<T: Real> Operand<T> for T {
    fn into_real(self, _: T::Source) -> T {
        self
    }
}

impl<T: Real> Operand<T> for f64 {
    fn into_real(self, source: T::Source) -> T {
        T::host(source, self)
    }
}

/// A value that carries its domain.
pub struct Num<'d, D: Domain> {
    domain: &'d D,
    value: D::Value,
}

impl<'d, D: Domain> Num<'d, D> {
    /// A value of `domain`.
    pub fn new(domain: &'d D, value: D::Value) -> Num<'d, D> {
        Num { domain, value }
    }

    /// The domain's value.
    pub fn value(self) -> D::Value {
        self.value
    }

    #[track_caller]
    fn unary(self, op: RealUnary) -> Self {
        self.domain.at(Location::caller());
        Num::new(self.domain, self.domain.unary(op, self.value))
    }

    #[track_caller]
    fn binary(self, op: RealBinary, other: impl Operand<Self>) -> Self {
        self.domain.at(Location::caller());
        let other = other.into_real(self.domain);
        Num::new(self.domain, self.domain.binary(op, self.value, other.value))
    }

    #[track_caller]
    fn compare(self, op: Comparison, other: impl Operand<Self>) -> D::Mask {
        self.domain.at(Location::caller());
        let other = other.into_real(self.domain);
        self.domain.compare(op, self.value, other.value)
    }
}

impl<D: Domain> Clone for Num<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D: Domain> Copy for Num<'_, D> {}

impl<D: Domain> fmt::Debug for Num<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

macro_rules! operators {
    ($($operator:ident $method:ident $op:ident;)*) => {$(
        impl<'d, D: Domain> $operator for Num<'d, D> {
            type Output = Num<'d, D>;
            #[track_caller]
            fn $method(self, other: Self) -> Self {
                self.binary(RealBinary::$op, other)
            }
        }
        impl<'d, D: Domain> $operator<f64> for Num<'d, D> {
            type Output = Num<'d, D>;
            #[track_caller]
            fn $method(self, other: f64) -> Self {
                self.binary(RealBinary::$op, other)
            }
        }
    )*};
}

operators! { Add add Add; Sub sub Subtract; Mul mul Multiply; Div div Divide; }

impl<'d, D: Domain> Neg for Num<'d, D> {
    type Output = Num<'d, D>;
    #[track_caller]
    fn neg(self) -> Self {
        self.unary(RealUnary::Negate)
    }
}

impl<'d, D: Domain> Real for Num<'d, D> {
    type Mask = D::Mask;
    type Source = &'d D;

    fn constant(domain: &'d D, number: Number) -> Self {
        Num::new(domain, domain.constant(number))
    }

    fn neg_infinity(domain: &'d D) -> Self {
        Num::new(domain, domain.neg_infinity())
    }

    fn host(domain: &'d D, value: f64) -> Self {
        let value = match Number::from_f64(value) {
            Ok(number) => domain.constant(number),
            Err(_) if value == f64::NEG_INFINITY => domain.neg_infinity(),
            Err(_) => domain.from_f32(value as f32),
        };
        Num::new(domain, value)
    }

    #[track_caller]
    fn sum(domain: &'d D, terms: &[Self]) -> Self {
        domain.at(Location::caller());
        let values: Vec<D::Value> = terms.iter().map(|t| t.value).collect();
        Num::new(domain, domain.sum(&values))
    }

    fn select(mask: D::Mask, on_true: Self, on_false: impl Operand<Self>) -> Self {
        let domain = on_true.domain;
        let on_false = on_false.into_real(domain);
        Num::new(domain, domain.select(mask, on_true.value, on_false.value))
    }

    #[track_caller]
    fn exp(self) -> Self {
        self.unary(RealUnary::Exp)
    }
    #[track_caller]
    fn ln(self) -> Self {
        self.unary(RealUnary::Ln)
    }
    #[track_caller]
    fn sqrt(self) -> Self {
        self.unary(RealUnary::Sqrt)
    }
    #[track_caller]
    fn sin(self) -> Self {
        self.unary(RealUnary::Sin)
    }
    #[track_caller]
    fn cos(self) -> Self {
        self.unary(RealUnary::Cos)
    }
    #[track_caller]
    fn tanh(self) -> Self {
        self.unary(RealUnary::Tanh)
    }
    #[track_caller]
    fn erf(self) -> Self {
        self.unary(RealUnary::Erf)
    }
    #[track_caller]
    fn powi(self, n: i32) -> Self {
        self.domain.at(Location::caller());
        Num::new(self.domain, self.domain.powi(self.value, n))
    }
    #[track_caller]
    fn max(self, other: impl Operand<Self>) -> Self {
        self.binary(RealBinary::Max, other)
    }
    #[track_caller]
    fn min(self, other: impl Operand<Self>) -> Self {
        self.binary(RealBinary::Min, other)
    }
    #[track_caller]
    fn eq(self, other: impl Operand<Self>) -> D::Mask {
        self.compare(Comparison::Equal, other)
    }
    #[track_caller]
    fn lt(self, other: impl Operand<Self>) -> D::Mask {
        self.compare(Comparison::Less, other)
    }
    #[track_caller]
    fn le(self, other: impl Operand<Self>) -> D::Mask {
        self.compare(Comparison::LessEqual, other)
    }
    #[track_caller]
    fn gt(self, other: impl Operand<Self>) -> D::Mask {
        self.compare(Comparison::Greater, other)
    }
    #[track_caller]
    fn ge(self, other: impl Operand<Self>) -> D::Mask {
        self.compare(Comparison::GreaterEqual, other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_shader::domain::F64;

    fn formula<T: Real>(x: T, y: T) -> T {
        let clipped = x.max(0.0).min(y) * 2.0 - 1.0;
        T::select(x.gt(y), -clipped / y, 0.25) + (x + 3.0).powi(2).sqrt()
    }

    #[test]
    fn formulas_read_like_floats() {
        let num = |x| Num::new(&F64, x);
        assert_eq!(formula(num(2.0), num(0.5)).value(), 5.0);
        assert_eq!(formula(num(-2.0), num(0.5)).value(), 1.25);
    }

    #[test]
    fn host_floats_that_are_no_numbers_stay_what_they_are() {
        let host = |x| Num::host(&F64, x).value();
        assert_eq!(host(f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert_eq!(host(f64::INFINITY), f64::INFINITY);
        assert!(host(f64::NAN).is_nan());
        assert_eq!(Num::sum(&F64, &[]).value(), 0.0);
    }
}

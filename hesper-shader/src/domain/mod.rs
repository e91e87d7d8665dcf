//! Number domains: what a "real number" is during one run.
//!
//! A domain is an *object*, because a run has context (primes, memo tables, coverage). The reference executor and the
//! specs of `hesper-ad` are generic over it, so that one kernel and one spec can be run in 32-bit floats, in 64-bit floats,
//! on dual numbers or in an exact field, and compared there. Integers and truth values of a kernel are always concrete.

mod arithmetic;
pub(crate) mod column;
mod f32;
mod f64;
mod float;
mod formulas;
mod functions;
mod math;
mod primitives;
#[cfg(test)]
mod tests;

pub use self::arithmetic::Arithmetic;
pub use self::f32::F32;
pub use self::f64::F64;
pub use self::functions::{Accuracy, Math, Of, Primitive, Signature};
pub use self::primitives::{Character, RealBinary, RealUnary};

use crate::number::Number;
use std::fmt;
use std::panic::Location;

/// Comparisons of two reals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `x == y`.
    Equal,
    /// `x != y`.
    NotEqual,
    /// `x < y`.
    Less,
    /// `x <= y`.
    LessEqual,
    /// `x > y`.
    Greater,
    /// `x >= y`.
    GreaterEqual,
}

/// A domain cannot give meaning to an operation. The run that met it stops with an error naming operation and line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the number domain {domain} gives no meaning to {operation}")]
pub struct NoMeaning {
    /// The domain's name.
    pub domain: String,
    /// What it was asked to do.
    pub operation: String,
}

/// A binary floating point format of IEEE 754 in which kernels keep reals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// 16 bits, 11 of them significant.
    Binary16,
    /// 32 bits, 24 of them significant.
    #[default]
    Binary32,
}

/// A number of a domain.
pub trait Value: Copy + fmt::Debug {
    /// Whether two values are the same in every respect, as their texts are: NaN is NaN, and −0 is not 0.
    fn identical(&self, other: &Self) -> bool {
        format!("{self:?}") == format!("{other:?}")
    }
}

/// Whether two places hold the same, or neither is there.
pub(crate) fn identical<V: Value>(x: Option<&V>, y: Option<&V>) -> bool {
    match (x, y) {
        (Some(x), Some(y)) => x.identical(y),
        (x, y) => x.is_none() && y.is_none(),
    }
}

macro_rules! float_values {
    ($($float:ident)*) => {$(
        impl Value for $float {
            fn identical(&self, other: &$float) -> bool {
                self.to_bits() == other.to_bits() || self.is_nan() && other.is_nan()
            }
        }
    )*};
}

float_values! { f32 f64 }

impl<V: Value, const N: usize> Value for [V; N] {
    fn identical(&self, other: &[V; N]) -> bool {
        self.iter().zip(other).all(|(x, y)| x.identical(y))
    }
}

/// A number domain.
///
/// Implementors give the scalar methods; the column methods, which the executor calls with one element per lane (and
/// component), default to them lane by lane, touching active lanes only. A domain whose operations have no side effect may
/// override them to compute all lanes at once.
///
/// The executor needs `Mask = bool`; a domain that records specs as expressions has symbolic masks.
pub trait Domain {
    /// A number.
    type Value: Value;
    /// The outcome of a comparison, consumed by [`select`](Domain::select).
    type Mask: Copy + fmt::Debug;

    /// The domain's name, for reports: `f32`, `dual f64`.
    fn name(&self) -> String;

    /// The source line of the operations that follow. A domain that reports lines remembers it.
    fn at(&self, _line: &'static Location<'static>) {}

    /// A workgroup begins: none of its invocations has decided anything yet.
    fn enter_workgroup(&self) {}

    /// Some invocations have left the loop on this line after so many whole iterations.
    fn left_loop(&self, _line: &'static Location<'static>, _iterations: u64) {}

    /// An exact constant, brought into the domain.
    fn constant(&self, number: Number) -> Self::Value;

    /// Minus infinity, the identity of `max`.
    fn neg_infinity(&self) -> Self::Value;

    /// Whether the executor may compute a product along with the sum whose term it is, by [`mul_add_column`](Domain::mul_add_column), which must
    /// then do as [`binary`](Domain::binary) does twice; a domain that looks at each operation says no.
    fn adds_products(&self) -> bool {
        false
    }

    /// The exact value of a binary32 number that comes as data; may be infinite or NaN.
    fn from_f32(&self, value: f32) -> Self::Value;

    /// An integer of the kernel as a real; `f32` rounds it, exact domains do not.
    fn from_integer(&self, value: i64) -> Self::Value;

    /// A real that a kernel keeps in a format. The domain's reals stand for what a kernel computes in 32-bit floats, so that this changes a real
    /// only where the format is narrower and the domain rounds as a device does: `f32` does; exact domains, and `f64`, which shows what rounding
    /// hides, do not.
    fn round(&self, _format: Format, value: Self::Value) -> Self::Value {
        value
    }

    /// What the operations that follow compute in; whether the domain rounds their results to it itself. By default it does not: whoever computes
    /// [rounds](Domain::round) the result.
    fn within(&self, _format: Format) -> bool {
        false
    }

    /// A real truncated towards zero and saturated to `low..=high`, as `as` does.
    fn to_integer(&self, value: Self::Value, low: i64, high: i64) -> Result<i64, NoMeaning>;

    /// The value where it is a float as hardware has it, with NaN and infinities; `None` in all other domains.
    fn as_float(&self, _value: Self::Value) -> Option<f64> {
        None
    }

    /// The bits of a real in binary32.
    fn to_bits(&self, value: Self::Value) -> Result<u32, NoMeaning> {
        let no_meaning = || NoMeaning {
            domain: self.name(),
            operation: "the bits of a real".to_string(),
        };
        let value = self.as_float(value).ok_or_else(no_meaning)?;
        Ok((value as f32).to_bits())
    }

    /// One operand.
    fn unary(&self, op: RealUnary, x: Self::Value) -> Self::Value;

    /// Two operands.
    fn binary(&self, op: RealBinary, x: Self::Value, y: Self::Value) -> Self::Value;

    /// A comparison.
    fn compare(&self, op: Comparison, x: Self::Value, y: Self::Value) -> Self::Mask;

    /// `on_true` where the mask holds, else `on_false`.
    fn select(&self, mask: Self::Mask, on_true: Self::Value, on_false: Self::Value) -> Self::Value;

    /// `x·y + z`.
    fn mul_add(&self, x: Self::Value, y: Self::Value, z: Self::Value) -> Self::Value {
        self.binary(RealBinary::Add, self.binary(RealBinary::Multiply, x, y), z)
    }

    /// The sum of any number of terms as one operation; zero for none.
    fn sum(&self, terms: &[Self::Value]) -> Self::Value {
        let mut terms = terms.iter().copied();
        let first = terms.next().unwrap_or_else(|| self.constant(Number::ZERO));
        terms.fold(first, |sum, term| self.binary(RealBinary::Add, sum, term))
    }

    /// `xⁿ` by repeated multiplication; `x⁰` is one.
    fn powi(&self, x: Self::Value, n: i32) -> Self::Value {
        let one = self.constant(Number::ONE);
        let (mut result, mut base, mut left) = (None, x, n.unsigned_abs());
        while left > 0 {
            if left & 1 == 1 {
                result = Some(result.map_or(base, |r| self.binary(RealBinary::Multiply, r, base)));
            }
            left >>= 1;
            if left > 0 {
                base = self.binary(RealBinary::Multiply, base, base);
            }
        }
        match result {
            None => one,
            Some(r) if n < 0 => self.binary(RealBinary::Divide, one, r),
            Some(r) => r,
        }
    }

    /// `x·2ⁿ`.
    fn scale(&self, x: Self::Value, n: i32) -> Self::Value {
        // In two steps: 2ⁿ may be out of a float's range where the result is not.
        let two = self.constant(Number::integer(2));
        let half = n / 2;
        [half, n - half].into_iter().fold(x, |x, n| {
            self.binary(RealBinary::Multiply, x, self.powi(two, n))
        })
    }

    /// [`unary`](Domain::unary) on columns of equal length; what `out` holds on inactive lanes is never read.
    fn unary_column(
        &self,
        op: RealUnary,
        x: &[Self::Value],
        active: &[bool],
        out: &mut [Self::Value],
    ) {
        for ((o, x), _) in out.iter_mut().zip(x).zip(active).filter(|(_, on)| **on) {
            *o = self.unary(op, *x);
        }
    }

    /// [`binary`](Domain::binary) on columns of equal length; as [`unary_column`](Domain::unary_column).
    fn binary_column(
        &self,
        op: RealBinary,
        x: &[Self::Value],
        y: &[Self::Value],
        active: &[bool],
        out: &mut [Self::Value],
    ) {
        for (((o, x), y), _) in out
            .iter_mut()
            .zip(x)
            .zip(y)
            .zip(active)
            .filter(|(_, on)| **on)
        {
            *o = self.binary(op, *x, *y);
        }
    }

    /// [`mul_add`](Domain::mul_add) on columns of equal length; as [`unary_column`](Domain::unary_column).
    fn mul_add_column(
        &self,
        x: &[Self::Value],
        y: &[Self::Value],
        z: &[Self::Value],
        active: &[bool],
        out: &mut [Self::Value],
    ) {
        for ((((o, x), y), z), _) in out
            .iter_mut()
            .zip(x)
            .zip(y)
            .zip(z)
            .zip(active)
            .filter(|(_, on)| **on)
        {
            *o = self.mul_add(*x, *y, *z);
        }
    }

    /// [`compare`](Domain::compare) on columns of equal length; as [`unary_column`](Domain::unary_column).
    fn compare_column(
        &self,
        op: Comparison,
        x: &[Self::Value],
        y: &[Self::Value],
        active: &[bool],
        out: &mut [Self::Mask],
    ) {
        for (((o, x), y), _) in out
            .iter_mut()
            .zip(x)
            .zip(y)
            .zip(active)
            .filter(|(_, on)| **on)
        {
            *o = self.compare(op, *x, *y);
        }
    }

    /// [`select`](Domain::select) on columns of equal length; as [`unary_column`](Domain::unary_column).
    fn select_column(
        &self,
        mask: &[Self::Mask],
        on_true: &[Self::Value],
        on_false: &[Self::Value],
        active: &[bool],
        out: &mut [Self::Value],
    ) {
        let lanes = out
            .iter_mut()
            .zip(mask)
            .zip(on_true)
            .zip(on_false)
            .zip(active);
        for ((((o, m), t), f), _) in lanes.filter(|(_, on)| **on) {
            *o = self.select(*m, *t, *f);
        }
    }
}

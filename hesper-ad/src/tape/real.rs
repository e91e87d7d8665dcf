//! The number a spec computes with.
//!
//! A [`Real`] is a handle: while a spec runs, what it does with its numbers is recorded, and the record is given a meaning in
//! every number domain. There is no way from a `Real` back to a host float, and comparisons yield masks, so a spec cannot lose a
//! tangent or branch on data: it is a formula.

use super::{Handle, MaskHandle, Recorder};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, RealBinary, RealUnary};
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::panic::Location;

/// Where numbers are made that a run is given.
pub(crate) const FILE: &str = file!();

/// A real number of a spec.
///
/// It reads like a float: `(x - 1.0).exp() / (2.0 * y)`, by value or by reference. A host float stands for its shortest
/// round-trip decimal, so `x * 0.1` multiplies by exactly one tenth in a domain that has it, and by the same `0.1` as a kernel's
/// literal elsewhere.
///
/// Numbers come from the inputs of a spec and from its [`Context`](crate::Context), and mean something during that run only: one
/// that is kept for another run is an error there.
#[derive(Clone, Copy, Debug)]
pub struct Real(Handle);

/// The outcome of a comparison, consumed by [`Real::select`].
#[derive(Clone, Copy, Debug)]
pub struct Mask(MaskHandle);

/// The other operand of an operation: a real, or a host float.
pub trait Operand {
    /// The operand as a real of the run.
    fn real(self) -> Real;
}

impl Operand for Real {
    fn real(self) -> Real {
        self
    }
}

impl Operand for &Real {
    fn real(self) -> Real {
        *self
    }
}

impl Operand for f64 {
    #[track_caller]
    fn real(self) -> Real {
        let line = Location::caller();
        Real(Recorder::with(|run| run.host(self, line)))
    }
}

impl Real {
    /// The number at a position of what the run is given.
    pub(crate) fn given(at: u32) -> Real {
        let line = Location::caller();
        Real(Recorder::with(|run| run.given(at, line)))
    }

    /// An exact constant.
    #[track_caller]
    pub(crate) fn constant(number: Number) -> Real {
        let line = Location::caller();
        Real(Recorder::with(|run| run.constant(number, line)))
    }

    /// Minus infinity: the identity of `max`, and the mask value whose exponential is zero.
    #[track_caller]
    pub(crate) fn neg_infinity() -> Real {
        let line = Location::caller();
        Real(Recorder::with(|run| run.neg_infinity(line)))
    }

    /// The sum of any number of terms as one operation; zero for none.
    #[track_caller]
    pub(crate) fn sum(terms: impl IntoIterator<Item = Real>) -> Real {
        let line = Location::caller();
        // What yields the terms may record too.
        let terms: Vec<Handle> = terms.into_iter().map(|term| term.0).collect();
        Real(Recorder::with(|run| run.sum(terms, line)))
    }

    /// A number of its own that is equal to this one.
    pub(crate) fn copied(self) -> Real {
        let line = Location::caller();
        Real(Recorder::with(|run| run.same(self.0, line)))
    }

    /// A number by its node on the tape.
    pub(crate) fn of(handle: Handle) -> Real {
        Real(handle)
    }

    /// Its node on the tape.
    pub(crate) fn handle(self) -> Handle {
        self.0
    }

    /// `xʸ`, for x > 0.
    #[track_caller]
    pub fn powf(self, exponent: impl Operand) -> Real {
        self.binary(RealBinary::Pow, exponent.real())
    }

    /// The angle in `(−π, π]` of the point with ordinate `self` and abscissa `x`.
    #[track_caller]
    pub fn atan2(self, x: impl Operand) -> Real {
        self.binary(RealBinary::Atan2, x.real())
    }

    /// `on_true` where the mask holds, else `on_false`.
    #[track_caller]
    pub fn select(mask: Mask, on_true: impl Operand, on_false: impl Operand) -> Real {
        let line = Location::caller();
        let operands = [on_true.real().0, on_false.real().0];
        Real(Recorder::with(|run| run.select(mask.0, operands, line)))
    }

    /// `xⁿ`; `x⁰` is one.
    #[track_caller]
    pub fn powi(self, n: i32) -> Real {
        let line = Location::caller();
        Real(Recorder::with(|run| run.powi(self.0, n, line)))
    }

    /// The greater operand.
    #[track_caller]
    pub fn max(self, other: impl Operand) -> Real {
        self.binary(RealBinary::Max, other.real())
    }

    /// The lesser operand.
    #[track_caller]
    pub fn min(self, other: impl Operand) -> Real {
        self.binary(RealBinary::Min, other.real())
    }

    /// Where `self == other`.
    #[track_caller]
    pub fn eq(self, other: impl Operand) -> Mask {
        self.compare(Comparison::Equal, other.real())
    }

    /// Where `self < other`.
    #[track_caller]
    pub fn lt(self, other: impl Operand) -> Mask {
        self.compare(Comparison::Less, other.real())
    }

    /// Where `self <= other`.
    #[track_caller]
    pub fn le(self, other: impl Operand) -> Mask {
        self.compare(Comparison::LessEqual, other.real())
    }

    /// Where `self > other`.
    #[track_caller]
    pub fn gt(self, other: impl Operand) -> Mask {
        self.compare(Comparison::Greater, other.real())
    }

    /// Where `self >= other`.
    #[track_caller]
    pub fn ge(self, other: impl Operand) -> Mask {
        self.compare(Comparison::GreaterEqual, other.real())
    }

    #[track_caller]
    pub(crate) fn unary(self, op: RealUnary) -> Real {
        let line = Location::caller();
        Real(Recorder::with(|run| run.unary(op, self.0, line)))
    }

    #[track_caller]
    pub(crate) fn binary(self, op: RealBinary, other: Real) -> Real {
        let line = Location::caller();
        Real(Recorder::with(|run| {
            run.binary(op, [self.0, other.0], line)
        }))
    }

    #[track_caller]
    fn compare(self, op: Comparison, other: Real) -> Mask {
        let line = Location::caller();
        Mask(Recorder::with(|run| {
            run.compare(op, [self.0, other.0], line)
        }))
    }
}

impl Mask {
    /// A mask of a run.
    pub(crate) fn of(handle: MaskHandle) -> Mask {
        Mask(handle)
    }

    /// Its place in the run.
    pub(crate) fn handle(self) -> MaskHandle {
        self.0
    }
}

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident $op:ident;)*) => {
        impl Real {$(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(self) -> Real {
                self.unary(RealUnary::$op)
            }
        )*}
    };
}

functions! {
    /// `|x|`; its derivative at 0 is taken to be 0.
    abs Abs;
    /// The angle in `[0, π]` whose cosine it is.
    acos Acos;
    /// The number that is not negative whose hyperbolic cosine it is.
    acosh Acosh;
    /// The angle in `[−½π, ½π]` whose sine it is.
    asin Asin;
    /// The number whose hyperbolic sine it is.
    asinh Asinh;
    /// The angle in `[−½π, ½π]` whose tangent it is.
    atan Atan;
    /// The number whose hyperbolic tangent it is.
    atanh Atanh;
    /// Least integer not below `x`.
    ceil Ceil;
    /// Cosine of radians.
    cos Cos;
    /// Hyperbolic cosine.
    cosh Cosh;
    /// The error function `2/√π·∫₀ˣ e^(−t²) dt`. The exact field gives it no meaning.
    erf Erf;
    /// `eˣ`.
    exp Exp;
    /// `2ˣ`.
    exp2 Exp2;
    /// Greatest integer not above `x`.
    floor Floor;
    /// Natural logarithm.
    ln Ln;
    /// Binary logarithm.
    log2 Log2;
    /// The nearest number that binary16 has, ties to even.
    quantize_to_f16 QuantizeToF16;
    /// Nearest integer, ties to even.
    round_ties_even RoundTiesEven;
    /// −1, 0 or 1.
    sign Sign;
    /// Sine of radians.
    sin Sin;
    /// Hyperbolic sine.
    sinh Sinh;
    /// `√x`.
    sqrt Sqrt;
    /// Tangent of radians.
    tan Tan;
    /// Hyperbolic tangent.
    tanh Tanh;
    /// Integer part.
    trunc Trunc;
}

macro_rules! operator {
    ($operator:ident $method:ident $op:ident: $($left:ty, $right:ty;)*) => {$(
        impl $operator<$right> for $left {
            type Output = Real;
            #[track_caller]
            fn $method(self, other: $right) -> Real {
                self.real().binary(RealBinary::$op, other.real())
            }
        }
    )*};
}

macro_rules! operators {
    ($($operator:ident $method:ident $op:ident;)*) => {$(
        operator! { $operator $method $op:
            Real, Real; Real, &Real; &Real, Real; &Real, &Real;
            Real, f64; &Real, f64; f64, Real; f64, &Real;
        }
    )*};
}

operators! { Add add Add; Sub sub Subtract; Mul mul Multiply; Div div Divide; }

impl Neg for Real {
    type Output = Real;
    #[track_caller]
    fn neg(self) -> Real {
        self.unary(RealUnary::Negate)
    }
}

impl Neg for &Real {
    type Output = Real;
    #[track_caller]
    fn neg(self) -> Real {
        self.unary(RealUnary::Negate)
    }
}

//! Typed values and their methods.

use super::ops::binary;
use super::recorder::Recorder;
use super::relations::{
    CastTy, CompareTy, FloatTy, HasW, HasX, HasY, HasZ, NumericTy, OrderTy, SameTy, SignedTy,
};
use super::state::{Serial, State};
use crate::number::Number;
use crate::shader_type::ShaderType;
use crate::tree::{BinaryOp, ExprId, ExprKind, Literal, Loc, Math};
use std::fmt;
use std::marker::PhantomData;

/// A value of kernel type `T` while a kernel is recorded: a copyable handle into the tree being built.
pub struct Exp<'m, T> {
    pub(super) recorder: &'m Recorder,
    pub(super) id: ExprId,
    pub(super) serial: Serial,
    ty: PhantomData<fn() -> T>,
}

impl<T> Clone for Exp<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Exp<'_, T> {}

impl<T> fmt::Debug for Exp<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exp({})", self.id.0)
    }
}

impl<'m, T> Exp<'m, T> {
    pub(super) fn new(recorder: &'m Recorder, id: ExprId, serial: Serial) -> Self {
        Exp {
            recorder,
            id,
            serial,
            ty: PhantomData,
        }
    }
}

impl<'m, T: ShaderType> Exp<'m, T> {
    /// A builtin function; operands of other types come as if they were of this one.
    pub(super) fn math<U: ShaderType>(
        self,
        math: Math,
        others: &[Exp<'m, T>],
        loc: Loc,
    ) -> Exp<'m, U> {
        let mut operands = vec![self.recorder.own(self, loc)];
        operands.extend(others.iter().map(|e| self.recorder.own(*e, loc)));
        self.recorder.push_expr(ExprKind::Math(math, operands), loc)
    }

    /// The same handle as another type that relations say is the same.
    pub(super) fn retype<U>(self) -> Exp<'m, U> {
        Exp::new(self.recorder, self.id, self.serial)
    }

    pub(super) fn component<U: ShaderType>(self, index: u8, loc: Loc) -> Exp<'m, U> {
        let vector = self.recorder.own(self, loc);
        self.recorder
            .push_expr(ExprKind::Component(vector, index), loc)
    }

    /// `self as U`: float to integer truncates and saturates, integers keep their bits, `bool` gives 0 or 1.
    #[track_caller]
    pub fn cast<U: ShaderType>(self) -> Exp<'m, U>
    where
        T: CastTy<U>,
    {
        let loc = Loc::caller();
        if U::TYPE == T::TYPE {
            return self.retype();
        }
        let operand = self.recorder.own(self, loc);
        self.recorder.push_expr(ExprKind::Convert(operand), loc)
    }
}

macro_rules! comparisons {
    ($($name:ident $op:ident $relation:ident $text:literal;)*) => {
        impl<'m, T: ShaderType> Exp<'m, T> {$(
            #[doc = concat!("`self ", $text, " right`, for each component of vectors.")]
            #[track_caller]
            pub fn $name<R: ShaderType>(self, right: Exp<'m, R>) -> Exp<'m, T::Truth>
            where
                T: $relation<R>,
            {
                binary(BinaryOp::$op, self, right, Loc::caller())
            }
        )*}
    };
}

comparisons! {
    eq Equal CompareTy "==";
    ne NotEqual CompareTy "!=";
    lt Less OrderTy "<";
    le LessEqual OrderTy "<=";
    gt Greater OrderTy ">";
    ge GreaterEqual OrderTy ">=";
}

macro_rules! components {
    ($($name:ident $index:literal $relation:ident;)*) => {
        impl<'m, T: ShaderType> Exp<'m, T> {$(
            #[doc = concat!("Component `", stringify!($name), "` of a vector.")]
            #[track_caller]
            pub fn $name(self) -> Exp<'m, T::Component>
            where
                T: $relation,
            {
                self.component($index, Loc::caller())
            }
        )*}
    };
}

components! { x 0 HasX; y 1 HasY; z 2 HasZ; w 3 HasW; r 0 HasX; g 1 HasY; b 2 HasZ; a 3 HasW; }

macro_rules! unary_methods {
    ($($(#[$doc:meta])* $name:ident $math:ident $bound:ident;)*) => {
        impl<'m, T: ShaderType> Exp<'m, T> {$(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(self) -> Exp<'m, T>
            where
                T: $bound,
            {
                self.math(Math::$math, &[], Loc::caller())
            }
        )*}
    };
}

unary_methods! {
    /// Absolute value.
    abs Abs SignedTy;
    /// The angle in `[0, π]` whose cosine it is; NaN beyond ±1.
    acos Acos FloatTy;
    /// The number that is not negative whose hyperbolic cosine it is; NaN below 1.
    acosh Acosh FloatTy;
    /// The angle in `[−½π, ½π]` whose sine it is; NaN beyond ±1.
    asin Asin FloatTy;
    /// The number whose hyperbolic sine it is.
    asinh Asinh FloatTy;
    /// The angle in `[−½π, ½π]` whose tangent it is.
    atan Atan FloatTy;
    /// The number whose hyperbolic tangent it is; NaN beyond ±1.
    atanh Atanh FloatTy;
    /// Least integer not below.
    ceil Ceil FloatTy;
    /// Cosine of radians; WGSL bounds its error on [−π, π] only.
    cos Cos FloatTy;
    /// Hyperbolic cosine.
    cosh Cosh FloatTy;
    /// `eˣ`.
    exp Exp FloatTy;
    /// `2ˣ`.
    exp2 Exp2 FloatTy;
    /// Greatest integer not above.
    floor Floor FloatTy;
    /// Natural logarithm.
    ln Ln FloatTy;
    /// Binary logarithm.
    log2 Log2 FloatTy;
    /// Nearest integer, ties to even: the only rounding WGSL has.
    round_ties_even RoundTiesEven FloatTy;
    /// Sine of radians; WGSL bounds its error on [−π, π] only.
    sin Sin FloatTy;
    /// Hyperbolic sine.
    sinh Sinh FloatTy;
    /// Square root.
    sqrt Sqrt FloatTy;
    /// Tangent of radians.
    tan Tan FloatTy;
    /// Hyperbolic tangent.
    tanh Tanh FloatTy;
    /// `self·180/π`.
    to_degrees ToDegrees FloatTy;
    /// `self·π/180`.
    to_radians ToRadians FloatTy;
    /// Integer part.
    trunc Trunc FloatTy;
}

impl<'m, T: ShaderType> Exp<'m, T> {
    /// The greater of two numbers, componentwise; WGSL promises nothing where one is NaN.
    #[track_caller]
    pub fn max<R: ShaderType>(self, other: Exp<'m, R>) -> Exp<'m, T>
    where
        T: NumericTy + SameTy<R>,
    {
        self.math(Math::Max, &[other.retype()], Loc::caller())
    }

    /// The lesser of two numbers, componentwise; WGSL promises nothing where one is NaN.
    #[track_caller]
    pub fn min<R: ShaderType>(self, other: Exp<'m, R>) -> Exp<'m, T>
    where
        T: NumericTy + SameTy<R>,
    {
        self.math(Math::Min, &[other.retype()], Loc::caller())
    }

    /// The angle in `[−π, π]` of the point with ordinate `self` and abscissa `x`.
    #[track_caller]
    pub fn atan2<R: ShaderType>(self, x: Exp<'m, R>) -> Exp<'m, T>
    where
        T: FloatTy + SameTy<R>,
    {
        self.math(Math::Atan2, &[x.retype()], Loc::caller())
    }

    /// `min(max(self, low), high)`, componentwise.
    #[track_caller]
    pub fn clamp<L: ShaderType, H: ShaderType>(
        self,
        low: Exp<'m, L>,
        high: Exp<'m, H>,
    ) -> Exp<'m, T>
    where
        T: NumericTy + SameTy<L> + SameTy<H>,
    {
        self.math(Math::Clamp, &[low.retype(), high.retype()], Loc::caller())
    }

    /// `self·factor + term`, fused or not.
    #[track_caller]
    pub fn mul_add<A: ShaderType, B: ShaderType>(
        self,
        factor: Exp<'m, A>,
        term: Exp<'m, B>,
    ) -> Exp<'m, T>
    where
        T: FloatTy + SameTy<A> + SameTy<B>,
    {
        self.math(
            Math::MulAdd,
            &[factor.retype(), term.retype()],
            Loc::caller(),
        )
    }

    /// `selfʸ` for `self > 0`, computed as `2^(y·log₂ self)`.
    #[track_caller]
    pub fn powf<R: ShaderType>(self, exponent: Exp<'m, R>) -> Exp<'m, T>
    where
        T: FloatTy + SameTy<R>,
    {
        self.math(Math::Powf, &[exponent.retype()], Loc::caller())
    }

    /// `selfⁿ` for an exponent known while recording, by repeated multiplication; a reciprocal where it is negative.
    #[track_caller]
    pub fn powi(self, n: i32) -> Exp<'m, T>
    where
        T: FloatTy,
    {
        let loc = Loc::caller();
        let recorder = self.recorder;
        let base = recorder.own(self, loc);
        let id = recorder.with(|s| {
            let binary = |s: &mut State, op, a, b| s.expr(ExprKind::Binary(op, a, b), T::TYPE, loc);
            let (mut power, mut square, mut left) = (None, base, n.unsigned_abs());
            while left > 0 {
                if left & 1 == 1 {
                    power =
                        Some(power.map_or(square, |p| binary(s, BinaryOp::Multiply, p, square)));
                }
                left >>= 1;
                if left > 0 {
                    square = binary(s, BinaryOp::Multiply, square, square);
                }
            }
            let one = |s: &mut State| {
                let one = ExprKind::Literal(Literal::F32(Number::ONE));
                let one = s.expr(one, T::TYPE.component(), loc);
                if T::TYPE.is_scalar() {
                    one
                } else {
                    s.expr(ExprKind::Splat(one), T::TYPE, loc)
                }
            };
            match power {
                None => one(s),
                Some(p) if n < 0 => {
                    let one = one(s);
                    binary(s, BinaryOp::Divide, one, p)
                }
                Some(p) => p,
            }
        });
        recorder.exp(id)
    }
}

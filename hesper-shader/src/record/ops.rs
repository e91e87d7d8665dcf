//! Rust's operators on [`Exp`].

use super::exp::Exp;
use super::relations::{
    AddTy, BitTy, DivTy, IntegerTy, MulTy, NegTy, NotTy, RemTy, SameTy, ShiftTy, SubTy,
};
use crate::shader_type::ShaderType;
use crate::tree::{BinaryOp, ExprId, ExprKind, Loc, Type, UnaryOp};
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Rem, Shl, Shr, Sub};

/// An operator, with a scalar operand spread over the components of a vector on the other side.
pub(super) fn binary<'m, L: ShaderType, R: ShaderType, O: ShaderType>(
    op: BinaryOp,
    left: Exp<'m, L>,
    right: Exp<'m, R>,
    loc: Loc,
) -> Exp<'m, O> {
    let recorder = left.recorder;
    let (left, right) = (recorder.own(left, loc), recorder.own(right, loc));
    let spread = |id: ExprId, ty: Type, other: Type| match ty.is_scalar() && !other.is_scalar() {
        true => {
            let ty = other.with_scalar(ty.scalar);
            recorder.with(|s| s.expr(ExprKind::Splat(id), ty, loc))
        }
        false => id,
    };
    let (left, right) = (
        spread(left, L::TYPE, R::TYPE),
        spread(right, R::TYPE, L::TYPE),
    );
    recorder.push_expr(ExprKind::Binary(op, left, right), loc)
}

macro_rules! operators {
    ($($trait:ident $method:ident $relation:ident $op:ident $output:ty;)*) => {$(
        impl<'m, L: $relation<R>, R: ShaderType> $trait<Exp<'m, R>> for Exp<'m, L> {
            type Output = Exp<'m, $output>;

            #[track_caller]
            fn $method(self, right: Exp<'m, R>) -> Self::Output {
                binary(BinaryOp::$op, self, right, Loc::caller())
            }
        }
    )*};
}

operators! {
    Add add AddTy Add L::Output;
    Sub sub SubTy Subtract L::Output;
    Mul mul MulTy Multiply L::Output;
    Div div DivTy Divide L::Output;
    Rem rem RemTy Remainder L::Output;
    BitAnd bitand BitTy And L;
    BitOr bitor BitTy Or L;
    BitXor bitxor BitTy Xor L;
    Shl shl ShiftTy ShiftLeft L;
    Shr shr ShiftTy ShiftRight L;
}

macro_rules! wrapping {
    ($($(#[$doc:meta])* $name:ident $op:ident;)*) => {
        impl<'m, T: ShaderType> Exp<'m, T> {$(
            $(#[$doc])*
            #[track_caller]
            pub fn $name<R: ShaderType>(self, right: Exp<'m, R>) -> Exp<'m, T>
            where
                T: IntegerTy + SameTy<R>,
            {
                binary(BinaryOp::$op, self, right, Loc::caller())
            }
        )*}
    };
}

wrapping! {
    /// The sum, meant to wrap.
    wrapping_add WrappingAdd;
    /// The difference, meant to wrap.
    wrapping_sub WrappingSubtract;
    /// The product, meant to wrap.
    wrapping_mul WrappingMultiply;
}

macro_rules! unary {
    ($($trait:ident $method:ident $relation:ident $op:ident;)*) => {$(
        impl<'m, T: $relation> $trait for Exp<'m, T> {
            type Output = Exp<'m, T>;

            #[track_caller]
            fn $method(self) -> Self::Output {
                let loc = Loc::caller();
                let operand = self.recorder.own(self, loc);
                self.recorder.push_expr(ExprKind::Unary(UnaryOp::$op, operand), loc)
            }
        }
    )*};
}

unary! { Neg neg NegTy Negate; Not not NotTy Not; }

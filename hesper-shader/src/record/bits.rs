//! Bits: methods of integers under Rust's names, the bits of floats, and WGSL's functions that take words apart.

use super::exp::Exp;
use super::relations::{IntegerTy, SameTy};
use crate::shader_type::{ShaderType, Vec2, Vec3, Vec4};
use crate::tree::{BinaryOp, ExprId, ExprKind, Literal, Loc, Math, Scalar, Type, UnaryOp};

/// Types with another one of as many components: `u32` for integers and floats, `f32` for `u32`.
macro_rules! counterparts {
    ($($(#[$doc:meta])* $name:ident $message:literal: $($from:ident)* => $to:ident;)*) => {$(
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $message, label = "not on `{Self}`")]
        pub trait $name: ShaderType {
            /// As many of the other scalar.
            type Out: ShaderType;
        }
        $(counterparts! { @impls $name $from $to })*
    )*};
    (@impls $name:ident $from:ident $to:ident) => {
        impl $name for $from { type Out = $to; }
        impl $name for Vec2<$from> { type Out = Vec2<$to>; }
        impl $name for Vec3<$from> { type Out = Vec3<$to>; }
        impl $name for Vec4<$from> { type Out = Vec4<$to>; }
    };
}

counterparts! {
    /// Integers and their vectors, whose bits are counted in `u32`.
    CountedTy "bits are counted of `u32`, `i32` and their vectors": i32 u32 => u32;
    /// `f32` and its vectors, whose bits are `u32`.
    ToBitsTy "this function is defined on `f32` and its vectors": f32 => u32;
    /// `u32` and its vectors, which are bits of `f32`.
    FromBitsTy "a float is made from the bits in a `u32`, or in vectors of it": u32 => f32;
}

/// Of which bits.
#[derive(Clone, Copy, PartialEq)]
enum Bits {
    Own,
    /// 1 where they are 0.
    Opposite,
}

impl<'m, T: ShaderType> Exp<'m, T> {
    /// A function of the bits, as `u32`.
    fn counted(self, math: Math, of: Bits, loc: Loc) -> Exp<'m, T::Out>
    where
        T: CountedTy,
    {
        let recorder = self.recorder;
        let x = recorder.own(self, loc);
        let id = recorder.with(|s| {
            let mut x = x;
            if of == Bits::Opposite {
                x = s.expr(ExprKind::Unary(UnaryOp::Not, x), T::TYPE, loc);
            }
            if T::TYPE.scalar != Scalar::U32 {
                x = s.expr(ExprKind::Convert(x), T::Out::TYPE, loc);
            }
            s.expr(ExprKind::Math(math, vec![x]), T::Out::TYPE, loc)
        });
        recorder.exp(id)
    }

    /// Turned by so many bits modulo 32, those of `i32` as if it were `u32`.
    fn rotated(self, left: bool, by: Exp<'m, u32>, loc: Loc) -> Exp<'m, T>
    where
        T: CountedTy,
    {
        let recorder = self.recorder;
        let (x, by) = (recorder.own(self, loc), recorder.own(by, loc));
        let id = recorder.with(|s| {
            let (value, amount) = (T::Out::TYPE, Type::U32);
            let converted = T::TYPE.scalar != Scalar::U32;
            let x = match converted {
                true => s.expr(ExprKind::Convert(x), value, loc),
                false => x,
            };
            let zero = s.expr(ExprKind::Literal(Literal::U32(0)), amount, loc);
            let back = ExprKind::Binary(BinaryOp::WrappingSubtract, zero, by);
            let back = s.expr(back, amount, loc);
            let mut shifted = |op, by: ExprId| {
                let by = match value.is_scalar() {
                    true => by,
                    false => s.expr(ExprKind::Splat(by), value, loc),
                };
                s.expr(ExprKind::Binary(op, x, by), value, loc)
            };
            use BinaryOp::{ShiftLeft, ShiftRight};
            let (there, here) = match left {
                true => (ShiftLeft, ShiftRight),
                false => (ShiftRight, ShiftLeft),
            };
            let halves = (shifted(there, by), shifted(here, back));
            let both = ExprKind::Binary(BinaryOp::Or, halves.0, halves.1);
            let both = s.expr(both, value, loc);
            match converted {
                true => s.expr(ExprKind::Convert(both), T::TYPE, loc),
                false => both,
            }
        });
        recorder.exp(id)
    }

    /// The bits in the other order.
    #[track_caller]
    pub fn reverse_bits(self) -> Exp<'m, T>
    where
        T: IntegerTy,
    {
        self.math(Math::ReverseBits, &[], Loc::caller())
    }

    /// Turned left by so many bits, modulo 32.
    #[track_caller]
    pub fn rotate_left<R: ShaderType>(self, n: Exp<'m, R>) -> Exp<'m, T>
    where
        T: CountedTy,
        u32: SameTy<R>,
    {
        self.rotated(true, n.retype(), Loc::caller())
    }

    /// Turned right by so many bits, modulo 32.
    #[track_caller]
    pub fn rotate_right<R: ShaderType>(self, n: Exp<'m, R>) -> Exp<'m, T>
    where
        T: CountedTy,
        u32: SameTy<R>,
    {
        self.rotated(false, n.retype(), Loc::caller())
    }

    /// A float's bits; of NaN any that are NaN's.
    #[track_caller]
    pub fn to_bits(self) -> Exp<'m, T::Out>
    where
        T: ToBitsTy,
    {
        self.math(Math::ToBits, &[], Loc::caller())
    }
}

macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident $math:ident $of:ident;)*) => {
        impl<'m, T: ShaderType> Exp<'m, T> {$(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(self) -> Exp<'m, T::Out>
            where
                T: CountedTy,
            {
                self.counted(Math::$math, Bits::$of, Loc::caller())
            }
        )*}
    };
}

counts! {
    /// How many bits are 1.
    count_ones CountOnes Own;
    /// How many bits are 0.
    count_zeros CountOnes Opposite;
    /// How many bits above the highest 1 are 0; 32 of 0.
    leading_zeros LeadingZeros Own;
    /// How many of the highest bits are 1, up to the first 0.
    leading_ones LeadingZeros Opposite;
    /// How many bits below the lowest 1 are 0; 32 of 0.
    trailing_zeros TrailingZeros Own;
    /// How many of the lowest bits are 1, up to the first 0.
    trailing_ones TrailingZeros Opposite;
}

/// The float with these bits; some are infinite, some are NaN.
#[track_caller]
pub fn from_bits<'m, T: FromBitsTy>(bits: Exp<'m, T>) -> Exp<'m, T::Out> {
    bits.math(Math::FromBits, &[], Loc::caller())
}

/// The place of the highest 1, of an `i32` the highest bit that is not the sign; −1, all bits 1, where there is none.
#[track_caller]
pub fn first_leading_bit<'m, T: IntegerTy>(x: Exp<'m, T>) -> Exp<'m, T> {
    x.math(Math::FirstLeadingBit, &[], Loc::caller())
}

/// The place of the lowest 1; −1, all bits 1, where there is none.
#[track_caller]
pub fn first_trailing_bit<'m, T: IntegerTy>(x: Exp<'m, T>) -> Exp<'m, T> {
    x.math(Math::FirstTrailingBit, &[], Loc::caller())
}

/// `count` bits of each component from bit `offset` on, an `i32` with their sign; cut at 32.
#[track_caller]
pub fn extract_bits<'m, T: IntegerTy, A: ShaderType, B: ShaderType>(
    x: Exp<'m, T>,
    offset: Exp<'m, A>,
    count: Exp<'m, B>,
) -> Exp<'m, T>
where
    u32: SameTy<A> + SameTy<B>,
{
    let loc = Loc::caller();
    x.math(Math::ExtractBits, &[offset.retype(), count.retype()], loc)
}

/// `x` with the `count` lowest bits of `y` from bit `offset` on; cut at 32.
#[track_caller]
pub fn insert_bits<'m, T: IntegerTy + SameTy<Y>, Y: ShaderType, A: ShaderType, B: ShaderType>(
    x: Exp<'m, T>,
    y: Exp<'m, Y>,
    offset: Exp<'m, A>,
    count: Exp<'m, B>,
) -> Exp<'m, T>
where
    u32: SameTy<A> + SameTy<B>,
{
    let others = [y.retype(), offset.retype(), count.retype()];
    x.math(Math::InsertBits, &others, Loc::caller())
}

macro_rules! packings {
    ($($(#[$doc:meta])* $name:ident($($x:ident),*) $from:ty => $to:ty, $math:ident;)*) => {$(
        packings! { @one [$(#[$doc])*] $name ($($x),*) $from => $to, $math }
    )*};
    (@one [$($doc:tt)*] $name:ident ($x:ident) $from:ty => $to:ty, $math:ident) => {
        $($doc)*
        #[track_caller]
        pub fn $name<'m, T: ShaderType>($x: Exp<'m, T>) -> Exp<'m, $to>
        where
            $from: SameTy<T>,
        {
            $x.math(Math::$math, &[], Loc::caller())
        }
    };
    (@one [$($doc:tt)*] $name:ident ($x:ident, $y:ident) $from:ty => $to:ty, $math:ident) => {
        $($doc)*
        #[track_caller]
        pub fn $name<'m, T: ShaderType, U: ShaderType>($x: Exp<'m, T>, $y: Exp<'m, U>) -> Exp<'m, $to>
        where
            $from: SameTy<T> + SameTy<U>,
        {
            $x.math(Math::$math, &[$y.retype()], Loc::caller())
        }
    };
}

packings! {
    /// `Σ aᵢ·bᵢ` of the four signed bytes of each word.
    dot4_i8_packed(a, b) u32 => i32, Dot4I8Packed;
    /// `Σ aᵢ·bᵢ` of the four unsigned bytes of each word.
    dot4_u8_packed(a, b) u32 => u32, Dot4U8Packed;
    /// Two reals as binary16, the first in the low half; WGSL promises nothing beyond ±65504.
    pack2x16float(v) Vec2<f32> => u32, Pack2x16Float;
    /// Two reals of [−1, 1] in steps of 1/32767, the first in the low half.
    pack2x16snorm(v) Vec2<f32> => u32, Pack2x16Snorm;
    /// Two reals of [0, 1] in steps of 1/65535, the first in the low half.
    pack2x16unorm(v) Vec2<f32> => u32, Pack2x16Unorm;
    /// Four reals of [−1, 1] in steps of 1/127, the first in the lowest byte.
    pack4x8snorm(v) Vec4<f32> => u32, Pack4x8Snorm;
    /// Four reals of [0, 1] in steps of 1/255, the first in the lowest byte.
    pack4x8unorm(v) Vec4<f32> => u32, Pack4x8Unorm;
    /// The lowest bytes of four integers, the first in the lowest byte.
    pack4x_i8(v) Vec4<i32> => u32, Pack4xI8;
    /// Four integers, each cut to −128..=127, the first in the lowest byte.
    pack4x_i8_clamp(v) Vec4<i32> => u32, Pack4xI8Clamp;
    /// The lowest bytes of four integers, the first in the lowest byte.
    pack4x_u8(v) Vec4<u32> => u32, Pack4xU8;
    /// Four integers, each cut to 0..=255, the first in the lowest byte.
    pack4x_u8_clamp(v) Vec4<u32> => u32, Pack4xU8Clamp;
    /// The two numbers of binary16 in a word, the low half first.
    unpack2x16float(word) u32 => Vec2<f32>, Unpack2x16Float;
    /// `max(n/32767, −1)` of the two signed halves of a word, the low one first.
    unpack2x16snorm(word) u32 => Vec2<f32>, Unpack2x16Snorm;
    /// `n/65535` of the two halves of a word, the low one first.
    unpack2x16unorm(word) u32 => Vec2<f32>, Unpack2x16Unorm;
    /// `max(n/127, −1)` of the four signed bytes of a word, the lowest first.
    unpack4x8snorm(word) u32 => Vec4<f32>, Unpack4x8Snorm;
    /// `n/255` of the four bytes of a word, the lowest first.
    unpack4x8unorm(word) u32 => Vec4<f32>, Unpack4x8Unorm;
    /// The four signed bytes of a word, the lowest first.
    unpack4x_i8(word) u32 => Vec4<i32>, Unpack4xI8;
    /// The four bytes of a word, the lowest first.
    unpack4x_u8(word) u32 => Vec4<u32>, Unpack4xU8;
}

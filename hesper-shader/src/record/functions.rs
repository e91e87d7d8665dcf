//! Functions of reals and vectors that Rust has no method for: `dot(a, b)`, `mix(a, b, t)`, ...

use super::bits::ToBitsTy;
use super::exp::Exp;
use super::float::Float;
use super::relations::{FloatTy, SameTy, SignedTy};
use crate::shader_type::{ShaderType, Vec2, Vec3, Vec4};
use crate::tree::{BinaryOp, ExprKind, Loc, Math};
use half::f16;

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident($($x:ident),*) -> [$result:ty] $math:ident $bound:ident;)*) => {$(
        functions! { @one [$(#[$doc])*] $name ($($x),*) $result, $math $bound }
    )*};
    (@one [$($doc:tt)*] $name:ident ($x:ident) $result:ty, $math:ident $bound:ident) => {
        $($doc)*
        #[track_caller]
        pub fn $name<'m, T: $bound>($x: Exp<'m, T>) -> Exp<'m, $result> {
            $x.math(Math::$math, &[], Loc::caller())
        }
    };
    (@one [$($doc:tt)*] $name:ident ($x:ident, $y:ident) $result:ty, $math:ident $bound:ident) => {
        $($doc)*
        #[track_caller]
        pub fn $name<'m, T: $bound + SameTy<Y>, Y: ShaderType>(
            $x: Exp<'m, T>,
            $y: Exp<'m, Y>,
        ) -> Exp<'m, $result> {
            $x.math(Math::$math, &[$y.retype()], Loc::caller())
        }
    };
    (@one [$($doc:tt)*] $name:ident ($x:ident, $y:ident, $z:ident) $result:ty, $math:ident $bound:ident) => {
        $($doc)*
        #[track_caller]
        pub fn $name<'m, T: $bound + SameTy<Y> + SameTy<Z>, Y: ShaderType, Z: ShaderType>(
            $x: Exp<'m, T>,
            $y: Exp<'m, Y>,
            $z: Exp<'m, Z>,
        ) -> Exp<'m, $result> {
            $x.math(Math::$math, &[$y.retype(), $z.retype()], Loc::caller())
        }
    };
}

functions! {
    /// The vector product of two `Vec3<f32>`.
    cross(x, y) -> [T] Cross Vector3Ty;
    /// `‖x − y‖` of numbers or vectors.
    distance(x, y) -> [T::Scalar] Distance FloatTy;
    /// `Σ xᵢ·yᵢ` of two `f32` vectors.
    dot(x, y) -> [T::Scalar] Dot VectorTy;
    /// `n` where `g·i < 0`, else `−n`.
    face_forward(n, i, g) -> [T] FaceForward VectorTy;
    /// `x − floor(x)`, as in WGSL; Rust's `fract` differs below zero, so this is no method.
    fract(x) -> [T] Fract FloatTy;
    /// `1/√x`.
    inverse_sqrt(x) -> [T] InverseSqrt FloatTy;
    /// `√Σ xᵢ²`; of a number its magnitude.
    length(x) -> [T::Scalar] Length FloatTy;
    /// `x·(1 − a) + y·a`.
    mix(x, y, a) -> [T] Mix FloatTy;
    /// `x/‖x‖`.
    normalize(x) -> [T] Normalize VectorTy;
    /// The nearest number that binary16 has, ties to even; WGSL promises nothing beyond ±65504.
    quantize_to_f16(x) -> [T] QuantizeToF16 ToBitsTy;
    /// `i − 2·(n·i)·n`.
    reflect(i, n) -> [T] Reflect VectorTy;
    /// `min(max(x, 0), 1)`.
    saturate(x) -> [T] Saturate FloatTy;
    /// −1, 0 or 1; Rust's `signum` has no 0, so this is no method.
    sign(x) -> [T] Sign SignedTy;
    /// `t²·(3 − 2·t)` with `t = saturate((x − low)/(high − low))`.
    smoothstep(low, high, x) -> [T] Smoothstep FloatTy;
    /// 1 where `x ≥ edge`, else 0.
    step(edge, x) -> [T] Step FloatTy;
}

/// With `c = n·i` and `k = 1 − η²·(1 − c²)`: `η·i − (η·c + √k)·n`, or 0 where `k < 0`.
#[track_caller]
pub fn refract<'m, T: VectorTy + SameTy<Y>, Y: ShaderType>(
    i: Exp<'m, T>,
    n: Exp<'m, Y>,
    eta: Exp<'m, T::Scalar>,
) -> Exp<'m, T> {
    i.math(Math::Refract, &[n.retype(), eta.retype()], Loc::caller())
}

/// `x·2ⁿ`, with as many integers as there are reals.
#[track_caller]
pub fn ldexp<'m, T: ScaledTy, N: ShaderType>(x: Exp<'m, T>, n: Exp<'m, N>) -> Exp<'m, T>
where
    T::Exponent: SameTy<N>,
{
    x.math(Math::Ldexp, &[n.retype()], Loc::caller())
}

/// `(f, e)` with `x = f·2ᵉ` and `½ ≤ |f| < 1`; `(0, 0)` for 0.
#[track_caller]
pub fn frexp<'m, T: ScaledTy>(x: Exp<'m, T>) -> (Exp<'m, T>, Exp<'m, T::Exponent>) {
    let loc = Loc::caller();
    (
        x.math(Math::FrexpFraction, &[], loc),
        x.math(Math::FrexpExponent, &[], loc),
    )
}

/// `(x − w, w)` with the integer part `w = trunc(x)`.
#[track_caller]
pub fn modf<'m, T: FloatTy>(x: Exp<'m, T>) -> (Exp<'m, T>, Exp<'m, T>) {
    let loc = Loc::caller();
    let whole: Exp<'m, T> = x.math(Math::Trunc, &[], loc);
    let operands = (x.recorder.own(x, loc), x.recorder.own(whole, loc));
    let rest = ExprKind::Binary(BinaryOp::Subtract, operands.0, operands.1);
    (x.recorder.push_expr(rest, loc), whole)
}

/// Vectors of reals.
#[diagnostic::on_unimplemented(
    message = "this function is defined on vectors of `f32` and of `f16`, not on `{Self}`",
    label = "not a vector of reals"
)]
pub trait VectorTy: ShaderType {}

impl<T: Float> VectorTy for Vec2<T> {}
impl<T: Float> VectorTy for Vec3<T> {}
impl<T: Float> VectorTy for Vec4<T> {}

/// Vectors of three reals.
#[diagnostic::on_unimplemented(
    message = "`cross` is defined on `Vec3<f32>` and `Vec3<f16>`, not on `{Self}`",
    label = "not a vector of three reals"
)]
pub trait Vector3Ty: ShaderType {}

impl<T: Float> Vector3Ty for Vec3<T> {}

/// Reals and their vectors, with the type of their exponents.
#[diagnostic::on_unimplemented(
    message = "this function is defined on `f32`, `f16` and their vectors, not on `{Self}`",
    label = "`{Self}` is not a float",
    note = "convert with `as f32`"
)]
pub trait ScaledTy: ShaderType {
    /// As many `i32`.
    type Exponent: ShaderType;
}

macro_rules! scaled {
    ($($ty:ty => $exponent:ty;)*) => {$(
        impl ScaledTy for $ty {
            type Exponent = $exponent;
        }
    )*};
}

scaled! { f16 => i32; f32 => i32; }

impl<T: Float> ScaledTy for Vec2<T> {
    type Exponent = Vec2<i32>;
}

impl<T: Float> ScaledTy for Vec3<T> {
    type Exponent = Vec3<i32>;
}

impl<T: Float> ScaledTy for Vec4<T> {
    type Exponent = Vec4<i32>;
}

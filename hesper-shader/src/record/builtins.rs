//! Builtin functions that are not Rust methods: `vec3(x, y, z)`, `dot(a, b)`, `mix(a, b, t)`, ...

use super::exp::Exp;
use super::relations::{FloatTy, SameTy, SignedTy};
pub use super::subgroup::*;
use crate::shader_type::{ScalarType, ShaderType, Vec2, Vec3, Vec4};
use crate::tree::{ExprKind, Loc, Math};

/// A vector of two scalars.
#[track_caller]
pub fn vec2<'m, T, B>(x: Exp<'m, T>, y: Exp<'m, B>) -> Exp<'m, Vec2<T>>
where
    T: ScalarType + SameTy<B>,
    B: ScalarType,
{
    compose(&[x, y.retype()], Loc::caller())
}

/// A vector of three scalars.
#[track_caller]
pub fn vec3<'m, T, B, C>(x: Exp<'m, T>, y: Exp<'m, B>, z: Exp<'m, C>) -> Exp<'m, Vec3<T>>
where
    T: ScalarType + SameTy<B> + SameTy<C>,
    B: ScalarType,
    C: ScalarType,
{
    compose(&[x, y.retype(), z.retype()], Loc::caller())
}

/// A vector of four scalars.
#[track_caller]
pub fn vec4<'m, T, B, C, D>(
    x: Exp<'m, T>,
    y: Exp<'m, B>,
    z: Exp<'m, C>,
    w: Exp<'m, D>,
) -> Exp<'m, Vec4<T>>
where
    T: ScalarType + SameTy<B> + SameTy<C> + SameTy<D>,
    B: ScalarType,
    C: ScalarType,
    D: ScalarType,
{
    compose(&[x, y.retype(), z.retype(), w.retype()], Loc::caller())
}

fn compose<'m, T: ScalarType, V: ShaderType>(components: &[Exp<'m, T>], loc: Loc) -> Exp<'m, V> {
    let recorder = components[0].recorder;
    let components = components.iter().map(|c| recorder.own(*c, loc)).collect();
    recorder.push_expr(ExprKind::Compose(components), loc)
}

macro_rules! splats {
    ($($name:ident $vector:ident;)*) => {$(
        #[doc = concat!("`", stringify!($vector), "::splat(x)`: a vector with equal components.")]
        #[track_caller]
        pub fn $name<'m, T: ScalarType>(x: Exp<'m, T>) -> Exp<'m, $vector<T>> {
            let loc = Loc::caller();
            let scalar = x.recorder.own(x, loc);
            x.recorder.push_expr(ExprKind::Splat(scalar), loc)
        }
    )*};
}

splats! { splat2 Vec2; splat3 Vec3; splat4 Vec4; }

/// `Σ xᵢ·yᵢ` of two `f32` vectors.
#[track_caller]
pub fn dot<'m, T: DotTy + SameTy<R>, R: ShaderType>(x: Exp<'m, T>, y: Exp<'m, R>) -> Exp<'m, f32> {
    x.math(Math::Dot, &[y.retype()], Loc::caller())
}

/// Vectors with a scalar product.
#[diagnostic::on_unimplemented(
    message = "`dot` is defined on vectors of `f32`, not on `{Self}`",
    label = "not a vector of `f32`"
)]
pub trait DotTy: ShaderType {}

impl DotTy for Vec2<f32> {}
impl DotTy for Vec3<f32> {}
impl DotTy for Vec4<f32> {}

/// `x − floor(x)`, as in WGSL; Rust's `fract` differs below zero, so this is no method.
#[track_caller]
pub fn fract<'m, T: FloatTy>(x: Exp<'m, T>) -> Exp<'m, T> {
    x.math(Math::Fract, &[], Loc::caller())
}

/// `1/√x`.
#[track_caller]
pub fn inverse_sqrt<'m, T: FloatTy>(x: Exp<'m, T>) -> Exp<'m, T> {
    x.math(Math::InverseSqrt, &[], Loc::caller())
}

/// `x·(1 − a) + y·a`.
#[track_caller]
pub fn mix<'m, T, Y: ShaderType, A: ShaderType>(
    x: Exp<'m, T>,
    y: Exp<'m, Y>,
    a: Exp<'m, A>,
) -> Exp<'m, T>
where
    T: FloatTy + SameTy<Y> + SameTy<A>,
{
    x.math(Math::Mix, &[y.retype(), a.retype()], Loc::caller())
}

/// −1, 0 or 1; Rust's `signum` has no 0, so this is no method.
#[track_caller]
pub fn sign<'m, T: SignedTy>(x: Exp<'m, T>) -> Exp<'m, T> {
    x.math(Math::Sign, &[], Loc::caller())
}

/// 1 where `x ≥ edge`, else 0.
#[track_caller]
pub fn step<'m, T: FloatTy + SameTy<R>, R: ShaderType>(
    edge: Exp<'m, T>,
    x: Exp<'m, R>,
) -> Exp<'m, T> {
    edge.math(Math::Step, &[x.retype()], Loc::caller())
}

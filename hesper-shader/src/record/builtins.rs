//! Builtin functions that are not Rust methods: constructors of vectors here, functions of reals and of subgroups beside it.

pub use super::bits::*;
use super::exp::Exp;
pub use super::functions::*;
pub use super::masks::{all, any};
pub use super::matrix::{mat2, mat3, mat4};
use super::relations::SameTy;
pub use super::subgroup::*;
use crate::shader_type::{ScalarType, ShaderType, Vec2, Vec3, Vec4};
use crate::tree::{ExprKind, Loc};

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

pub(super) fn compose<'m, T: ScalarType, V: ShaderType>(
    components: &[Exp<'m, T>],
    loc: Loc,
) -> Exp<'m, V> {
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

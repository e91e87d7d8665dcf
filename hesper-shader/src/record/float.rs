//! What `f32` and `f16` have in common: kernels and helpers are generic over it.

use super::exp::Exp;
use super::functions::ScaledTy;
use super::literal::{HostValue, Lift};
use super::matrix::VectorsOf;
use super::relations::{CastTarget, CastTy, CompareTy, FloatTy, NumericTy, OrderTy, SignedTy};
use crate::shader_type::{Element, ScalarType, ShaderType};
use half::f16;

/// `f32` and `f16`, the types of reals that memory holds: `fn k<T: Float>(x: &[T], y: &mut [T])` is a kernel for each, `k::<f16>()`.
#[diagnostic::on_unimplemented(
    message = "reals are needed here, not `{Self}`",
    label = "neither `f32` nor `f16`"
)]
pub trait Float:
    ScalarType
    + ShaderType<Scalar = Self>
    + Element
    + HostValue<Shader = Self>
    + for<'m> Lift<'m, Value = Exp<'m, Self>>
    + FloatTy
    + NumericTy
    + SignedTy
    + ScaledTy<Exponent = i32>
    + CompareTy<Self, Truth = bool>
    + OrderTy<Self, Truth = bool>
    + CastTarget
    + CastTy<f16>
    + CastTy<f32>
    + CastTy<i32>
    + CastTy<u32>
    + VectorsOf<2>
    + VectorsOf<3>
    + VectorsOf<4>
    + PartialOrd
{
    /// The nearest number of this type, ties to even.
    fn from_f32(x: f32) -> Self;

    /// The same number in `f32`.
    fn to_f32(self) -> f32;
}

impl Float for f32 {
    fn from_f32(x: f32) -> f32 {
        x
    }

    fn to_f32(self) -> f32 {
        self
    }
}

impl Float for f16 {
    fn from_f32(x: f32) -> f16 {
        f16::from_f32(x)
    }

    fn to_f32(self) -> f32 {
        f16::to_f32(self)
    }
}

//! Matrices on the host: vectors side by side.

use super::{Element, Vec2, Vec3, Vec4};
use super::{ShaderType, Stored, Transfer};
use crate::memory::Memory;
use crate::tree::{Scalar, ScalarValue, Shape};

/// A matrix of `C` columns, each a vector: a value on the host, a type name in kernel code.
///
/// It lies in memory as WGSL's matrices do, which is as an array of its columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mat<V, const C: usize> {
    /// The columns, from the left.
    pub columns: [V; C],
}

/// Two columns of two.
pub type Mat2<T> = Mat<Vec2<T>, 2>;
/// Two columns of three.
pub type Mat2x3<T> = Mat<Vec3<T>, 2>;
/// Two columns of four.
pub type Mat2x4<T> = Mat<Vec4<T>, 2>;
/// Three columns of two.
pub type Mat3x2<T> = Mat<Vec2<T>, 3>;
/// Three columns of three.
pub type Mat3<T> = Mat<Vec3<T>, 3>;
/// Three columns of four.
pub type Mat3x4<T> = Mat<Vec4<T>, 3>;
/// Four columns of two.
pub type Mat4x2<T> = Mat<Vec2<T>, 4>;
/// Four columns of three.
pub type Mat4x3<T> = Mat<Vec3<T>, 4>;
/// Four columns of four.
pub type Mat4<T> = Mat<Vec4<T>, 4>;

impl<V: ShaderType, const C: usize> Stored for Mat<V, C> {
    const LEAVES: u32 = 1;

    fn shape() -> Shape {
        <[V; C] as Stored>::shape()
    }
}

impl<V: Transfer, const C: usize> Transfer for Mat<V, C> {
    fn shape() -> Shape {
        <[V; C] as Transfer>::shape()
    }

    fn to_memory<'a>(values: impl Iterator<Item = &'a Self> + Clone) -> Vec<Memory<f32>> {
        <[V; C]>::to_memory(values.map(|matrix| &matrix.columns))
    }

    fn from_memory(leaves: &mut dyn Iterator<Item = Memory<f32>>) -> Option<Vec<Self>> {
        let columns = <[V; C]>::from_memory(leaves)?.into_iter();
        Some(columns.map(|columns| Mat { columns }).collect())
    }

    fn scalars(&self, scalars: &mut Vec<(ScalarValue, Scalar)>) {
        self.columns.scalars(scalars);
    }
}

impl<V: Element, const C: usize> Element for Mat<V, C> {}

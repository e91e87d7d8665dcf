//! Matrices: columns that are vectors. The tree knows the columns alone.

mod functions;
mod products;

pub use products::{LeftOfMatrix, RightOfMatrix};

use super::exp::Exp;
use super::float::Float;
use super::literal::Lift;
use super::memory::Place;
use super::recorder::Recorder;
use super::relations::IndexTy;
use super::structure::{Assign, Held, InMemory, Indexed, Placed, ValueType};
use super::value::{Parts, Value};
use crate::shader_type::{Mat, ScalarType, ShaderType, Vec2, Vec3, Vec4};
use crate::tree::{ExprId, Loc, Type};

/// A matrix of `C` columns while a kernel is recorded.
pub struct Matrix<'m, V, const C: usize> {
    columns: [Exp<'m, V>; C],
}

impl<V, const C: usize> Clone for Matrix<'_, V, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V, const C: usize> Copy for Matrix<'_, V, C> {}

/// Vectors of floats, which are columns of matrices.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no column of a matrix",
    note = "columns are vectors of `f32` or `f16`: `mat2(vec3(..), vec3(..))`"
)]
pub trait ColumnTy: ShaderType {}

impl<T: Float> ColumnTy for Vec2<T> {}
impl<T: Float> ColumnTy for Vec3<T> {}
impl<T: Float> ColumnTy for Vec4<T> {}

/// Scalars of which there are vectors of `N`.
pub trait VectorsOf<const N: usize>: ScalarType {
    /// The vector.
    type Vector: ShaderType;
}

impl<T: ScalarType> VectorsOf<2> for T {
    type Vector = Vec2<T>;
}

impl<T: ScalarType> VectorsOf<3> for T {
    type Vector = Vec3<T>;
}

impl<T: ScalarType> VectorsOf<4> for T {
    type Vector = Vec4<T>;
}

// A value of several parts, as an array of its columns.

impl<'m, V: ColumnTy, const C: usize> Value<'m> for Matrix<'m, V, C> {
    const COUNT: usize = C;

    fn parts(self, recorder: &Recorder, loc: Loc, parts: &mut Vec<(ExprId, Type)>) {
        self.columns.parts(recorder, loc, parts);
    }

    fn made_of(parts: &mut Parts<'m, '_>) -> Self {
        let columns = Value::made_of(parts);
        Matrix { columns }
    }

    fn names(name: &str, names: &mut Vec<String>) {
        <[Exp<'m, V>; C]>::names(name, names);
    }

    fn named(self, recorder: &'m Recorder, name: &str) -> Self {
        let columns = self.columns.named(recorder, name);
        Matrix { columns }
    }
}

impl<'m, V: ColumnTy, const C: usize> Held<'m> for Matrix<'m, V, C> {
    type Type = Mat<V, C>;
}

impl<V: ColumnTy, const C: usize> InMemory for Mat<V, C> {}

impl<V: ColumnTy, const C: usize> Placed for Mat<V, C> {
    type Place<'m> = Place<'m, Mat<V, C>>;

    fn place<'m>(whole: Place<'m, Self>) -> Self::Place<'m> {
        whole
    }
}

impl<V: ColumnTy, const C: usize> ValueType for Mat<V, C> {
    type Value<'m> = Matrix<'m, V, C>;

    fn load<'m>(place: Place<'m, Self>, loc: Loc) -> Matrix<'m, V, C> {
        let columns = <[V; C]>::load(place.retype(), loc);
        Matrix { columns }
    }

    fn save<'m>(place: Place<'m, Self>, recorder: &'m Recorder, value: Matrix<'m, V, C>, loc: Loc) {
        <[V; C]>::save(place.retype(), recorder, value.columns, loc);
    }
}

impl<'m, V: ColumnTy, const C: usize> Place<'m, Mat<V, C>> {
    /// The place of a column.
    #[track_caller]
    pub fn at<I: IndexTy>(self, index: Exp<'m, I>) -> Place<'m, V> {
        self.retype::<[V; C]>().at(index)
    }

    /// Reads all columns, here and now.
    #[track_caller]
    pub fn get(self) -> Matrix<'m, V, C> {
        Mat::load(self, Loc::caller())
    }
}

impl<'m, V: ColumnTy, const C: usize> Assign<'m, Matrix<'m, V, C>> for Place<'m, Mat<V, C>> {
    fn assign(self, recorder: &'m Recorder, value: Matrix<'m, V, C>, loc: Loc) {
        Mat::save(self, recorder, value, loc);
    }
}

impl<'m, V: ColumnTy, I: IndexTy, const C: usize> Indexed<'m, I> for Matrix<'m, V, C> {
    type Output = Exp<'m, V>;

    fn element(self, index: Exp<'m, I>, loc: Loc) -> Exp<'m, V> {
        self.columns.element(index, loc)
    }
}

impl<'m, V, const C: usize> Lift<'m> for Mat<V, C>
where
    V: ColumnTy + Lift<'m, Value = Exp<'m, V>>,
{
    type Value = Matrix<'m, V, C>;

    fn lifted(self, recorder: &'m Recorder, loc: Loc) -> Matrix<'m, V, C> {
        let columns = self.columns.lifted(recorder, loc);
        Matrix { columns }
    }
}

// Made of columns.

macro_rules! makers {
    ($($(#[$doc:meta])* $name:ident $count:literal: $($column:ident)*;)*) => {$(
        $(#[$doc])*
        pub fn $name<'m, V: ColumnTy>($($column: Exp<'m, V>),*) -> Matrix<'m, V, $count> {
            Matrix { columns: [$($column),*] }
        }
    )*};
}

makers! {
    /// A matrix of two columns.
    mat2 2: a b;
    /// A matrix of three columns.
    mat3 3: a b c;
    /// A matrix of four columns.
    mat4 4: a b c d;
}

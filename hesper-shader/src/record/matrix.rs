//! Matrices: columns that are vectors, and products of them. The tree knows the columns alone.

use super::exp::Exp;
use super::literal::Lift;
use super::memory::Place;
use super::ops::binary;
use super::recorder::Recorder;
use super::relations::IndexTy;
use super::structure::{Assign, Held, InMemory, Indexed, ValueType};
use super::value::{Parts, Value};
use crate::shader_type::{Mat, ScalarType, ShaderType, Vec2, Vec3, Vec4};
use crate::tree::{BinaryOp, ExprId, ExprKind, Loc, Math, Type};
use half::f16;
use std::ops::{Add, Mul, Neg, Sub};

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

macro_rules! columns {
    ($($scalar:ident)*) => {$(
        impl ColumnTy for Vec2<$scalar> {}
        impl ColumnTy for Vec3<$scalar> {}
        impl ColumnTy for Vec4<$scalar> {}
    )*};
}

columns! { f16 f32 }

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

impl<V: ColumnTy, const C: usize> InMemory for Mat<V, C> {
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

// Operators.

macro_rules! by_column {
    ($($trait:ident $method:ident $op:ident;)*) => {$(
        impl<'m, V: ColumnTy, const C: usize> $trait for Matrix<'m, V, C> {
            type Output = Self;

            #[track_caller]
            fn $method(self, right: Self) -> Self {
                let loc = Loc::caller();
                let mut right = right.columns.into_iter();
                let columns = self.columns.map(|left| match right.next() {
                    Some(right) => binary(BinaryOp::$op, left, right, loc),
                    None => left,
                });
                Matrix { columns }
            }
        }
    )*};
}

by_column! { Add add Add; Sub sub Subtract; }

impl<'m, V: ColumnTy, const C: usize> Neg for Matrix<'m, V, C>
where
    Exp<'m, V>: Neg<Output = Exp<'m, V>>,
{
    type Output = Self;

    #[track_caller]
    fn neg(self) -> Self {
        let mut columns = self.columns;
        for column in &mut columns {
            *column = -*column;
        }
        Matrix { columns }
    }
}

/// What a matrix of `C` columns `V` can be multiplied by, from the right: a scalar, and a vector of `C` components.
#[diagnostic::on_unimplemented(
    message = "cannot multiply a matrix of {C} columns by `{Self}`",
    label = "a scalar, or a vector or matrix with as many rows as there are columns",
    note = "`m * v` is a sum of columns; `v * m` has a component for each column"
)]
pub trait RightOfMatrix<V, const C: usize>: ShaderType {
    /// What comes out.
    type Output<'m>;

    /// The product.
    fn product<'m>(matrix: Matrix<'m, V, C>, right: Exp<'m, Self>, loc: Loc) -> Self::Output<'m>;
}

/// What can be multiplied by a matrix of `C` columns `V`: a scalar, and a vector such as its columns.
#[diagnostic::on_unimplemented(
    message = "cannot multiply `{Self}` by a matrix of columns `{V}`",
    label = "a scalar, or a vector such as the matrix's columns",
    note = "`m * v` is a sum of columns; `v * m` has a component for each column"
)]
pub trait LeftOfMatrix<V, const C: usize>: ShaderType {
    /// What comes out.
    type Output<'m>;

    /// The product.
    fn product<'m>(left: Exp<'m, Self>, matrix: Matrix<'m, V, C>, loc: Loc) -> Self::Output<'m>;
}

macro_rules! scaled {
    ($($scalar:ident)*) => {$(
        impl<V: ColumnTy<Scalar = $scalar>, const C: usize> RightOfMatrix<V, C> for $scalar {
            type Output<'m> = Matrix<'m, V, C>;

            fn product<'m>(matrix: Matrix<'m, V, C>, right: Exp<'m, Self>, loc: Loc) -> Matrix<'m, V, C> {
                let columns = matrix.columns.map(|column| binary(BinaryOp::Multiply, column, right, loc));
                Matrix { columns }
            }
        }

        impl<V: ColumnTy<Scalar = $scalar>, const C: usize> LeftOfMatrix<V, C> for $scalar {
            type Output<'m> = Matrix<'m, V, C>;

            fn product<'m>(left: Exp<'m, Self>, matrix: Matrix<'m, V, C>, loc: Loc) -> Matrix<'m, V, C> {
                let columns = matrix.columns.map(|column| binary(BinaryOp::Multiply, left, column, loc));
                Matrix { columns }
            }
        }
    )*};
}

scaled! { f16 f32 }

macro_rules! applied {
    ($($vector:ident $count:literal;)*) => {$(
        /// The sum of the columns, each times a component.
        impl<T: ScalarType, V: ColumnTy<Scalar = T>> RightOfMatrix<V, $count> for $vector<T> {
            type Output<'m> = Exp<'m, V>;

            fn product<'m>(matrix: Matrix<'m, V, $count>, right: Exp<'m, Self>, loc: Loc) -> Exp<'m, V> {
                let term = |(column, at): (Exp<'m, V>, u8)| -> Exp<'m, V> {
                    binary(BinaryOp::Multiply, column, component::<Self, T>(right, at, loc), loc)
                };
                let [first, rest @ ..] = matrix.columns;
                let rest = rest.into_iter().zip(1..).map(term);
                rest.fold(term((first, 0)), |sum, term| binary(BinaryOp::Add, sum, term, loc))
            }
        }
    )*};
}

applied! { Vec2 2; Vec3 3; Vec4 4; }

impl<V: ColumnTy, const C: usize> LeftOfMatrix<V, C> for V
where
    V::Scalar: VectorsOf<C>,
{
    type Output<'m> = Exp<'m, <V::Scalar as VectorsOf<C>>::Vector>;

    fn product<'m>(left: Exp<'m, Self>, matrix: Matrix<'m, V, C>, loc: Loc) -> Self::Output<'m> {
        let dots = matrix
            .columns
            .map(|column| left.math::<V::Scalar>(Math::Dot, &[column], loc));
        compose(left.recorder, &dots, loc)
    }
}

impl<'m, V: ColumnTy, R: RightOfMatrix<V, C>, const C: usize> Mul<Exp<'m, R>> for Matrix<'m, V, C> {
    type Output = R::Output<'m>;

    #[track_caller]
    fn mul(self, right: Exp<'m, R>) -> Self::Output {
        R::product(self, right, Loc::caller())
    }
}

impl<'m, V: ColumnTy, L: LeftOfMatrix<V, C>, const C: usize> Mul<Matrix<'m, V, C>> for Exp<'m, L> {
    type Output = L::Output<'m>;

    #[track_caller]
    fn mul(self, right: Matrix<'m, V, C>) -> Self::Output {
        L::product(self, right, Loc::caller())
    }
}

impl<'m, V, U, const C: usize, const K: usize> Mul<Matrix<'m, U, K>> for Matrix<'m, V, C>
where
    V: ColumnTy,
    U: ColumnTy + RightOfMatrix<V, C, Output<'m> = Exp<'m, V>>,
{
    type Output = Matrix<'m, V, K>;

    #[track_caller]
    fn mul(self, right: Matrix<'m, U, K>) -> Matrix<'m, V, K> {
        let loc = Loc::caller();
        let columns = right.columns.map(|column| U::product(self, column, loc));
        Matrix { columns }
    }
}

// Functions.

macro_rules! transposed {
    ($($vector:ident $rows:literal;)*) => {$(
        impl<'m, T: ScalarType + VectorsOf<C>, const C: usize> Matrix<'m, $vector<T>, C>
        where
            $vector<T>: ColumnTy,
        {
            /// Rows for columns.
            #[track_caller]
            pub fn transpose(self) -> Matrix<'m, <T as VectorsOf<C>>::Vector, $rows> {
                let loc = Loc::caller();
                let mut at = 0..;
                let columns = [(); $rows].map(|()| {
                    let row = at.next().unwrap_or(0);
                    let row = self.columns.map(|column| component::<$vector<T>, T>(column, row, loc));
                    compose(self.columns[0].recorder, &row, loc)
                });
                Matrix { columns }
            }
        }
    )*};
}

transposed! { Vec2 2; Vec3 3; Vec4 4; }

macro_rules! determinants {
    ($($vector:ident $size:literal;)*) => {$(
        impl<'m, T: ScalarType> Matrix<'m, $vector<T>, $size>
        where
            $vector<T>: ColumnTy<Scalar = T>,
        {
            /// The determinant, by the first column's minors.
            #[track_caller]
            pub fn determinant(self) -> Exp<'m, T> {
                let loc = Loc::caller();
                let at = |column: usize, row: usize| {
                    component::<$vector<T>, T>(self.columns[column], row as u8, loc)
                };
                let rows: Vec<usize> = (0..$size).collect();
                minor(&at, 0, &rows, loc)
            }
        }
    )*};
}

determinants! { Vec2 2; Vec3 3; Vec4 4; }

/// The determinant of the columns from one on and of these rows.
fn minor<'m, T: ScalarType>(
    at: &dyn Fn(usize, usize) -> Exp<'m, T>,
    column: usize,
    rows: &[usize],
    loc: Loc,
) -> Exp<'m, T> {
    if let [row] = rows {
        return at(column, *row);
    }
    let mut sum: Option<Exp<'m, T>> = None;
    for (number, row) in rows.iter().enumerate() {
        let others: Vec<usize> = rows.iter().copied().filter(|other| other != row).collect();
        let rest = minor(at, column + 1, &others, loc);
        let term = binary(BinaryOp::Multiply, at(column, *row), rest, loc);
        let op = if number % 2 == 0 {
            BinaryOp::Add
        } else {
            BinaryOp::Subtract
        };
        sum = Some(match sum {
            Some(sum) => binary(op, sum, term, loc),
            None => term,
        });
    }
    sum.unwrap_or_else(|| at(column, 0))
}

fn component<'m, V: ShaderType, T: ShaderType>(vector: Exp<'m, V>, at: u8, loc: Loc) -> Exp<'m, T> {
    let recorder = vector.recorder;
    let id = recorder.own(vector, loc);
    recorder.push_expr(ExprKind::Component(id, at), loc)
}

fn compose<'m, T: ShaderType, V: ShaderType>(
    recorder: &'m Recorder,
    components: &[Exp<'m, T>],
    loc: Loc,
) -> Exp<'m, V> {
    let components = components.iter().map(|c| recorder.own(*c, loc)).collect();
    recorder.push_expr(ExprKind::Compose(components), loc)
}

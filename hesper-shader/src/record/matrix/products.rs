//! Operators of matrices: sums by columns, and products.

use super::{ColumnTy, Matrix, VectorsOf};
use crate::record::builtins::compose;
use crate::record::exp::Exp;
use crate::record::float::Float;
use crate::record::ops::binary;
use crate::shader_type::{ScalarType, ShaderType, Vec2, Vec3, Vec4};
use crate::tree::{BinaryOp, Loc, Math};
use std::ops::{Add, Mul, Neg, Sub};

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

impl<T: Float, V: ColumnTy<Scalar = T>, const C: usize> RightOfMatrix<V, C> for T {
    type Output<'m> = Matrix<'m, V, C>;

    fn product<'m>(matrix: Matrix<'m, V, C>, right: Exp<'m, T>, loc: Loc) -> Matrix<'m, V, C> {
        let scaled = |column| binary(BinaryOp::Multiply, column, right, loc);
        Matrix {
            columns: matrix.columns.map(scaled),
        }
    }
}

impl<T: Float, V: ColumnTy<Scalar = T>, const C: usize> LeftOfMatrix<V, C> for T {
    type Output<'m> = Matrix<'m, V, C>;

    fn product<'m>(left: Exp<'m, T>, matrix: Matrix<'m, V, C>, loc: Loc) -> Matrix<'m, V, C> {
        let scaled = |column| binary(BinaryOp::Multiply, left, column, loc);
        Matrix {
            columns: matrix.columns.map(scaled),
        }
    }
}

macro_rules! applied {
    ($($vector:ident $count:literal;)*) => {$(
        /// The sum of the columns, each times a component.
        impl<T: ScalarType, V: ColumnTy<Scalar = T>> RightOfMatrix<V, $count> for $vector<T> {
            type Output<'m> = Exp<'m, V>;

            fn product<'m>(matrix: Matrix<'m, V, $count>, right: Exp<'m, Self>, loc: Loc) -> Exp<'m, V> {
                let term = |(column, at): (Exp<'m, V>, u8)| -> Exp<'m, V> {
                    binary(BinaryOp::Multiply, column, right.component::<T>(at, loc), loc)
                };
                let [first, rest @ ..] = matrix.columns;
                let rest = rest.into_iter().zip(1..).map(term);
                rest.fold(term((first, 0)), |sum, term| binary(BinaryOp::Add, sum, term, loc))
            }
        }

        /// For each column the sum of its products.
        impl<T: Float + VectorsOf<C>, const C: usize> LeftOfMatrix<$vector<T>, C> for $vector<T> {
            type Output<'m> = Exp<'m, <T as VectorsOf<C>>::Vector>;

            fn product<'m>(left: Exp<'m, Self>, matrix: Matrix<'m, Self, C>, loc: Loc) -> Self::Output<'m> {
                let dots = matrix.columns.map(|column| left.math::<T>(Math::Dot, &[column], loc));
                compose(&dots, loc)
            }
        }
    )*};
}

applied! { Vec2 2; Vec3 3; Vec4 4; }

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

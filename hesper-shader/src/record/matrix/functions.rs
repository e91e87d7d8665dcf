//! Transposes and determinants.

use super::{ColumnTy, Matrix, VectorsOf};
use crate::record::builtins::compose;
use crate::record::exp::Exp;
use crate::record::ops::binary;
use crate::shader_type::{ScalarType, Vec2, Vec3, Vec4};
use crate::tree::{BinaryOp, Loc};

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
                    let row = self.columns.map(|column| column.component::<T>(row, loc));
                    compose(&row, loc)
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
                    self.columns[column].component::<T>(row as u8, loc)
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

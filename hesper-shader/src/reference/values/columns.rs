//! Columns: one value for each lane.
//!
//! A column of a vector type holds component after component: component `c` of lane `l` is at `c · lanes + l`, so that an
//! operation on each component is an operation on the flat column.

use crate::domain::{Value, identical};
use crate::tree::{Scalar, Type};
use std::fmt::Debug;

/// Values of one scalar type: a column, or the elements of a workgroup variable.
#[derive(Clone, Debug)]
pub(in crate::reference) enum Column<V> {
    Real(Vec<V>),
    I32(Vec<i32>),
    U32(Vec<u32>),
    Bool(Vec<bool>),
}

/// What a kernel would have to do for this to be reached; its tree is verified, so it does not.
#[cold]
#[track_caller]
pub(in crate::reference) fn refused(what: &str) -> ! {
    unreachable!("the verifier refuses {what}")
}

/// [`refused`] for values whose types do not fit.
#[cold]
#[track_caller]
pub(in crate::reference) fn mixed() -> ! {
    refused("operands of different types")
}

/// Runs a body for two columns of the same scalar type.
macro_rules! same_scalar {
    ($a:expr, $b:expr, |$x:ident, $y:ident| $body:expr) => {
        match ($a, $b) {
            (Column::Real($x), Column::Real($y)) => $body,
            (Column::I32($x), Column::I32($y)) => $body,
            (Column::U32($x), Column::U32($y)) => $body,
            (Column::Bool($x), Column::Bool($y)) => $body,
            _ => crate::reference::values::columns::mixed(),
        }
    };
}
pub(in crate::reference) use same_scalar;

impl<V: Copy> Column<V> {
    /// `size` components for each of `lanes` lanes.
    pub(in crate::reference) fn zeros(ty: Type, lanes: usize, zero: V) -> Column<V> {
        let length = lanes * usize::from(ty.size);
        match ty.scalar {
            Scalar::F32 => Column::Real(vec![zero; length]),
            Scalar::I32 => Column::I32(vec![0; length]),
            Scalar::U32 => Column::U32(vec![0; length]),
            Scalar::Bool => Column::Bool(vec![false; length]),
        }
    }

    pub(in crate::reference) fn fill_zero(&mut self, zero: V) {
        match self {
            Column::Real(v) => v.fill(zero),
            Column::I32(v) => v.fill(0),
            Column::U32(v) => v.fill(0),
            Column::Bool(v) => v.fill(false),
        }
    }

    pub(in crate::reference) fn len(&self) -> usize {
        match self {
            Column::Real(v) => v.len(),
            Column::I32(v) => v.len(),
            Column::U32(v) => v.len(),
            Column::Bool(v) => v.len(),
        }
    }

    /// Whether two values are the same.
    pub(in crate::reference) fn identical(&self, i: usize, other: &Column<V>, j: usize) -> bool
    where
        V: Value,
    {
        match (self, other) {
            (Column::Real(x), Column::Real(y)) => identical(x.get(i), y.get(j)),
            (Column::I32(x), Column::I32(y)) => x.get(i) == y.get(j),
            (Column::U32(x), Column::U32(y)) => x.get(i) == y.get(j),
            (Column::Bool(x), Column::Bool(y)) => x.get(i) == y.get(j),
            _ => false,
        }
    }

    /// A value as text.
    pub(in crate::reference) fn text(&self, i: usize) -> Option<String>
    where
        V: Debug,
    {
        match self {
            Column::Real(v) => v.get(i).map(|x| format!("{x:?}")),
            Column::I32(v) => v.get(i).map(i32::to_string),
            Column::U32(v) => v.get(i).map(u32::to_string),
            Column::Bool(v) => v.get(i).map(bool::to_string),
        }
    }

    pub(in crate::reference) fn unsigned(&self) -> &[u32] {
        match self {
            Column::U32(v) => v,
            _ => mixed(),
        }
    }

    pub(in crate::reference) fn unsigned_mut(&mut self) -> &mut [u32] {
        match self {
            Column::U32(v) => v,
            _ => mixed(),
        }
    }

    pub(in crate::reference) fn truths(&self) -> &[bool] {
        match self {
            Column::Bool(v) => v,
            _ => mixed(),
        }
    }
}

/// The lanes of component `c`; nothing where there is no such component.
pub(in crate::reference) fn part<T>(column: &[T], c: usize, lanes: usize) -> &[T] {
    column.get(c * lanes..(c + 1) * lanes).unwrap_or_default()
}

/// The lanes of component `c`; nothing where there is no such component.
pub(in crate::reference) fn part_mut<T>(column: &mut [T], c: usize, lanes: usize) -> &mut [T] {
    column
        .get_mut(c * lanes..(c + 1) * lanes)
        .unwrap_or_default()
}

/// Copies the active lanes of each component.
pub(in crate::reference) fn copy_active<T: Copy>(from: &[T], to: &mut [T], active: &[bool]) {
    let lanes = active.len();
    for (from, to) in from.chunks_exact(lanes).zip(to.chunks_exact_mut(lanes)) {
        for ((from, to), on) in from.iter().zip(to).zip(active) {
            if *on {
                *to = *from;
            }
        }
    }
}

/// Copies a column. What idle lanes then hold is never read: a value is used only by lanes that evaluated it.
pub(in crate::reference) fn copy_column<V: Copy>(from: &Column<V>, to: &mut Column<V>) {
    same_scalar!(from, to, |from, to| to.copy_from_slice(from))
}

/// Copies a column's active lanes.
pub(in crate::reference) fn copy_column_active<V: Copy>(
    from: &Column<V>,
    to: &mut Column<V>,
    active: &[bool],
) {
    same_scalar!(from, to, |from, to| copy_active(from, to, active))
}

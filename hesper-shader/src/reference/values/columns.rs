//! Columns: one value for each lane.
//!
//! A column of a vector type holds component after component: component `c` of lane `l` is at `c · lanes + l`, so that an
//! operation on each component is an operation on the flat column.

use crate::memory::Memory;
use crate::tree::{ByScalar, Type};

/// Values of one scalar type: a column, or the elements of a workgroup variable.
pub(in crate::reference) type Column<V> = Memory<V>;

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

/// Matches two columns or scalars, which the verifier has seen to be of the same type, with the same body for each type.
macro_rules! same_scalar {
    ($a:expr, $b:expr, |$x:ident, $y:ident| $body:expr) => {
        match ($a, $b) {
            (ByScalar::F32($x), ByScalar::F32($y)) => $body,
            (ByScalar::I32($x), ByScalar::I32($y)) => $body,
            (ByScalar::U32($x), ByScalar::U32($y)) => $body,
            (ByScalar::Bool($x), ByScalar::Bool($y)) => $body,
            _ => $crate::reference::values::columns::mixed(),
        }
    };
}
pub(in crate::reference) use same_scalar;

impl<V: Copy> Column<V> {
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

/// Zeros for each of so many lanes.
pub(in crate::reference) fn zeros<V: Copy>(ty: Type, lanes: usize, zero: V) -> Column<V> {
    Column::zeros(ty.scalar, lanes * usize::from(ty.size), zero)
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

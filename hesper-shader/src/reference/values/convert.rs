//! Conversions between scalar types, as Rust's `as`.

use super::columns::Column;
use super::reals::Reals;
use crate::domain::column::map1;
use crate::domain::{Domain, Format};
use crate::reference::report::error::Fault;

/// Converts each component to the scalar type of `out`.
pub(in crate::reference) fn convert<D: Domain<Mask = bool>>(
    x: &Column<D::Value>,
    out: &mut Column<D::Value>,
    reals: &Reals<'_, D>,
    active: &[bool],
) -> Result<(), Fault> {
    let domain = reals.domain;
    let real = |n| Ok(domain.round(Format::Binary32, domain.from_integer(n)));
    match (x, out) {
        (Column::F32(x), Column::F32(out)) => out.copy_from_slice(x),
        (Column::F32(x), Column::I32(out)) => {
            let (low, high) = (i32::MIN.into(), i32::MAX.into());
            return each_active(x, out, active, |x| {
                Ok(domain.to_integer(x, low, high)? as i32)
            });
        }
        (Column::F32(x), Column::U32(out)) => {
            return each_active(x, out, active, |x| {
                Ok(domain.to_integer(x, 0, u32::MAX.into())? as u32)
            });
        }
        (Column::F32(x), Column::Bool(out)) => reals.differs_from_zero(x, active, out),
        (Column::I32(x), Column::F32(out)) => {
            return each_active(x, out, active, |n| real(n.into()));
        }
        (Column::U32(x), Column::F32(out)) => {
            return each_active(x, out, active, |n| real(n.into()));
        }
        (Column::Bool(x), Column::F32(out)) => {
            return each_active(x, out, active, |b| real(b.into()));
        }
        (Column::I32(x), Column::I32(out)) => out.copy_from_slice(x),
        (Column::I32(x), Column::U32(out)) => map1(x, out, |n| n as u32),
        (Column::I32(x), Column::Bool(out)) => map1(x, out, |n| n != 0),
        (Column::U32(x), Column::I32(out)) => map1(x, out, |n| n as i32),
        (Column::U32(x), Column::U32(out)) => out.copy_from_slice(x),
        (Column::U32(x), Column::Bool(out)) => map1(x, out, |n| n != 0),
        (Column::Bool(x), Column::I32(out)) => map1(x, out, i32::from),
        (Column::Bool(x), Column::U32(out)) => map1(x, out, u32::from),
        (Column::Bool(x), Column::Bool(out)) => out.copy_from_slice(x),
    }
    Ok(())
}

/// Active lanes alone: the domain may count what it is asked, or refuse.
fn each_active<A: Copy, B>(
    x: &[A],
    out: &mut [B],
    active: &[bool],
    f: impl Fn(A) -> Result<B, Fault>,
) -> Result<(), Fault> {
    let lanes = active.len().max(1);
    for (out, x) in out.chunks_mut(lanes).zip(x.chunks(lanes)) {
        for ((out, x), on) in out.iter_mut().zip(x).zip(active) {
            if *on {
                *out = f(*x)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::F32;

    // The recorder offers no conversion to `bool`, as Rust does not; the tree does.
    #[test]
    fn a_number_is_true_where_it_differs_from_zero() {
        let reals = Reals::new(&F32, 4);
        for (x, expected) in [
            (
                Column::F32(vec![0.0, -0.0, 1.0, f32::NAN]),
                [false, false, true, true],
            ),
            (Column::I32(vec![0, -1, 2, 0]), [false, true, true, false]),
            (Column::U32(vec![0, 1, 2, 0]), [false, true, true, false]),
            (
                Column::Bool(vec![true, false, true, false]),
                [true, false, true, false],
            ),
        ] {
            let mut out = Column::Bool(vec![false; 4]);
            assert_eq!(convert(&x, &mut out, &reals, &[true; 4]), Ok(()));
            assert!(matches!(out, Column::Bool(found) if found == expected));
        }
    }
}

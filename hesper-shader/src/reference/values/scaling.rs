//! Builtin functions between reals and exponents.

use super::columns::{Column, mixed};
use crate::domain::{Domain, Math, RealUnary};
use crate::reference::report::error::Fault;

/// Exponents beyond this are as good as this: no float has them.
const FAR: i64 = 2000;

/// `ldexp` and both halves of `frexp`, lane by lane: the domain may count what it is asked.
pub(super) fn scaled<D: Domain<Mask = bool>>(
    domain: &D,
    op: Math,
    operands: [Option<&Column<D::Value>>; 2],
    active: &[bool],
    out: &mut Column<D::Value>,
) -> Result<(), Fault> {
    let on = |i: usize| active.get(i % active.len().max(1)) == Some(&true);
    let exponent = |x: D::Value| -> Result<i32, Fault> {
        let exponent = domain.unary(RealUnary::Exponent, x);
        Ok(domain.to_integer(exponent, -FAR, FAR)? as i32)
    };
    match (op, operands, out) {
        (Math::Ldexp, [Some(Column::F32(x)), Some(Column::I32(n))], Column::F32(out)) => {
            let lanes = out.iter_mut().zip(x).zip(n).enumerate();
            for (_, ((out, x), n)) in lanes.filter(|(i, _)| on(*i)) {
                *out = domain.scale(*x, i64::from(*n).clamp(-FAR, FAR) as i32);
            }
        }
        (Math::FrexpFraction, [Some(Column::F32(x)), None], Column::F32(out)) => {
            for (_, (out, x)) in out.iter_mut().zip(x).enumerate().filter(|(i, _)| on(*i)) {
                *out = domain.scale(*x, -exponent(*x)?);
            }
        }
        (Math::FrexpExponent, [Some(Column::F32(x)), None], Column::I32(out)) => {
            for (_, (out, x)) in out.iter_mut().zip(x).enumerate().filter(|(i, _)| on(*i)) {
                *out = exponent(*x)?;
            }
        }
        _ => mixed(),
    }
    Ok(())
}

//! Pure expressions, for all lanes at once.

use super::columns::{Column, mixed, part, part_mut, same_scalar};
use super::frame::Frame;
use super::reals::Reals;
use super::{bits, convert, integers, packing, scaling};
use crate::domain::{Domain, RealUnary};
use crate::reference::report::error::Fault;
use crate::tree::{BinaryOp, ByScalar, ExprId, ExprKind, Function, Math, Signature, UnaryOp};

/// Computes one expression from operands that are already computed.
pub(in crate::reference) fn evaluate<D: Domain<Mask = bool>>(
    function: &Function,
    id: ExprId,
    frame: &mut Frame<D::Value>,
    reals: &mut Reals<'_, D>,
    active: &[bool],
) -> Result<(), Fault> {
    let expr = &function[id];
    reals.domain.at(expr.loc.0);
    // Operands stand before what uses them.
    let (before, rest) = frame.values.split_at_mut(id.index());
    let out = &mut rest[0];
    let get = |operand: ExprId| &before[operand.index()];
    let operand = |id: ExprId| get(frame.shortcuts.operand(id));
    let sums = reals.domain.adds_products();
    let is_rounded = reals.computes_in(expr.ty.scalar);
    match &expr.kind {
        ExprKind::Unary(op, x) => unary(*op, get(*x), out, reals, active),
        ExprKind::Binary(..) if sums && frame.shortcuts.is_added(id) => {}
        ExprKind::Binary(op, x, y) => match frame.shortcuts.adds(id).filter(|_| sums) {
            Some(terms) => reals.product_and_sum(terms.map(operand), active, out),
            None => match (operand(*x), operand(*y)) {
                (Column::F32(x), Column::F32(y)) => reals.binary(*op, x, y, active, out),
                (x, y) => integers::binary(*op, x, y, out),
            },
        },
        ExprKind::Math(op, operands) => math(*op, operands, before, out, reals, active)?,
        ExprKind::Select {
            condition,
            on_true,
            on_false,
        } => {
            let mask = get(*condition).truths();
            select(mask, get(*on_true), get(*on_false), out, reals, active);
        }
        ExprKind::Convert(x) => convert::convert(get(*x), out, reals, active)?,
        ExprKind::Compose(operands) => {
            for (c, operand) in operands.iter().enumerate() {
                copy_component(get(*operand), 0, out, c, active.len());
            }
        }
        ExprKind::Splat(_) if frame.shortcuts.is_left_out(id) => {}
        ExprKind::Splat(x) => {
            for c in 0..usize::from(expr.ty.size) {
                copy_component(get(*x), 0, out, c, active.len());
            }
        }
        ExprKind::Component(x, c) => {
            copy_component(get(*x), usize::from(*c), out, 0, active.len());
        }
        // Present since the dispatch, the workgroup, the call or the statement began.
        ExprKind::Literal(_)
        | ExprKind::NegInfinity
        | ExprKind::Uniform(_)
        | ExprKind::Length(_)
        | ExprKind::BuiltinValue(_)
        | ExprKind::Argument(_)
        | ExprKind::Result => {}
    }
    let is_computed = matches!(
        expr.kind,
        ExprKind::Unary(..) | ExprKind::Binary(..) | ExprKind::Math(..)
    );
    if is_computed && !is_rounded || matches!(expr.kind, ExprKind::Convert(_)) {
        reals.narrow(expr.ty.scalar, out, active);
    }
    Ok(())
}

/// The first active lane in which an expression divides an integer by zero.
pub(in crate::reference) fn divides_by_zero<V>(
    function: &Function,
    id: ExprId,
    frame: &Frame<V>,
    active: &[bool],
) -> Option<usize> {
    let ExprKind::Binary(BinaryOp::Divide | BinaryOp::Remainder, _, y) = function[id].kind else {
        return None;
    };
    match &frame.values[y.index()] {
        Column::I32(y) => active_zero(y, 0, active),
        Column::U32(y) => active_zero(y, 0, active),
        Column::F32(_) | Column::Bool(_) => None,
    }
}

fn active_zero<T: Copy + PartialEq>(y: &[T], zero: T, active: &[bool]) -> Option<usize> {
    y.chunks(active.len().max(1)).find_map(|y| {
        let lanes = || y.iter().zip(active);
        lanes()
            .fold(false, |any, (y, on)| any | (*on & (*y == zero)))
            .then(|| lanes().position(|(y, on)| *on && *y == zero))
            .flatten()
    })
}

fn unary<D: Domain<Mask = bool>>(
    op: UnaryOp,
    x: &Column<D::Value>,
    out: &mut Column<D::Value>,
    reals: &Reals<'_, D>,
    active: &[bool],
) {
    match (op, x, out) {
        (UnaryOp::Negate, Column::F32(x), Column::F32(out)) => {
            reals.unary(RealUnary::Negate, x, active, out);
        }
        (op, x, out) => integers::unary(op, x, out),
    }
}

fn math<D: Domain<Mask = bool>>(
    op: Math,
    operands: &[ExprId],
    before: &[Column<D::Value>],
    out: &mut Column<D::Value>,
    reals: &Reals<'_, D>,
    active: &[bool],
) -> Result<(), Fault> {
    let column = |i: usize| before.get(operands.get(i)?.index());
    let operands = [column(0), column(1), column(2), column(3)];
    let [x, y, z, _] = operands;
    match (op, op.signature()) {
        (Math::Ldexp | Math::FrexpExponent | Math::FrexpFraction, _) => {
            return scaling::scaled(reals.domain, op, [x, y], active, out);
        }
        (_, Signature::Integer | Signature::Extract | Signature::Insert | Signature::Truth) => {
            bits::bits(op, operands, out, active.len());
            return Ok(());
        }
        (_, Signature::Each(..) | Signature::Pack(..))
        | (_, Signature::Unpack(..) | Signature::Packed(_)) => {
            return packing::packed(reals, op, [x, y], active, out);
        }
        _ => {}
    }
    let operands = [x, y, z];
    let Column::F32(out) = out else {
        integers::math(op, operands, out);
        return Ok(());
    };
    let operands = operands.map(|column| match column {
        Some(Column::F32(x)) => x.as_slice(),
        _ => &[],
    });
    reals.math(op, operands, active, out);
    Ok(())
}

fn select<D: Domain<Mask = bool>>(
    mask: &[bool],
    on_true: &Column<D::Value>,
    on_false: &Column<D::Value>,
    out: &mut Column<D::Value>,
    reals: &Reals<'_, D>,
    active: &[bool],
) {
    match (on_true, on_false, out) {
        (Column::F32(t), Column::F32(f), Column::F32(out)) => {
            reals.select(mask, t, f, active, out);
        }
        (Column::I32(t), Column::I32(f), Column::I32(out)) => choose(mask, t, f, out),
        (Column::U32(t), Column::U32(f), Column::U32(out)) => choose(mask, t, f, out),
        (Column::Bool(t), Column::Bool(f), Column::Bool(out)) => choose(mask, t, f, out),
        _ => mixed(),
    }
}

fn choose<T: Copy>(mask: &[bool], on_true: &[T], on_false: &[T], out: &mut [T]) {
    let masks = mask.iter().cycle();
    for (((o, t), f), m) in out.iter_mut().zip(on_true).zip(on_false).zip(masks) {
        *o = if *m { *t } else { *f };
    }
}

/// Copies component `from_c` of one column to component `to_c` of another.
fn copy_component<V: Copy>(
    from: &Column<V>,
    from_c: usize,
    to: &mut Column<V>,
    to_c: usize,
    lanes: usize,
) {
    same_scalar!(from, to, |from, to| {
        part_mut(to, to_c, lanes).copy_from_slice(part(from, from_c, lanes))
    })
}

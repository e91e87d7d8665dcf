//! Operations whose outcome WGSL leaves to the device: NaN where a compiler may assume that there is none, and powers of negative numbers.

use crate::domain::{Domain, Primitive, RealBinary, RealUnary};
use crate::reference::report::warning::Choice;
use crate::reference::values::columns::Column;
use crate::reference::values::frame::Frame;
use crate::tree::{BinaryOp, Combine, ExprId, ExprKind, Function, Math, SubgroupOp};

/// What an expression leaves to the device, and the first active lane in which it does.
pub(in crate::reference) fn choice<D: Domain<Mask = bool>>(
    function: &Function,
    id: ExprId,
    frame: &Frame<D::Value>,
    domain: &D,
    active: &[bool],
) -> Option<(Choice, usize)> {
    let expr = function.get(id)?;
    let nan = |operands: &[ExprId]| {
        let mut operands = operands.iter().map(|id| frame.shortcuts.operand(*id));
        operands.find_map(|id| first(frame, id, active, |x| is_nan(domain, x)))
    };
    match &expr.kind {
        // `x != x` is how NaN is told, in whatever way a compiler has it.
        ExprKind::Binary(op, x, y) if is_ordered(*op) && x != y => {
            Some((Choice::Comparison(*op), nan(&[*x, *y])?))
        }
        ExprKind::Math(op, operands) => match op {
            _ if may_lose_nan(*op) => Some((Choice::Function(*op), nan(operands)?)),
            Math::Powf => {
                let base = operands.first().map(|id| frame.shortcuts.operand(*id))?;
                let is_negative = |x| domain.as_float(x).is_some_and(|x| x < 0.0);
                Some((Choice::Power, first(frame, base, active, is_negative)?))
            }
            _ => None,
        },
        ExprKind::Convert(x) if expr.ty.scalar.is_integer() => {
            Some((Choice::Cast(expr.ty), nan(&[*x])?))
        }
        _ => None,
    }
}

/// The same of an exchange within a subgroup.
pub(in crate::reference) fn exchange_choice<D: Domain<Mask = bool>>(
    op: SubgroupOp,
    value: ExprId,
    frame: &Frame<D::Value>,
    domain: &D,
    active: &[bool],
) -> Option<(Choice, usize)> {
    let SubgroupOp::Reduce(Combine::Min | Combine::Max) = op else {
        return None;
    };
    let lane = first(frame, value, active, |x| is_nan(domain, x))?;
    Some((Choice::Subgroup(op), lane))
}

/// Functions that decide something, where a compiler may assume that there is no NaN.
fn may_lose_nan(op: Math) -> bool {
    match op.primitive() {
        Some(Primitive::Unary(op)) => op == RealUnary::Sign,
        Some(Primitive::Binary(op)) => matches!(op, RealBinary::Max | RealBinary::Min),
        Some(Primitive::MulAdd) => false,
        // Formulas with decisions in them.
        None => matches!(
            op,
            Math::Clamp
                | Math::FaceForward
                | Math::Pack2x16Float
                | Math::Pack2x16Snorm
                | Math::Pack2x16Unorm
                | Math::Pack4x8Snorm
                | Math::Pack4x8Unorm
                | Math::Refract
                | Math::Saturate
                | Math::Smoothstep
                | Math::Step
                | Math::ToBits
        ),
    }
}

/// Comparisons that are false of NaN.
fn is_ordered(op: BinaryOp) -> bool {
    op.is_comparison() && op != BinaryOp::NotEqual
}

fn is_nan<D: Domain>(domain: &D, x: D::Value) -> bool {
    domain.as_float(x).is_some_and(f64::is_nan)
}

/// The first active lane in which a component of a real value is so.
fn first<V: Copy>(
    frame: &Frame<V>,
    id: ExprId,
    active: &[bool],
    is: impl Fn(V) -> bool,
) -> Option<usize> {
    let Column::F32(column) = frame.values.get(id.index())? else {
        return None;
    };
    column.chunks(active.len().max(1)).find_map(|part| {
        let lanes = || part.iter().zip(active);
        // Without an early exit the test is a few vector instructions; it seldom finds anything.
        let any = lanes().fold(false, |any, (x, on)| any | (*on & is(*x)));
        any.then(|| lanes().position(|(x, on)| *on && is(*x)))
            .flatten()
    })
}

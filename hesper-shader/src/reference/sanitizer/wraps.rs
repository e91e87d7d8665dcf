//! Integers that wrapped, followed to where they are used as an index.
//!
//! What wraps is remembered lane by lane with the line of the operation, and goes on through everything that is computed from it. Only
//! integers that may reach an index at all are looked at; as long as nothing wraps, nothing is remembered.

use super::origins::{Followed, Origins};
use crate::reference::values::columns::Column;
use crate::reference::values::frame::Frame;
use crate::tree::facts::Feeds;
use crate::tree::{BinaryOp, ExprId, ExprKind, Function, Loc};
use std::sync::Arc;

/// What has wrapped in the running workgroups: for each lane of a value, where.
#[derive(Debug)]
pub(super) struct Wraps {
    feeds: Arc<Feeds>,
    pub(super) origins: Origins<Loc>,
}

impl Wraps {
    pub(super) fn new(feeds: Arc<Feeds>) -> Wraps {
        Wraps {
            feeds,
            origins: Origins::new(),
        }
    }

    /// An expression was computed.
    pub(super) fn computed<V: Copy>(
        &mut self,
        f: usize,
        function: &Function,
        id: ExprId,
        frame: &Frame<V>,
        active: &[bool],
    ) {
        if !self.feeds.reaches(f, id) {
            return;
        }
        let expr = &function[id];
        let to = Followed::Expr(f, id);
        if !self.origins.is_empty() {
            self.origins.forget(to);
            match &expr.kind {
                ExprKind::Binary(op, ..) if op.is_comparison() => {}
                ExprKind::Select {
                    condition,
                    on_true,
                    on_false,
                } => {
                    let operands = [*condition, *on_true, *on_false];
                    self.origins.chosen(f, operands, to, frame);
                }
                kind => kind.for_each_operand(|operand| {
                    self.origins.join(Followed::Expr(f, operand), to, active);
                }),
            }
        }
        if let ExprKind::Binary(op, x, y) = &expr.kind
            && let Some(lanes) = overflows(
                *op,
                &frame.values[x.index()],
                &frame.values[y.index()],
                active,
            )
        {
            let origins = self.origins.lanes(to, active.len());
            for (origin, wrapped) in origins.iter_mut().zip(lanes) {
                if wrapped {
                    // What wrapped first is to blame, where this wraps only because of it.
                    origin.get_or_insert(expr.loc);
                }
            }
        }
    }
}

/// The lanes in which any component of `x op y` wraps; `None` for none.
fn overflows<V>(op: BinaryOp, x: &Column<V>, y: &Column<V>, active: &[bool]) -> Option<Vec<bool>> {
    use BinaryOp::{Add, Multiply, Subtract};
    match (op, x, y) {
        (Add, Column::U32(x), Column::U32(y)) => {
            lanes(x, y, active, |x, y| x.checked_add(y).is_none())
        }
        (Subtract, Column::U32(x), Column::U32(y)) => lanes(x, y, active, |x, y| x < y),
        (Multiply, Column::U32(x), Column::U32(y)) => lanes(x, y, active, |x, y| {
            u64::from(x) * u64::from(y) > u64::from(u32::MAX)
        }),
        (Add, Column::I32(x), Column::I32(y)) => {
            lanes(x, y, active, |x, y| x.checked_add(y).is_none())
        }
        (Subtract, Column::I32(x), Column::I32(y)) => {
            lanes(x, y, active, |x, y| x.checked_sub(y).is_none())
        }
        (Multiply, Column::I32(x), Column::I32(y)) => {
            lanes(x, y, active, |x, y| x.checked_mul(y).is_none())
        }
        _ => None,
    }
}

fn lanes<T: Copy>(
    x: &[T],
    y: &[T],
    active: &[bool],
    wraps: impl Fn(T, T) -> bool,
) -> Option<Vec<bool>> {
    let count = active.len().max(1);
    let components = || x.chunks(count).zip(y.chunks(count));
    // Without an early exit the test is a few vector instructions; it hardly ever finds anything.
    let any = |(x, y): (&[T], &[T])| {
        let lanes = x.iter().zip(y).zip(active);
        lanes.fold(false, |any, ((x, y), on)| any | (*on & wraps(*x, *y)))
    };
    if !components().any(any) {
        return None;
    }
    let mut found = vec![false; count];
    for (x, y) in components() {
        for (found, ((x, y), on)) in found.iter_mut().zip(x.iter().zip(y).zip(active)) {
            *found |= *on && wraps(*x, *y);
        }
    }
    Some(found)
}

//! Integers that wrapped, followed to where they are used as an index.
//!
//! What wraps is remembered lane by lane with the line of the operation, and goes on through everything that is computed from it. Only
//! integers that may reach an index at all are looked at; as long as nothing wraps, nothing is remembered.

use crate::reference::report::error::Fault;
use crate::reference::values::columns::Column;
use crate::reference::values::frame::Frame;
use crate::tree::facts::Feeds;
use crate::tree::{BinaryOp, ExprId, ExprKind, Function, Loc, LocalId};
use std::collections::HashMap;
use std::sync::Arc;

/// A value of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::reference) enum Followed {
    Expr(usize, ExprId),
    Local(usize, LocalId),
    Result(usize),
}

/// For each lane, where the value it has come from wrapped.
type Origins = Vec<Option<Loc>>;

/// What has wrapped in the running workgroups.
#[derive(Debug)]
pub(in crate::reference) struct Wraps {
    feeds: Arc<Feeds>,
    origins: HashMap<Followed, Origins>,
}

impl Wraps {
    pub(super) fn new(feeds: Arc<Feeds>) -> Wraps {
        Wraps {
            feeds,
            origins: HashMap::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.origins.clear();
    }

    /// The first active lane in which a value has wrapped, and where.
    pub(super) fn wrapped(&self, f: usize, id: ExprId, active: &[bool]) -> Option<(usize, Loc)> {
        if self.origins.is_empty() {
            return None;
        }
        let origins = self.origins.get(&Followed::Expr(f, id))?;
        let mut lanes = origins.iter().zip(active).enumerate();
        lanes.find_map(|(lane, (origin, on))| Some((lane, origin.filter(|_| *on)?)))
    }

    /// An expression was computed.
    pub(in crate::reference) fn computed<V: Copy>(
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
            self.origins.remove(&to);
            match &expr.kind {
                ExprKind::Binary(op, ..) if op.is_comparison() => {}
                ExprKind::Select {
                    condition,
                    on_true,
                    on_false,
                } => {
                    self.select(f, [*condition, *on_true, *on_false], to, frame);
                }
                kind => kind
                    .for_each_operand(|operand| self.join(Followed::Expr(f, operand), to, active)),
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
            let origins = self
                .origins
                .entry(to)
                .or_insert_with(|| vec![None; active.len()]);
            for (origin, wrapped) in origins.iter_mut().zip(lanes) {
                if wrapped {
                    // What wrapped first is to blame, where this wraps only because of it.
                    origin.get_or_insert(expr.loc);
                }
            }
        }
    }

    /// A value was moved: a local loaded or stored, an argument passed, a result taken.
    pub(in crate::reference) fn moved(&mut self, from: Followed, to: Followed, active: &[bool]) {
        if self.origins.is_empty() {
            return;
        }
        if let Some(origins) = self.origins.get_mut(&to) {
            let lanes = origins.iter_mut().zip(active);
            lanes
                .filter(|(_, on)| **on)
                .for_each(|(origin, _)| *origin = None);
        }
        self.join(from, to, active);
    }

    /// Lanes exchanged a value. `exchange` does for numbers what they did; each stands for a line, and the greater one is told.
    pub(in crate::reference) fn exchanged<V>(
        &mut self,
        from: Followed,
        to: Followed,
        exchange: impl FnOnce(&Column<V>, &mut Column<V>) -> Result<(), Fault>,
    ) -> Result<(), Fault>
    where
        V: Copy,
    {
        self.origins.remove(&to);
        let Some(origins) = self.origins.get(&from) else {
            return Ok(());
        };
        let sites: Vec<Loc> = origins.iter().flatten().copied().collect();
        let mut last = 0;
        let numbers = origins.iter().map(|origin| match origin {
            None => 0,
            Some(_) => {
                last += 1;
                last
            }
        });
        let numbers = Column::U32(numbers.collect());
        let mut out = Column::U32(vec![0; origins.len()]);
        exchange(&numbers, &mut out)?;
        let line = |number: &u32| sites.get((*number as usize).checked_sub(1)?).copied();
        let carried = out.unsigned().iter().map(line).collect();
        self.origins.insert(to, carried);
        Ok(())
    }

    /// Adds the origins of one value to those of another.
    fn join(&mut self, from: Followed, to: Followed, active: &[bool]) {
        let Some(source) = self.origins.get(&from).cloned() else {
            return;
        };
        let target = self
            .origins
            .entry(to)
            .or_insert_with(|| vec![None; active.len()]);
        for ((target, source), on) in target.iter_mut().zip(source).zip(active) {
            if *on && source.is_some() {
                *target = source;
            }
        }
    }

    fn select<V: Copy>(
        &mut self,
        f: usize,
        [c, t, e]: [ExprId; 3],
        to: Followed,
        frame: &Frame<V>,
    ) {
        let condition = frame.values[c.index()].truths();
        let not: Vec<bool> = condition.iter().map(|c| !c).collect();
        self.join(Followed::Expr(f, t), to, condition);
        self.join(Followed::Expr(f, e), to, &not);
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

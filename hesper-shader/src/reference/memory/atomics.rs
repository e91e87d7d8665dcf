//! Atomic statements: lane after lane, each in one step.

use super::arrays::Space;
use super::shared::SharedPlace;
use super::storage::{LentBuffer, Places};
use crate::domain::{Domain, RealBinary, Value};
use crate::number::Number;
use crate::reference::control::statements::access;
use crate::reference::dispatch::machine::Machine;
use crate::reference::report::error::{AbsentUse, AccessKind, Fault};
use crate::reference::sanitizer::{Followed, Touch};
use crate::reference::values::columns::{Column, mixed, refused};
use crate::reference::values::frame::Frame;
use crate::reference::values::mask::Mask;
use crate::reference::workgroup::permutation::{Permutation, scramble};
use crate::tree::{AtomicOp, AtomicUpdate, ExprId, Loc, Place};
use std::cell::Cell;

/// One in so many exchanges fails for no reason.
const SPURIOUS: u64 = 4;

impl<D: Domain<Mask = bool>, S: SharedPlace<D::Value>> Machine<'_, D, S> {
    pub(in crate::reference) fn atomic(
        &mut self,
        f: usize,
        loc: Loc,
        place: &Place,
        op: AtomicOp,
        result: Option<ExprId>,
        active: &Mask,
    ) -> Result<(), Fault> {
        let frame = &mut self.frames[f];
        let here = access(active, &self.team, loc, f);
        let kind = match op {
            AtomicOp::Store(_) => AccessKind::Write,
            AtomicOp::Load | AtomicOp::Update(..) | AtomicOp::CompareExchangeWeak { .. } => {
                AccessKind::Read
            }
        };
        let target = self.memory.resolve(kind, place, frame, here)?;
        self.reals.domain.at(loc.0);
        if let Some(mut watch) = self.memory.watch.take() {
            let touch = Touch {
                kind: match op {
                    AtomicOp::Load => AccessKind::Read,
                    _ => AccessKind::Write,
                },
                array: target.array,
                elements: &self.memory.elements,
                access: here,
            };
            let stored = match op {
                AtomicOp::Store(value) => Some(frame.value(value)),
                _ => None,
            };
            let same = |lane| stored.is_some_and(|from| self.memory.holds(target, from, lane));
            let judged = watch.atomic(&touch, op, same);
            self.memory.watch = Some(watch);
            judged?;
        }
        if let Some(watch) = &self.memory.watch {
            let (mut told, lanes) = (Ok(()), active.lanes());
            op.for_each_operand(|id| {
                let value = Followed::Expr(f, id);
                let here = watch.told(value, AbsentUse::Store, lanes, &self.team);
                told = std::mem::replace(&mut told, Ok(())).and(here);
            });
            told?;
        }
        let order = self.options.order.unwrap_or_default();
        let mut step = AtomicStatement {
            op,
            result,
            elements: &self.memory.elements,
            active,
            order: Permutation::of(
                self.team.members() * self.team.per_group(),
                self.options.order,
            ),
            seed: self.options.spurious_failures.map(|seed| seed ^ order),
            exchanges: &mut self.exchanges,
        };
        let changed = match target.array.space {
            Space::Storage(i) => match &self.memory.storage.buffers[i] {
                LentBuffer::Written(Places::I32(cells)) => step.run(frame, cells, signed()),
                LentBuffer::Written(Places::U32(cells)) => step.run(frame, cells, unsigned()),
                LentBuffer::Written(Places::F32(cells)) => {
                    step.run(frame, cells, reals(self.reals.domain))
                }
                _ => mixed(),
            },
            Space::Workgroup(i) => match &mut self.memory.workgroup[i] {
                Column::I32(v) => step.run(frame, cells(v), signed()),
                Column::U32(v) => step.run(frame, cells(v), unsigned()),
                Column::F32(v) => step.run(frame, cells(v), reals(self.reals.domain)),
                _ => mixed(),
            },
        };
        if let Some(watch) = &mut self.memory.watch {
            watch.progress(|| changed);
        }
        Ok(())
    }
}

/// One atomic statement of a team.
struct AtomicStatement<'s> {
    op: AtomicOp,
    result: Option<ExprId>,
    /// The element of each lane.
    elements: &'s [u32],
    active: &'s Mask,
    /// The order in which lanes take their turn.
    order: Permutation,
    /// The seed of exchanges that fail for no reason.
    seed: Option<u64>,
    /// Exchanges so far.
    exchanges: &'s mut u64,
}

impl AtomicStatement<'_> {
    /// Does the operation for each active lane; whether it changed anything, or failed for no reason.
    fn run<V: Copy, T: Copy>(
        &mut self,
        frame: &mut Frame<V>,
        cells: &[impl SharedPlace<T>],
        of: Kind<V, T, impl Fn(AtomicUpdate, T, T) -> T>,
    ) -> bool {
        let lanes = self.elements.len();
        let column = |id: ExprId| (of.values)(frame.value(id));
        let (value, expected) = match self.op {
            AtomicOp::Load => (None, None),
            AtomicOp::Store(value) | AtomicOp::Update(_, value) => (Some(column(value)), None),
            AtomicOp::CompareExchangeWeak { expected, new, .. } => {
                (Some(column(new)), Some(column(expected)))
            }
        };
        let at = |column: Option<&[T]>, lane: usize| {
            column.and_then(|c| c.get(lane).copied()).unwrap_or(of.zero)
        };
        let (mut old, mut exchanged) = (vec![of.zero; lanes], vec![false; lanes]);
        let mut changed = false;
        for turn in 0..self.order.len() {
            let lane = self.order.at(turn);
            let cell = self.elements.get(lane).and_then(|e| cells.get(*e as usize));
            let (Some(cell), Some(true)) = (cell, self.active.lanes().get(lane)) else {
                continue;
            };
            let (before, value) = (cell.get(), at(value, lane));
            let after = match self.op {
                AtomicOp::Load => before,
                AtomicOp::Store(_) => value,
                AtomicOp::Update(update, _) => (of.updated)(update, before, value),
                AtomicOp::CompareExchangeWeak { .. } => {
                    let spurious = self.fails();
                    changed |= spurious;
                    let matches = (of.same)(&before, &at(expected, lane)) && !spurious;
                    exchanged[lane] = matches;
                    if matches { value } else { before }
                }
            };
            changed |= !(of.same)(&after, &before);
            cell.set(after);
            old[lane] = before;
        }
        if let Some(id) = self.result {
            (of.put)(old, frame.value_mut(id));
        }
        if let AtomicOp::CompareExchangeWeak { exchanged: id, .. } = self.op {
            match frame.value_mut(id) {
                Column::Bool(out) => *out = exchanged,
                _ => mixed(),
            }
        }
        changed
    }

    /// Whether the next exchange fails for no reason.
    fn fails(&mut self) -> bool {
        *self.exchanges = self.exchanges.wrapping_add(1);
        let random = self.seed.map(|seed| scramble(seed ^ *self.exchanges));
        random.is_some_and(|random| random % SPURIOUS == 0)
    }
}

/// The places of a workgroup variable.
fn cells<T>(variable: &mut [T]) -> &[Cell<T>] {
    Cell::from_mut(variable).as_slice_of_cells()
}

/// Values that atomics work on.
struct Kind<V, T, U> {
    zero: T,
    values: fn(&Column<V>) -> &[T],
    /// Replaces a column.
    put: fn(Vec<T>, &mut Column<V>),
    same: fn(&T, &T) -> bool,
    updated: U,
}

macro_rules! integers {
    ($($name:ident $int:ident $variant:ident;)*) => {$(
        fn $name<V>() -> Kind<V, $int, impl Fn(AtomicUpdate, $int, $int) -> $int> {
            Kind {
                zero: 0,
                values: |column| if let Column::$variant(v) = column { v } else { mixed() },
                put: |values, column| if let Column::$variant(v) = column { *v = values } else { mixed() },
                same: |a, b| a == b,
                updated: |update, before: $int, value| match update {
                    AtomicUpdate::Add => before.wrapping_add(value),
                    AtomicUpdate::Subtract => before.wrapping_sub(value),
                    AtomicUpdate::Max => before.max(value),
                    AtomicUpdate::Min => before.min(value),
                    AtomicUpdate::And => before & value,
                    AtomicUpdate::Or => before | value,
                    AtomicUpdate::Xor => before ^ value,
                    AtomicUpdate::Exchange => value,
                },
            }
        }
    )*};
}

integers! { signed i32 I32; unsigned u32 U32; }

fn reals<V: Value>(
    domain: &impl Domain<Value = V>,
) -> Kind<V, V, impl Fn(AtomicUpdate, V, V) -> V> {
    Kind {
        zero: domain.constant(Number::ZERO),
        values: |column| {
            if let Column::F32(v) = column {
                v
            } else {
                mixed()
            }
        },
        put: |values, column| {
            if let Column::F32(v) = column {
                *v = values
            } else {
                mixed()
            }
        },
        same: V::identical,
        updated: |update, before, value| {
            let op = match update {
                AtomicUpdate::Add => RealBinary::Add,
                AtomicUpdate::Subtract => RealBinary::Subtract,
                AtomicUpdate::Max => RealBinary::Max,
                AtomicUpdate::Min => RealBinary::Min,
                AtomicUpdate::Exchange => return value,
                AtomicUpdate::And | AtomicUpdate::Or | AtomicUpdate::Xor => {
                    refused("bits of a real")
                }
            };
            domain.binary(op, before, value)
        },
    }
}

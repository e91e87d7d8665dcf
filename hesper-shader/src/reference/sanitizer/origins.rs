//! What values have of what went before: lane by lane a trace of the operation they come from, through everything that is computed from it.
//!
//! As long as there is nothing to follow, nothing is remembered.

use crate::reference::values::columns::Column;
use crate::reference::values::frame::Frame;
use crate::tree::{ExprId, LocalId};
use std::collections::HashMap;

/// A value of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::reference) enum Followed {
    Expr(usize, ExprId),
    Local(usize, LocalId),
    Result(usize),
}

/// For each value that has a trace, its lanes'.
#[derive(Debug)]
pub(super) struct Origins<T> {
    of: HashMap<Followed, Vec<Option<T>>>,
}

impl<T: Copy> Origins<T> {
    pub(super) fn new() -> Origins<T> {
        Origins { of: HashMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.of.clear();
    }

    pub(super) fn forget(&mut self, value: Followed) {
        self.of.remove(&value);
    }

    /// The first active lane in which a value has a trace, and that.
    pub(super) fn first(&self, value: Followed, active: &[bool]) -> Option<(usize, T)> {
        if self.is_empty() {
            return None;
        }
        let origins = self.of.get(&value)?;
        let mut lanes = origins.iter().zip(active).enumerate();
        lanes.find_map(|(lane, (origin, on))| Some((lane, origin.filter(|_| *on)?)))
    }

    /// The lanes of a value, to leave a trace in.
    pub(super) fn lanes(&mut self, value: Followed, count: usize) -> &mut [Option<T>] {
        let lanes = self.of.entry(value);
        lanes.or_insert_with(|| vec![None; count])
    }

    /// A value was moved: a local loaded or stored, an argument passed, a result taken.
    pub(super) fn moved(&mut self, from: Followed, to: Followed, active: &[bool]) {
        if self.is_empty() {
            return;
        }
        self.cleared(to, active);
        self.join(from, to, active);
    }

    /// What a value was before counts no more.
    pub(super) fn cleared(&mut self, value: Followed, active: &[bool]) {
        if let Some(origins) = self.of.get_mut(&value) {
            let lanes = origins.iter_mut().zip(active);
            lanes
                .filter(|(_, on)| **on)
                .for_each(|(origin, _)| *origin = None);
        }
    }

    /// Adds the traces of one value to those of another.
    pub(super) fn join(&mut self, from: Followed, to: Followed, active: &[bool]) {
        let Some(source) = self.of.get(&from).cloned() else {
            return;
        };
        let target = self.lanes(to, active.len());
        for ((target, source), on) in target.iter_mut().zip(source).zip(active) {
            if *on && source.is_some() {
                *target = source;
            }
        }
    }

    /// Adds those of the values that a selection takes.
    pub(super) fn chosen<V: Copy>(
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

    /// Lanes exchanged a value. `exchange` does for numbers what they did; each stands for a trace, and the greater one is told.
    pub(super) fn exchanged<V: Copy>(
        &mut self,
        from: Followed,
        to: Followed,
        exchange: impl FnOnce(&Column<V>, &mut Column<V>),
    ) {
        self.forget(to);
        let Some(origins) = self.of.get(&from) else {
            return;
        };
        let traces: Vec<T> = origins.iter().flatten().copied().collect();
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
        exchange(&numbers, &mut out);
        let trace = |number: &u32| traces.get((*number as usize).checked_sub(1)?).copied();
        let carried = out.unsigned().iter().map(trace).collect();
        self.of.insert(to, carried);
    }
}

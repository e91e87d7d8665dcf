//! Calls of helper functions.

use crate::domain::Domain;
use crate::reference::dispatch::machine::Machine;
use crate::reference::memory::shared::SharedPlace;
use crate::reference::report::error::ExecError;
use crate::reference::sanitizer::Followed;
use crate::reference::values::columns::{copy_column, copy_column_active};
use crate::reference::values::frame::Frame;
use crate::reference::values::mask::Mask;
use crate::tree::{ExprId, FunctionId, Loc};

/// A callee and its caller.
struct Pair<'f, V> {
    callee: &'f mut Frame<V>,
    caller: &'f mut Frame<V>,
}

impl<D: Domain<Mask = bool>, S: SharedPlace<D::Value>> Machine<'_, D, S> {
    /// Runs a helper function for the active lanes; all of them come back.
    pub(in crate::reference) fn call(
        &mut self,
        f: usize,
        loc: Loc,
        callee: FunctionId,
        arguments: &[ExprId],
        result: Option<ExprId>,
        active: &Mask,
    ) -> Result<(), ExecError> {
        let g = callee.index();
        self.pass_arguments(f, g, arguments);
        self.clear(g, active);
        let body = &self.function(g).body;
        self.follow_arguments(f, g, arguments, active);
        let mut running = self.mask();
        running.set(active);
        self.nested(g, loc, body, &mut running, None)?;
        self.masks.push(running);
        if let Some(id) = result {
            self.take_result(f, g, id);
            if let Some(watch) = &mut self.memory.watch {
                let (from, to) = (Followed::Result(g), Followed::Expr(f, id));
                watch.moved(from, to, active.lanes());
            }
        }
        Ok(())
    }

    /// What a helper may read before it writes it is zero.
    fn clear(&mut self, g: usize, active: &Mask) {
        let callee = &mut self.frames[g];
        callee.clear(active.lanes());
        if let Some(watch) = &mut self.memory.watch {
            for local in callee.unset() {
                watch.cleared(Followed::Local(g, local), active.lanes());
            }
        }
    }

    /// Tells the sanitizer where arguments come from.
    fn follow_arguments(&mut self, f: usize, g: usize, arguments: &[ExprId], active: &Mask) {
        let Some(watch) = &mut self.memory.watch else {
            return;
        };
        for (id, position) in &self.frames[g].arguments {
            let (from, to) = (
                Followed::Expr(f, arguments[*position]),
                Followed::Expr(g, *id),
            );
            watch.moved(from, to, active.lanes());
        }
    }

    fn pass_arguments(&mut self, f: usize, g: usize, arguments: &[ExprId]) {
        let Pair { callee, caller } = self.pair(f, g);
        for (id, position) in &callee.arguments {
            let parameter = &mut callee.values[id.index()];
            copy_column(caller.value(arguments[*position]), parameter);
        }
    }

    fn take_result(&mut self, f: usize, g: usize, id: ExprId) {
        let Pair { callee, caller } = self.pair(f, g);
        if let Some(result) = &callee.result {
            copy_column(result, caller.value_mut(id));
        }
    }

    /// A function calls only functions before it.
    fn pair(&mut self, f: usize, g: usize) -> Pair<'_, D::Value> {
        let (before, rest) = self.frames.split_at_mut(f);
        Pair {
            callee: &mut before[g],
            caller: &mut rest[0],
        }
    }

    /// `return`: keeps the result of the active lanes and ends them.
    pub(in crate::reference) fn finish(
        &mut self,
        f: usize,
        value: Option<ExprId>,
        active: &mut Mask,
    ) {
        let frame = &mut self.frames[f];
        if let (Some(id), Some(result)) = (value, &mut frame.result) {
            copy_column_active(&frame.values[id.index()], result, active.lanes());
            if let Some(watch) = &mut self.memory.watch {
                let (from, to) = (Followed::Expr(f, id), Followed::Result(f));
                watch.moved(from, to, active.lanes());
            }
        }
        active.clear();
    }
}

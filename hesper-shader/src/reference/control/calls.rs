//! Calls of helper functions.

use crate::domain::Domain;
use crate::reference::dispatch::machine::Machine;
use crate::reference::memory::slot::Slot;
use crate::reference::report::error::{ExecError, Fault, internal};
use crate::reference::sanitizer::Value;
use crate::reference::values::columns::{copy_column, copy_column_active};
use crate::reference::values::frame::{Frame, MISSING};
use crate::reference::values::mask::Mask;
use crate::tree::{ExprId, FunctionId, Loc};

/// A callee and its caller.
struct Pair<'f, V> {
    callee: &'f mut Frame<V>,
    caller: &'f mut Frame<V>,
}

impl<D: Domain<Mask = bool>, S: Slot<D::Value>> Machine<'_, D, S> {
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
        let body = self
            .pass_arguments(f, g, arguments)
            .and_then(|()| Ok(&self.function(g)?.body))
            .map_err(|fault| self.error(loc, fault))?;
        self.follow_arguments(f, g, arguments, active);
        let mut running = self.mask();
        running.set(active);
        self.nested(g, loc, body, &mut running, None)?;
        self.masks.push(running);
        if let Some(id) = result {
            self.take_result(f, g, id)
                .map_err(|fault| self.error(loc, fault))?;
            if let Some(watch) = &mut self.memory.watch {
                let (from, to) = (Value::Result(g), Value::Expr(f, id));
                watch.wraps.moved(from, to, active.lanes());
            }
        }
        Ok(())
    }

    /// Tells the sanitizer where arguments come from.
    fn follow_arguments(&mut self, f: usize, g: usize, arguments: &[ExprId], active: &Mask) {
        let (Some(watch), Some(callee)) = (&mut self.memory.watch, self.frames.get(g)) else {
            return;
        };
        for (id, position) in &callee.arguments {
            if let Some(argument) = arguments.get(*position) {
                let (from, to) = (Value::Expr(f, *argument), Value::Expr(g, *id));
                watch.wraps.moved(from, to, active.lanes());
            }
        }
    }

    fn pass_arguments(&mut self, f: usize, g: usize, arguments: &[ExprId]) -> Result<(), Fault> {
        let Pair { callee, caller } = self.pair(f, g)?;
        for (id, position) in &callee.arguments {
            let argument = arguments.get(*position).ok_or(MISSING)?;
            let parameter = callee.values.get_mut(id.index()).ok_or(MISSING)?;
            copy_column(caller.value(*argument)?, parameter)?;
        }
        Ok(())
    }

    fn take_result(&mut self, f: usize, g: usize, id: ExprId) -> Result<(), Fault> {
        let Pair { callee, caller } = self.pair(f, g)?;
        let result = callee.result.as_ref().ok_or(MISSING)?;
        copy_column(result, caller.value_mut(id)?)
    }

    fn pair(&mut self, f: usize, g: usize) -> Result<Pair<'_, D::Value>, Fault> {
        let (before, rest) = self.frames.split_at_mut_checked(f).ok_or(MISSING)?;
        let late = internal("a call of a function that does not stand before its caller");
        Ok(Pair {
            callee: before.get_mut(g).ok_or(late)?,
            caller: rest.first_mut().ok_or(MISSING)?,
        })
    }

    /// `return`: keeps the result of the active lanes and ends them.
    pub(in crate::reference) fn finish(
        &mut self,
        f: usize,
        value: Option<ExprId>,
        active: &mut Mask,
    ) -> Result<(), Fault> {
        let frame = self.frames.get_mut(f).ok_or(MISSING)?;
        if let (Some(id), Some(result)) = (value, &mut frame.result) {
            let value = frame.values.get(id.index()).ok_or(MISSING)?;
            copy_column_active(value, result, active.lanes())?;
            if let Some(watch) = &mut self.memory.watch {
                let (from, to) = (Value::Expr(f, id), Value::Result(f));
                watch.wraps.moved(from, to, active.lanes());
            }
        }
        active.clear();
        Ok(())
    }
}

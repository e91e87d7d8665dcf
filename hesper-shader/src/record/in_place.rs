//! Helpers whose body is recorded where they are called, and what `return` means in them.

use super::error::RecordProblem;
use super::jumps::{Jump, Label};
use super::state::{OpenKind, State, store_local};
use crate::tree::{ExprId, Loc, LocalId, StmtKind, Type};

/// A helper that is being recorded in place.
pub(super) struct InPlace {
    /// What it is: the same one inside of it is a recursion.
    path: String,
    /// What a `return` leaves.
    label: Label,
    /// A variable for each part of the result, from the first `return` on.
    result: Vec<LocalId>,
}

impl State {
    /// Opens the body; `false` where it is already open, a recursion.
    pub(super) fn open_in_place(&mut self, path: &str, name: &str, loc: Loc) -> bool {
        if self.has_left() {
            return false;
        }
        if self.is_in_place(path) {
            self.problem(RecordProblem::Recursion(name.to_string()), loc);
            return false;
        }
        self.open_block(OpenKind::Block, loc);
        let label = self.label();
        if let Some(open) = self.open.last_mut() {
            open.in_place.push(InPlace {
                path: path.to_string(),
                label,
                result: Vec::new(),
            });
        }
        true
    }

    /// Closes the body; the parts of its result, which `tail` is where it ends in a value.
    pub(super) fn close_in_place(
        &mut self,
        entered: bool,
        tail: Option<Vec<(ExprId, Type)>>,
        loc: Loc,
    ) -> Vec<ExprId> {
        let early = match self.in_place() {
            Some(body) if entered => !body.result.is_empty(),
            _ => return Vec::new(),
        };
        if let Some(tail) = tail.as_ref().filter(|_| early) {
            self.keep_result(tail, loc);
        }
        let body = self.open.last_mut().and_then(|open| open.in_place.pop());
        let is_block = |k: &OpenKind| matches!(k, OpenKind::Block);
        if let Some(block) = self.close_block("finish", "enter", loc, is_block) {
            self.push_block(block);
        }
        let result = body.map(|body| body.result).unwrap_or_default();
        if !early {
            return tail.into_iter().flatten().map(|(id, _)| id).collect();
        }
        let loads = result.into_iter().map(|local| {
            let ty = self.local_type(local);
            self.load_local(local, ty, loc)
        });
        loads.collect()
    }

    /// `return`, of the function or of the helper that is recorded in place.
    pub(super) fn return_(&mut self, value: &[(ExprId, Type)], loc: Loc) {
        if self.has_left() {
            return;
        }
        match self.in_place().map(|body| body.label) {
            Some(label) => {
                self.keep_result(value, loc);
                self.jump(label, Jump::Leave, loc);
            }
            None => {
                let value = value.first().map(|(id, _)| *id);
                self.push(StmtKind::Return(value), loc);
            }
        }
    }

    /// The helper that is being recorded in place, innermost in this function.
    fn in_place(&mut self) -> Option<&mut InPlace> {
        self.open.last_mut()?.in_place.last_mut()
    }

    fn is_in_place(&self, path: &str) -> bool {
        let mut open = self.open.iter().flat_map(|open| &open.in_place);
        open.any(|body| body.path == path)
    }

    fn keep_result(&mut self, value: &[(ExprId, Type)], loc: Loc) {
        if self.has_left() {
            return;
        }
        let known = self.in_place().map(|body| body.result.clone());
        let mut locals = known.unwrap_or_default();
        if locals.is_empty() {
            let made = value
                .iter()
                .map(|(_, ty)| self.local("result", *ty, &[], loc));
            locals = made.collect();
            if let Some(body) = self.in_place() {
                body.result.clone_from(&locals);
            }
        }
        for (local, (id, _)) in locals.into_iter().zip(value) {
            self.push(store_local(local, *id, loc).kind, loc);
        }
    }
}

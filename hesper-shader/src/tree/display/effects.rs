//! Atomics, exchanges within a subgroup, and logs as text.

use super::Printer;
use crate::tree::{AtomicOp, ExprId, Place, SubgroupOp};

impl Printer<'_> {
    pub(super) fn atomic(&mut self, place: &Place, op: AtomicOp, result: Option<ExprId>) {
        let call = match op {
            AtomicOp::Load => "load()".to_string(),
            AtomicOp::Store(value) => format!("store({})", self.value(value)),
            AtomicOp::Update(update, value) => format!("{}({})", update.name(), self.value(value)),
            AtomicOp::CompareExchangeWeak { expected, new, .. } => {
                let (expected, new) = (self.value(expected), self.value(new));
                format!("compare_exchange_weak({expected}, {new})")
            }
        };
        let text = format!("{}.{call}", self.place(place));
        match (op, result) {
            (AtomicOp::CompareExchangeWeak { exchanged, .. }, Some(old)) => {
                let names = [old, exchanged].map(|id| self.bound(id));
                self.effect(&format!("let ({}, {}) = {text}", names[0], names[1]));
            }
            (_, Some(result)) if self.is_used(result) => self.yields(result, &text),
            _ => self.effect(&text),
        }
    }

    pub(super) fn subgroup(&mut self, op: SubgroupOp, value: ExprId, result: ExprId) {
        let mut operands = vec![self.value(value)];
        operands.extend(op.operand().map(|id| self.value(id)));
        operands.extend(op.lane().map(|lane| lane.to_string()));
        self.yields(result, &format!("{}({})", op.name(), operands.join(", ")));
    }

    pub(super) fn log(&mut self, text: &[String], values: &[ExprId], fails: bool) {
        let mut parts = vec![format!("{:?}", text.join("{}"))];
        parts.extend(values.iter().map(|id| self.value(*id)));
        let what = if fails { "fail" } else { "log" };
        self.effect(&format!("{what} {}", parts.join(", ")));
    }

    fn is_used(&self, id: ExprId) -> bool {
        let named = self.function.get(id).is_some_and(|e| e.name.is_some());
        named || self.uses.get(id.index()).is_some_and(|uses| *uses > 0)
    }
}

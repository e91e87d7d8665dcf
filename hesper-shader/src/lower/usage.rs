//! What each function uses of the things that mean the same everywhere.

use std::collections::BTreeSet;

use crate::tree::{BuiltinValue, ExprId, ExprKind, Function, FunctionId, StmtKind};

/// What one function uses.
#[derive(Default)]
pub(super) struct Usage {
    /// Ambient expressions that something reads, operands before what uses them.
    pub(super) ambient: BTreeSet<ExprId>,
    /// Builtin values it reads or its callees need.
    pub(super) builtins: BTreeSet<BuiltinValue>,
}

impl Usage {
    /// The usage of a function, given that of the helpers before it.
    pub(super) fn of(function: &Function, helpers: &[Usage]) -> Usage {
        let mut usage = Usage::default();
        for stmt in function.seen_statements() {
            function.for_each_read(stmt, |id| usage.read(function, id));
            if let StmtKind::Call { function, .. } = stmt.kind {
                usage.call(function, helpers);
            }
        }
        usage
    }

    fn read(&mut self, function: &Function, id: ExprId) {
        let Some(kind) = function.get(id).map(|e| &e.kind) else {
            return;
        };
        if kind.is_ambient() {
            self.ambient.insert(id);
        }
        if let ExprKind::BuiltinValue(builtin) = kind {
            self.builtins.insert(*builtin);
        }
    }

    fn call(&mut self, callee: FunctionId, helpers: &[Usage]) {
        if let Some(helper) = helpers.get(callee.index()) {
            self.builtins.extend(&helper.builtins);
        }
    }
}

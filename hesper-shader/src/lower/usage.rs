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
        // A list rather than recursion: depth is checked only when statements are lowered.
        let mut blocks = vec![&function.body];
        while let Some(block) = blocks.pop() {
            for stmt in block {
                match &stmt.kind {
                    StmtKind::Emit(id) => {
                        if let Some(expr) = function.get(*id) {
                            expr.kind.for_each_operand(|o| usage.read(function, o));
                        }
                    }
                    StmtKind::Call { function, .. } => usage.call(*function, helpers),
                    _ => {}
                }
                stmt.kind.for_each_operand(|o| usage.read(function, o));
                blocks.extend(stmt.kind.blocks());
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

//! What a device sees of a kernel: everything but asides.

use super::{BuiltinValue, ExprId, ExprKind, Function, Scalar, Stmt, StmtKind, Tree};

impl Tree {
    /// Whether the kernel exchanges values within subgroups or asks for its place in one, so that a device must have the feature.
    pub fn uses_subgroups(&self) -> bool {
        self.all_functions().any(|function| {
            let mut found = false;
            for stmt in function.seen_statements() {
                found |= matches!(stmt.kind, StmtKind::Subgroup { .. });
                function.for_each_read(stmt, |id| {
                    let kind = function.get(id).map(|e| &e.kind);
                    found |= matches!(kind, Some(ExprKind::BuiltinValue(b)) if b.is_of_subgroup());
                });
            }
            found
        })
    }
}

impl Tree {
    /// Whether a value or memory is of `f16`, so that a device must have the feature.
    pub fn uses_f16(&self) -> bool {
        let of_functions = self.all_functions().any(|function| {
            let exprs = function.exprs.iter().map(|e| e.ty);
            let locals = function.locals.iter().map(|l| l.ty);
            exprs.chain(locals).any(|ty| ty.scalar == Scalar::F16)
        });
        let of_buffers = self.buffers().any(|(_, _, ty, _)| ty.scalar == Scalar::F16);
        let shared = self.workgroup.iter().map(|v| v.element);
        of_functions || of_buffers || shared.into_iter().any(|ty| ty.scalar == Scalar::F16)
    }
}

impl BuiltinValue {
    /// Whether only devices with subgroups have it.
    pub const fn is_of_subgroup(self) -> bool {
        use BuiltinValue::*;
        matches!(
            self,
            SubgroupInvocationId | SubgroupSize | SubgroupId | NumSubgroups
        )
    }
}

impl Function {
    /// The statements at any depth, in no order, without those of asides.
    pub(crate) fn seen_statements(&self) -> Vec<&Stmt> {
        // A list rather than recursion: it may be asked of a tree whose depth nobody has checked.
        let mut blocks = vec![&self.body];
        let mut seen = Vec::new();
        while let Some(block) = blocks.pop() {
            for stmt in block {
                if !matches!(stmt.kind, StmtKind::Aside { .. }) {
                    seen.push(stmt);
                    blocks.extend(stmt.kind.blocks());
                }
            }
        }
        seen
    }

    /// Calls `f` for what a statement reads, the operands of an expression it evaluates included.
    pub(crate) fn for_each_read(&self, stmt: &Stmt, mut f: impl FnMut(ExprId)) {
        if let StmtKind::Emit(id) = stmt.kind
            && let Some(expr) = self.get(id)
        {
            expr.kind.for_each_operand(&mut f);
        }
        stmt.kind.for_each_operand(f);
    }
}

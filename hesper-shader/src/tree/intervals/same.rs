//! Expressions that have one value: equal operations on equal operands, and loads of one element that nobody writes.

use crate::tree::{
    Access, ExprId, ExprKind, Function, ParamKind, Place, Root, Step, StmtKind, Tree,
};
use std::collections::{BTreeSet, HashMap};

/// What one function's walk looks up.
#[derive(Debug)]
pub(super) struct Names {
    /// For each expression, the first that has its value.
    same: Vec<ExprId>,
    /// Where results are loaded from.
    places: HashMap<ExprId, Place>,
}

impl Names {
    pub(super) fn of(tree: &Tree, function: &Function) -> Names {
        let mut places = HashMap::new();
        for stmt in function.seen_statements() {
            if let StmtKind::Load { place, result } = &stmt.kind {
                places.insert(*result, place.clone());
            }
        }
        let mut names = Names {
            same: Vec::with_capacity(function.exprs.len()),
            places,
        };
        let mut first: HashMap<String, ExprId> = HashMap::new();
        for (i, expr) in function.exprs.iter().enumerate() {
            let id = ExprId(i as u32);
            let same = match names.key(tree, &expr.kind, id) {
                Some(key) => *first.entry(format!("{key} {:?}", expr.ty)).or_insert(id),
                None => id,
            };
            names.same.push(same);
        }
        names
    }

    pub(super) fn same(&self, id: ExprId) -> ExprId {
        self.same.get(id.index()).copied().unwrap_or(id)
    }

    /// Where a result is loaded from.
    pub(super) fn place(&self, id: ExprId) -> Option<&Place> {
        self.places.get(&id)
    }

    /// What two expressions of one value have in common.
    fn key(&self, tree: &Tree, kind: &ExprKind, id: ExprId) -> Option<String> {
        if *kind == ExprKind::Result {
            let place = self.places.get(&id)?;
            return constant(tree, place.root).then(|| self.place_key(place));
        }
        let mut operands = String::new();
        kind.for_each_operand(|operand| operands += &format!("{} ", self.same(operand).0));
        Some(match kind {
            ExprKind::Unary(op, _) => format!("{op:?} {operands}"),
            ExprKind::Binary(op, ..) => format!("{op:?} {operands}"),
            ExprKind::Math(op, _) => format!("{op:?} {operands}"),
            ExprKind::Component(_, c) => format!("component {c} {operands}"),
            ExprKind::Select { .. } => format!("select {operands}"),
            ExprKind::Convert(_) => format!("convert {operands}"),
            ExprKind::Compose(_) => format!("compose {operands}"),
            ExprKind::Splat(_) => format!("splat {operands}"),
            // A tag, as the other kinds have, for what has no operands.
            ambient => format!("{ambient:?}"),
        })
    }

    fn place_key(&self, place: &Place) -> String {
        let mut key = format!("load {:?}", place.root);
        for step in &place.path {
            key += &match step {
                Step::Index(id) => format!(" [{}]", self.same(*id).0),
                Step::Component(c) => format!(" .{c}"),
            };
        }
        key
    }
}

/// Whether nobody writes there while a kernel runs.
fn constant(tree: &Tree, root: Root) -> bool {
    let Root::Storage(id) = root else {
        return false;
    };
    let kind = tree.params.get(id.index()).map(|p| p.kind);
    let read = |access| access == Access::Read;
    matches!(kind, Some(ParamKind::Storage { access, .. }) if read(access))
}

/// The expressions that the statements of a block compute, those of inner blocks included.
pub(super) fn inside(block: &[crate::tree::Stmt]) -> BTreeSet<ExprId> {
    let mut ids = BTreeSet::new();
    let mut blocks = vec![block];
    while let Some(block) = blocks.pop() {
        for stmt in block {
            match &stmt.kind {
                StmtKind::Emit(id) => _ = ids.insert(*id),
                StmtKind::Load { result, .. }
                | StmtKind::UniformLoad { result, .. }
                | StmtKind::Subgroup { result, .. } => _ = ids.insert(*result),
                StmtKind::For { counter, .. } => _ = ids.insert(*counter),
                StmtKind::Call { result, .. } => ids.extend(*result),
                StmtKind::Atomic { result, op, .. } => {
                    ids.extend(*result);
                    if let crate::tree::AtomicOp::CompareExchangeWeak { exchanged, .. } = op {
                        ids.insert(*exchanged);
                    }
                }
                _ => {}
            }
            blocks.extend(stmt.kind.blocks().map(Vec::as_slice));
        }
    }
    ids
}

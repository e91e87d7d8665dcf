//! What the reference executor knows of a kernel as a whole, found once for all its dispatches.
//!
//! ```text
//! feeds   which integers may reach an index          shortcuts   which columns need not be copied
//! unset   which locals may be read before they are written
//! ```

mod feeds;
mod shortcuts;
mod unset;

pub(crate) use feeds::Feeds;
pub(crate) use shortcuts::Shortcuts;

use super::{
    AtomicOp, AtomicUpdate, Barrier, Function, Local, LocalId, Root, Stmt, StmtKind, Tree, Type,
    WorkgroupVar,
};
use std::sync::Arc;

/// What is known of a verified kernel as a whole.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// It writes log lines.
    pub(crate) logs: bool,
    /// It has atomic statements on storage.
    pub(crate) storage_atomics: bool,
    /// The order of its invocations may matter to what it computes, though nothing races: an atomic tells one from another.
    pub(crate) order_matters: bool,
    /// It exchanges values within subgroups.
    pub(crate) exchanges: bool,
    /// It has barriers for workgroup memory, or loads that are the same for all.
    pub(crate) workgroup_barriers: bool,
    /// It has barriers for storage.
    pub(crate) storage_barriers: bool,
    /// What is stored to, atomically or not.
    pub(crate) stored: Vec<Root>,
    /// For each parameter, whether it is a buffer that is loaded from.
    pub(crate) loaded: Vec<bool>,
    /// Components of all expressions and locals of all functions.
    pub(crate) components: usize,
    /// Components of workgroup memory.
    pub(crate) shared: usize,
    pub(crate) feeds: Arc<Feeds>,
    /// For each function, the kernel's own last.
    pub(crate) shortcuts: Vec<Arc<Shortcuts>>,
    /// For each function, the kernel's own last, the locals that may be read before they are written.
    pub(crate) unset: Vec<Vec<LocalId>>,
}

impl Facts {
    pub(crate) fn of(tree: &Tree) -> Facts {
        let mut facts = Facts {
            loaded: vec![false; tree.params.len()],
            components: sum(tree.all_functions().map(components)),
            shared: sum(tree.workgroup.iter().map(shared)),
            feeds: Arc::new(Feeds::of(tree)),
            shortcuts: tree
                .all_functions()
                .map(Shortcuts::of)
                .map(Arc::new)
                .collect(),
            unset: tree.all_functions().map(unset::unset).collect(),
            ..Facts::default()
        };
        for function in tree.all_functions() {
            for_each_stmt(function, |stmt| facts.see(function, &stmt.kind));
        }
        facts
    }

    fn see(&mut self, function: &Function, kind: &StmtKind) {
        match kind {
            StmtKind::Log { fails, .. } => self.logs |= !fails,
            StmtKind::Subgroup { .. } => self.exchanges = true,
            StmtKind::Barrier(Barrier::Workgroup) | StmtKind::UniformLoad { .. } => {
                self.workgroup_barriers = true;
            }
            StmtKind::Barrier(Barrier::Storage) => self.storage_barriers = true,
            StmtKind::Store { place, .. } => self.store(place.root),
            StmtKind::Atomic { place, op, result } => {
                self.store(place.root);
                self.storage_atomics |= matches!(place.root, Root::Storage(_));
                let real = result.is_some_and(|id| function[id].ty == Type::F32);
                self.order_matters |= tells_order(op, result.is_some(), real);
            }
            StmtKind::Load { place, .. } => {
                if let Root::Storage(id) = place.root {
                    self.loaded[id.index()] = true;
                }
            }
            StmtKind::Emit(_)
            | StmtKind::If { .. }
            | StmtKind::For { .. }
            | StmtKind::Loop { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Call { .. }
            | StmtKind::Aside { .. } => {}
        }
    }

    fn store(&mut self, root: Root) {
        if !self.stored.contains(&root) {
            self.stored.push(root);
        }
    }

    /// Whether all invocations of a workgroup or a subgroup have to come to some place together.
    pub(crate) fn meets(&self) -> bool {
        self.exchanges || self.workgroup_barriers || self.storage_barriers
    }
}

/// Whether an atomic may tell one order from another: where it yields what was there before, the last one wins, or a sum is rounded.
fn tells_order(op: &AtomicOp, yields: bool, real: bool) -> bool {
    match op {
        AtomicOp::Load => false,
        AtomicOp::Store(_)
        | AtomicOp::CompareExchangeWeak { .. }
        | AtomicOp::Update(AtomicUpdate::Exchange, _) => true,
        AtomicOp::Update(AtomicUpdate::Add | AtomicUpdate::Subtract, _) if real => true,
        AtomicOp::Update(..) => yields,
    }
}

/// Components of one lane's expressions and locals.
fn components(function: &Function) -> usize {
    let values = function.exprs.iter().map(|e| usize::from(e.ty.size));
    let local = |l: &Local| {
        let count = l.count() as usize;
        count.saturating_mul(usize::from(l.ty.size))
    };
    sum(values.chain(function.locals.iter().map(local)))
}

fn shared(variable: &WorkgroupVar) -> usize {
    (variable.count() as usize).saturating_mul(usize::from(variable.element.size))
}

fn sum(sizes: impl Iterator<Item = usize>) -> usize {
    sizes.fold(0, usize::saturating_add)
}

/// All statements of a function, those of each block in order.
fn for_each_stmt<'f>(function: &'f Function, mut f: impl FnMut(&'f Stmt)) {
    let mut blocks = vec![&function.body];
    while let Some(block) = blocks.pop() {
        for stmt in block {
            f(stmt);
            blocks.extend(stmt.kind.blocks());
        }
    }
}

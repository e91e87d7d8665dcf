//! Locals that may be read before they are written: there they are zero, as in WGSL.
//!
//! The executor keeps columns from one workgroup and call to the next, and clears these at the beginning of the function; of all others it is seen
//! that a store comes first on every way to a load.

use crate::tree::{
    Block, ExprId, ExprKind, Function, Literal, LocalId, Place, Root, Step, Stmt, StmtKind,
};
use std::collections::BTreeSet;

/// The locals of a function of which a load may come before any store.
pub(super) fn unset(function: &Function) -> Vec<LocalId> {
    let mut look = Look {
        function,
        unset: BTreeSet::new(),
    };
    look.block(&function.body, &mut Some(Written::default()));
    look.unset.into_iter().map(LocalId).collect()
}

/// What has been written on every way to some place.
#[derive(Clone, Default)]
struct Written {
    whole: BTreeSet<u32>,
    /// Elements of arrays, by local and index.
    elements: BTreeSet<(u32, u32)>,
}

impl Written {
    fn and(&self, other: &Written) -> Written {
        Written {
            whole: &self.whole & &other.whole,
            elements: &self.elements & &other.elements,
        }
    }
}

struct Look<'f> {
    function: &'f Function,
    unset: BTreeSet<u32>,
}

impl Look<'_> {
    /// `written` is what every way here has written; none where there is no way.
    fn block(&mut self, block: &Block, written: &mut Option<Written>) {
        block.iter().for_each(|stmt| self.statement(stmt, written));
    }

    fn statement(&mut self, stmt: &Stmt, written: &mut Option<Written>) {
        let Some(here) = written else {
            return;
        };
        match &stmt.kind {
            StmtKind::Load { place, .. } | StmtKind::UniformLoad { place, .. } => {
                if let Root::Local(local) = place.root
                    && !here.whole.contains(&local.0)
                {
                    self.unset.insert(local.0);
                }
            }
            StmtKind::Store { place, .. } => self.store(place, here),
            StmtKind::If { accept, reject, .. } => {
                let mut other = written.clone();
                self.block(accept, written);
                self.block(reject, &mut other);
                *written = match (written.take(), other) {
                    (Some(a), Some(b)) => Some(a.and(&b)),
                    (a, b) => a.or(b),
                };
            }
            StmtKind::For {
                counter,
                trips,
                body,
            } => {
                let filled = self.filled(*counter, *trips, body);
                // There may be no trip; and any trip may be the last.
                self.block(body, &mut written.clone());
                if let (Some(local), Some(here)) = (filled, written) {
                    here.whole.insert(local);
                }
            }
            StmtKind::Loop { body } | StmtKind::Aside { body } => {
                self.block(body, &mut written.clone());
            }
            StmtKind::Break | StmtKind::Continue | StmtKind::Return(_) => *written = None,
            StmtKind::Emit(_)
            | StmtKind::Atomic { .. }
            | StmtKind::Barrier(_)
            | StmtKind::Call { .. }
            | StmtKind::Subgroup { .. }
            | StmtKind::Log { .. } => {}
        }
    }

    fn store(&self, place: &Place, written: &mut Written) {
        let Root::Local(local) = place.root else {
            return;
        };
        let length = self.length(local);
        match (&place.path[..], length) {
            ([], None) => _ = written.whole.insert(local.0),
            ([Step::Index(index)], Some(length)) => {
                written
                    .elements
                    .extend(self.literal(*index).map(|at| (local.0, at)));
                let all = (0..length).all(|at| written.elements.contains(&(local.0, at)));
                if all {
                    written.whole.insert(local.0);
                }
            }
            _ => {}
        }
    }

    /// The array that a loop fills: `for k in 0..length { name[k] = value; … }`.
    fn filled(&self, counter: ExprId, trips: ExprId, body: &Block) -> Option<u32> {
        let StmtKind::Store { place, .. } = &body.first()?.kind else {
            return None;
        };
        let (Root::Local(local), [Step::Index(index)]) = (place.root, &place.path[..]) else {
            return None;
        };
        let all = self.literal(trips)? >= self.length(local)?;
        // Nothing may end the loop before.
        (*index == counter && all && body.len() == 1).then_some(local.0)
    }

    /// The length of an array of one dimension; others are not looked into.
    fn length(&self, local: LocalId) -> Option<u32> {
        match self.function.locals.get(local.index())?.dims[..] {
            [length] => Some(length),
            _ => None,
        }
    }

    fn literal(&self, id: ExprId) -> Option<u32> {
        match self.function.get(id)?.kind {
            ExprKind::Literal(Literal::U32(n)) => Some(n),
            _ => None,
        }
    }
}

//! Columns of the reference executor that need not be copied.
//!
//! An executor that copies at each step spends on `sum += right * left` as much for moving `sum` to and fro as for the arithmetic. Three
//! copies are seen to be needless before anything runs:
//!
//! - a splat whose uses are all operands of real operators, which take a scalar's column as well;
//! - a store of a value that nothing else uses: the local takes the value's column;
//! - a load of a local that is next touched by a store in the same block: the result takes the local's column.
//!
//! The last two are only done where all lanes take part.

use super::for_each_stmt;
use crate::tree::{Block, ExprId, ExprKind, Function, Local, Place, Root, Stmt, StmtKind, Type};

/// What is known of each expression.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// It is not computed: users take the column of this scalar.
    splat_of: Option<ExprId>,
    /// The local that it is stored to may take its column.
    given: bool,
    /// It may take the column of the local that it is loaded from.
    taken: bool,
}

/// The needless copies of one function.
#[derive(Debug, Default)]
pub(crate) struct Shortcuts {
    known: Vec<Known>,
}

impl Shortcuts {
    pub(super) fn of(function: &Function) -> Shortcuts {
        let mut shortcuts = Shortcuts {
            known: vec![Known::default(); function.exprs.len()],
        };
        let uses = Uses::of(function);
        shortcuts.splats(function, &uses);
        for_each_block(function, |block| {
            shortcuts.stores(function, &uses, block);
            shortcuts.loads(function, block);
        });
        shortcuts
    }

    /// The expression whose column holds the operand of a real operator.
    pub(crate) fn operand(&self, id: ExprId) -> ExprId {
        self.get(id).splat_of.unwrap_or(id)
    }

    /// Whether an expression is never computed.
    pub(crate) fn is_left_out(&self, id: ExprId) -> bool {
        self.get(id).splat_of.is_some()
    }

    /// Whether a local may take the column of a value that is stored to it.
    pub(crate) fn gives(&self, value: ExprId) -> bool {
        self.get(value).given
    }

    /// Whether the result of a load may take the column of the local.
    pub(crate) fn takes(&self, result: ExprId) -> bool {
        self.get(result).taken
    }

    fn get(&self, id: ExprId) -> Known {
        self.known.get(id.index()).copied().unwrap_or_default()
    }

    fn set(&mut self, id: ExprId, f: impl FnOnce(&mut Known)) {
        if let Some(known) = self.known.get_mut(id.index()) {
            f(known);
        }
    }

    fn splats(&mut self, function: &Function, uses: &Uses) {
        for (i, expr) in function.exprs.iter().enumerate() {
            let id = ExprId(i as u32);
            if let (ExprKind::Splat(x), true) = (&expr.kind, expr.ty.scalar.is_float())
                && uses.by_operators(id) == uses.all(id)
            {
                self.set(id, |known| known.splat_of = Some(*x));
            }
        }
    }

    fn stores(&mut self, function: &Function, uses: &Uses, block: &Block) {
        // A value from outside the block may be stored more than once.
        let mut made = Vec::new();
        for stmt in block {
            match &stmt.kind {
                StmtKind::Emit(id) | StmtKind::Load { result: id, .. } => made.push(*id),
                StmtKind::Store { place, value }
                    if whole_local(function, place).is_some()
                        && uses.all(*value) == 1
                        && made.contains(value) =>
                {
                    self.set(*value, |known| known.given = true);
                }
                _ => {}
            }
        }
    }

    fn loads(&mut self, function: &Function, block: &Block) {
        for (i, stmt) in block.iter().enumerate() {
            if let StmtKind::Load { place, result } = &stmt.kind
                && whole_local(function, place).is_some()
                && is_stored_next(function, place.root, &block[i + 1..])
            {
                self.set(*result, |known| known.taken = true);
            }
        }
    }
}

/// Whether the next statement that touches a local stores to the whole of it, with nothing before that could leave the block.
fn is_stored_next(function: &Function, local: Root, rest: &[Stmt]) -> bool {
    for stmt in rest {
        match &stmt.kind {
            StmtKind::Store { place, .. } if place.root == local => {
                return whole_local(function, place).is_some();
            }
            StmtKind::Load { place, .. } if place.root == local => return false,
            StmtKind::Emit(_) | StmtKind::Load { .. } | StmtKind::Store { .. } => {}
            _ => return false,
        }
    }
    false
}

/// The local that a place is the whole of.
fn whole_local<'f>(function: &'f Function, place: &Place) -> Option<&'f Local> {
    let Root::Local(id) = place.root else {
        return None;
    };
    let local = function.locals.get(id.index())?;
    (place.path.is_empty() && local.dims.is_empty()).then_some(local)
}

/// How often each expression is used.
struct Uses {
    all: Vec<u32>,
    by_operators: Vec<u32>,
}

impl Uses {
    fn of(function: &Function) -> Uses {
        let none = vec![0; function.exprs.len()];
        let mut uses = Uses {
            all: none.clone(),
            by_operators: none,
        };
        let count = |counts: &mut Vec<u32>, id: ExprId| {
            if let Some(count) = counts.get_mut(id.index()) {
                *count += 1;
            }
        };
        for expr in &function.exprs {
            let real = |id: &ExprId| {
                let ty = function.get(*id).map(|e| e.ty);
                ty.is_some_and(|ty: Type| ty.scalar.is_float())
            };
            expr.kind.for_each_operand(|id| {
                count(&mut uses.all, id);
                if matches!(&expr.kind, ExprKind::Binary(..)) && real(&id) {
                    count(&mut uses.by_operators, id);
                }
            });
        }
        for_each_stmt(function, |stmt| {
            stmt.kind.for_each_operand(|id| count(&mut uses.all, id));
        });
        uses
    }

    fn all(&self, id: ExprId) -> u32 {
        self.all.get(id.index()).copied().unwrap_or_default()
    }

    fn by_operators(&self, id: ExprId) -> u32 {
        self.by_operators
            .get(id.index())
            .copied()
            .unwrap_or_default()
    }
}

fn for_each_block<'f>(function: &'f Function, mut f: impl FnMut(&'f Block)) {
    let mut blocks = vec![&function.body];
    while let Some(block) = blocks.pop() {
        f(block);
        blocks.extend(block.iter().flat_map(|stmt| stmt.kind.blocks()));
    }
}

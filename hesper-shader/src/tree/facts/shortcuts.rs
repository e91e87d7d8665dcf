//! Columns of the reference executor that need not be copied.
//!
//! An executor that copies at each step spends on `sum += right * left` as much for moving `sum` to and fro as for the arithmetic. Three
//! copies are seen to be needless before anything runs, and a column of products:
//!
//! - a splat whose uses are all operands of real operators, which take a scalar's column as well;
//! - a store of a value that nothing else uses: the local takes the value's column;
//! - a load of a local that is next touched by a store in the same block: the result takes the local's column;
//! - a product of reals that is used once, by an addition in the same block: the addition multiplies, too, and rounds twice as before.
//!
//! Stores and loads are only done so where all lanes take part, products only in domains that [say so](crate::domain::Domain::adds_products).

use super::for_each_stmt;
use crate::tree::{
    BinaryOp, Block, ExprId, ExprKind, Function, Local, Place, Root, Scalar, Stmt, StmtKind, Type,
};

/// What is known of each expression.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// It is not computed: users take the column of this scalar.
    splat_of: Option<ExprId>,
    /// The local that it is stored to may take its column.
    given: bool,
    /// It may take the column of the local that it is loaded from.
    taken: bool,
    /// It is a product that an addition computes.
    added: bool,
    /// It is a sum that computes a term of its own: factors, and the other term.
    adds: Option<[ExprId; 3]>,
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
            shortcuts.sums(function, &uses, block);
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

    /// Whether an addition computes this product.
    pub(crate) fn is_added(&self, id: ExprId) -> bool {
        self.get(id).added
    }

    /// The factors of the product that a sum computes, and its other term.
    pub(crate) fn adds(&self, id: ExprId) -> Option<[ExprId; 3]> {
        self.get(id).adds
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

    fn sums(&mut self, function: &Function, uses: &Uses, block: &Block) {
        let mut made = Vec::new();
        for stmt in block {
            let StmtKind::Emit(id) = stmt.kind else {
                continue;
            };
            made.push(id);
            let Some((ty, [x, y])) = operator(function, id, BinaryOp::Add) else {
                continue;
            };
            let product = |term: ExprId| {
                let (of, factors) = operator(function, term, BinaryOp::Multiply)?;
                (of == ty && uses.all(term) == 1 && made.contains(&term)).then_some(factors)
            };
            for (term, other) in [(y, x), (x, y)] {
                if let Some([a, b]) = product(term) {
                    self.set(term, |known| known.added = true);
                    self.set(id, |known| known.adds = Some([a, b, other]));
                    break;
                }
            }
        }
    }
}

/// The type and the operands of an expression with this operator, if it is of 32-bit floats.
fn operator(function: &Function, id: ExprId, op: BinaryOp) -> Option<(Type, [ExprId; 2])> {
    let expr = function.get(id)?;
    match expr.kind {
        ExprKind::Binary(this, x, y) if this == op && expr.ty.scalar == Scalar::F32 => {
            Some((expr.ty, [x, y]))
        }
        _ => None,
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

//! Where a kernel can go one way or another.

use super::{BinaryOp, Block, ExprId, ExprKind, Function, Loc, Scalar, StmtKind, Tree, Type};
use std::fmt;

/// A place where invocations go one way or another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// What decides there.
    pub kind: BranchKind,
    /// Where it was written.
    pub loc: Loc,
    /// The function, helpers first, the kernel's own body last.
    pub function: usize,
    /// What is decided: a condition, or the counter of a counted loop.
    pub expr: ExprId,
}

/// What decides which way an invocation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BranchKind {
    /// The condition of an `if`, a `while` or a value chosen by one.
    If,
    /// One side of `&&` or `||`; the right side counts where the left one leaves it open.
    Side,
    /// The number of iterations of a counted loop: none, or some.
    Loop,
}

/// The two ways of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BranchWay {
    /// The condition does not hold; the loop has no iteration.
    No,
    /// The condition holds; the loop has iterations.
    Yes,
}

impl BranchWay {
    /// Both of them.
    pub const BOTH: [BranchWay; 2] = [BranchWay::No, BranchWay::Yes];
}

impl Branch {
    /// The branch and that it never goes a way: ``the condition at src/a.rs:3:9 never holds``.
    pub fn never(&self, way: BranchWay) -> String {
        let (what, never) = match (self.kind, way) {
            (BranchKind::If, BranchWay::No) => ("condition", "always holds"),
            (BranchKind::If, BranchWay::Yes) => ("condition", "never holds"),
            (BranchKind::Side, BranchWay::No) => ("side of a condition", "always holds"),
            (BranchKind::Side, BranchWay::Yes) => ("side of a condition", "never holds"),
            (BranchKind::Loop, BranchWay::No) => ("loop", "always has iterations"),
            (BranchKind::Loop, BranchWay::Yes) => ("loop", "never has an iteration"),
        };
        format!("the {what} at {} {never}", self.loc)
    }
}

impl fmt::Display for BranchKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BranchKind::If => "condition",
            BranchKind::Side => "side of a condition",
            BranchKind::Loop => "loop",
        })
    }
}

/// No branch hangs on the expression.
const NONE: u32 = u32::MAX;

/// The branches of a kernel, in the order of its functions and statements; asides have none.
#[derive(Debug, Default)]
pub(crate) struct Branches {
    all: Vec<Branch>,
    /// For each expression of each function, the number of its branch.
    numbers: Vec<Vec<u32>>,
}

impl Branches {
    pub(crate) fn of(tree: &Tree) -> Branches {
        let mut branches = Branches::default();
        for (f, function) in tree.all_functions().enumerate() {
            branches.numbers.push(vec![NONE; function.exprs.len()]);
            branches.block(f, function, &function.body);
        }
        branches
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[Branch] {
        &self.all
    }

    /// The number of the branch that hangs on a condition or counter.
    pub(crate) fn number(&self, f: usize, id: ExprId) -> Option<usize> {
        let number = *self.numbers.get(f)?.get(id.index())?;
        (number != NONE).then_some(number as usize)
    }

    fn block(&mut self, f: usize, function: &Function, block: &Block) {
        for stmt in block {
            match &stmt.kind {
                StmtKind::Aside { .. } => continue,
                StmtKind::If { condition, .. } => self.add(f, *condition, BranchKind::If, stmt.loc),
                StmtKind::For { counter, .. } => self.add(f, *counter, BranchKind::Loop, stmt.loc),
                StmtKind::Emit(id) => self.expression(f, function, *id),
                // What is kept is decided here, as the right side of `&&` where it has an effect.
                StmtKind::Store { value, .. } => self.kept(f, function, *value, stmt.loc),
                _ => {}
            }
            for inner in stmt.kind.blocks() {
                self.block(f, function, inner);
            }
        }
    }

    fn expression(&mut self, f: usize, function: &Function, id: ExprId) {
        let Some(expr) = function.get(id) else {
            return;
        };
        let at = |id: ExprId| function.get(id).map_or(expr.loc, |e| e.loc);
        match &expr.kind {
            ExprKind::Select { condition, .. } => self.add(f, *condition, BranchKind::If, expr.loc),
            ExprKind::Binary(BinaryOp::And | BinaryOp::Or, x, y) if expr.ty == Type::BOOL => {
                self.add(f, *x, BranchKind::Side, at(*x));
                self.add(f, *y, BranchKind::Side, at(*y));
            }
            _ => {}
        }
    }

    fn kept(&mut self, f: usize, function: &Function, value: ExprId, loc: Loc) {
        let expr = function.get(value);
        let decides = |kind: &ExprKind| !matches!(kind, ExprKind::Literal(_) | ExprKind::Result);
        if expr.is_some_and(|e| e.ty.scalar == Scalar::Bool && e.ty.size == 1 && decides(&e.kind)) {
            self.add(f, value, BranchKind::Side, loc);
        }
    }

    fn add(&mut self, f: usize, expr: ExprId, kind: BranchKind, loc: Loc) {
        let slot = self.numbers.get_mut(f).and_then(|n| n.get_mut(expr.index()));
        if let Some(slot) = slot
            && *slot == NONE
        {
            *slot = self.all.len() as u32;
            self.all.push(Branch {
                kind,
                loc,
                function: f,
                expr,
            });
        }
    }
}

//! Where a kernel can go one way or another.

use super::{BinaryOp, Block, ExprId, ExprKind, Function, Loc, Root, Scalar, StmtKind, Tree, Type};
use std::collections::BTreeSet;
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
    /// Whether sizes alone decide: by-value arguments of the kernel, lengths and constants, and what helpers are given of these.
    pub by_sizes: bool,
    /// Whether reals have a part in it.
    pub by_reals: bool,
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
        let all = Sizes::of_all(tree);
        for ((f, function), sizes) in tree.all_functions().enumerate().zip(all) {
            branches.numbers.push(vec![NONE; function.exprs.len()]);
            branches.block(f, function, &function.body);
            for branch in branches.all.iter_mut().filter(|b| b.function == f) {
                branch.by_sizes = sizes.decide(branch);
                branch.by_reals = sizes.reals.get(branch.expr.index()) == Some(&true);
            }
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
        let slot = self
            .numbers
            .get_mut(f)
            .and_then(|n| n.get_mut(expr.index()));
        if let Some(slot) = slot
            && *slot == NONE
        {
            *slot = self.all.len() as u32;
            self.all.push(Branch {
                kind,
                loc,
                function: f,
                expr,
                by_sizes: false,
                by_reals: false,
            });
        }
    }
}

/// Which expressions of a function are sizes, or made of them alone.
struct Sizes {
    exprs: Vec<bool>,
    /// Those that reals have a part in.
    reals: Vec<bool>,
    /// The trips of each counter.
    trips: Vec<(ExprId, ExprId)>,
}

/// The expressions that reals have a part in, by way of locals too.
fn reals(function: &Function, loads: &[(Root, ExprId)], stores: &[(Root, ExprId)]) -> Vec<bool> {
    let mut reals = vec![false; function.exprs.len()];
    loop {
        let before = reals.clone();
        for (i, expr) in function.exprs.iter().enumerate() {
            let is = |id: ExprId| reals.get(id.index()) == Some(&true);
            let mut any = expr.ty.scalar.is_float();
            expr.kind.for_each_operand(|x| any |= is(x));
            let id = ExprId(i as u32);
            let root = loads.iter().find(|(_, result)| *result == id);
            if let Some((root @ Root::Local(_), _)) = root {
                any |= stores.iter().any(|(to, value)| to == root && is(*value));
            }
            reals[i] |= any;
        }
        if reals == before {
            return reals;
        }
    }
}

impl Sizes {
    /// Those of each function. What a helper is given is a size where it is one for every caller.
    fn of_all(tree: &Tree) -> Vec<Sizes> {
        let mut others: BTreeSet<(usize, u32)> = BTreeSet::new();
        loop {
            let functions = || tree.all_functions().enumerate();
            let all: Vec<Sizes> = functions()
                .map(|(f, function)| Sizes::of(function, |n| !others.contains(&(f, n))))
                .collect();
            let before = others.len();
            for (sizes, (_, function)) in all.iter().zip(functions()) {
                for stmt in function.seen_statements() {
                    let StmtKind::Call {
                        function: callee,
                        arguments,
                        ..
                    } = &stmt.kind
                    else {
                        continue;
                    };
                    let given = (0..).zip(arguments);
                    let other = given.filter(|(_, id)| sizes.exprs.get(id.index()) != Some(&true));
                    others.extend(other.map(|(n, _)| (callee.index(), n)));
                }
            }
            if others.len() == before {
                return all;
            }
        }
    }

    fn of(function: &Function, is_size: impl Fn(u32) -> bool) -> Sizes {
        let (mut loads, mut stores, mut trips) = (Vec::new(), Vec::new(), Vec::new());
        for stmt in function.seen_statements() {
            match &stmt.kind {
                StmtKind::Load { place, result } => loads.push((place.root, *result)),
                StmtKind::Store { place, value } => stores.push((place.root, *value)),
                StmtKind::For {
                    counter, trips: n, ..
                } => trips.push((*counter, *n)),
                _ => {}
            }
        }
        let mut sizes = Sizes {
            exprs: vec![false; function.exprs.len()],
            reals: reals(function, &loads, &stores),
            trips,
        };
        // A local is a size where all that is stored to it are; taken for one until one is not.
        let mut others: Vec<Root> = Vec::new();
        loop {
            sizes.mark(function, &is_size, &loads, &others);
            let other = stores.iter().find(|(root, value)| {
                let is_size = sizes.exprs.get(value.index()) == Some(&true);
                !is_size && !others.contains(root)
            });
            match other {
                Some((root, _)) => others.push(*root),
                None => return sizes,
            }
        }
    }

    fn mark(
        &mut self,
        function: &Function,
        given: impl Fn(u32) -> bool,
        loads: &[(Root, ExprId)],
        others: &[Root],
    ) {
        for (i, expr) in function.exprs.iter().enumerate() {
            let id = ExprId(i as u32);
            let is_size = match &expr.kind {
                ExprKind::BuiltinValue(_) => false,
                ExprKind::Argument(n) => given(*n),
                ExprKind::Result => loads.iter().any(|(root, result)| {
                    *result == id && matches!(root, Root::Local(_)) && !others.contains(root)
                }),
                kind => {
                    let mut all = true;
                    kind.for_each_operand(|x| all &= self.exprs.get(x.index()) == Some(&true));
                    all
                }
            };
            if let Some(slot) = self.exprs.get_mut(i) {
                *slot = is_size;
            }
        }
    }

    fn decide(&self, branch: &Branch) -> bool {
        let trips = self
            .trips
            .iter()
            .find(|(counter, _)| *counter == branch.expr);
        let decides = trips.map_or(branch.expr, |(_, trips)| *trips);
        self.exprs.get(decides.index()) == Some(&true)
    }
}

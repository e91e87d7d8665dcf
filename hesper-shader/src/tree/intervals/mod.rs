//! Where the integers of a kernel lie, found without running it.
//!
//! A walk through the statements keeps, for the sizes and the grid of one dispatch or for all of them, a range for every integer: of builtin
//! values and sizes by the dispatch, of counters by their trips, of locals by what is stored to them, and of the rest by arithmetic. Conditions
//! narrow what they compare, as far as they hold; how far two integers are apart is known besides, for `kept - start` says little by the
//! ends of two ranges. What follows is which ways branches can go, and which operations may wrap where it matters.
//!
//! ```text
//! launch   what is known of a dispatch      range   ranges, and arithmetic on them
//! walk     statements, loops, calls         eval    expressions          assume  conditions
//! state    what is known at one place       same    expressions of one value
//! uses     where a wrap matters             witness a lane in which something wraps
//! ```

mod assume;
mod eval;
mod launch;
mod range;
mod same;
mod state;
#[cfg(test)]
mod tests;
mod uses;
mod walk;
mod witness;

pub use launch::{Known, Launch, Product};
pub use range::Range;
pub use uses::{Use, Wrap};

use super::{BranchWay, Branches, ExprId, Function, Tree};
use same::Names;
use state::{State, Value};
use std::collections::HashMap;
use std::rc::Rc;

/// What a walk has found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// For each branch of the kernel, in the order of its functions and statements, whether it can go no, and yes.
    pub ways: Vec<[bool; 2]>,
    /// What may wrap where it matters, each operation once.
    pub wraps: Vec<Wrap>,
    /// How many uses of integers were looked at.
    pub looked: usize,
}

impl Found {
    /// Whether a branch can go a way, as far as is known.
    pub fn can(&self, branch: usize, way: BranchWay) -> bool {
        self.ways.get(branch).is_none_or(|ways| ways[way as usize])
    }
}

impl Tree {
    /// Where the kernel's integers lie in a dispatch; the tree is one that the verifier accepts.
    pub(crate) fn walk(&self, branches: &Branches, launch: &Launch) -> Found {
        let mut walk = Walk {
            tree: self,
            launch,
            branches,
            frames: Vec::new(),
            names: HashMap::new(),
            memo: HashMap::new(),
            quiet: false,
            found: Found {
                ways: vec![[false; 2]; branches.all().len()],
                wraps: Vec::new(),
                looked: 0,
            },
        };
        walk.enter(self.functions.len(), Vec::new());
        walk.found
    }
}

/// A walk on its way.
struct Walk<'t> {
    tree: &'t Tree,
    launch: &'t Launch,
    branches: &'t Branches,
    /// The functions that run, the kernel's own first.
    frames: Vec<Frame<'t>>,
    names: HashMap<usize, Rc<Names>>,
    /// What was computed of one expression's operands.
    memo: HashMap<(usize, ExprId, u8), Value>,
    /// While the range of locals is looked for, nothing is told.
    quiet: bool,
    found: Found,
}

/// A function that runs.
struct Frame<'t> {
    /// Its number; the kernel's own is the last.
    number: usize,
    function: &'t Function,
    names: Rc<Names>,
    /// What it is given, as expressions of the caller.
    arguments: Vec<ExprId>,
    state: State,
    /// The loops that run, innermost last.
    loops: Vec<Loop>,
    /// The conditions on the way here.
    path: Vec<(ExprId, bool)>,
    /// What it has returned so far.
    returned: Option<Value>,
}

/// The states in which lanes leave an iteration.
#[derive(Default)]
struct Loop {
    broken: Option<State>,
    continued: Option<State>,
}

//! Statements: whatever has an effect or an order.

use super::{AtomicOp, ExprId, FunctionId, Loc, LocalId, ParamId, SubgroupOp, WorkgroupId};

/// Statements in order.
pub type Block = Vec<Stmt>;

/// A located statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it was written.
    pub loc: Loc,
}

/// What a statement does.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// Evaluates a pure expression here.
    Emit(ExprId),
    /// Reads memory; `result` is an [`ExprKind::Result`](super::ExprKind::Result).
    Load {
        /// What is read.
        place: Place,
        /// The value read.
        result: ExprId,
    },
    /// Writes memory.
    Store {
        /// What is written.
        place: Place,
        /// The new value.
        value: ExprId,
    },
    /// A branch.
    If {
        /// A scalar `bool`.
        condition: ExprId,
        /// Taken where it holds.
        accept: Block,
        /// Taken where it does not.
        reject: Block,
    },
    /// A counted loop: `body` for `counter` in `0..trips`, the count evaluated once, before the loop. `continue` goes to the next count.
    For {
        /// The counter, `u32`, an [`ExprKind::Result`](super::ExprKind::Result) in the scope of the body.
        counter: ExprId,
        /// How often, `u32`.
        trips: ExprId,
        /// The body.
        body: Block,
    },
    /// Repeats until a `break` or `return`.
    Loop {
        /// The body.
        body: Block,
    },
    /// Leaves the innermost loop.
    Break,
    /// Goes to the next iteration of the innermost loop.
    Continue,
    /// Leaves the function, with its result where it has one.
    Return(Option<ExprId>),
    /// Waits for all invocations of the workgroup and makes their writes visible.
    Barrier(Barrier),
    /// Calls a helper function.
    Call {
        /// Which one.
        function: FunctionId,
        /// By-value arguments.
        arguments: Vec<ExprId>,
        /// What it returns, where it returns something.
        result: Option<ExprId>,
    },
    /// Reads and changes an atomic element in one step, which nothing comes between.
    Atomic {
        /// The element, of a variable that is declared atomic.
        place: Place,
        /// What happens to it.
        op: AtomicOp,
        /// The value before; `None` for a store alone.
        result: Option<ExprId>,
    },
    /// All invocations of the workgroup get the value that one place of workgroup memory holds: a barrier, a load and a barrier. The place
    /// is the same for all of them.
    UniformLoad {
        /// What is read.
        place: Place,
        /// The value read.
        result: ExprId,
    },
    /// An exchange of values among the invocations of a subgroup that get here together.
    Subgroup {
        /// What each invocation gets.
        op: SubgroupOp,
        /// What each invocation gives.
        value: ExprId,
        /// What it gets.
        result: ExprId,
    },
    /// Statements for the reference executor alone, without effect on anything outside: evaluations, loads, branches and logs. A
    /// device skips them.
    Aside {
        /// The statements.
        body: Block,
    },
    /// A line of text, printed by the reference executor, or the reason why it stops; only inside an [`Aside`](StmtKind::Aside).
    Log {
        /// The text around the values, one piece more than there are values.
        text: Vec<String>,
        /// The values.
        values: Vec<ExprId>,
        /// Whether the run stops with it.
        fails: bool,
    },
}

impl StmtKind {
    /// Whether control never goes on to the next statement.
    pub const fn is_terminator(&self) -> bool {
        matches!(
            self,
            StmtKind::Break | StmtKind::Continue | StmtKind::Return(_)
        )
    }

    /// Calls `f` for each expression the statement itself reads (not those of blocks inside it).
    pub fn for_each_operand(&self, mut f: impl FnMut(ExprId)) {
        match self {
            StmtKind::Emit(_)
            | StmtKind::Loop { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Aside { .. }
            | StmtKind::Barrier(_) => {}
            StmtKind::Load { place, .. } | StmtKind::UniformLoad { place, .. } => {
                place.for_each_index(f);
            }
            StmtKind::Atomic { place, op, .. } => {
                op.for_each_operand(&mut f);
                place.for_each_index(f);
            }
            StmtKind::Subgroup { op, value, .. } => {
                f(*value);
                op.operand().into_iter().for_each(f);
            }
            StmtKind::Log { values, .. } => values.iter().copied().for_each(f),
            StmtKind::Store { place, value } => {
                f(*value);
                place.for_each_index(f);
            }
            StmtKind::If { condition, .. } => f(*condition),
            StmtKind::For { trips, .. } => f(*trips),
            StmtKind::Return(value) => value.iter().copied().for_each(f),
            StmtKind::Call { arguments, .. } => arguments.iter().copied().for_each(f),
        }
    }

    /// The blocks inside the statement.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        let (a, b) = match self {
            StmtKind::If { accept, reject, .. } => (Some(accept), Some(reject)),
            StmtKind::For { body, .. } | StmtKind::Loop { body } | StmtKind::Aside { body } => {
                (Some(body), None)
            }
            _ => (None, None),
        };
        a.into_iter().chain(b)
    }
}

/// What a barrier orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barrier {
    /// Workgroup memory.
    Workgroup,
    /// Storage buffers, within the workgroup.
    Storage,
}

/// A path to memory: a variable, then indices and components.
///
/// Reading or writing a place ends at a scalar or vector, never at an array. An index out of bounds is an error of the
/// program: the reference executor reports it, a device keeps it inside the buffer.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The variable.
    pub root: Root,
    /// From the variable inwards: one index per array dimension, then at most one component.
    pub path: Vec<Step>,
}

impl Place {
    /// Calls `f` for each index expression.
    pub fn for_each_index(&self, f: impl FnMut(ExprId)) {
        self.path
            .iter()
            .filter_map(|s| {
                if let Step::Index(i) = s {
                    Some(*i)
                } else {
                    None
                }
            })
            .for_each(f);
    }
}

/// The variable a [`Place`] starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Root {
    /// A storage parameter.
    Storage(ParamId),
    /// A workgroup variable.
    Workgroup(WorkgroupId),
    /// A local of the enclosing function.
    Local(LocalId),
}

/// One step of a [`Place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// An element of an array, by a `u32` expression.
    Index(ExprId),
    /// A component of a vector.
    Component(u8),
}

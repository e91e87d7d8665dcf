//! Statements: whatever has an effect or an order.

use super::{ExprId, FunctionId, Loc, LocalId, ParamId, WorkgroupId};

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
    /// A line of text, printed by the reference executor; only inside an [`Aside`](StmtKind::Aside).
    Log {
        /// The text around the values, one piece more than there are values.
        text: Vec<String>,
        /// The values.
        values: Vec<ExprId>,
    },
}

/// What happens to an atomic element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AtomicOp {
    /// Nothing: it is read.
    Load,
    /// It becomes this value.
    Store(ExprId),
    /// It is combined with this value.
    Update(AtomicUpdate, ExprId),
    /// It becomes `new` if it was `expected`; it may fail to do so for no reason, as WGSL's `atomicCompareExchangeWeak` may.
    CompareExchangeWeak {
        /// The value to be replaced.
        expected: ExprId,
        /// The value to replace it by.
        new: ExprId,
        /// Whether it was replaced: a `bool`, an [`ExprKind::Result`](super::ExprKind::Result).
        exchanged: ExprId,
    },
}

/// How an atomic element is combined with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AtomicUpdate {
    /// Wrapping sum.
    Add,
    /// Wrapping difference.
    Subtract,
    /// The greater.
    Max,
    /// The lesser.
    Min,
    /// Bitwise and.
    And,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
    /// The value alone.
    Exchange,
}

impl AtomicUpdate {
    /// All of them.
    pub const ALL: [AtomicUpdate; 8] = {
        use AtomicUpdate::*;
        [Add, Subtract, Max, Min, And, Or, Xor, Exchange]
    };

    /// The name of the method in kernel code, as of Rust's atomics.
    pub const fn name(self) -> &'static str {
        match self {
            AtomicUpdate::Add => "fetch_add",
            AtomicUpdate::Subtract => "fetch_sub",
            AtomicUpdate::Max => "fetch_max",
            AtomicUpdate::Min => "fetch_min",
            AtomicUpdate::And => "fetch_and",
            AtomicUpdate::Or => "fetch_or",
            AtomicUpdate::Xor => "fetch_xor",
            AtomicUpdate::Exchange => "swap",
        }
    }
}

/// What an invocation of a subgroup gets of the values of the others. Lanes are numbered by
/// [`SubgroupInvocationId`](super::BuiltinValue::SubgroupInvocationId); only active invocations give a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubgroupOp {
    /// All values combined.
    Reduce(Combine),
    /// The values of its own and lower lanes combined; sum and product only.
    InclusiveScan(Combine),
    /// The values of lower lanes combined, the identity for none; sum and product only.
    ExclusiveScan(Combine),
    /// Whether the value, a `bool`, holds for all.
    All,
    /// Whether the value, a `bool`, holds for any.
    Any,
    /// One bit for each lane whose value, a `bool`, holds; `Vec4<u32>`, lane 0 in the lowest bit of `x`.
    Ballot,
    /// The value of the lowest active lane.
    BroadcastFirst,
    /// The value of this lane.
    Broadcast(u32),
    /// The value of the lane that this `u32` numbers.
    Shuffle(ExprId),
    /// The value of the lane lower by this `u32`, the same for the whole subgroup.
    ShuffleUp(ExprId),
    /// The value of the lane higher by this `u32`, the same for the whole subgroup.
    ShuffleDown(ExprId),
    /// The value of the lane whose number differs in the bits of this `u32`, the same for the whole subgroup.
    ShuffleXor(ExprId),
    /// The value of this lane, below 4, of its quad: four lanes that follow each other, the first a multiple of 4.
    QuadBroadcast(u32),
    /// The value of the lane beside it in its quad: 1, 0, 3, 2.
    QuadSwapX,
    /// The value of the lane below or above it in its quad: 2, 3, 0, 1.
    QuadSwapY,
    /// The value of the opposite lane of its quad: 3, 2, 1, 0.
    QuadSwapDiagonal,
}

impl SubgroupOp {
    /// The name of the function in kernel code.
    pub const fn name(self) -> &'static str {
        use SubgroupOp::*;
        match self {
            Reduce(Combine::Add) => "subgroup_add",
            Reduce(Combine::Multiply) => "subgroup_mul",
            Reduce(Combine::Min) => "subgroup_min",
            Reduce(Combine::Max) => "subgroup_max",
            Reduce(Combine::And) => "subgroup_and",
            Reduce(Combine::Or) => "subgroup_or",
            Reduce(Combine::Xor) => "subgroup_xor",
            InclusiveScan(Combine::Multiply) => "subgroup_inclusive_mul",
            InclusiveScan(_) => "subgroup_inclusive_add",
            ExclusiveScan(Combine::Multiply) => "subgroup_exclusive_mul",
            ExclusiveScan(_) => "subgroup_exclusive_add",
            All => "subgroup_all",
            Any => "subgroup_any",
            Ballot => "subgroup_ballot",
            BroadcastFirst => "subgroup_broadcast_first",
            Broadcast(_) => "subgroup_broadcast",
            Shuffle(_) => "subgroup_shuffle",
            ShuffleUp(_) => "subgroup_shuffle_up",
            ShuffleDown(_) => "subgroup_shuffle_down",
            ShuffleXor(_) => "subgroup_shuffle_xor",
            QuadBroadcast(_) => "quad_broadcast",
            QuadSwapX => "quad_swap_x",
            QuadSwapY => "quad_swap_y",
            QuadSwapDiagonal => "quad_swap_diagonal",
        }
    }

    /// The lane fixed in the kernel's text.
    pub const fn lane(self) -> Option<u32> {
        match self {
            SubgroupOp::Broadcast(lane) | SubgroupOp::QuadBroadcast(lane) => Some(lane),
            _ => None,
        }
    }

    /// The lane, distance or mask it reads.
    pub const fn operand(self) -> Option<ExprId> {
        use SubgroupOp::*;
        match self {
            Shuffle(id) | ShuffleUp(id) | ShuffleDown(id) | ShuffleXor(id) => Some(id),
            Reduce(_) | InclusiveScan(_) | ExclusiveScan(_) | All | Any | Ballot
            | BroadcastFirst | Broadcast(_) | QuadBroadcast(_) | QuadSwapX | QuadSwapY
            | QuadSwapDiagonal => None,
        }
    }
}

/// How values of a subgroup are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Combine {
    /// Sum.
    Add,
    /// Product.
    Multiply,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// Bitwise and, on integers.
    And,
    /// Bitwise or, on integers.
    Or,
    /// Bitwise exclusive or, on integers.
    Xor,
}

impl Combine {
    /// All of them.
    pub const ALL: [Combine; 7] = {
        use Combine::*;
        [Add, Multiply, Min, Max, And, Or, Xor]
    };
}

impl AtomicOp {
    /// The values it reads.
    pub fn for_each_operand(self, mut f: impl FnMut(ExprId)) {
        match self {
            AtomicOp::Load => {}
            AtomicOp::Store(value) | AtomicOp::Update(_, value) => f(value),
            AtomicOp::CompareExchangeWeak { expected, new, .. } => {
                f(expected);
                f(new);
            }
        }
    }
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

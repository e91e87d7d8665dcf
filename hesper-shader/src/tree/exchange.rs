//! What invocations do to each other's values: atomics, and exchanges within a subgroup.

use super::ExprId;

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
    /// Whether it is defined on reals.
    pub const fn is_of_reals(&self) -> bool {
        use AtomicUpdate::*;
        matches!(
            self,
            AtomicOp::Load
                | AtomicOp::Store(_)
                | AtomicOp::Update(Add | Subtract | Max | Min | Exchange, _)
        )
    }

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

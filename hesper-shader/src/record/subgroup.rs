//! Exchanges of values within a subgroup: functions of kernel code, beside those of [`builtins`](super::builtins).

use super::exp::Exp;
use super::recorder::Recorder;
use super::relations::{IntegerTy, NumericTy, SameTy};
use crate::shader_type::{ShaderType, Vec4};
use crate::tree::{BinaryOp, Combine, ExprId, ExprKind, Loc, StmtKind, SubgroupOp};

/// What an invocation gets for what it gives.
fn exchange<'m, T: ShaderType, U: ShaderType>(
    op: SubgroupOp,
    value: Exp<'m, T>,
    loc: Loc,
) -> Exp<'m, U> {
    let recorder = value.recorder;
    let value = recorder.own(value, loc);
    let result = recorder.with(|s| {
        let result = s.expr(ExprKind::Result, U::TYPE, loc);
        s.push(StmtKind::Subgroup { op, value, result }, loc);
        result
    });
    recorder.exp(result)
}

/// The same with a lane, distance or mask.
fn exchange_by<'m, T: ShaderType, N: ShaderType>(
    op: fn(ExprId) -> SubgroupOp,
    value: Exp<'m, T>,
    by: Exp<'m, N>,
    loc: Loc,
) -> Exp<'m, T> {
    let by = value.recorder.own(by, loc);
    exchange(op(by), value, loc)
}

macro_rules! exchanges {
    ($($(#[$doc:meta])* $name:ident $relation:ident $op:expr;)*) => {$(
        $(#[$doc])*
        #[track_caller]
        pub fn $name<T: $relation>(value: Exp<'_, T>) -> Exp<'_, T> {
            exchange($op, value, Loc::caller())
        }
    )*};
}

exchanges! {
    /// The sum of all values.
    subgroup_add NumericTy SubgroupOp::Reduce(Combine::Add);
    /// The product of all values.
    subgroup_mul NumericTy SubgroupOp::Reduce(Combine::Multiply);
    /// The least of all values.
    subgroup_min NumericTy SubgroupOp::Reduce(Combine::Min);
    /// The greatest of all values.
    subgroup_max NumericTy SubgroupOp::Reduce(Combine::Max);
    /// Bitwise and of all values.
    subgroup_and IntegerTy SubgroupOp::Reduce(Combine::And);
    /// Bitwise or of all values.
    subgroup_or IntegerTy SubgroupOp::Reduce(Combine::Or);
    /// Bitwise exclusive or of all values.
    subgroup_xor IntegerTy SubgroupOp::Reduce(Combine::Xor);
    /// The sum of the values of its own and lower lanes.
    subgroup_inclusive_add NumericTy SubgroupOp::InclusiveScan(Combine::Add);
    /// The product of the values of its own and lower lanes.
    subgroup_inclusive_mul NumericTy SubgroupOp::InclusiveScan(Combine::Multiply);
    /// The sum of the values of lower lanes, 0 for none.
    subgroup_exclusive_add NumericTy SubgroupOp::ExclusiveScan(Combine::Add);
    /// The product of the values of lower lanes, 1 for none.
    subgroup_exclusive_mul NumericTy SubgroupOp::ExclusiveScan(Combine::Multiply);
    /// The value of the lowest active lane.
    subgroup_broadcast_first NumericTy SubgroupOp::BroadcastFirst;
    /// The value of the lane beside it in its quad: 1, 0, 3, 2.
    quad_swap_x NumericTy SubgroupOp::QuadSwapX;
    /// The value of the lane below or above it in its quad: 2, 3, 0, 1.
    quad_swap_y NumericTy SubgroupOp::QuadSwapY;
    /// The value of the opposite lane of its quad: 3, 2, 1, 0.
    quad_swap_diagonal NumericTy SubgroupOp::QuadSwapDiagonal;
}

macro_rules! exchanges_by {
    ($($(#[$doc:meta])* $name:ident $op:ident;)*) => {$(
        $(#[$doc])*
        #[track_caller]
        pub fn $name<'m, T: NumericTy, N: ShaderType>(
            value: Exp<'m, T>,
            by: Exp<'m, N>,
        ) -> Exp<'m, T>
        where
            u32: SameTy<N>,
        {
            exchange_by(SubgroupOp::$op, value, by, Loc::caller())
        }
    )*};
}

exchanges_by! {
    /// The value of the lane that `by` numbers.
    subgroup_shuffle Shuffle;
    /// The value of the lane lower by `by`, which is the same for the whole subgroup.
    subgroup_shuffle_up ShuffleUp;
    /// The value of the lane higher by `by`, which is the same for the whole subgroup.
    subgroup_shuffle_down ShuffleDown;
    /// The value of the lane whose number differs in the bits of `by`, which is the same for the whole subgroup.
    subgroup_shuffle_xor ShuffleXor;
}

/// Whether the value holds for all.
#[track_caller]
pub fn subgroup_all<'m, T: ShaderType>(value: Exp<'m, T>) -> Exp<'m, bool>
where
    bool: SameTy<T>,
{
    exchange(SubgroupOp::All, value, Loc::caller())
}

/// Whether the value holds for any.
#[track_caller]
pub fn subgroup_any<'m, T: ShaderType>(value: Exp<'m, T>) -> Exp<'m, bool>
where
    bool: SameTy<T>,
{
    exchange(SubgroupOp::Any, value, Loc::caller())
}

/// One bit for each lane whose value holds, lane 0 in the lowest bit of `x`.
#[track_caller]
pub fn subgroup_ballot<'m, T: ShaderType>(value: Exp<'m, T>) -> Exp<'m, Vec4<u32>>
where
    bool: SameTy<T>,
{
    exchange(SubgroupOp::Ballot, value, Loc::caller())
}

/// The value of a lane known while recording, below 128.
#[track_caller]
pub fn subgroup_broadcast<T: NumericTy>(value: Exp<'_, T>, lane: u32) -> Exp<'_, T> {
    exchange(SubgroupOp::Broadcast(lane), value, Loc::caller())
}

/// The value of a lane of the quad, four lanes that follow each other; known while recording, below 4.
#[track_caller]
pub fn quad_broadcast<T: NumericTy>(value: Exp<'_, T>, lane: u32) -> Exp<'_, T> {
    exchange(SubgroupOp::QuadBroadcast(lane), value, Loc::caller())
}

impl Recorder {
    /// Whether this is the lowest active lane of its subgroup.
    #[track_caller]
    pub fn subgroup_elect(&self) -> Exp<'_, bool> {
        let loc = Loc::caller();
        let own = self.subgroup_invocation_id();
        let first: Exp<'_, u32> = exchange(SubgroupOp::BroadcastFirst, own, loc);
        self.push_expr(ExprKind::Binary(BinaryOp::Equal, own.id, first.id), loc)
    }
}

//! Uniform loads, exchanges within a subgroup.

use naga::{
    CollectiveOperation, Direction, Expression, GatherMode, Handle, Statement, SubgroupOperation,
};

use super::function::FunctionLowering;
use super::statements::run_time;
use super::{LowerError, types};
use crate::tree::{Combine, ExprId, Loc, Place, SubgroupOp, Type};

impl FunctionLowering<'_, '_> {
    pub(super) fn uniform_load(
        &mut self,
        place: &Place,
        id: ExprId,
        loc: Loc,
    ) -> Result<(), LowerError> {
        let pointer = self.place(place, loc)?;
        let ty = self.expr(id, loc)?.ty;
        let ty = types::value(self.shared.types, ty);
        let result = self.append(Expression::WorkGroupUniformLoadResult { ty }, loc);
        self.push(Statement::WorkGroupUniformLoad { pointer, result }, loc);
        self.define_emitted(id, run_time(result))
    }

    pub(super) fn subgroup(
        &mut self,
        op: SubgroupOp,
        value: ExprId,
        id: ExprId,
        loc: Loc,
    ) -> Result<(), LowerError> {
        let argument = self.handle(value, loc)?;
        let ty = self.expr(id, loc)?.ty;
        if op == SubgroupOp::Ballot {
            let result = self.append(Expression::SubgroupBallotResult, loc);
            let predicate = Some(argument);
            self.push(Statement::SubgroupBallot { result, predicate }, loc);
            return self.define_emitted(id, run_time(result));
        }
        let exchange = self.exchange(op, loc)?;
        let result = self.subgroup_result(ty, loc);
        let statement = match exchange {
            SubgroupForm::Collective(collective_op, op) => Statement::SubgroupCollectiveOperation {
                op,
                collective_op,
                argument,
                result,
            },
            SubgroupForm::Gather(mode) => Statement::SubgroupGather {
                mode,
                argument,
                result,
            },
        };
        self.push(statement, loc);
        self.define_emitted(id, run_time(result))
    }

    fn subgroup_result(&mut self, ty: Type, loc: Loc) -> Handle<Expression> {
        let ty = types::value(self.shared.types, ty);
        self.append(Expression::SubgroupOperationResult { ty }, loc)
    }

    /// naga's word for an operation other than a ballot.
    fn exchange(&mut self, op: SubgroupOp, loc: Loc) -> Result<SubgroupForm, LowerError> {
        use CollectiveOperation::{ExclusiveScan, InclusiveScan, Reduce};
        use SubgroupForm::{Collective, Gather};
        Ok(match op {
            SubgroupOp::Reduce(combine) => Collective(Reduce, operation(combine)),
            SubgroupOp::InclusiveScan(combine) => Collective(InclusiveScan, operation(combine)),
            SubgroupOp::ExclusiveScan(combine) => Collective(ExclusiveScan, operation(combine)),
            SubgroupOp::All => Collective(Reduce, SubgroupOperation::All),
            SubgroupOp::Any => Collective(Reduce, SubgroupOperation::Any),
            SubgroupOp::Ballot => return Err(self.internal(loc, "a ballot gathers nothing")),
            SubgroupOp::BroadcastFirst => Gather(GatherMode::BroadcastFirst),
            SubgroupOp::Broadcast(lane) => Gather(GatherMode::Broadcast(self.u32(lane, loc))),
            SubgroupOp::Shuffle(lane) => Gather(GatherMode::Shuffle(self.handle(lane, loc)?)),
            SubgroupOp::ShuffleUp(by) => Gather(GatherMode::ShuffleUp(self.handle(by, loc)?)),
            SubgroupOp::ShuffleDown(by) => Gather(GatherMode::ShuffleDown(self.handle(by, loc)?)),
            SubgroupOp::ShuffleXor(mask) => Gather(GatherMode::ShuffleXor(self.handle(mask, loc)?)),
            SubgroupOp::QuadBroadcast(lane) => {
                Gather(GatherMode::QuadBroadcast(self.u32(lane, loc)))
            }
            SubgroupOp::QuadSwapX => Gather(GatherMode::QuadSwap(Direction::X)),
            SubgroupOp::QuadSwapY => Gather(GatherMode::QuadSwap(Direction::Y)),
            SubgroupOp::QuadSwapDiagonal => Gather(GatherMode::QuadSwap(Direction::Diagonal)),
        })
    }
}

/// The two ways in which naga has a subgroup exchange values.
enum SubgroupForm {
    Collective(CollectiveOperation, SubgroupOperation),
    Gather(GatherMode),
}

fn operation(combine: Combine) -> SubgroupOperation {
    match combine {
        Combine::Add => SubgroupOperation::Add,
        Combine::Multiply => SubgroupOperation::Mul,
        Combine::Min => SubgroupOperation::Min,
        Combine::Max => SubgroupOperation::Max,
        Combine::And => SubgroupOperation::And,
        Combine::Or => SubgroupOperation::Or,
        Combine::Xor => SubgroupOperation::Xor,
    }
}

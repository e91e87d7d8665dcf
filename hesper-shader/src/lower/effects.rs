//! Atomics, uniform loads, exchanges within a subgroup.

use naga::{
    AtomicFunction, CollectiveOperation, Direction, Expression, GatherMode, Handle, Statement,
    SubgroupOperation,
};

use super::function::FunctionLowering;
use super::statements::run_time;
use super::{LowerError, types};
use crate::tree::{
    AtomicOp, AtomicUpdate, Combine, ExprId, ExprKind, Literal, Loc, Place, SubgroupOp, Type,
};

impl FunctionLowering<'_, '_> {
    pub(super) fn atomic(
        &mut self,
        place: &Place,
        op: AtomicOp,
        result: Option<ExprId>,
        loc: Loc,
    ) -> Result<(), LowerError> {
        match (op, result) {
            (AtomicOp::Load, Some(result)) => self.load(place, result, loc),
            (AtomicOp::Store(value), None) => {
                let pointer = self.place(place, loc)?;
                let value = self.handle(value, loc)?;
                self.push(Statement::Store { pointer, value }, loc);
                Ok(())
            }
            (AtomicOp::Update(update, value), Some(result)) => {
                let (fun, value) = match update {
                    AtomicUpdate::Subtract => self.subtraction(value, loc)?,
                    _ => (atomic_function(update), self.handle(value, loc)?),
                };
                let ty = self.expr(result, loc)?.ty;
                let ty = types::value(self.shared.types, ty);
                let old = self.change(place, (fun, value), (ty, false), loc)?;
                self.define_emitted(result, run_time(old))
            }
            (
                AtomicOp::CompareExchangeWeak {
                    expected,
                    new,
                    exchanged,
                },
                Some(result),
            ) => {
                let compare = Some(self.handle(expected, loc)?);
                let fun = AtomicFunction::Exchange { compare };
                let new = self.handle(new, loc)?;
                let scalar = self.expr(result, loc)?.ty.scalar;
                let ty = self.shared.globals.exchanged(scalar);
                let ty = ty.ok_or_else(|| self.internal(loc, format!("{scalar} is exchanged")))?;
                let base = self.change(place, (fun, new), (ty, true), loc)?;
                for (id, index) in [(result, 0), (exchanged, 1)] {
                    let part = self.emit(Expression::AccessIndex { base, index }, loc);
                    self.define_emitted(id, run_time(part))?;
                }
                Ok(())
            }
            (op, _) => Err(self.internal(loc, format!("{op:?} with a wrong result"))),
        }
    }

    /// naga writes a subtraction for GLSL and HLSL as the addition of the value with a minus before it. Where the value's text begins
    /// with one too, the two would be a decrement: such a literal is added instead, and another value gets a name.
    fn subtraction(
        &mut self,
        value: ExprId,
        loc: Loc,
    ) -> Result<(AtomicFunction, Handle<Expression>), LowerError> {
        let handle = self.handle(value, loc)?;
        match self.expr(value, loc)?.kind {
            ExprKind::Literal(Literal::I32(n)) if n < 0 => {
                let opposite = naga::Literal::I32(n.wrapping_neg());
                let opposite = self.append(Expression::Literal(opposite), loc);
                return Ok((AtomicFunction::Add, opposite));
            }
            ExprKind::Unary(..) | ExprKind::Component(..)
                if !self.out.named_expressions.contains_key(&handle) =>
            {
                let name = self.shared.globals.local_name("subtracted", "value");
                self.name(handle, name);
            }
            _ => {}
        }
        Ok((AtomicFunction::Subtract, handle))
    }

    /// An atomic statement and what it yields, of type `ty`.
    fn change(
        &mut self,
        place: &Place,
        (fun, value): (AtomicFunction, Handle<Expression>),
        (ty, comparison): (Handle<naga::Type>, bool),
        loc: Loc,
    ) -> Result<Handle<Expression>, LowerError> {
        let pointer = self.place(place, loc)?;
        let old = self.append(Expression::AtomicResult { ty, comparison }, loc);
        let statement = Statement::Atomic {
            pointer,
            fun,
            value,
            result: Some(old),
        };
        self.push(statement, loc);
        Ok(old)
    }

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

fn atomic_function(update: AtomicUpdate) -> AtomicFunction {
    match update {
        AtomicUpdate::Add => AtomicFunction::Add,
        AtomicUpdate::Subtract => AtomicFunction::Subtract,
        AtomicUpdate::Max => AtomicFunction::Max,
        AtomicUpdate::Min => AtomicFunction::Min,
        AtomicUpdate::And => AtomicFunction::And,
        AtomicUpdate::Or => AtomicFunction::InclusiveOr,
        AtomicUpdate::Xor => AtomicFunction::ExclusiveOr,
        AtomicUpdate::Exchange => AtomicFunction::Exchange { compare: None },
    }
}

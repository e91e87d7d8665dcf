//! Atomics. Those of reals are kept as bits, which WGSL has atomics of.

use naga::{
    AtomicFunction, BinaryOperator, Block, Expression, Handle, MathFunction, Span, Statement,
};

use super::expressions::bits_to_f32;
use super::function::FunctionLowering;
use super::statements::run_time;
use super::{LowerError, types};
use crate::tree::{AtomicOp, AtomicUpdate, ExprId, ExprKind, Literal, Loc, Place, Scalar, Type};

impl FunctionLowering<'_, '_> {
    pub(super) fn atomic(
        &mut self,
        place: &Place,
        op: AtomicOp,
        result: Option<ExprId>,
        loc: Loc,
    ) -> Result<(), LowerError> {
        if let Some(value) = self.real_value(op, result) {
            return self.atomic_real(place, op, value, result, loc);
        }
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

    /// The value that an atomic of reals takes or yields; `None` for integers.
    fn real_value(&self, op: AtomicOp, result: Option<ExprId>) -> Option<ExprId> {
        let mut value = result;
        op.for_each_operand(|id| value = Some(id));
        value.filter(|id| self.source.get(*id).is_some_and(|e| e.ty == Type::F32))
    }

    /// An operation on the bits of a real; sums and extremes are tried until nobody came between.
    fn atomic_real(
        &mut self,
        place: &Place,
        op: AtomicOp,
        value: ExprId,
        result: Option<ExprId>,
        loc: Loc,
    ) -> Result<(), LowerError> {
        let before = match op {
            AtomicOp::Load => {
                let pointer = self.place(place, loc)?;
                self.emit(Expression::Load { pointer }, loc)
            }
            AtomicOp::Store(value) => {
                let pointer = self.place(place, loc)?;
                let value = self.handle(value, loc)?;
                let value = self.emit(f32_to_bits(value), loc);
                self.push(Statement::Store { pointer, value }, loc);
                return Ok(());
            }
            AtomicOp::Update(AtomicUpdate::Exchange, _) => {
                let value = self.handle(value, loc)?;
                let bits = self.emit(f32_to_bits(value), loc);
                let ty = types::value(self.shared.types, Type::U32);
                let fun = AtomicFunction::Exchange { compare: None };
                self.change(place, (fun, bits), (ty, false), loc)?
            }
            AtomicOp::Update(update, _) => {
                let value = self.handle(value, loc)?;
                self.until_exchanged(place, loc, |this, before| match update {
                    AtomicUpdate::Add => Ok(this.binary(BinaryOperator::Add, before, value, loc)),
                    AtomicUpdate::Subtract => {
                        Ok(this.binary(BinaryOperator::Subtract, before, value, loc))
                    }
                    AtomicUpdate::Max => this.call(MathFunction::Max, &[before, value], loc),
                    AtomicUpdate::Min => this.call(MathFunction::Min, &[before, value], loc),
                    other => Err(this.internal(loc, format!("{other:?} of a real"))),
                })?
            }
            other => return Err(self.internal(loc, format!("{other:?} of a real"))),
        };
        let before = self.emit(bits_to_f32(before), loc);
        match result {
            Some(result) => self.define_emitted(result, run_time(before)),
            None => Ok(()),
        }
    }

    /// `loop { before = load; if exchange(before, next(before)) { break; } }`, and the bits before.
    fn until_exchanged(
        &mut self,
        place: &Place,
        loc: Loc,
        next: impl FnOnce(&mut Self, Handle<Expression>) -> Result<Handle<Expression>, LowerError>,
    ) -> Result<Handle<Expression>, LowerError> {
        let exchanged = self.shared.globals.exchanged(Scalar::U32);
        let ty = exchanged.ok_or_else(|| self.internal(loc, "bits are exchanged".to_string()))?;
        let pointer = self.place(place, loc)?;
        let kept = self.local("before".to_string(), Type::U32, loc);
        let kept = self.append(Expression::LocalVariable(kept), loc);
        let body = self.scoped(|this| {
            let before = this.emit(Expression::Load { pointer }, loc);
            let store = Statement::Store {
                pointer: kept,
                value: before,
            };
            this.push(store, loc);
            let real = this.emit(bits_to_f32(before), loc);
            let next = next(this, real)?;
            let value = this.emit(f32_to_bits(next), loc);
            let compare = Some(before);
            let comparison = true;
            let base = this.append(Expression::AtomicResult { ty, comparison }, loc);
            let exchange = Statement::Atomic {
                pointer,
                fun: AtomicFunction::Exchange { compare },
                value,
                result: Some(base),
            };
            this.push(exchange, loc);
            let condition = this.emit(Expression::AccessIndex { base, index: 1 }, loc);
            let mut accept = Block::new();
            accept.push(Statement::Break, Span::UNDEFINED);
            let leave = Statement::If {
                condition,
                accept,
                reject: Block::new(),
            };
            this.push(leave, loc);
            Ok(())
        })?;
        let attempts = Statement::Loop {
            body,
            continuing: Block::new(),
            break_if: None,
        };
        self.push(attempts, loc);
        Ok(self.emit(Expression::Load { pointer: kept }, loc))
    }
}

/// The bits of an `f32`.
fn f32_to_bits(real: Handle<Expression>) -> Expression {
    Expression::As {
        expr: real,
        kind: naga::ScalarKind::Uint,
        convert: None,
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

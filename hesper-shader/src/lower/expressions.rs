//! Pure expressions.

use naga::{BinaryOperator, Expression, Handle, ScalarKind, UnaryOperator};

use super::function::{FunctionLowering, Value};
use super::{Edges, LowerError, types};
use crate::tree::{BinaryOp, Expr, ExprId, ExprKind, Literal, Loc, Scalar, Type, UnaryOp};

impl FunctionLowering<'_, '_> {
    /// Evaluates an expression here and brings it into scope.
    pub(super) fn expression(&mut self, id: ExprId, loc: Loc) -> Result<(), LowerError> {
        let expr = self.expr(id, loc)?;
        if expr.kind.is_ambient() {
            return Err(self.internal(expr.loc, format!("{:?} is emitted", expr.kind)));
        }
        let operands = self.operands(expr)?;
        let handles: Vec<_> = operands.iter().map(|v| v.handle).collect();
        let handle = self.compute(expr, &handles)?;
        let depth = operands.iter().map(|v| v.depth).max().unwrap_or(0);
        let constant = operands.iter().all(|v| v.constant) && !can_overflow(expr);
        let value = Value {
            handle,
            constant,
            depth: depth + 1,
        };
        self.define_emitted(id, value)
    }

    /// The operands in order. Where all are constant, the first is hidden from WGSL's evaluation at compile time, in
    /// which an overflow or a division by zero is an error instead of a value.
    fn operands(&mut self, expr: &Expr) -> Result<Vec<Value>, LowerError> {
        let mut ids = Vec::new();
        expr.kind.for_each_operand(|id| ids.push(id));
        let mut values = Vec::with_capacity(ids.len());
        for id in &ids {
            values.push(self.value(*id, expr.loc)?);
        }
        if let Some(at) = self.refused_constant(expr)
            && let (Some(id), Some(value)) = (ids.get(at), values.get_mut(at))
            && value.constant
        {
            let ty = self.expr(*id, expr.loc)?.ty;
            value.handle = self.at_run_time(value.handle, ty, expr.loc);
        }
        if can_overflow(expr)
            && values.iter().all(|v| v.constant)
            && let (Some(id), Some(first)) = (ids.first(), values.first_mut())
        {
            let ty = self.expr(*id, expr.loc)?.ty;
            first.handle = self.at_run_time(first.handle, ty, expr.loc);
        }
        Ok(values)
    }

    /// A copy of a value that compilers of WGSL do not see through.
    pub(super) fn at_run_time(
        &mut self,
        value: Handle<Expression>,
        ty: Type,
        loc: Loc,
    ) -> Handle<Expression> {
        let variable = self.local("constant".to_string(), ty, loc);
        let pointer = self.append(Expression::LocalVariable(variable), loc);
        let span = self.span(loc);
        self.block
            .push(naga::Statement::Store { pointer, value }, span);
        self.emit(Expression::Load { pointer }, loc)
    }

    fn compute(
        &mut self,
        expr: &Expr,
        operands: &[Handle<Expression>],
    ) -> Result<Handle<Expression>, LowerError> {
        let loc = expr.loc;
        let out = match (&expr.kind, operands) {
            (ExprKind::Unary(op, _), [value]) => Expression::Unary {
                op: unary_operator(*op, expr.ty.scalar),
                expr: *value,
            },
            (ExprKind::Binary(op, left, right), [l, r]) => {
                return self.binary_expression(*op, (*left, *right), (*l, *r), loc);
            }
            (ExprKind::Math(math, _), operands) => return self.math(*math, operands, loc),
            (ExprKind::Select { .. }, [condition, accept, reject]) => Expression::Select {
                condition: *condition,
                accept: *accept,
                reject: *reject,
            },
            (ExprKind::Convert(from), [value]) => {
                let from = self.expr(*from, loc)?.ty;
                return self.convert(*value, from, expr.ty, loc);
            }
            (ExprKind::Compose(_), components) => Expression::Compose {
                ty: types::value(self.shared.types, expr.ty),
                components: components.to_vec(),
            },
            (ExprKind::Splat(_), [value]) => self.splat(*value, expr.ty, loc)?,
            (ExprKind::Component(_, index), [base]) => Expression::AccessIndex {
                base: *base,
                index: u32::from(*index),
            },
            (other, _) => return Err(self.internal(loc, format!("{other:?} is emitted"))),
        };
        Ok(self.emit(out, loc))
    }

    /// Emits a binary operation.
    pub(super) fn binary(
        &mut self,
        op: BinaryOperator,
        left: Handle<Expression>,
        right: Handle<Expression>,
        loc: Loc,
    ) -> Handle<Expression> {
        self.emit(Expression::Binary { op, left, right }, loc)
    }

    fn binary_expression(
        &mut self,
        op: BinaryOp,
        (left, right): (ExprId, ExprId),
        (l, mut r): (Handle<Expression>, Handle<Expression>),
        loc: Loc,
    ) -> Result<Handle<Expression>, LowerError> {
        let (left_ty, right_ty) = (self.expr(left, loc)?.ty, self.expr(right, loc)?.ty);
        match op {
            // A constant shift by the width or more is an error in WGSL, one at run time is undefined in SPIR-V.
            BinaryOp::ShiftLeft | BinaryOp::ShiftRight if !self.is_below_32(right) => {
                let mask = self.u32(31, loc);
                let mask = match types::vector_size(right_ty) {
                    Some(size) => self.emit(Expression::Splat { size, value: mask }, loc),
                    None => mask,
                };
                r = self.binary(BinaryOperator::And, r, mask, loc);
            }
            // So is a constant division by zero, or of the least integer by −1.
            BinaryOp::Divide | BinaryOp::Remainder
                if right_ty.scalar.is_integer() && self.shows_a_bad_divisor(right, loc)? =>
            {
                r = self.at_run_time(r, right_ty, loc);
            }
            // naga writes `!=` for SPIR-V as a comparison that NaN fails, and it differs from everything.
            BinaryOp::NotEqual if left_ty.scalar.is_float() => {
                let equal = self.binary(BinaryOperator::Equal, l, r, loc);
                let op = UnaryOperator::LogicalNot;
                return Ok(self.emit(Expression::Unary { op, expr: equal }, loc));
            }
            _ => {}
        }
        if matches!(op, BinaryOp::Divide | BinaryOp::Remainder)
            && left_ty.scalar.is_integer()
            && self.shared.edges == Edges::SpelledOut
        {
            let safe = self.is_safe_divisor(right);
            return self.spelled_division(op, (l, r), safe, left_ty, loc);
        }
        Ok(self.binary(binary_operator(op, left_ty), l, r, loc))
    }

    pub(super) fn splat(
        &self,
        value: Handle<Expression>,
        ty: Type,
        loc: Loc,
    ) -> Result<Expression, LowerError> {
        let size = types::vector_size(ty)
            .ok_or_else(|| self.internal(loc, format!("a splat of type {ty}")))?;
        Ok(Expression::Splat { size, value })
    }

    /// Whether a shift amount is seen to be in range.
    fn is_below_32(&self, id: ExprId) -> bool {
        match self.source.get(id).map(|e| &e.kind) {
            Some(ExprKind::Literal(Literal::U32(n))) => *n < 32,
            Some(ExprKind::Splat(value)) if *value < id => self.is_below_32(*value),
            _ => false,
        }
    }

    /// Whether a divisor is constant and perhaps 0 or −1. naga looks at each component of a vector that is put together.
    fn shows_a_bad_divisor(&self, id: ExprId, loc: Loc) -> Result<bool, LowerError> {
        if self.value(id, loc)?.constant {
            return Ok(!self.is_safe_divisor(id));
        }
        if let Some(ExprKind::Compose(parts)) = self.source.get(id).map(|e| &e.kind) {
            for part in parts.iter().filter(|part| **part < id) {
                if self.shows_a_bad_divisor(*part, loc)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Whether a divisor is seen to be a constant other than 0 and −1.
    fn is_safe_divisor(&self, id: ExprId) -> bool {
        match self.source.get(id).map(|e| &e.kind) {
            Some(ExprKind::Literal(Literal::U32(n))) => *n != 0,
            Some(ExprKind::Literal(Literal::I32(n))) => !matches!(n, 0 | -1),
            Some(ExprKind::Splat(value)) if *value < id => self.is_safe_divisor(*value),
            _ => false,
        }
    }
}

/// The `f32` with these bits.
pub(super) fn bits_to_f32(bits: Handle<Expression>) -> Expression {
    Expression::As {
        expr: bits,
        kind: ScalarKind::Float,
        convert: None,
    }
}

/// Whether constant operands can have a result that WGSL refuses as a constant. Integer sums and products wrap; divisors
/// are a matter of their own.
fn can_overflow(expr: &Expr) -> bool {
    use BinaryOp::*;
    let float = expr.ty.scalar.is_float();
    match &expr.kind {
        ExprKind::Binary(Add | Subtract | Multiply | Divide | Remainder, ..)
        | ExprKind::Math(..) => float,
        ExprKind::Binary(ShiftLeft, ..) => true,
        _ => false,
    }
}

fn unary_operator(op: UnaryOp, scalar: Scalar) -> UnaryOperator {
    match (op, scalar) {
        (UnaryOp::Negate, _) => UnaryOperator::Negate,
        (UnaryOp::Not, Scalar::Bool) => UnaryOperator::LogicalNot,
        (UnaryOp::Not, _) => UnaryOperator::BitwiseNot,
    }
}

fn binary_operator(op: BinaryOp, operand: Type) -> BinaryOperator {
    let truth = operand.scalar == Scalar::Bool;
    match op {
        BinaryOp::Add | BinaryOp::WrappingAdd => BinaryOperator::Add,
        BinaryOp::Subtract | BinaryOp::WrappingSubtract => BinaryOperator::Subtract,
        BinaryOp::Multiply | BinaryOp::WrappingMultiply => BinaryOperator::Multiply,
        BinaryOp::Divide => BinaryOperator::Divide,
        BinaryOp::Remainder => BinaryOperator::Modulo,
        BinaryOp::And if operand == Type::BOOL => BinaryOperator::LogicalAnd,
        BinaryOp::And => BinaryOperator::And,
        BinaryOp::Or if operand == Type::BOOL => BinaryOperator::LogicalOr,
        BinaryOp::Or => BinaryOperator::InclusiveOr,
        BinaryOp::Xor if truth => BinaryOperator::NotEqual,
        BinaryOp::Xor => BinaryOperator::ExclusiveOr,
        BinaryOp::ShiftLeft => BinaryOperator::ShiftLeft,
        BinaryOp::ShiftRight => BinaryOperator::ShiftRight,
        BinaryOp::Equal => BinaryOperator::Equal,
        BinaryOp::NotEqual => BinaryOperator::NotEqual,
        BinaryOp::Less => BinaryOperator::Less,
        BinaryOp::LessEqual => BinaryOperator::LessEqual,
        BinaryOp::Greater => BinaryOperator::Greater,
        BinaryOp::GreaterEqual => BinaryOperator::GreaterEqual,
    }
}

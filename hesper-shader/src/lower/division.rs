//! Integer division, for a language that leaves its edges undefined.

use naga::{BinaryOperator, Expression, Handle, Literal};

use super::LowerError;
use super::function::FunctionLowering;
use crate::tree::{BinaryOp, Loc, Scalar, Type};

impl FunctionLowering<'_, '_> {
    /// `left / right` or `left % right`, where `x / 0` is `x`, `x % 0` is 0, sums of the least integer wrap and a remainder has the sign of
    /// `left`. `safe`: the divisor is seen to be neither 0 nor −1.
    pub(super) fn spelled_division(
        &mut self,
        op: BinaryOp,
        (left, right): (Handle<Expression>, Handle<Expression>),
        safe: bool,
        ty: Type,
        loc: Loc,
    ) -> Result<Handle<Expression>, LowerError> {
        let divisor = match safe {
            true => right,
            false => self.divisor(left, right, ty, loc)?,
        };
        if op == BinaryOp::Remainder && ty.scalar == Scalar::U32 {
            return Ok(self.binary(BinaryOperator::Modulo, left, divisor, loc));
        }
        let quotient = self.binary(BinaryOperator::Divide, left, divisor, loc);
        if op == BinaryOp::Divide {
            return Ok(quotient);
        }
        let whole = self.binary(BinaryOperator::Multiply, quotient, divisor, loc);
        Ok(self.binary(BinaryOperator::Subtract, left, whole, loc))
    }

    /// `right`, but 1 where it is 0, and where it is −1 and `left` the least integer.
    fn divisor(
        &mut self,
        left: Handle<Expression>,
        right: Handle<Expression>,
        ty: Type,
        loc: Loc,
    ) -> Result<Handle<Expression>, LowerError> {
        let number = |n: i32| match ty.scalar {
            Scalar::U32 => Literal::U32(n as u32),
            _ => Literal::I32(n),
        };
        let (zero, accept) = (
            self.spread(number(0), ty, loc)?,
            self.spread(number(1), ty, loc)?,
        );
        let mut condition = self.binary(BinaryOperator::Equal, right, zero, loc);
        if ty.scalar == Scalar::I32 {
            let (least, minus_one) = (
                self.spread(number(i32::MIN), ty, loc)?,
                self.spread(number(-1), ty, loc)?,
            );
            let is_least = self.binary(BinaryOperator::Equal, left, least, loc);
            let is_minus_one = self.binary(BinaryOperator::Equal, right, minus_one, loc);
            let wraps = self.binary(BinaryOperator::And, is_least, is_minus_one, loc);
            condition = self.binary(BinaryOperator::InclusiveOr, condition, wraps, loc);
        }
        let divisor = Expression::Select {
            condition,
            accept,
            reject: right,
        };
        Ok(self.emit(divisor, loc))
    }
}

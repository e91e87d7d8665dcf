//! Conversions between scalars, and between vectors of them.

use naga::{BinaryOperator, Expression, Handle, Literal, MathFunction};

use super::function::FunctionLowering;
use super::{Edges, LowerError, types};
use crate::tree::{Loc, Scalar, Type};

impl FunctionLowering<'_, '_> {
    /// `value as to`, as Rust has it.
    ///
    /// A float beyond an integer's range becomes the integer's greatest value, and NaN becomes 0. Left to themselves, some compilers of WGSL
    /// give the greatest integer that is also a float, and the least for NaN, so both are written out. Below the range WGSL agrees.
    pub(super) fn convert(
        &mut self,
        value: Handle<Expression>,
        from: Type,
        to: Type,
        loc: Loc,
    ) -> Result<Handle<Expression>, LowerError> {
        if from.scalar == Scalar::F16 && to.scalar.is_integer() {
            // The ends of integers are no numbers of binary16.
            let wide = from.with_scalar(Scalar::F32);
            let value = self.convert(value, from, wide, loc)?;
            return self.convert(value, wide, to, loc);
        }
        let target = types::scalar(to.scalar);
        let kind = target.kind;
        let converted = |expr| Expression::As {
            expr,
            kind,
            convert: Some(target.width),
        };
        let edges = match (from.scalar, to.scalar) {
            (Scalar::F32, Scalar::I32) => [
                Literal::F32(-2_147_483_648.0),
                Literal::F32(2_147_483_648.0),
                Literal::I32(i32::MAX),
                Literal::I32(0),
            ],
            (Scalar::F32, Scalar::U32) => [
                Literal::F32(0.0),
                Literal::F32(4_294_967_296.0),
                Literal::U32(u32::MAX),
                Literal::U32(0),
            ],
            _ => return Ok(self.emit(converted(value), loc)),
        };
        let [least, beyond, greatest, zero] = edges;
        let raised = match self.shared.edges {
            Edges::Defined => value,
            Edges::SpelledOut => {
                let least = self.spread(least, from, loc)?;
                self.call(MathFunction::Max, &[value, least], loc)?
            }
        };
        let converted = self.emit(converted(raised), loc);
        let beyond = self.spread(beyond, from, loc)?;
        let accept = self.spread(greatest, to, loc)?;
        let condition = self.binary(BinaryOperator::GreaterEqual, value, beyond, loc);
        let saturated = Expression::Select {
            condition,
            accept,
            reject: converted,
        };
        let accept = self.emit(saturated, loc);
        let reject = self.spread(zero, to, loc)?;
        let condition = self.binary(BinaryOperator::Equal, value, value, loc);
        let number = Expression::Select {
            condition,
            accept,
            reject,
        };
        Ok(self.emit(number, loc))
    }

    /// A literal for each component of `ty`.
    pub(super) fn spread(
        &mut self,
        literal: Literal,
        ty: Type,
        loc: Loc,
    ) -> Result<Handle<Expression>, LowerError> {
        let value = self.append(Expression::Literal(literal), loc);
        if ty.is_scalar() {
            return Ok(value);
        }
        let vector = self.splat(value, ty, loc)?;
        Ok(self.emit(vector, loc))
    }
}

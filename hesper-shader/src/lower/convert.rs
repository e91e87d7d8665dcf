//! Conversions between scalars, and between vectors of them.

use naga::{BinaryOperator, Expression, Handle, Literal};

use super::function::FunctionLowering;
use super::{LowerError, types};
use crate::tree::{Loc, Scalar, Type};

impl FunctionLowering<'_, '_> {
    /// `value as to`, as Rust has it.
    ///
    /// A float beyond an integer's range becomes the integer's greatest value. Left to themselves, some compilers of WGSL give the
    /// greatest integer that is also a float, so that case is written out. Below the range both agree.
    pub(super) fn convert(
        &mut self,
        value: Handle<Expression>,
        from: Type,
        to: Type,
        loc: Loc,
    ) -> Result<Handle<Expression>, LowerError> {
        let target = types::scalar(to.scalar);
        let kind = target.kind;
        let converted = Expression::As {
            expr: value,
            kind,
            convert: Some(target.width),
        };
        let converted = self.emit(converted, loc);
        let (beyond, greatest) = match (from.scalar, to.scalar) {
            (Scalar::F32, Scalar::I32) => (Literal::F32(2_147_483_648.0), Literal::I32(i32::MAX)),
            (Scalar::F32, Scalar::U32) => (Literal::F32(4_294_967_296.0), Literal::U32(u32::MAX)),
            _ => return Ok(converted),
        };
        let beyond = self.spread(beyond, from, loc)?;
        let accept = self.spread(greatest, to, loc)?;
        let condition = self.binary(BinaryOperator::GreaterEqual, value, beyond, loc);
        let saturated = Expression::Select {
            condition,
            accept,
            reject: converted,
        };
        Ok(self.emit(saturated, loc))
    }

    /// A literal for each component of `ty`.
    fn spread(
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

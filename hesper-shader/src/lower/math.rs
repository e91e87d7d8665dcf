//! Builtin functions.

use naga::{Expression, Handle, MathFunction, RelationalFunction, ScalarKind};

use super::LowerError;
use super::function::FunctionLowering;
use crate::tree::{Expr, ExprId, ExprKind, Literal, Loc, Math};

impl FunctionLowering<'_, '_> {
    pub(super) fn math(
        &mut self,
        math: Math,
        operands: &[Handle<Expression>],
        loc: Loc,
    ) -> Result<Handle<Expression>, LowerError> {
        if let (Math::Clamp, [x, low, high]) = (math, operands) {
            // `clamp` itself has no meaning in SPIR-V where low > high, and constant bounds of that kind are an error in WGSL.
            let raised = self.call(MathFunction::Max, &[*x, *low], loc)?;
            return self.call(MathFunction::Min, &[raised, *high], loc);
        }
        let called = match (math_function(math), operands) {
            (Function::Math(function), _) => self.call(function, operands, loc)?,
            (Function::Truth(fun), [argument]) => self.emit(
                Expression::Relational {
                    fun,
                    argument: *argument,
                },
                loc,
            ),
            (Function::Bits(kind), [expr]) => self.emit(
                Expression::As {
                    expr: *expr,
                    kind,
                    convert: None,
                },
                loc,
            ),
            _ => return Err(self.internal(loc, format!("{math:?} of {} operands", operands.len()))),
        };
        // Which member of the structure that `frexp` yields.
        let index = match math {
            Math::FrexpFraction => 0,
            Math::FrexpExponent => 1,
            _ => return Ok(called),
        };
        Ok(self.emit(
            Expression::AccessIndex {
                base: called,
                index,
            },
            loc,
        ))
    }

    pub(super) fn call(
        &mut self,
        fun: MathFunction,
        operands: &[Handle<Expression>],
        loc: Loc,
    ) -> Result<Handle<Expression>, LowerError> {
        let [arg, rest @ ..] = operands else {
            return Err(self.internal(loc, format!("{fun:?} of nothing")));
        };
        let expression = Expression::Math {
            fun,
            arg: *arg,
            arg1: rest.first().copied(),
            arg2: rest.get(1).copied(),
            arg3: rest.get(2).copied(),
        };
        Ok(self.emit(expression, loc))
    }

    /// The operand that WGSL wants within bounds if it is constant: the exponent of `ldexp`, edges of `smoothstep` that do not rise, ranges of bits
    /// that may end beyond 32, reals that binary16 may not have.
    pub(super) fn refused_constant(&self, expr: &Expr) -> Option<usize> {
        let ExprKind::Math(math, operands) = &expr.kind else {
            return None;
        };
        let literal = |id: &ExprId| match self.source.get(*id)?.kind {
            ExprKind::Literal(Literal::U32(n)) => Some(n),
            _ => None,
        };
        match (math, operands.as_slice()) {
            (Math::Ldexp, _) => Some(1),
            (Math::Smoothstep | Math::Pack2x16Float, _) => Some(0),
            (Math::ExtractBits, [.., at, n]) | (Math::InsertBits, [.., at, n]) => {
                let end = literal(at)
                    .zip(literal(n))
                    .map(|(at, n)| at.saturating_add(n));
                end.is_none_or(|end| end > 32).then(|| operands.len() - 2)
            }
            _ => None,
        }
    }
}

/// What a builtin function is in naga.
enum Function {
    Math(MathFunction),
    Truth(RelationalFunction),
    /// The same bits as a scalar of another kind.
    Bits(ScalarKind),
}

fn math_function(math: Math) -> Function {
    use MathFunction as M;
    let function = match math {
        Math::All => return Function::Truth(RelationalFunction::All),
        Math::Any => return Function::Truth(RelationalFunction::Any),
        Math::FromBits => return Function::Bits(ScalarKind::Float),
        Math::ToBits => return Function::Bits(ScalarKind::Uint),
        Math::Abs => M::Abs,
        Math::Acos => M::Acos,
        Math::Acosh => M::Acosh,
        Math::Asin => M::Asin,
        Math::Asinh => M::Asinh,
        Math::Atan => M::Atan,
        Math::Atan2 => M::Atan2,
        Math::Atanh => M::Atanh,
        Math::Ceil => M::Ceil,
        Math::Clamp => M::Clamp,
        Math::Cos => M::Cos,
        Math::Cosh => M::Cosh,
        Math::CountOnes => M::CountOneBits,
        Math::Cross => M::Cross,
        Math::Distance => M::Distance,
        Math::Dot => M::Dot,
        Math::Dot4I8Packed => M::Dot4I8Packed,
        Math::Dot4U8Packed => M::Dot4U8Packed,
        Math::Exp => M::Exp,
        Math::Exp2 => M::Exp2,
        Math::ExtractBits => M::ExtractBits,
        Math::FaceForward => M::FaceForward,
        Math::FirstLeadingBit => M::FirstLeadingBit,
        Math::FirstTrailingBit => M::FirstTrailingBit,
        Math::Floor => M::Floor,
        Math::Fract => M::Fract,
        Math::FrexpExponent | Math::FrexpFraction => M::Frexp,
        Math::InsertBits => M::InsertBits,
        Math::InverseSqrt => M::InverseSqrt,
        Math::Ldexp => M::Ldexp,
        Math::LeadingZeros => M::CountLeadingZeros,
        Math::Length => M::Length,
        Math::Ln => M::Log,
        Math::Log2 => M::Log2,
        Math::Max => M::Max,
        Math::Min => M::Min,
        Math::Mix => M::Mix,
        Math::MulAdd => M::Fma,
        Math::Normalize => M::Normalize,
        Math::Pack2x16Float => M::Pack2x16float,
        Math::Pack2x16Snorm => M::Pack2x16snorm,
        Math::Pack2x16Unorm => M::Pack2x16unorm,
        Math::Pack4x8Snorm => M::Pack4x8snorm,
        Math::Pack4x8Unorm => M::Pack4x8unorm,
        Math::Pack4xI8 => M::Pack4xI8,
        Math::Pack4xI8Clamp => M::Pack4xI8Clamp,
        Math::Pack4xU8 => M::Pack4xU8,
        Math::Pack4xU8Clamp => M::Pack4xU8Clamp,
        Math::Powf => M::Pow,
        Math::QuantizeToF16 => M::QuantizeToF16,
        Math::Reflect => M::Reflect,
        Math::Refract => M::Refract,
        Math::ReverseBits => M::ReverseBits,
        Math::RoundTiesEven => M::Round,
        Math::Saturate => M::Saturate,
        Math::Sign => M::Sign,
        Math::Sin => M::Sin,
        Math::Sinh => M::Sinh,
        Math::Smoothstep => M::SmoothStep,
        Math::Sqrt => M::Sqrt,
        Math::Step => M::Step,
        Math::Tan => M::Tan,
        Math::Tanh => M::Tanh,
        Math::ToDegrees => M::Degrees,
        Math::ToRadians => M::Radians,
        Math::TrailingZeros => M::CountTrailingZeros,
        Math::Trunc => M::Trunc,
        Math::Unpack2x16Float => M::Unpack2x16float,
        Math::Unpack2x16Snorm => M::Unpack2x16snorm,
        Math::Unpack2x16Unorm => M::Unpack2x16unorm,
        Math::Unpack4x8Snorm => M::Unpack4x8snorm,
        Math::Unpack4x8Unorm => M::Unpack4x8unorm,
        Math::Unpack4xI8 => M::Unpack4xI8,
        Math::Unpack4xU8 => M::Unpack4xU8,
    };
    Function::Math(function)
}

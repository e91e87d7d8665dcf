//! Random expressions of integers.

use super::features::Feature;
use super::generate::Generator;
use super::sorts::{Grid, Sort};
use hesper_shader::tree::{BinaryOp, ExprId, Literal, Math, Scalar, UnaryOp};

/// Integers at which something changes.
pub(crate) const SPECIAL: [u32; 12] = [
    0,
    1,
    2,
    3,
    7,
    31,
    32,
    255,
    i32::MAX as u32,
    i32::MIN as u32,
    u32::MAX - 1,
    u32::MAX,
];

impl Generator<'_> {
    pub(crate) fn whole(&mut self, sort: Sort, depth: u32) -> ExprId {
        match self.choices.below(8) {
            0 => self.whole_unary(sort, depth),
            1 => self.whole_math(sort, depth),
            2 => self.converted_to_whole(sort, depth),
            3 => {
                use BinaryOp::{Divide, Remainder};
                let op = self.choices.pick(&[Divide, Remainder]);
                let (a, b) = (self.expr(sort, depth), self.divisor(sort, depth));
                self.w.integer(op, a, b)
            }
            4 => {
                use BinaryOp::{ShiftLeft, ShiftRight};
                let op = self.choices.pick(&[ShiftLeft, ShiftRight]);
                let amount = Sort::exact(sort.ty.with_scalar(Scalar::U32));
                let (a, b) = (self.expr(sort, depth), self.expr(amount, depth));
                self.w.integer(op, a, b)
            }
            _ => {
                use BinaryOp::*;
                let plain = [Add, Subtract, Multiply, And, Or, Xor];
                let wrapping = [WrappingAdd, WrappingSubtract, WrappingMultiply];
                let op = if self.has(Feature::WrappingOperators) && self.choices.one_in(2) {
                    self.choices.pick(&wrapping)
                } else {
                    self.choices.pick(&plain)
                };
                let (a, b) = (self.expr(sort, depth), self.expr(sort, depth));
                self.w.integer(op, a, b)
            }
        }
    }

    fn divisor(&mut self, sort: Sort, depth: u32) -> ExprId {
        let value = self.expr(sort, depth);
        if self.has(Feature::ZeroDivisors) && self.choices.one_in(4) {
            return value;
        }
        let one = match sort.ty.scalar {
            Scalar::I32 => Literal::I32(1),
            _ => Literal::U32(1),
        };
        let one = self.w.literal(one);
        let one = self.w.splat(one, sort.ty.size);
        self.w.integer(BinaryOp::Or, value, one)
    }

    fn whole_unary(&mut self, sort: Sort, depth: u32) -> ExprId {
        let a = self.expr(sort, depth);
        let negate = sort.ty.scalar == Scalar::I32 && self.choices.one_in(2);
        let op = if negate {
            UnaryOp::Negate
        } else {
            UnaryOp::Not
        };
        self.w.unary(op, a)
    }

    fn whole_math(&mut self, sort: Sort, depth: u32) -> ExprId {
        let signed = sort.ty.scalar == Scalar::I32;
        let all = [Math::Max, Math::Min, Math::Clamp, Math::Abs, Math::Sign];
        let math = self.choices.pick(&all[..if signed { 5 } else { 3 }]);
        let operands: Vec<ExprId> = (0..math.arity()).map(|_| self.expr(sort, depth)).collect();
        self.w.math(math, &operands, Grid::SETTLED)
    }

    fn converted_to_whole(&mut self, sort: Sort, depth: u32) -> ExprId {
        let from = [Scalar::U32, Scalar::I32, Scalar::F32, Scalar::Bool];
        let from = self.choices.pick(&from);
        let mut value = self.expr(Sort::exact(sort.ty.with_scalar(from)), depth);
        if from == Scalar::F32 && self.choices.one_in(3) {
            value = self.perhaps_beyond(value);
        }
        self.w.convert(value, sort.ty.scalar, Grid::SETTLED)
    }
}

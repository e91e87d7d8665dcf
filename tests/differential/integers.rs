//! Random expressions of integers.

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
    /// An integer at which something changes, a small one where it decides a branch in a loop (see [`known`](super::known)).
    pub(crate) fn special(&mut self) -> u32 {
        match self.choices.pick(&SPECIAL) {
            n if self.steers && n > 256 => 256,
            n => n,
        }
    }

    pub(crate) fn whole(&mut self, sort: Sort, depth: u32) -> ExprId {
        match self.choices.below(9) {
            8 => self.bits(sort, depth),
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
            _ => self.whole_binary(sort, depth),
        }
    }

    fn whole_binary(&mut self, sort: Sort, depth: u32) -> ExprId {
        use BinaryOp::*;
        let op = self.choices.pick(&[
            Add,
            Subtract,
            Multiply,
            And,
            Or,
            Xor,
            WrappingAdd,
            WrappingSubtract,
            WrappingMultiply,
        ]);
        let (a, b) = (self.expr(sort, depth), self.expr(sort, depth));
        if self.tame && matches!(op, Add | Subtract | Multiply) {
            return self.small(op, a, b);
        }
        self.w.integer(op, a, b)
    }

    /// Arithmetic of operands so small that it does not wrap.
    fn small(&mut self, op: BinaryOp, a: ExprId, b: ExprId) -> ExprId {
        let b = self.with_bits(BinaryOp::And, b, 0x7fff);
        let a = match op {
            BinaryOp::Subtract => self.with_bits(BinaryOp::Or, a, 0x8000),
            _ => self.with_bits(BinaryOp::And, a, 0x7fff),
        };
        let value = self.w.integer(op, a, b);
        self.w.tame(value, [a, b]);
        value
    }

    /// `a & bits` or `a | bits`, in each component.
    pub(crate) fn with_bits(&mut self, op: BinaryOp, a: ExprId, bits: u16) -> ExprId {
        let ty = self.w.ty(a);
        let literal = match ty.scalar {
            Scalar::I32 => Literal::I32(bits.into()),
            _ => Literal::U32(bits.into()),
        };
        let scalar = self.w.literal(literal);
        let bits = self.w.splat(scalar, ty.size);
        self.w.integer(op, a, bits)
    }

    /// A divisor that is odd, so not zero, unless it may be.
    fn divisor(&mut self, sort: Sort, depth: u32) -> ExprId {
        let value = self.expr(sort, depth);
        if self.zero_divisors && self.choices.one_in(2) {
            self.divides_by_zero = true;
            return value;
        }
        self.with_bits(BinaryOp::Or, value, 1)
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

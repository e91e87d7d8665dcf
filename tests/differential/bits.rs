//! Random functions of bits: counted, found, taken out, put in, packed.

use super::generate::Generator;
use super::sorts::{Grid, Sort};
use hesper_shader::tree::{ExprId, Math, Scalar, Type};

const OF_ONE: [Math; 6] = [
    Math::CountOnes,
    Math::LeadingZeros,
    Math::TrailingZeros,
    Math::ReverseBits,
    Math::FirstLeadingBit,
    Math::FirstTrailingBit,
];

impl Generator<'_> {
    /// An integer or a vector of them.
    pub(crate) fn bits(&mut self, sort: Sort, depth: u32) -> ExprId {
        let (math, operands): (Math, Vec<Sort>) = match (self.choices.below(4), sort.ty.size) {
            (0, _) => (self.choices.pick(&OF_ONE), vec![sort]),
            (1, _) => (Math::ExtractBits, vec![sort, Sort::U32, Sort::U32]),
            (2, 1) => self.words(sort.ty.scalar),
            (2, 4) => (unpack(sort.ty.scalar), vec![Sort::U32]),
            _ => (Math::InsertBits, vec![sort, sort, Sort::U32, Sort::U32]),
        };
        let operands: Vec<ExprId> = operands
            .into_iter()
            .map(|sort| self.expr(sort, depth))
            .collect();
        self.w.math(math, &operands, Grid::SETTLED)
    }

    /// Four bytes of a word, made or multiplied.
    fn words(&mut self, scalar: Scalar) -> (Math, Vec<Sort>) {
        if scalar == Scalar::I32 {
            return (Math::Dot4I8Packed, vec![Sort::U32; 2]);
        }
        let four = |scalar| vec![Sort::exact(Type::vector(4, scalar))];
        match self.choices.below(5) {
            0 => (Math::Pack4xI8, four(Scalar::I32)),
            1 => (Math::Pack4xI8Clamp, four(Scalar::I32)),
            2 => (Math::Pack4xU8, four(Scalar::U32)),
            3 => (Math::Pack4xU8Clamp, four(Scalar::U32)),
            _ => (Math::Dot4U8Packed, vec![Sort::U32; 2]),
        }
    }

    /// Whether all components of a vector hold, or one does.
    pub(crate) fn truth_of_many(&mut self, depth: u32) -> ExprId {
        let size = self.choices.pick(&[2, 3, 4]);
        let math = self.choices.pick(&[Math::All, Math::Any]);
        let truths = self.expr(Sort::BOOL.sized(size), depth);
        self.w.math(math, &[truths], Grid::SETTLED)
    }
}

fn unpack(scalar: Scalar) -> Math {
    match scalar {
        Scalar::I32 => Math::Unpack4xI8,
        _ => Math::Unpack4xU8,
    }
}

//! Random expressions of reals: exact ones, on a grid, and rough ones, of any function.

use super::generate::Generator;
use super::sorts::{Grid, Sort};
use hesper_shader::tree::{BinaryOp, ExprId, ExprKind, Math, Scalar, Type, UnaryOp};

/// Literals on the settled grid.
const EXACT: [f32; 10] = [0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 3.25, 100.0, -0.25, 256.0];
/// Literals that are rounded, or far from each other.
const ROUGH: [f32; 8] = [0.1, -0.7, 1.0, 3.25, 1e-3, -17.3, 12_345.678, 1.000_000_1];
/// Literals that integers saturate at, or nearly do.
const BEYOND: [f32; 8] = [
    3e9,
    -3e9,
    2_147_483_648.0,
    -2_147_483_648.0,
    2_147_483_520.0,
    4_294_967_040.0,
    4_294_967_296.0,
    f32::MAX,
];

/// Functions of rough reals with the range each operand is brought to, outside of which WGSL bounds no error, or a driver is known
/// to be wrong (see [`known`](super::known)).
const BOUNDED: &[(Math, &[(f32, f32)])] = &[
    (Math::Sqrt, &[(0.01, 1000.0)]),
    (Math::InverseSqrt, &[(0.01, 1000.0)]),
    (Math::Exp, &[(-8.0, 8.0)]),
    (Math::Exp2, &[(-8.0, 8.0)]),
    (Math::Ln, &[(0.01, 1000.0)]),
    (Math::Log2, &[(0.01, 1000.0)]),
    (Math::Sin, &[(-3.0, 3.0)]),
    (Math::Cos, &[(-3.0, 3.0)]),
    (Math::Tan, &[(-1.25, 1.25)]),
    (Math::Sinh, &[(-5.0, 5.0)]),
    (Math::Cosh, &[(-5.0, 5.0)]),
    (Math::Tanh, &[(-5.0, 5.0)]),
    (Math::Powf, &[(0.1, 8.0), (-4.0, 4.0)]),
    (Math::Acos, &[(-0.9, 0.9)]),
    (Math::Acosh, &[(1.5, 50.0)]),
    (Math::Asin, &[(-0.9, 0.9)]),
    (Math::Asinh, &[(-5.0, 50.0)]),
    (Math::Atan, &[(-50.0, 50.0)]),
    (Math::Atan2, &[(-8.0, 8.0), (0.25, 8.0)]),
    (Math::Atanh, &[(-0.9, 0.9)]),
    (Math::Saturate, &[(-2.0, 2.0)]),
    (Math::Smoothstep, &[(-2.0, -1.0), (1.0, 2.0), (-3.0, 3.0)]),
    (Math::ToDegrees, &[(-8.0, 8.0)]),
    (Math::ToRadians, &[(-360.0, 360.0)]),
];

/// Functions that are exact, or compositions of sums and products.
const SIMPLE: [Math; 13] = {
    use Math::*;
    [
        Abs,
        Max,
        Min,
        Clamp,
        Floor,
        Ceil,
        Trunc,
        RoundTiesEven,
        Fract,
        Mix,
        MulAdd,
        Sign,
        Step,
    ]
};

impl Generator<'_> {
    pub(crate) fn real_literal(&mut self, rough: bool) -> ExprId {
        let value = if rough {
            self.choices.pick(&ROUGH)
        } else {
            self.choices.pick(&EXACT)
        };
        self.w.f32(value)
    }

    pub(crate) fn real(&mut self, sort: Sort, depth: u32) -> ExprId {
        match self.choices.below(10) {
            0 => {
                let a = self.expr(sort, depth);
                self.w.unary(UnaryOp::Negate, a)
            }
            1..=3 => self.arithmetic(sort, depth),
            4 => self.converted_to_real(sort, depth),
            5 if sort.ty.is_scalar() => self.dot(sort, depth),
            6 => self.masked(sort, depth),
            7 | 8 if sort.rough => self.bounded(sort, depth),
            9 if sort.rough => self.quotient(sort, depth),
            _ => self.simple(sort, depth),
        }
    }

    fn arithmetic(&mut self, sort: Sort, depth: u32) -> ExprId {
        use BinaryOp::{Add, Multiply, Subtract};
        let op = self.choices.pick(&[Add, Subtract, Multiply]);
        let operands = [self.expr(sort, depth), self.expr(sort, depth)];
        let of = |[x, y]: [Grid; 2]| match op {
            Multiply => x.times(y),
            _ => x.plus(y),
        };
        let ([a, b], grid) = self.fitted(sort, operands, of);
        self.w.binary(op, a, b, grid)
    }

    fn dot(&mut self, sort: Sort, depth: u32) -> ExprId {
        let size = self.choices.pick(&[2, 3, 4]);
        let vector = sort.sized(size);
        let operands = [self.expr(vector, depth), self.expr(vector, depth)];
        let of = |[x, y]: [Grid; 2]| {
            let pair = x.times(y).plus(x.times(y));
            pair.plus(pair)
        };
        let (operands, grid) = self.fitted(sort, operands, of);
        self.w.math(Math::Dot, &operands, grid)
    }

    fn simple(&mut self, sort: Sort, depth: u32) -> ExprId {
        let math = self.choices.pick(&SIMPLE);
        // A rough real decides nothing, so it has neither sign nor step.
        let decides = matches!(math, Math::Sign | Math::Step);
        let operand = Sort {
            rough: sort.rough && !decides,
            ..sort
        };
        let mut value = || self.expr(operand, depth);
        match math.arity() {
            1 => {
                let one = [value()];
                self.applied(operand, math, one, |[x]| match math {
                    Math::Abs => x,
                    Math::Fract => Grid { max: 0, ..x },
                    Math::Sign => Grid { max: 0, bits: 0 },
                    _ => x.whole(),
                })
            }
            2 => {
                let two = [value(), value()];
                self.applied(operand, math, two, |[x, y]| match math {
                    Math::Step => Grid { max: 0, bits: 0 },
                    _ => x.or(y),
                })
            }
            _ => {
                let three = [value(), value(), value()];
                self.applied(operand, math, three, |[x, y, z]| match math {
                    Math::Clamp => x.or(y).or(z),
                    Math::MulAdd => x.times(y).plus(z),
                    // x·(1 − z) + y·z, or x + (y − x)·z
                    _ => x.plus(y).times(z.plus(z)).plus(x),
                })
            }
        }
    }

    fn applied<const N: usize>(
        &mut self,
        sort: Sort,
        math: Math,
        operands: [ExprId; N],
        of: impl Fn([Grid; N]) -> Grid,
    ) -> ExprId {
        let (operands, grid) = self.fitted(sort, operands, of);
        self.w.math(math, &operands, grid)
    }

    /// Operands whose result is exact, settled where need be, and the grid of that result.
    fn fitted<const N: usize>(
        &mut self,
        sort: Sort,
        operands: [ExprId; N],
        of: impl Fn([Grid; N]) -> Grid,
    ) -> ([ExprId; N], Grid) {
        if sort.rough {
            return (operands, Grid::ROUGH);
        }
        let grid = of(operands.map(|id| self.w.grid(id)));
        if grid.fits() {
            return (operands, grid);
        }
        let operands = operands.map(|id| self.settled(id));
        (operands, of(operands.map(|id| self.w.grid(id))))
    }

    /// An exact real brought to the settled grid; anything else as it is.
    pub(crate) fn settled(&mut self, value: ExprId) -> ExprId {
        let (sort, grid) = (self.w.sort(value), self.w.grid(value));
        if !sort.is_exact_real() || grid.is_settled() {
            return value;
        }
        let size = sort.ty.size;
        let mut value = value;
        if grid.bits > Grid::SETTLED.bits {
            let (four, quarter) = (self.w.f32_like(4.0, size), self.w.f32_like(0.25, size));
            let scaled = self.w.binary(BinaryOp::Multiply, value, four, grid);
            let whole = self.w.math(Math::RoundTiesEven, &[scaled], grid);
            let grid = Grid {
                max: grid.max + 1,
                bits: Grid::SETTLED.bits,
            };
            value = self.w.binary(BinaryOp::Multiply, whole, quarter, grid);
        }
        if self.w.grid(value).max > Grid::SETTLED.max {
            value = self.clamped(value, (-256.0, 256.0), Grid::SETTLED);
        }
        value
    }

    fn clamped(&mut self, value: ExprId, (low, high): (f32, f32), grid: Grid) -> ExprId {
        let size = self.w.ty(value).size;
        let (low, high) = (self.w.f32_like(low, size), self.w.f32_like(high, size));
        self.w.math(Math::Clamp, &[value, low, high], grid)
    }

    /// A function of operands within its range.
    fn bounded(&mut self, sort: Sort, depth: u32) -> ExprId {
        let (math, ranges) = self.choices.pick(BOUNDED);
        let mut operands = Vec::new();
        for range in ranges {
            let value = self.expr(sort, depth);
            operands.push(self.clamped(value, *range, Grid::ROUGH));
        }
        self.w.math(math, &operands, Grid::ROUGH)
    }

    /// `/` and `%`, by numbers of either sign that are not near zero.
    fn quotient(&mut self, sort: Sort, depth: u32) -> ExprId {
        let op = self.choices.pick(&[BinaryOp::Divide, BinaryOp::Remainder]);
        let range = self.choices.pick(&[(0.25, 1000.0), (-1000.0, -0.25)]);
        let (a, b) = (self.expr(sort, depth), self.expr(sort, depth));
        let b = self.clamped(b, range, Grid::ROUGH);
        self.w.binary(op, a, b, Grid::ROUGH)
    }

    /// The greater of a number and minus infinity.
    fn masked(&mut self, sort: Sort, depth: u32) -> ExprId {
        let value = self.expr(sort, depth);
        let grid = self.w.grid(value);
        let mask = self.w.ambient(ExprKind::NegInfinity, Type::F32, grid);
        let mask = self.w.splat(mask, sort.ty.size);
        self.w.math(Math::Max, &[mask, value], grid)
    }

    fn converted_to_real(&mut self, sort: Sort, depth: u32) -> ExprId {
        let from = self.choices.pick(&[Scalar::U32, Scalar::I32, Scalar::Bool]);
        let value = self.expr(Sort::exact(sort.ty.with_scalar(from)), depth);
        if from == Scalar::Bool {
            return self.w.convert(value, Scalar::F32, Grid::SETTLED);
        }
        if sort.rough && self.choices.one_in(2) {
            return self.w.convert(value, Scalar::F32, Grid::ROUGH);
        }
        let small = self.with_bits(BinaryOp::And, value, 255);
        self.w.convert(small, Scalar::F32, Grid::SETTLED)
    }

    /// The value, or a number that integers saturate at.
    pub(crate) fn perhaps_beyond(&mut self, value: ExprId) -> ExprId {
        let condition = self.expr(Sort::BOOL, 1);
        let number = self.choices.pick(&BEYOND);
        let on_true = self.w.f32_like(number, self.w.ty(value).size);
        let kind = ExprKind::Select {
            condition,
            on_true,
            on_false: value,
        };
        self.w.emit(kind, self.w.ty(value), Grid::ROUGH)
    }
}

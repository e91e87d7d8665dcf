//! Operators on reals, as operations of the number domain on columns.

use super::columns::{Column, MIXED, part, part_mut};
use super::integers::comparison;
use crate::domain::column::map1;
use crate::domain::{Comparison, Domain, RealBinary, RealUnary};
use crate::number::Number;
use crate::reference::report::error::{Fault, internal};
use crate::tree::{BinaryOp, Math};

/// A domain with the constants and scratch columns its composed operations need.
pub(in crate::reference) struct Reals<'a, D: Domain> {
    pub(in crate::reference) domain: &'a D,
    pub(in crate::reference) zero: D::Value,
    zeros: Vec<D::Value>,
    ones: Vec<D::Value>,
    scratch: [Vec<D::Value>; 2],
    truth: Vec<bool>,
}

impl<'a, D: Domain<Mask = bool>> Reals<'a, D> {
    pub(in crate::reference) fn new(domain: &'a D, lanes: usize) -> Self {
        let zero = domain.constant(Number::ZERO);
        let zeros = vec![zero; lanes];
        Reals {
            domain,
            zero,
            ones: vec![domain.constant(Number::ONE); lanes],
            scratch: [zeros.clone(), zeros.clone()],
            zeros,
            truth: vec![false; lanes],
        }
    }

    /// One operand.
    pub(in crate::reference) fn unary(
        &self,
        op: RealUnary,
        x: &[D::Value],
        active: &[bool],
        out: &mut [D::Value],
    ) {
        let lanes = active.len();
        for (x, out) in x.chunks_exact(lanes).zip(out.chunks_exact_mut(lanes)) {
            self.domain.unary_column(op, x, active, out);
        }
    }

    /// Arithmetic and comparisons. A scalar stands for all components.
    pub(in crate::reference) fn binary(
        &self,
        op: BinaryOp,
        x: &[D::Value],
        y: &[D::Value],
        active: &[bool],
        out: &mut Column<D::Value>,
    ) -> Result<(), Fault> {
        let lanes = active.len();
        let (x, y) = (x.chunks_exact(lanes), y.chunks_exact(lanes));
        let operands = x.cycle().zip(y.cycle());
        match out {
            Column::Real(out) => {
                let op = arithmetic(op)?;
                for ((x, y), out) in operands.zip(out.chunks_exact_mut(lanes)) {
                    self.domain.binary_column(op, x, y, active, out);
                }
            }
            Column::Bool(out) => {
                let op = comparison(op)?;
                for ((x, y), out) in operands.zip(out.chunks_exact_mut(lanes)) {
                    self.domain.compare_column(op, x, y, active, out);
                }
            }
            Column::I32(_) | Column::U32(_) => return Err(MIXED),
        }
        Ok(())
    }

    /// `x != 0`.
    pub(super) fn differs_from_zero(&self, x: &[D::Value], active: &[bool], out: &mut [bool]) {
        let lanes = active.len();
        for (x, out) in x.chunks_exact(lanes).zip(out.chunks_exact_mut(lanes)) {
            self.domain
                .compare_column(Comparison::NotEqual, x, &self.zeros, active, out);
        }
    }

    /// `on_true` where `mask`, else `on_false`.
    pub(in crate::reference) fn select(
        &self,
        mask: &[bool],
        on_true: &[D::Value],
        on_false: &[D::Value],
        active: &[bool],
        out: &mut [D::Value],
    ) {
        let lanes = active.len();
        let operands = on_true
            .chunks_exact(lanes)
            .zip(on_false.chunks_exact(lanes));
        for ((t, f), out) in operands.zip(out.chunks_exact_mut(lanes)) {
            self.domain.select_column(mask, t, f, active, out);
        }
    }

    /// Builtin functions; operands beyond the function's arity are empty.
    pub(super) fn math(
        &mut self,
        op: Math,
        operands: [&[D::Value]; 3],
        active: &[bool],
        out: &mut [D::Value],
    ) {
        let lanes = active.len();
        if op == Math::Dot {
            return self.dot(operands[0], operands[1], active, out);
        }
        for c in 0..out.len() / lanes {
            let operands = operands.map(|column| part(column, c, lanes));
            self.math_of_component(op, operands, active, part_mut(out, c, lanes));
        }
    }

    fn math_of_component(
        &mut self,
        op: Math,
        [x, y, z]: [&[D::Value]; 3],
        active: &[bool],
        out: &mut [D::Value],
    ) {
        use RealBinary::{Add, Max, Min, Multiply, Pow, Subtract};
        let d = self.domain;
        let [a, b] = &mut self.scratch;
        let unary = match op {
            Math::Abs => RealUnary::Abs,
            Math::Ceil => RealUnary::Ceil,
            Math::Cos => RealUnary::Cos,
            Math::Cosh => RealUnary::Cosh,
            Math::Exp => RealUnary::Exp,
            Math::Exp2 => RealUnary::Exp2,
            Math::Floor => RealUnary::Floor,
            Math::InverseSqrt => RealUnary::InverseSqrt,
            Math::Ln => RealUnary::Ln,
            Math::Log2 => RealUnary::Log2,
            Math::RoundTiesEven => RealUnary::RoundTiesEven,
            Math::Sign => RealUnary::Sign,
            Math::Sin => RealUnary::Sin,
            Math::Sinh => RealUnary::Sinh,
            Math::Sqrt => RealUnary::Sqrt,
            Math::Tan => RealUnary::Tan,
            Math::Tanh => RealUnary::Tanh,
            Math::Trunc => RealUnary::Trunc,
            Math::Max => return d.binary_column(Max, x, y, active, out),
            Math::Min => return d.binary_column(Min, x, y, active, out),
            Math::Powf => return d.binary_column(Pow, x, y, active, out),
            Math::MulAdd => return d.mul_add_column(x, y, z, active, out),
            // min(max(x, low), high)
            Math::Clamp => {
                d.binary_column(Max, x, y, active, a);
                return d.binary_column(Min, a, z, active, out);
            }
            // x − ⌊x⌋
            Math::Fract => {
                d.unary_column(RealUnary::Floor, x, active, a);
                return d.binary_column(Subtract, x, a, active, out);
            }
            // x·(1 − t) + y·t
            Math::Mix => {
                d.binary_column(Subtract, &self.ones, z, active, a);
                d.binary_column(Multiply, x, a, active, b);
                d.binary_column(Multiply, y, z, active, a);
                return d.binary_column(Add, b, a, active, out);
            }
            // 1 where x ≥ edge, else 0
            Math::Step => {
                d.compare_column(Comparison::GreaterEqual, y, x, active, &mut self.truth);
                return d.select_column(&self.truth, &self.ones, &self.zeros, active, out);
            }
            // Handled by its caller: it joins components.
            Math::Dot => return,
        };
        d.unary_column(unary, x, active, out);
    }

    /// `Σ xᵢ·yᵢ`, from the first component on.
    fn dot(&mut self, x: &[D::Value], y: &[D::Value], active: &[bool], out: &mut [D::Value]) {
        let lanes = active.len();
        let [sum, product] = &mut self.scratch;
        let components = x.chunks_exact(lanes).zip(y.chunks_exact(lanes));
        for (c, (x, y)) in components.enumerate() {
            if c == 0 {
                self.domain
                    .binary_column(RealBinary::Multiply, x, y, active, out);
            } else {
                map1(part(out, 0, lanes), sum, |x| x);
                self.domain
                    .binary_column(RealBinary::Multiply, x, y, active, product);
                self.domain
                    .binary_column(RealBinary::Add, sum, product, active, out);
            }
        }
    }
}

fn arithmetic(op: BinaryOp) -> Result<RealBinary, Fault> {
    Ok(match op {
        BinaryOp::Add => RealBinary::Add,
        BinaryOp::Subtract => RealBinary::Subtract,
        BinaryOp::Multiply => RealBinary::Multiply,
        BinaryOp::Divide => RealBinary::Divide,
        BinaryOp::Remainder => RealBinary::Remainder,
        _ => return Err(internal("an operator reals do not have")),
    })
}

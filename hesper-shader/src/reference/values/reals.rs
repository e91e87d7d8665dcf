//! Operators on reals, as operations of the number domain on columns.

use super::columns::{Column, mixed, part, refused};
use super::formula;
use super::integers::comparison;
use crate::domain::{Comparison, Domain, Format, Primitive, RealBinary, RealUnary};
use crate::number::Number;
use crate::tree::{BinaryOp, Math, Scalar};

/// A domain with its zero.
pub(in crate::reference) struct Reals<'a, D: Domain> {
    pub(in crate::reference) domain: &'a D,
    pub(in crate::reference) zero: D::Value,
    zeros: Vec<D::Value>,
}

impl<'a, D: Domain<Mask = bool>> Reals<'a, D> {
    pub(in crate::reference) fn new(domain: &'a D, lanes: usize) -> Self {
        let zero = domain.constant(Number::ZERO);
        Reals {
            domain,
            zero,
            zeros: vec![zero; lanes],
        }
    }

    /// A real as a kernel has it in a type.
    pub(in crate::reference) fn kept(&self, ty: Scalar, value: D::Value) -> D::Value {
        let format = ty.format();
        format.map_or(value, |format| self.domain.round(format, value))
    }

    /// Says what is computed in from here on; whether the domain rounds to it itself.
    pub(in crate::reference) fn computes_in(&self, ty: Scalar) -> bool {
        let format = ty.format();
        format.is_some_and(|format| self.domain.within(format))
    }

    /// Keeps what was computed in a type that is narrower than binary32.
    pub(in crate::reference) fn narrow(
        &self,
        ty: Scalar,
        out: &mut Column<D::Value>,
        active: &[bool],
    ) {
        if let (Scalar::F16, Column::F32(out)) = (ty, out) {
            for out in out.chunks_exact_mut(active.len().max(1)) {
                for (x, _) in out.iter_mut().zip(active).filter(|(_, on)| **on) {
                    *x = self.domain.round(Format::Binary16, *x);
                }
            }
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
    ) {
        let lanes = active.len();
        let (x, y) = (x.chunks_exact(lanes), y.chunks_exact(lanes));
        let operands = x.cycle().zip(y.cycle());
        match out {
            Column::F32(out) => {
                let op = arithmetic(op);
                for ((x, y), out) in operands.zip(out.chunks_exact_mut(lanes)) {
                    self.domain.binary_column(op, x, y, active, out);
                }
            }
            Column::Bool(out) => {
                let op = comparison(op);
                for ((x, y), out) in operands.zip(out.chunks_exact_mut(lanes)) {
                    self.domain.compare_column(op, x, y, active, out);
                }
            }
            Column::I32(_) | Column::U32(_) => mixed(),
        }
    }

    /// `x·y + z`. A scalar stands for all components.
    pub(super) fn product_and_sum(
        &self,
        [x, y, z]: [&Column<D::Value>; 3],
        active: &[bool],
        out: &mut Column<D::Value>,
    ) {
        let (Column::F32(x), Column::F32(y), Column::F32(z), Column::F32(out)) = (x, y, z, out)
        else {
            mixed()
        };
        let lanes = active.len();
        let [x, y, z] = [x, y, z].map(|column| column.chunks_exact(lanes).cycle());
        let operands = x.zip(y).zip(z);
        for (((x, y), z), out) in operands.zip(out.chunks_exact_mut(lanes)) {
            self.domain.mul_add_column(x, y, z, active, out);
        }
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

    /// Builtin functions of reals; operands beyond the function's arity are empty.
    pub(super) fn math(
        &self,
        op: Math,
        [x, y, z]: [&[D::Value]; 3],
        active: &[bool],
        out: &mut [D::Value],
    ) {
        let (d, lanes) = (self.domain, active.len());
        let parts = out.chunks_exact_mut(lanes).enumerate();
        match op.primitive() {
            Some(Primitive::Unary(op)) => self.unary(op, x, active, out),
            Some(Primitive::Binary(op)) => {
                for (c, out) in parts {
                    d.binary_column(op, part(x, c, lanes), part(y, c, lanes), active, out);
                }
            }
            Some(Primitive::MulAdd) => {
                for (c, out) in parts {
                    let [x, y, z] = [x, y, z].map(|column| part(column, c, lanes));
                    d.mul_add_column(x, y, z, active, out);
                }
            }
            None => formula::evaluate(d, op, [x, y, z], active, out),
        }
    }
}

fn arithmetic(op: BinaryOp) -> RealBinary {
    match op {
        BinaryOp::Add => RealBinary::Add,
        BinaryOp::Subtract => RealBinary::Subtract,
        BinaryOp::Multiply => RealBinary::Multiply,
        BinaryOp::Divide => RealBinary::Divide,
        BinaryOp::Remainder => RealBinary::Remainder,
        _ => refused("an operator that reals do not have"),
    }
}

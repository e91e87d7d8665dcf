//! Atomics, exchanges within a subgroup, and logs.

use super::places::Use;
use super::{Verifier, VerifyProblem};
use crate::tree::{AtomicOp, Combine, ExprId, Loc, Place, Scalar, SubgroupOp, Type};

/// The largest subgroup that WGSL allows.
const MAX_SUBGROUP: u32 = 128;

impl Verifier<'_> {
    pub(super) fn atomic(
        &mut self,
        place: &Place,
        op: AtomicOp,
        result: Option<ExprId>,
        loc: Loc,
        here: &mut Vec<ExprId>,
    ) {
        if let Some(ty) = self.place(place, Use::Atomic, loc) {
            if ty == Type::F32 && !op.is_of_reals() {
                self.problem(VerifyProblem::AtomicReal, loc);
            }
            op.for_each_operand(|id| self.expect("the operand", self.ty_at(id), ty, loc));
            if let Some(result) = result {
                self.expect("the value before", self.ty_at(result), ty, loc);
            }
        }
        // Only a store yields nothing.
        if result.is_none() != matches!(op, AtomicOp::Store(_)) {
            self.problem(VerifyProblem::BadHandle("result"), loc);
        }
        if let Some(id) = result {
            self.result(id, loc, here);
        }
        if let AtomicOp::CompareExchangeWeak { exchanged, .. } = op {
            let found = self.ty_at(exchanged);
            self.expect("whether it was replaced", found, Type::BOOL, loc);
            self.result(exchanged, loc, here);
        }
    }

    pub(super) fn subgroup(&mut self, op: SubgroupOp, value: ExprId, result: ExprId, loc: Loc) {
        if let Some(found) = self.ty_at(value) {
            match result_type(op, found) {
                Some(ty) => self.expect("what the subgroup gets", self.ty_at(result), ty, loc),
                None => self.problem(VerifyProblem::SubgroupOperand { op, found }, loc),
            }
        }
        if let SubgroupOp::InclusiveScan(combine) | SubgroupOp::ExclusiveScan(combine) = op
            && !matches!(combine, Combine::Add | Combine::Multiply)
        {
            self.problem(VerifyProblem::Scan, loc);
        }
        if let Some(id) = op.operand() {
            let found = self.ty_at(id);
            self.expect("the lane, distance or mask", found, Type::U32, loc);
        }
        let lanes = match op {
            SubgroupOp::QuadBroadcast(_) => 4,
            _ => MAX_SUBGROUP,
        };
        if let Some(lane) = op.lane().filter(|lane| *lane >= lanes) {
            self.problem(VerifyProblem::Lane { op, lane }, loc);
        }
    }

    pub(super) fn log(&mut self, pieces: usize, values: usize, loc: Loc) {
        if !self.aside {
            self.problem(VerifyProblem::LogOutside, loc);
        }
        if pieces != values + 1 {
            let gaps = pieces.saturating_sub(1);
            self.problem(VerifyProblem::LogText { values, gaps }, loc);
        }
    }
}

/// What an invocation gets where each gives a value of type `ty`.
fn result_type(op: SubgroupOp, ty: Type) -> Option<Type> {
    use SubgroupOp::*;
    let fits = match op {
        All | Any | Ballot => ty == Type::BOOL,
        Reduce(Combine::And | Combine::Or | Combine::Xor) => ty.scalar.is_integer(),
        _ => ty.scalar.is_numeric(),
    };
    fits.then_some(match op {
        Ballot => Type::vector(4, Scalar::U32),
        _ => ty,
    })
}

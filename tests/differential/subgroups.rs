//! Exchanges among the invocations of a subgroup, all of them together.
//!
//! Subgroups are taken to have a power of two of invocations, 4 at least, and to follow each other in the order of
//! `local_invocation_index()`. Every lane that is asked for a value is there, however many there are.

use super::generate::Generator;
use super::sorts::{Grid, Sort};
use hesper_shader::tree::{
    BinaryOp, BuiltinValue, Combine, ExprId, Math, Root, Scalar, StmtKind, SubgroupOp, Type,
};

/// The fewest invocations of a subgroup.
const FEWEST: u32 = 4;

/// Sums of reals as large as memory holds, of 128 invocations.
const SUM: Grid = Grid {
    max: Grid::SETTLED.max + 7,
    bits: Grid::SETTLED.bits,
};

impl Generator<'_> {
    pub(crate) fn exchanges(&mut self) {
        self.several(4, |this| match this.choices.below(4) {
            0 => this.reduction(),
            1 => this.vote(),
            _ => this.movement(),
        });
    }

    fn exchange(&mut self, op: SubgroupOp, value: ExprId, ty: Type, grid: Grid) {
        let result = self.w.result_on(ty, grid);
        self.w.stmt(StmtKind::Subgroup { op, value, result });
        self.scope.push(result);
        // Into the digest, lest it be forgotten.
        let (sort, kept) = (self.w.sort(result), self.settled(result));
        let local = self.w.local(sort, None);
        self.w.store(Root::Local(local), Vec::new(), kept);
        self.locals.push((local, sort, None));
    }

    /// All values combined, or those of lower lanes; reals as far as no order of doing so shows.
    fn reduction(&mut self) {
        let sort = self.sort(false);
        let value = self.held(sort, 3);
        let combine = match (sort.ty.scalar, sort.rough) {
            (Scalar::F32, true) => self.choices.pick(&[Combine::Max, Combine::Min]),
            (Scalar::F32, false) => self
                .choices
                .pick(&[Combine::Add, Combine::Max, Combine::Min]),
            _ => self.choices.pick(&Combine::ALL),
        };
        let scans = matches!(combine, Combine::Add | Combine::Multiply);
        let op = match self.choices.below(if scans { 3 } else { 1 }) {
            0 => SubgroupOp::Reduce(combine),
            1 => SubgroupOp::InclusiveScan(combine),
            _ => SubgroupOp::ExclusiveScan(combine),
        };
        let grid = match combine {
            Combine::Add if sort.is_exact_real() => SUM,
            _ => sort.grid(),
        };
        self.exchange(op, value, sort.ty, grid);
    }

    fn vote(&mut self) {
        let value = self.held(Sort::BOOL, 3);
        let votes = [SubgroupOp::All, SubgroupOp::Any, SubgroupOp::Ballot];
        let op = self.choices.pick(&votes);
        let ty = match op {
            SubgroupOp::Ballot => Type::vector(4, Scalar::U32),
            _ => Type::BOOL,
        };
        self.exchange(op, value, ty, Grid::SETTLED);
    }

    /// The value of another lane.
    fn movement(&mut self) {
        let sort = self.sort(false);
        let value = self.held(sort, 3);
        // Lanes up to here are in every subgroup.
        let invocations = self.tree.invocations() as u32;
        let whole = invocations.is_power_of_two();
        let lanes = if whole { invocations.min(FEWEST) } else { 1 };
        let fixed = self.choices.below(lanes as usize) as u32;
        let op = match self.choices.below(if lanes == FEWEST { 10 } else { 6 }) {
            0 => SubgroupOp::BroadcastFirst,
            1 => SubgroupOp::Broadcast(fixed),
            2 => SubgroupOp::Shuffle(self.lane(whole)),
            3 => SubgroupOp::ShuffleXor(self.mask(whole)),
            // Some lane is asked for one that is not there by any other distance.
            4 => SubgroupOp::ShuffleUp(self.w.u32(0)),
            5 => SubgroupOp::ShuffleDown(self.w.u32(0)),
            6 => SubgroupOp::QuadBroadcast(fixed),
            7 => SubgroupOp::QuadSwapX,
            8 => SubgroupOp::QuadSwapY,
            _ => SubgroupOp::QuadSwapDiagonal,
        };
        self.exchange(op, value, sort.ty, sort.grid());
    }

    /// Any lane of the subgroup, or its own where some subgroup is not full.
    fn lane(&mut self, whole: bool) -> ExprId {
        if !whole {
            return self.builtin(BuiltinValue::SubgroupInvocationId);
        }
        let value = self.expr(Sort::U32, 2);
        let lanes = self.lanes();
        self.w.integer(BinaryOp::Remainder, value, lanes)
    }

    /// A mask that leads from a lane to a lane, the same for the whole workgroup.
    fn mask(&mut self, whole: bool) -> ExprId {
        if !whole {
            return self.w.u32(0);
        }
        let value = self.uniform_u32();
        let lanes = self.lanes();
        self.w.integer(BinaryOp::Remainder, value, lanes)
    }

    /// How many invocations are in a subgroup, where all are full.
    fn lanes(&mut self) -> ExprId {
        let size = self.builtin(BuiltinValue::SubgroupSize);
        let invocations = self.w.u32(self.tree.invocations() as u32);
        self.w.math(Math::Min, &[size, invocations], Grid::SETTLED)
    }
}

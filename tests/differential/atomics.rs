//! Atomics whose order does not matter: updates that commute, one kind of them for each place.

use super::generate::Generator;
use super::sorts::Sort;
use hesper_shader::tree::{
    Access, AtomicOp, AtomicUpdate, Barrier, BinaryOp, Block, BuiltinValue, ParamId, ParamKind,
    Place, Root, Scalar, Step, StmtKind, Type, WorkgroupId,
};

/// Updates that commute among themselves: a place is given one of them between two barriers, or in the whole kernel.
const UPDATES: [AtomicUpdate; 7] = {
    use AtomicUpdate::{Add, And, Max, Min, Or, Subtract, Xor};
    [Add, Max, Min, And, Or, Xor, Subtract]
};

/// Elements of an atomic workgroup variable.
const VOTES: u32 = 4;

impl Generator<'_> {
    pub(crate) fn declare_atomics(&mut self) {
        let mut sort = || {
            let scalar = self.choices.pick(&[Scalar::U32, Scalar::I32]);
            Sort::exact(Type::scalar(scalar))
        };
        let (shared, counted) = (sort(), sort());
        let access = Access::Atomic;
        let element = counted.ty;
        self.param("counts", ParamKind::Storage { element, access }, counted);
        self.shared_variable("votes", shared, vec![VOTES], true);
    }

    /// Updates any element of the atomic buffer, if there is one. The update follows from the parameter: one for each.
    pub(crate) fn atomic_update(&mut self) {
        let is_atomic =
            |kind| matches!(kind, ParamKind::Storage { access, .. } if access == Access::Atomic);
        let position = self.tree.params.iter().position(|p| is_atomic(p.kind));
        let Some(param) = position.map(|p| ParamId(p as u32)) else {
            return;
        };
        let sort = self.buffers[param.index()];
        let value = self.expr(sort, 2);
        let path = vec![Step::Index(self.buffer_index(param))];
        let root = Root::Storage(param);
        let op = AtomicOp::Update(UPDATES[param.index() % UPDATES.len()], value);
        // The value before depends on the order.
        self.w.atomic(Place { root, path }, op, sort);
    }

    /// The first invocation clears, all vote, all read.
    pub(crate) fn atomic_phase(&mut self, variable: WorkgroupId) {
        let sort = self.shared[variable.index()];
        let root = Root::Workgroup(variable);
        self.clear(variable, sort);
        self.w.stmt(StmtKind::Barrier(Barrier::Workgroup));
        match self.choices.below(4) {
            0 | 1 => {
                let update = self.choices.pick(&UPDATES);
                let value = self.expr(sort, 2);
                self.vote_for(variable, sort, AtomicOp::Update(update, value));
            }
            2 => {
                // One value for all.
                let value = self.literal(sort);
                let op = AtomicOp::Update(AtomicUpdate::Exchange, value);
                self.vote_for(variable, sort, op);
            }
            _ => self.add_by_exchange(variable, sort),
        }
        self.w.stmt(StmtKind::Barrier(Barrier::Workgroup));
        let path = vec![self.index_below(VOTES)];
        let result = self.w.atomic(Place { root, path }, AtomicOp::Load, sort);
        self.w.stmt(StmtKind::Barrier(Barrier::Workgroup));
        self.scope.extend(result);
        if let Some(result) = result {
            // Into the digest, lest it be forgotten.
            let local = self.w.local(sort, None);
            self.w.store(Root::Local(local), Vec::new(), result);
            self.locals.push((local, sort, None));
        }
    }

    fn vote_for(&mut self, variable: WorkgroupId, sort: Sort, op: AtomicOp) {
        let (root, path) = (Root::Workgroup(variable), vec![self.index_below(VOTES)]);
        self.w.atomic(Place { root, path }, op, sort);
    }

    /// `loop { if place.compare_exchange_weak(old, old + value) { break } }`, where `old` is what was there before.
    fn add_by_exchange(&mut self, variable: WorkgroupId, sort: Sort) {
        let value = self.expr(sort, 2);
        let (root, path) = (Root::Workgroup(variable), vec![self.index_below(VOTES)]);
        let place = Place { root, path };
        self.w.open();
        let old = self.w.result(sort);
        self.w.stmt(StmtKind::Atomic {
            place: place.clone(),
            op: AtomicOp::Load,
            result: Some(old),
        });
        let new = self.w.integer(BinaryOp::WrappingAdd, old, value);
        let exchanged = self.w.result(Sort::BOOL);
        let op = AtomicOp::CompareExchangeWeak {
            expected: old,
            new,
            exchanged,
        };
        self.w.atomic(place, op, sort);
        self.w.open();
        self.w.stmt(StmtKind::Break);
        let leave = self.w.close();
        self.w.branch(exchanged, leave, Block::new());
        let body = self.w.close();
        self.w.stmt(StmtKind::Loop { body });
    }

    fn clear(&mut self, variable: WorkgroupId, sort: Sort) {
        let value = self.expr(sort, 1);
        let lane = self.builtin(BuiltinValue::LocalInvocationIndex);
        let zero = self.w.u32(0);
        let first = self.w.integer(BinaryOp::Equal, lane, zero);
        self.w.open();
        for i in 0..VOTES {
            let path = vec![Step::Index(self.w.u32(i))];
            let root = Root::Workgroup(variable);
            self.w
                .atomic(Place { root, path }, AtomicOp::Store(value), sort);
        }
        let accept = self.w.close();
        self.w.branch(first, accept, Block::new());
    }
}

//! Statements of parts of the language that are switched on one by one; see [`Feature`](super::Feature).

use super::generate::Generator;
use super::sorts::Sort;
use hesper_shader::tree::{
    Access, AtomicOp, AtomicUpdate, Barrier, BuiltinValue, Combine, ExprId, ParamId, ParamKind,
    Place, Root, Scalar, Step, StmtKind, SubgroupOp, Type, WorkgroupId,
};

/// Updates that commute among themselves: a place is given one of them in the whole kernel.
const UPDATES: [AtomicUpdate; 6] = {
    use AtomicUpdate::{Add, And, Max, Min, Or, Xor};
    [Add, Max, Min, And, Or, Xor]
};

const ATOMIC_SCALARS: [Scalar; 2] = [Scalar::U32, Scalar::I32];

impl Generator<'_> {
    pub(crate) fn declare_atomics(&mut self) {
        let mut sort = || Sort::exact(Type::scalar(self.choices.pick(&ATOMIC_SCALARS)));
        let (shared, counted) = (sort(), sort());
        let access = Access::Atomic;
        let element = counted.ty;
        self.param("counts", ParamKind::Storage { element, access }, counted);
        self.shared_variable("votes", shared, vec![4], true);
    }

    /// Updates any element of an atomic buffer. The update follows from the parameter: one for each.
    pub(crate) fn atomic_update(&mut self) {
        let is_atomic = |kind: &ParamKind| {
            matches!(
                kind,
                ParamKind::Storage {
                    access: Access::Atomic,
                    ..
                }
            )
        };
        let position = self.tree.params.iter().position(|p| is_atomic(&p.kind));
        let Some(param) = position.map(|p| ParamId(p as u32)) else {
            return;
        };
        let sort = self.buffers[param.index()];
        let value = self.expr(sort, 2);
        let index = self.buffer_index(param);
        let place = Place {
            root: Root::Storage(param),
            path: vec![Step::Index(index)],
        };
        self.w.stmt(StmtKind::Atomic {
            place,
            op: AtomicOp::Update(UPDATES[param.index() % UPDATES.len()], value),
            result: None,
        });
    }

    /// All invocations vote, then all read.
    pub(crate) fn atomic_phase(&mut self, variable: WorkgroupId) {
        let sort = self.shared[variable.index()];
        let update = self.choices.pick(&UPDATES);
        let value = self.expr(sort, 2);
        let place = |this: &mut Self| Place {
            root: Root::Workgroup(variable),
            path: vec![this.index_below(4)],
        };
        let op = AtomicOp::Update(update, value);
        let (voted, read) = (place(self), place(self));
        self.w.stmt(StmtKind::Atomic {
            place: voted,
            op,
            result: None,
        });
        self.w.stmt(StmtKind::Barrier(Barrier::Workgroup));
        let result = self.w.result(sort);
        self.w.stmt(StmtKind::Atomic {
            place: read,
            op: AtomicOp::Load,
            result: Some(result),
        });
        self.w.stmt(StmtKind::Barrier(Barrier::Workgroup));
        self.scope.push(result);
    }

    pub(crate) fn declare_local_array(&mut self) {
        let sort = self.sort(true);
        let length = 1 + self.choices.below(5) as u32;
        let id = self.w.local(sort, Some(length));
        for i in 0..length {
            let value = self.stored(sort, 0);
            let index = self.w.u32(i);
            self.w
                .store(Root::Local(id), vec![Step::Index(index)], value);
        }
        self.locals.push((id, sort, Some(length)));
    }

    pub(crate) fn aside(&mut self) {
        let scope = self.scope.len();
        self.w.open();
        let sort = self.sort(true);
        let value = self.expr(sort, 2);
        self.w.stmt(StmtKind::Log {
            text: vec!["value ".to_string(), String::new()],
            values: vec![value],
        });
        let body = self.w.close();
        self.scope.truncate(scope);
        self.w.stmt(StmtKind::Aside { body });
    }

    /// An exchange with neighbours, wherever it stands.
    pub(crate) fn subgroup(&mut self) {
        let sort = self.sort(false);
        let value = self.expr(Sort::exact(sort.ty.with_scalar(Scalar::U32)), 2);
        let lane = self.builtin(BuiltinValue::SubgroupInvocationId);
        let one: ExprId = self.w.u32(1);
        let ops = [
            SubgroupOp::Reduce(Combine::Add),
            SubgroupOp::Reduce(Combine::Max),
            SubgroupOp::InclusiveScan(Combine::Add),
            SubgroupOp::ExclusiveScan(Combine::Multiply),
            SubgroupOp::BroadcastFirst,
            SubgroupOp::Broadcast(0),
            SubgroupOp::Shuffle(lane),
            SubgroupOp::ShuffleUp(one),
            SubgroupOp::ShuffleDown(one),
            SubgroupOp::ShuffleXor(one),
            SubgroupOp::QuadBroadcast(1),
            SubgroupOp::QuadSwapX,
        ];
        let op = self.choices.pick(&ops);
        let result = self.w.result(self.w.sort(value));
        self.w.stmt(StmtKind::Subgroup { op, value, result });
        self.scope.push(result);
    }
}

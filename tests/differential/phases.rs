//! Phases of workgroup memory: write, barrier, read, barrier, by the whole workgroup.

use super::generate::Generator;
use super::sorts::{Grid, Sort};
use hesper_shader::tree::{
    Barrier, BinaryOp, Block, BuiltinValue, ExprId, ExprKind, ParamId, ParamKind, Place, Root,
    Scalar, Step, StmtKind, Type, WorkgroupId,
};

impl Generator<'_> {
    /// One phase, now and then in a loop or branch that the workgroup takes as a whole.
    pub(crate) fn phase(&mut self, variable: WorkgroupId) {
        if self.tree.workgroup[variable.index()].atomic {
            return self.atomic_phase(variable);
        }
        match self.choices.below(4) {
            0 | 1 => self.write_and_read(variable),
            2 => {
                let trips = self.uniform_trips();
                let counter = self.w.result(Sort::U32);
                let body = self.uniform_block(variable, Some(counter));
                self.w.stmt(StmtKind::For {
                    counter,
                    trips,
                    body,
                });
            }
            _ => {
                let condition = self.uniform_condition();
                let accept = self.uniform_block(variable, None);
                self.w.branch(condition, accept, Vec::new());
            }
        }
    }

    fn uniform_block(&mut self, variable: WorkgroupId, counter: Option<ExprId>) -> Block {
        let (scope, weight) = (self.scope.len(), self.weight);
        let uniform = self.uniform.len();
        self.w.open();
        if let Some(counter) = counter {
            self.weight *= 3;
            self.scope.push(counter);
        }
        self.write_and_read(variable);
        self.scope.truncate(scope);
        self.uniform.truncate(uniform);
        self.weight = weight;
        self.w.close()
    }

    fn write_and_read(&mut self, variable: WorkgroupId) {
        let sort = self.shared[variable.index()];
        let dims = self.tree.workgroup[variable.index()].dims.clone();
        let value = self.stored(sort, 3);
        let invocations = self.tree.invocations() as u32;
        let lane = self.builtin(BuiltinValue::LocalInvocationIndex);
        if !dims.is_empty() {
            let path = self.path_of(lane, &dims);
            self.w.store(Root::Workgroup(variable), path, value);
        }
        // The first invocation writes what the others leave: all elements are written before any is read.
        let all = dims.iter().product();
        let written = if dims.is_empty() { 0 } else { invocations };
        if written < all {
            let zero = self.w.u32(0);
            let first = self.w.integer(BinaryOp::Equal, lane, zero);
            self.w.open();
            for element in written..all {
                let element = self.w.u32(element);
                let path = self.path_of(element, &dims);
                self.w.store(Root::Workgroup(variable), path, value);
            }
            let accept = self.w.close();
            self.w.branch(first, accept, Block::new());
        }
        self.barrier();
        if self.choices.one_in(3) {
            self.uniform_load(variable, sort, &dims);
        }
        self.still.push(variable);
        self.statements(3);
        self.keep_something_of(variable);
        self.still.pop();
        self.barrier();
    }

    /// The path to an element of an array by its number.
    fn path_of(&mut self, element: ExprId, dims: &[u32]) -> Vec<Step> {
        match dims {
            [] => Vec::new(),
            [_, columns] => {
                let columns = self.w.u32(*columns);
                let row = self.w.integer(BinaryOp::Divide, element, columns);
                let column = self.w.integer(BinaryOp::Remainder, element, columns);
                vec![Step::Index(row), Step::Index(column)]
            }
            _ => vec![Step::Index(element)],
        }
    }

    fn barrier(&mut self) {
        if self.choices.one_in(6) {
            self.w.stmt(StmtKind::Barrier(Barrier::Storage));
        }
        self.w.stmt(StmtKind::Barrier(Barrier::Workgroup));
    }

    /// Reads an element into a local of its sort, lest all that was written be forgotten.
    fn keep_something_of(&mut self, variable: WorkgroupId) {
        let sort = self.shared[variable.index()];
        let fitting = |(_, s, length): &&(_, Sort, Option<u32>)| sort == *s && length.is_none();
        let Some((local, ..)) = self.locals.iter().find(fitting).copied() else {
            return;
        };
        let path = self.shared_path(variable);
        let value = self.w.load(Root::Workgroup(variable), path, sort);
        self.w.store(Root::Local(local), Vec::new(), value);
    }

    fn uniform_load(&mut self, variable: WorkgroupId, sort: Sort, dims: &[u32]) {
        let path = dims.iter().map(|n| {
            let (value, n) = (self.uniform_u32(), self.w.u32(*n));
            Step::Index(self.w.integer(BinaryOp::Remainder, value, n))
        });
        let path = path.collect();
        let root = Root::Workgroup(variable);
        let result = self.w.result(sort);
        let place = Place { root, path };
        self.w.stmt(StmtKind::UniformLoad { place, result });
        self.scope.push(result);
        if sort == Sort::U32 {
            self.uniform.push(result);
        }
    }

    /// A small number of trips, the same for a whole workgroup in the eyes of WGSL.
    fn uniform_trips(&mut self) -> ExprId {
        let three = self.w.u32(3);
        let value = self.uniform_u32();
        self.w.integer(BinaryOp::And, value, three)
    }

    fn uniform_condition(&mut self) -> ExprId {
        if let Some(param) = self.uniform_param(Scalar::Bool) {
            return param;
        }
        let (a, b) = (self.uniform_u32(), self.uniform_u32());
        self.w.integer(BinaryOp::LessEqual, a, b)
    }

    pub(crate) fn uniform_u32(&mut self) -> ExprId {
        let loaded = self.uniform.last().copied();
        match self.choices.below(5) {
            0 => {
                let value = self.choices.below(4) as u32;
                self.w.u32(value)
            }
            1 => self.builtin(BuiltinValue::WorkgroupIndex),
            2 => {
                let id = self.builtin(BuiltinValue::NumWorkgroups);
                self.w.component(id, 0)
            }
            n => match loaded
                .filter(|_| n == 3)
                .or(self.uniform_param(Scalar::U32))
            {
                Some(value) => value,
                None => self
                    .w
                    .ambient(ExprKind::Length(ParamId(0)), Type::U32, Grid::SETTLED),
            },
        }
    }

    fn uniform_param(&mut self, scalar: Scalar) -> Option<ExprId> {
        let is_wanted = |kind| kind == ParamKind::Uniform(scalar);
        let position = self.tree.params.iter().position(|p| is_wanted(p.kind))?;
        let param = ParamId(position as u32);
        let ty = Type::scalar(scalar);
        Some(self.w.ambient(ExprKind::Uniform(param), ty, Grid::SETTLED))
    }
}

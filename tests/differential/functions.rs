//! Whole functions: helpers, and the kernel's own.

use super::generate::{FUEL, Generator, Helper, Leave, STAY};
use super::sorts::{Grid, Sort};
use super::writer::Writer;
use hesper_shader::tree::{
    Access, BinaryOp, BuiltinValue, ExprKind, Function, ParamId, ParamKind, Root, Step, StmtKind,
    Type, WorkgroupId,
};

impl Generator<'_> {
    /// Begins a function.
    fn begin(&mut self, name: &str, arguments: &[Sort], result: Option<Sort>) {
        let named = arguments
            .iter()
            .enumerate()
            .map(|(i, sort)| (format!("a{i}"), sort.ty))
            .collect();
        self.w = Writer::new(name, named, result.map(|sort| sort.ty));
        (self.weight, self.cost, self.fuel) = (1, 0, FUEL);
        self.scope = Vec::new();
        self.locals = Vec::new();
        for (i, sort) in (0..).zip(arguments) {
            let argument = self.w.ambient(ExprKind::Argument(i), sort.ty, sort.grid());
            self.scope.push(argument);
        }
        self.declare_locals();
    }

    fn end(&mut self) -> Function {
        let empty = Writer::new("", Vec::new(), None);
        std::mem::replace(&mut self.w, empty).finish()
    }

    pub(crate) fn helper(&mut self, position: usize) {
        let mut arguments = Vec::new();
        self.several(2, |this| arguments.push(this.sort(true)));
        let result = (!self.choices.one_in(4)).then(|| self.sort(true));
        self.begin(&format!("helper{position}x"), &arguments, result);
        self.leave = Leave {
            returns: Some(result),
            ..STAY
        };
        self.statements(3);
        if let Some(sort) = result {
            let value = self.held(sort, 3);
            self.w.stmt(StmtKind::Return(Some(value)));
        }
        let function = self.end();
        self.tree.functions.push(function);
        self.helpers.push(Helper {
            arguments,
            result,
            cost: self.cost,
        });
    }

    pub(crate) fn entry(&mut self) -> Function {
        let name = self.tree.name.clone();
        self.begin(&name, &[], None);
        self.leave = STAY;
        self.statements(2);
        for position in 0..self.shared.len() as u32 {
            self.phase(WorkgroupId(position));
        }
        if self.subgroups {
            self.exchanges();
        }
        self.leave.returns = self.choices.one_in(4).then_some(None);
        self.statements(2);
        for param in (0..self.tree.params.len() as u32).map(ParamId) {
            if let ParamKind::Storage {
                access: Access::ReadWrite,
                ..
            } = self.tree.params[param.index()].kind
            {
                self.fill(param);
            }
        }
        self.end()
    }

    /// `if i < out.len() { …; out[i] = …; }`, where `i` is this invocation's alone.
    fn fill(&mut self, param: ParamId) {
        let sort = self.buffers[param.index()];
        let digest = self.digest(param);
        let by_group = digest.is_none() && self.choices.one_in(4);
        let value = if by_group {
            BuiltinValue::WorkgroupIndex
        } else {
            BuiltinValue::GlobalIndex
        };
        let index = self.builtin(value);
        let length = self
            .w
            .ambient(ExprKind::Length(param), Type::U32, Grid::SETTLED);
        let mut condition = self.w.integer(BinaryOp::Less, index, length);
        if by_group {
            let lane = self.builtin(BuiltinValue::LocalInvocationIndex);
            let zero = self.w.u32(0);
            let first = self.w.integer(BinaryOp::Equal, lane, zero);
            condition = self.w.integer(BinaryOp::And, condition, first);
        }
        let (root, mut path) = (Root::Storage(param), vec![Step::Index(index)]);
        for dim in self.inner_dims(param) {
            path.push(self.index_below(dim));
        }
        self.w.open();
        let scope = self.scope.len();
        if let Some(digest) = digest {
            self.w.store(root, path, digest);
        } else {
            self.own.push((root, path.clone(), sort));
            self.statements(3);
            let value = self.stored(sort, 4);
            self.w.store(root, path, value);
            self.own.pop();
        }
        self.scope.truncate(scope);
        let accept = self.w.close();
        self.w.branch(condition, accept, Vec::new());
    }
}

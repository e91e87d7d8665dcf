//! What a kernel is declared with: parameters, workgroup variables, locals.

use super::generate::Generator;
use super::sorts::Sort;
use hesper_shader::tree::{
    Access, Param, ParamKind, Root, Scalar, Step, Type, WorkgroupId, WorkgroupVar,
};

impl Generator<'_> {
    /// Parameters and workgroup variables.
    pub(crate) fn declare(&mut self) {
        self.buffer("out", Access::ReadWrite);
        if self.choices.more(2) {
            self.buffer("out", Access::ReadWrite);
        }
        self.several(3, |this| this.buffer("data", Access::Read));
        if self.choices.one_in(3) {
            self.structured("out", Access::ReadWrite);
        }
        if self.choices.one_in(3) {
            self.structured("data", Access::Read);
        }
        self.several(3, |this| {
            let scalars = [Scalar::U32, Scalar::I32, Scalar::F32, Scalar::Bool];
            let scalar = this.choices.pick(&scalars);
            let sort = Sort::exact(Type::scalar(scalar));
            this.param("n", ParamKind::Uniform(scalar), sort);
        });
        self.several(2, Self::workgroup_variable);
        self.declare_digests();
        if self.choices.one_in(3) {
            self.declare_atomics();
        }
        self.subgroups = self.choices.one_in(2) && self.tree.workgroup_size[1..] == [1, 1];
        self.zero_divisors = self.choices.one_in(6);
    }

    /// Does something any number of times, up to `most`.
    pub(crate) fn several(&mut self, most: usize, mut f: impl FnMut(&mut Self)) {
        for _ in 0..most {
            if !self.choices.more(3) {
                break;
            }
            f(self);
        }
    }

    fn buffer(&mut self, name: &str, access: Access) {
        let sort = self.sort(false);
        let element = sort.ty;
        self.param(name, ParamKind::Storage { element, access }, sort);
    }

    pub(crate) fn param(&mut self, name: &str, kind: ParamKind, sort: Sort) {
        let name = format!("{name}_{}x", self.tree.params.len());
        let loc = self.tree.loc;
        self.tree.params.push(Param {
            name,
            loc,
            kind,
            any_order: None,
            field: None,
        });
        self.buffers.push(sort);
    }

    fn workgroup_variable(&mut self) {
        let invocations = self.tree.invocations() as u32;
        let dims = match self.choices.below(4) {
            0 => vec![invocations],
            1 => vec![invocations + 3],
            2 => vec![invocations.div_ceil(2), 2],
            _ => Vec::new(),
        };
        let sort = self.sort(true);
        self.shared_variable("tile", sort, dims, false);
    }

    pub(crate) fn shared_variable(
        &mut self,
        name: &str,
        sort: Sort,
        dims: Vec<u32>,
        atomic: bool,
    ) -> WorkgroupId {
        let position = self.tree.workgroup.len() as u32;
        self.tree.workgroup.push(WorkgroupVar {
            name: format!("{name}_{position}x"),
            loc: self.tree.loc,
            element: sort.ty,
            dims,
            atomic,
        });
        self.shared.push(sort);
        WorkgroupId(position)
    }

    pub(crate) fn declare_locals(&mut self) {
        self.several(3, |this| {
            let sort = this.sort(true);
            let value = this.held(sort, 1);
            let id = this.w.local(sort, None);
            this.w.store(Root::Local(id), Vec::new(), value);
            this.locals.push((id, sort, None));
        });
        if self.choices.one_in(3) {
            self.declare_local_array();
        }
    }

    fn declare_local_array(&mut self) {
        let sort = self.sort(true);
        let length = 1 + self.choices.below(5) as u32;
        let id = self.w.local(sort, Some(length));
        for i in 0..length {
            let value = self.held(sort, 0);
            let index = self.w.u32(i);
            self.w
                .store(Root::Local(id), vec![Step::Index(index)], value);
        }
        self.locals.push((id, sort, Some(length)));
    }
}

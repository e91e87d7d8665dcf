//! What is read of memory: any element of what nobody writes at present, and what belongs to this invocation.

use super::generate::Generator;
use super::sorts::{Grid, Sort};
use hesper_shader::tree::{
    Access, BinaryOp, ExprId, ExprKind, Math, ParamId, ParamKind, Root, Step, Type, WorkgroupId,
};

/// Indices within indices, at most.
const MOST_INDEXING: u32 = 2;

/// Memory that may be read here.
enum Readable {
    Element(Root, Vec<Step>),
    Buffer(ParamId),
    Shared(WorkgroupId),
    Array(Root, u32),
}

impl Generator<'_> {
    pub(crate) fn from_memory(&mut self, sort: Sort) -> Option<ExprId> {
        let fits = |s: Sort| sort.takes(s) || sort.takes(s.component());
        let mut found: Vec<(Readable, Sort)> = Vec::new();
        for (id, s, length) in self.locals.iter().filter(|(_, s, _)| fits(*s)) {
            let root = Root::Local(*id);
            found.push(match length {
                None => (Readable::Element(root, Vec::new()), *s),
                Some(length) => (Readable::Array(root, *length), *s),
            });
        }
        for (id, param) in (0..).map(ParamId).zip(&self.tree.params) {
            let s = self.buffers[id.index()];
            let is_read = matches!(
                param.kind,
                ParamKind::Storage {
                    access: Access::Read,
                    ..
                }
            );
            if is_read && fits(s) {
                found.push((Readable::Buffer(id), s));
            }
        }
        for (root, path, s) in self.own.iter().filter(|(_, _, s)| fits(*s)) {
            found.push((Readable::Element(*root, path.clone()), *s));
        }
        for id in &self.still {
            let s = self.shared[id.index()];
            if fits(s) {
                found.push((Readable::Shared(*id), s));
            }
        }
        if found.is_empty() {
            return None;
        }
        let position = self.choices.below(found.len());
        let (readable, element) = found.swap_remove(position);
        let (root, mut path) = match readable {
            Readable::Element(root, path) => (root, path),
            Readable::Buffer(id) => {
                let mut path = vec![Step::Index(self.buffer_index(id))];
                for dim in self.inner_dims(id) {
                    path.push(self.index_below(dim));
                }
                (Root::Storage(id), path)
            }
            Readable::Shared(id) => (Root::Workgroup(id), self.shared_path(id)),
            Readable::Array(root, length) => (root, vec![self.index_below(length)]),
        };
        if sort.takes(element) {
            return Some(self.w.load(root, path, element));
        }
        let component = self.choices.below(element.ty.size.into()) as u8;
        path.push(Step::Component(component));
        Some(self.w.load(root, path, element.component()))
    }

    /// An index within a buffer, which has an element at least.
    pub(crate) fn buffer_index(&mut self, param: ParamId) -> ExprId {
        let value = self.index();
        let length = self
            .w
            .ambient(ExprKind::Length(param), Type::U32, Grid::SETTLED);
        self.within(value, length)
    }

    /// A path to any element of a workgroup variable.
    pub(crate) fn shared_path(&mut self, id: WorkgroupId) -> Vec<Step> {
        let dims = self.tree.workgroup[id.index()].dims.clone();
        dims.into_iter().map(|n| self.index_below(n)).collect()
    }

    /// A step to an element of an array of this length.
    pub(crate) fn index_below(&mut self, length: u32) -> Step {
        let value = self.index();
        let length = self.w.u32(length);
        Step::Index(self.within(value, length))
    }

    /// A number brought below a length, which is 1 at least: by its remainder, or as near as can be.
    fn within(&mut self, value: ExprId, length: ExprId) -> ExprId {
        if !self.choices.one_in(4) {
            return self.w.integer(BinaryOp::Remainder, value, length);
        }
        let one = self.w.u32(1);
        let last = self.w.integer(BinaryOp::Subtract, length, one);
        self.w.math(Math::Min, &[value, last], Grid::SETTLED)
    }

    /// A number to be brought into range; of memory, unless it is read to find an index already.
    pub(crate) fn index(&mut self) -> ExprId {
        if self.indexing >= MOST_INDEXING {
            return self.literal(Sort::U32);
        }
        self.indexing += 1;
        let value = self.tamed(true, |this| this.expr(Sort::U32, 1));
        self.indexing -= 1;
        value
    }
}

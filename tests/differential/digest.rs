//! What all locals hold at the end goes into one number, lest most of what a kernel computes be forgotten.

use super::generate::Generator;
use super::sorts::{Grid, Sort};
use hesper_shader::tree::{
    Access, BinaryOp, ExprId, LocalId, ParamId, ParamKind, Root, Scalar, Step, Type, UnaryOp,
};

impl Generator<'_> {
    /// Buffers for the digests of exact and of rough values, each optional.
    pub(crate) fn declare_digests(&mut self) {
        for rough in [false, true] {
            if self.choices.more(5) {
                let element = if rough { Type::F32 } else { Type::U32 };
                let sort = Sort { ty: element, rough };
                let access = Access::ReadWrite;
                let name = if rough { "rough_digest" } else { "digest" };
                self.param(name, ParamKind::Storage { element, access }, sort);
                self.digests.push(ParamId(self.buffers.len() as u32 - 1));
            }
        }
    }

    /// The digest that belongs into this buffer, if it is for one.
    pub(crate) fn digest(&mut self, param: ParamId) -> Option<ExprId> {
        if !self.digests.contains(&param) {
            return None;
        }
        let rough = self.buffers[param.index()].rough;
        let mut digest = if rough {
            self.w.f32(0.1)
        } else {
            self.w.u32(1)
        };
        for (local, sort, length) in self.locals.clone() {
            if sort.rough != rough {
                continue;
            }
            let elements = (0..length.unwrap_or(1)).map(|i| length.map(|_| i));
            for element in elements {
                let path = element.map(|i| Step::Index(self.w.u32(i)));
                let path = path.into_iter().collect();
                digest = self.with(digest, local, path, sort);
            }
        }
        Some(digest)
    }

    /// The digest with what an element of a local holds.
    fn with(&mut self, digest: ExprId, local: LocalId, path: Vec<Step>, sort: Sort) -> ExprId {
        let mut digest = digest;
        let value = self.w.load(Root::Local(local), path, sort);
        for i in 0..sort.ty.size {
            let part = match sort.ty.size {
                1 => value,
                _ => self.w.component(value, i),
            };
            digest = if sort.rough {
                self.w.binary(BinaryOp::Add, digest, part, Grid::ROUGH)
            } else {
                self.mixed(digest, part)
            };
        }
        digest
    }

    /// `31·digest + part`, of whatever type the part is.
    fn mixed(&mut self, digest: ExprId, part: ExprId) -> ExprId {
        let mut part = part;
        if self.w.ty(part) == Type::F32 {
            // Of both signs, to quarters.
            let four = self.w.f32(4.0);
            let whole = self.w.binary(BinaryOp::Multiply, part, four, Grid::SETTLED);
            part = self.w.convert(whole, Scalar::I32, Grid::SETTLED);
            part = self.w.unary(UnaryOp::Not, part);
        }
        if self.w.ty(part) != Type::U32 {
            part = self.w.convert(part, Scalar::U32, Grid::SETTLED);
        }
        let factor = self.w.u32(31);
        let scaled = self.w.integer(BinaryOp::Multiply, digest, factor);
        self.w.integer(BinaryOp::Add, scaled, part)
    }
}

//! Random expressions of a wanted sort, apart from what is special to reals.

use super::generate::Generator;
use super::sorts::{Grid, Sort};
use hesper_shader::tree::{
    BinaryOp, BuiltinValue, ExprId, ExprKind, Literal, ParamId, ParamKind, Scalar, Type, UnaryOp,
};

/// Builtin values, as far as they do not depend on the device.
const BUILTINS: [BuiltinValue; 7] = {
    use BuiltinValue::*;
    [
        GlobalIndex,
        LocalInvocationIndex,
        WorkgroupIndex,
        GlobalInvocationId,
        LocalInvocationId,
        WorkgroupId,
        NumWorkgroups,
    ]
};

const OF_SUBGROUPS: [BuiltinValue; 4] = {
    use BuiltinValue::*;
    [SubgroupInvocationId, SubgroupId, SubgroupSize, NumSubgroups]
};

impl Generator<'_> {
    /// A value for a local, an argument or a result, from where it may reach an index.
    pub(crate) fn held(&mut self, sort: Sort, depth: u32) -> ExprId {
        self.tamed(true, |this| this.stored(sort, depth))
    }

    /// Makes something while values may reach an index, so that none of them may wrap unmeant; or while they cannot.
    pub(crate) fn tamed<T>(&mut self, tame: bool, make: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.tame, tame);
        let made = make(self);
        self.tame = before;
        made
    }

    /// A value fit for memory: an exact real is brought to the grid that memory holds.
    pub(crate) fn stored(&mut self, sort: Sort, depth: u32) -> ExprId {
        let value = self.expr(sort, depth);
        self.settled(value)
    }

    /// A value of this sort, of expressions nested `depth` deep at most.
    pub(crate) fn expr(&mut self, sort: Sort, depth: u32) -> ExprId {
        if depth == 0 {
            return self.leaf(sort);
        }
        match self.choices.below(6) {
            0 | 1 => self.leaf(sort),
            2 => self.structural(sort, depth - 1),
            _ => match sort.ty.scalar {
                Scalar::F16 | Scalar::F32 => self.real(sort, depth - 1),
                Scalar::Bool => self.truth(sort, depth - 1),
                Scalar::I32 | Scalar::U32 => self.whole(sort, depth - 1),
            },
        }
    }

    fn leaf(&mut self, sort: Sort) -> ExprId {
        type Source<'c> = fn(&mut Generator<'c>, Sort) -> Option<ExprId>;
        let sources: [Source<'_>; 3] = [Self::from_memory, Self::from_scope, Self::ambient];
        let first = match self.choices.below(6) {
            0 => return self.literal(sort),
            1..=3 => 0,
            n => n - 3,
        };
        for i in 0..sources.len() {
            if let Some(found) = sources[(first + i) % sources.len()](self, sort) {
                return found;
            }
        }
        self.literal(sort)
    }

    pub(crate) fn literal(&mut self, sort: Sort) -> ExprId {
        let literal = match sort.ty.scalar {
            Scalar::F16 | Scalar::F32 => {
                let scalar = self.real_literal(sort.rough);
                return self.w.splat(scalar, sort.ty.size);
            }
            Scalar::U32 => Literal::U32(self.special()),
            Scalar::I32 => Literal::I32(self.special() as i32),
            Scalar::Bool => Literal::Bool(self.choices.one_in(2)),
        };
        let scalar = self.w.literal(literal);
        self.w.splat(scalar, sort.ty.size)
    }

    fn from_scope(&mut self, sort: Sort) -> Option<ExprId> {
        let fits = |id: &ExprId| sort.takes(self.w.sort(*id)) && !(self.tame && self.w.wraps(*id));
        let fitting: Vec<ExprId> = self.scope.iter().copied().filter(fits).collect();
        (!fitting.is_empty()).then(|| self.choices.pick(&fitting))
    }

    fn ambient(&mut self, sort: Sort) -> Option<ExprId> {
        let mut found: Vec<ExprKind> = Vec::new();
        for (id, param) in (0..).map(ParamId).zip(&self.tree.params) {
            match param.kind {
                ParamKind::Uniform(scalar) if Type::scalar(scalar) == sort.ty => {
                    found.push(ExprKind::Uniform(id));
                }
                ParamKind::Storage { .. } if sort.ty == Type::U32 => {
                    found.push(ExprKind::Length(id));
                }
                _ => {}
            }
        }
        let of_subgroups: &[BuiltinValue] = if self.subgroups { &OF_SUBGROUPS } else { &[] };
        let builtins = BUILTINS.iter().chain(of_subgroups);
        let builtins = builtins.filter(|b| b.ty() == sort.ty);
        found.extend(builtins.map(|b| ExprKind::BuiltinValue(*b)));
        if found.is_empty() {
            return None;
        }
        let kind = self.choices.pick(&found);
        Some(self.w.ambient(kind, sort.ty, Grid::SETTLED))
    }

    /// Selections, vectors and components.
    fn structural(&mut self, sort: Sort, depth: u32) -> ExprId {
        match self.choices.below(3) {
            0 => {
                let condition = self.tamed(false, |this| this.expr(Sort::BOOL, depth));
                let (on_true, on_false) = (self.expr(sort, depth), self.expr(sort, depth));
                let grid = self.w.grid(on_true).or(self.w.grid(on_false));
                let kind = ExprKind::Select {
                    condition,
                    on_true,
                    on_false,
                };
                self.w.emit(kind, sort.ty, grid)
            }
            1 if sort.ty.is_scalar() => {
                let size = self.choices.pick(&[2, 3, 4]);
                let vector = self.expr(sort.sized(size), depth);
                let component = self.choices.below(size.into()) as u8;
                self.w.component(vector, component)
            }
            1 => {
                let scalar = self.expr(sort.component(), depth);
                self.w.splat(scalar, sort.ty.size)
            }
            _ if sort.ty.is_scalar() => self.called(sort, depth),
            _ => {
                let parts: Vec<ExprId> = (0..sort.ty.size)
                    .map(|_| self.expr(sort.component(), depth.min(1)))
                    .collect();
                let grids = parts.iter().map(|part| self.w.grid(*part));
                let grid = grids.fold(Grid::SETTLED, Grid::or);
                self.w.emit(ExprKind::Compose(parts), sort.ty, grid)
            }
        }
    }

    /// What a helper returns, where one returns this.
    fn called(&mut self, sort: Sort, depth: u32) -> ExprId {
        let fits = |result: Option<Sort>| result.is_some_and(|s| sort.takes(s));
        let position = self.helpers.iter().position(|h| fits(h.result));
        // An aside has no effects, and what a helper does is not looked at.
        let position = position.filter(|_| !self.aside);
        match position.and_then(|position| self.call(position, depth)) {
            Some(result) => result,
            None => self.leaf(sort),
        }
    }

    fn truth(&mut self, sort: Sort, depth: u32) -> ExprId {
        let size = sort.ty.size;
        match self.choices.below(8) {
            0 => {
                let a = self.expr(sort, depth);
                self.w.unary(UnaryOp::Not, a)
            }
            1 => {
                use BinaryOp::{And, Equal, NotEqual, Or, Xor};
                let op = self.choices.pick(&[And, Or, Xor, Equal, NotEqual]);
                let (a, b) = (self.expr(sort, depth), self.expr(sort, depth));
                self.w.integer(op, a, b)
            }
            2 if size == 1 && self.choices.one_in(2) => self.truth_of_many(depth),
            2 => {
                let scalar = self.choices.pick(&[Scalar::U32, Scalar::I32, Scalar::F32]);
                let a = self.expr(Sort::exact(Type::vector(size, scalar)), depth);
                self.w.convert(a, Scalar::Bool, Grid::SETTLED)
            }
            _ => {
                use BinaryOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
                let ops = [Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual];
                let op = self.choices.pick(&ops);
                let scalar = self.choices.pick(&[Scalar::U32, Scalar::I32, Scalar::F32]);
                let operand = Sort::exact(Type::vector(size, scalar));
                // What is compared reaches nothing.
                self.tamed(false, |this| {
                    let (a, b) = (this.expr(operand, depth), this.expr(operand, depth));
                    this.w.integer(op, a, b)
                })
            }
        }
    }
}

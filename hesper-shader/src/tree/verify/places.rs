//! Places: that they exist, lead to a value, and may be used as they are.

use super::{Verifier, VerifyProblem};
use crate::tree::{Access, ExprKind, Literal, Loc, ParamKind, Place, Portion, Root, Step, Type};

/// How a statement uses a place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Load,
    Store,
    Atomic,
    Uniform,
}

impl Verifier<'_> {
    /// The type of a place, or `None` after noting what is wrong with it.
    pub(super) fn place(&mut self, place: &Place, usage: Use, loc: Loc) -> Option<Type> {
        let root = match place.root {
            Root::Storage(id) => self.tree.params.get(id.index()).and_then(|p| match p.kind {
                ParamKind::Storage { element, access } => {
                    let inner = self.tree.field(id).map_or(0, |(_, leaf)| leaf.dims.len());
                    Some((&p.name, element, 1 + inner, access))
                }
                ParamKind::Uniform(_) => None,
            }),
            Root::Workgroup(id) => self.tree.workgroup.get(id.index()).map(|v| {
                let access = match v.atomic {
                    true => Access::Atomic,
                    false => Access::ReadWrite,
                };
                (&v.name, v.element, v.dims.len(), access)
            }),
            Root::Local(id) => self
                .function
                .locals
                .get(id.index())
                .map(|l| (&l.name, l.ty, l.dims.len(), Access::ReadWrite)),
        };
        let Some((name, element, dims, access)) = root else {
            self.problem(VerifyProblem::BadHandle("variable"), loc);
            return None;
        };
        let uniform = matches!(place.root, Root::Workgroup(_)) && place.path.len() == dims;
        match (usage, access) {
            (Use::Store, Access::Read) => {
                self.problem(VerifyProblem::ReadOnly(name.clone()), loc);
            }
            (Use::Load | Use::Store, Access::Atomic) => {
                self.problem(VerifyProblem::PlainAccess(name.clone()), loc);
            }
            (Use::Atomic, Access::Read | Access::ReadWrite) => {
                self.problem(VerifyProblem::NotAtomic(name.clone()), loc);
            }
            (Use::Uniform, _) if !uniform => {
                self.problem(VerifyProblem::UniformLoad(name.clone()), loc);
            }
            _ => {}
        }
        match path_type(element, dims, &place.path) {
            Some(ty) => {
                place.for_each_index(|id| self.expect("the index", self.ty_at(id), Type::U32, loc));
                self.bounds(place, name, loc);
                self.only_element(place, name, loc);
                Some(ty)
            }
            None => {
                self.problem(VerifyProblem::BadPath(name.clone()), loc);
                None
            }
        }
    }

    /// A buffer that is one element and no array has no other than that of number 0, but in its tail.
    fn only_element(&mut self, place: &Place, name: &str, loc: Loc) {
        let Root::Storage(id) = place.root else {
            return;
        };
        let Some(Step::Index(first)) = place.path.first() else {
            return;
        };
        let zero = ExprKind::Literal(Literal::U32(0));
        let is_first = self.function.get(*first).is_some_and(|e| e.kind == zero);
        let single = self
            .tree
            .field(id)
            .is_some_and(|(buffer, leaf)| buffer.single && leaf.portion != Portion::Tail);
        if single && !is_first {
            self.problem(VerifyProblem::BadPath(name.to_string()), loc);
        }
    }

    /// Constant indices of arrays whose length is known.
    fn bounds(&mut self, place: &Place, name: &str, loc: Loc) {
        let lengths: &[u32] = match place.root {
            Root::Storage(id) => self.tree.field(id).map_or(&[], |(_, leaf)| &leaf.dims),
            Root::Workgroup(id) => self.tree.workgroup.get(id.index()).map_or(&[], |v| &v.dims),
            Root::Local(id) => self
                .function
                .locals
                .get(id.index())
                .map_or(&[], |l| &l.dims),
        };
        // How many elements a buffer has is not known here.
        let known = usize::from(matches!(place.root, Root::Storage(_)));
        for (step, length) in place.path.iter().skip(known).zip(lengths) {
            if let Step::Index(id) = step
                && let Some(ExprKind::Literal(Literal::U32(index))) =
                    self.function.get(*id).map(|e| &e.kind)
                && index >= length
            {
                let (name, index, length) = (name.to_string(), *index, *length);
                self.problem(
                    VerifyProblem::IndexBeyond {
                        name,
                        index,
                        length,
                    },
                    loc,
                );
            }
        }
    }
}

/// The type a path leads to from a variable of `dims` array dimensions over `element`.
fn path_type(element: Type, dims: usize, path: &[Step]) -> Option<Type> {
    let (indices, rest) = path.split_at_checked(dims)?;
    if !indices.iter().all(|s| matches!(s, Step::Index(_))) {
        return None;
    }
    match rest {
        [] => Some(element),
        [Step::Component(c)] if !element.is_scalar() && *c < element.size => {
            Some(element.component())
        }
        _ => None,
    }
}

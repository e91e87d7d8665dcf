//! Local arrays: variables of each invocation with several elements.

use super::error::RecordProblem;
use super::exp::Exp;
use super::memory::{ArrayArgument, Place, WorkgroupArray, length};
use super::recorder::Recorder;
use super::relations::IndexTy;
use crate::shader_type::ShaderType;
use crate::tree::{self, ExprId, ExprKind, Literal, Loc, LocalId, Root, Step, StmtKind, Type};

/// An array of each invocation, `let mut a = [0.0; N]`.
pub struct LocalArray<'m, T> {
    place: Place<'m, T>,
    length: u32,
}

impl<T> Clone for LocalArray<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for LocalArray<'_, T> {}

impl<'m, T: ShaderType> LocalArray<'m, T> {
    /// The place of an element.
    #[track_caller]
    pub fn at<I: IndexTy>(self, index: Exp<'m, I>) -> Place<'m, T> {
        self.place.index(index, Loc::caller())
    }

    /// Number of elements.
    #[track_caller]
    pub fn len(self) -> Exp<'m, u32> {
        length(self.place.recorder, self.length, Loc::caller())
    }
}

impl<'m, T: ShaderType, L> ArrayArgument<'m, T, L> for LocalArray<'m, T> {
    fn array(self) -> WorkgroupArray<'m, T> {
        WorkgroupArray::new(self.place, self.length)
    }
}

impl Recorder {
    /// `let mut name = [value; length]`: a local array of equal elements.
    #[track_caller]
    pub fn array_of<'m, T: ShaderType>(
        &'m self,
        name: &str,
        value: Exp<'m, T>,
        length: u32,
    ) -> LocalArray<'m, T> {
        let loc = Loc::caller();
        let value = self.own(value, loc);
        let local = self.with(|s| s.array_of(name, (value, T::TYPE), length, loc));
        self.array(local, length)
    }

    /// `let mut name = [a, b, c]`: a local array of these elements.
    #[track_caller]
    pub fn array_from<'m, T: ShaderType>(
        &'m self,
        name: &str,
        elements: &[Exp<'m, T>],
    ) -> LocalArray<'m, T> {
        let loc = Loc::caller();
        let elements: Vec<ExprId> = elements.iter().map(|e| self.own(*e, loc)).collect();
        let local = self.with(|s| s.array_from(name, &elements, T::TYPE, loc));
        self.array(local, elements.len() as u32)
    }

    /// The length that an array's type, `: [T; length]`, says; another one is a mistake.
    #[track_caller]
    pub fn array_length<'m, T: ShaderType>(
        &'m self,
        array: LocalArray<'m, T>,
        length: u32,
    ) -> LocalArray<'m, T> {
        let found = array.length;
        if found != length {
            let problem = RecordProblem::ArrayLength { length, found };
            self.with(|s| s.problem(problem, Loc::caller()));
        }
        array
    }

    fn array<T: ShaderType>(&self, local: LocalId, length: u32) -> LocalArray<'_, T> {
        let place = Place::new(self, Root::Local(local));
        LocalArray { place, length }
    }
}

impl super::state::State {
    /// `for k in 0..length { store name[k] = value }`
    fn array_of(
        &mut self,
        name: &str,
        (value, ty): (ExprId, Type),
        length: u32,
        loc: Loc,
    ) -> LocalId {
        let local = self.local(name, ty, Some(length), loc);
        let trips = self.expr(ExprKind::Literal(Literal::U32(length)), Type::U32, loc);
        let counter = self.expr(ExprKind::Result, Type::U32, loc);
        let store = tree::Stmt {
            kind: StmtKind::Store {
                place: element(local, counter),
                value,
            },
            loc,
        };
        let body = vec![store];
        self.push(
            StmtKind::For {
                counter,
                trips,
                body,
            },
            loc,
        );
        local
    }

    pub(super) fn array_from(
        &mut self,
        name: &str,
        elements: &[ExprId],
        ty: Type,
        loc: Loc,
    ) -> LocalId {
        let local = self.local(name, ty, Some(elements.len() as u32), loc);
        for (index, value) in (0..).zip(elements) {
            let index = self.u32(index, loc);
            let (place, value) = (element(local, index), *value);
            self.push(StmtKind::Store { place, value }, loc);
        }
        local
    }
}

pub(super) fn element(local: LocalId, index: ExprId) -> tree::Place {
    tree::Place {
        root: Root::Local(local),
        path: vec![Step::Index(index)],
    }
}

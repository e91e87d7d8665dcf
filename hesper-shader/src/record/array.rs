//! Local arrays: variables of each invocation with several elements.

use super::error::RecordProblem;
use super::exp::Exp;
use super::memory::{ArrayArgument, Place, WorkgroupArray, length};
use super::recorder::Recorder;
use super::relations::IndexTy;
use super::state::OpenKind;
use super::structure::{Held, InMemory, ValueType};
use crate::tree::{self, ExprId, ExprKind, Loc, LocalId, Root, Step, StmtKind, Type};

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

impl<'m, T: InMemory> LocalArray<'m, T> {
    /// The place of an element.
    #[track_caller]
    pub fn at<I: IndexTy>(self, index: Exp<'m, I>) -> T::Place<'m> {
        T::place(self.place.index(index, Loc::caller()))
    }

    /// Number of elements.
    #[track_caller]
    pub fn len(self) -> Exp<'m, u32> {
        length(self.place.recorder, self.length, Loc::caller())
    }
}

impl<'m, T: InMemory, L> ArrayArgument<'m, T, L> for LocalArray<'m, T> {
    fn array(self) -> WorkgroupArray<'m, T> {
        WorkgroupArray::new(self.place, self.length)
    }
}

impl Recorder {
    /// `let mut name = [value; length]`: a local array of equal elements.
    #[track_caller]
    pub fn array_of<'m, V: Held<'m>>(
        &'m self,
        name: &str,
        value: V,
        length: u32,
    ) -> LocalArray<'m, V::Type> {
        let loc = Loc::caller();
        let place = self.variable::<V::Type>(name, &[length], loc);
        let (counter, trips) = self.with(|s| {
            let trips = s.u32(length, loc);
            let counter = s.expr(ExprKind::Result, Type::U32, loc);
            s.open_block(OpenKind::For { counter, trips }, loc);
            (counter, trips)
        });
        V::Type::save(place.index(self.exp::<u32>(counter), loc), self, value, loc);
        self.with(|s| {
            let is_for = |kind: &OpenKind| matches!(kind, OpenKind::For { .. });
            if let Some(block) = s.close_block("array_of", "array_of", loc, is_for) {
                let body = block.statements;
                let kind = StmtKind::For {
                    counter,
                    trips,
                    body,
                };
                s.push(kind, loc);
            }
        });
        LocalArray { place, length }
    }

    /// `let mut name = [a, b, c]`: a local array of these elements.
    #[track_caller]
    pub fn array_from<'m, V: Held<'m>>(
        &'m self,
        name: &str,
        elements: &[V],
    ) -> LocalArray<'m, V::Type> {
        let (loc, length) = (Loc::caller(), elements.len() as u32);
        let place = self.variable::<V::Type>(name, &[length], loc);
        for (index, element) in (0..).zip(elements) {
            let index = self.with(|s| s.u32(index, loc));
            let index = self.exp::<u32>(index);
            V::Type::save(place.index(index, loc), self, *element, loc);
        }
        LocalArray { place, length }
    }

    /// The length that an array's type, `: [T; length]`, says; another one is a mistake.
    #[track_caller]
    pub fn array_length<'m, T: InMemory>(
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
}

impl super::state::State {
    pub(super) fn array_from(
        &mut self,
        name: &str,
        elements: &[ExprId],
        ty: Type,
        loc: Loc,
    ) -> LocalId {
        let local = self.local(name, ty, &[elements.len() as u32], loc);
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

//! A kernel's parameters, in the order of declaration.

use super::error::RecordProblem;
use super::memory::{Place, ReadBuffer, WriteBuffer};
use super::recorder::Recorder;
use super::structure::{InMemory, Placed, ValueType};
use super::value::{Parts, Value};
use crate::shader_type::{Bindable, Element, Stored};
use crate::tree::{
    Access, ExprId, ExprKind, Field, Loc, Param, ParamId, ParamKind, Root, Shape, Step, Structured,
    Type, scalars,
};

impl Recorder {
    /// Declares a read-only storage buffer, `name: &[T]`.
    #[track_caller]
    pub fn storage<T: Element + InMemory>(&self, name: &str) -> ReadBuffer<'_, T> {
        let param = self.buffer(name, <T as Stored>::shape(), (false, false), Loc::caller());
        ReadBuffer::new(self, param)
    }

    /// Declares a read-write storage buffer, `name: &mut [T]`; of atomics, `name: &mut [Atomic<T>]`.
    #[track_caller]
    pub fn storage_mut<T: InMemory>(&self, name: &str) -> WriteBuffer<'_, T> {
        let param = self.buffer(name, T::shape(), (true, false), Loc::caller());
        WriteBuffer::new(self, param)
    }

    /// Declares a read-only storage buffer of one element, `name: &T`, which may be a structure that ends in an array of runtime length.
    #[track_caller]
    pub fn storage_one<T: Bindable + Placed>(&self, name: &str) -> T::Place<'_> {
        self.only::<T>(name, false, Loc::caller())
    }

    /// Declares a read-write storage buffer of one element, `name: &mut T`, which may be such a structure too.
    #[track_caller]
    pub fn storage_one_mut<T: Bindable + Placed>(&self, name: &str) -> T::Place<'_> {
        self.only::<T>(name, true, Loc::caller())
    }

    /// Declares a value that is the same for all invocations, `name: T`. What is no scalar travels as the scalars that it is made of.
    #[track_caller]
    pub fn uniform<T: ValueType>(&self, name: &str) -> T::Value<'_> {
        let loc = Loc::caller();
        let mut values = T::shape().values().into_iter();
        T::Value::made_of(&mut Parts::new(self, &mut |ty| {
            let way = values.next().map(|(way, _)| way).unwrap_or_default();
            self.uniform_part(&format!("{name}{way}"), ty, loc)
        }))
    }

    fn uniform_part(&self, name: &str, ty: Type, loc: Loc) -> ExprId {
        let scalar = |(name, scalar): (String, _)| {
            let param = self.param(&name, ParamKind::Uniform(scalar), None, loc);
            self.with(|s| s.expr(ExprKind::Uniform(param), ty.component(), loc))
        };
        let parts: Vec<ExprId> = scalars(name, ty).into_iter().map(scalar).collect();
        match parts[..] {
            [one] => one,
            _ => self.with(|s| s.expr(ExprKind::Compose(parts), ty, loc)),
        }
    }

    fn only<T: Bindable + Placed>(&self, name: &str, writes: bool, loc: Loc) -> T::Place<'_> {
        let param = self.buffer(name, T::shape(), (writes, true), loc);
        let zero = self.with(|s| s.u32(0, loc));
        let whole: Place<'_, T> = Place::new(self, Root::Storage(param));
        T::place(whole.step(Step::Index(zero)))
    }

    fn param(&self, name: &str, kind: ParamKind, field: Option<Field>, loc: Loc) -> ParamId {
        self.with(|s| {
            if s.in_helper() {
                s.problem(RecordProblem::ParameterInHelper(name.to_string()), loc);
            }
            s.params.push(Param {
                name: name.to_string(),
                loc,
                kind,
                any_order: None,
                field,
            });
            ParamId(s.params.len() as u32 - 1)
        })
    }

    /// A buffer, as one parameter or, where its elements have several parts, one for each.
    fn buffer(
        &self,
        name: &str,
        shape: Shape,
        (writes, single): (bool, bool),
        loc: Loc,
    ) -> ParamId {
        let kind = |element, atomic| ParamKind::Storage {
            element,
            access: match (writes, atomic) {
                (false, _) => Access::Read,
                (true, false) => Access::ReadWrite,
                (true, true) => Access::Atomic,
            },
        };
        if let (Some((element, atomic)), false) = (shape.plain(), single) {
            return self.param(name, kind(element, atomic), None, loc);
        }
        let (buffer, first) = self.with(|s| (s.structured.len() as u32, s.params.len() as u32));
        let leaves = shape.leaves();
        for (leaf, part) in (0..).zip(&leaves) {
            let name = format!("{name}{}", part.name);
            let field = Some(Field { buffer, leaf });
            self.param(&name, kind(part.ty, part.atomic), field, loc);
        }
        self.with(|s| {
            s.structured.push(Structured {
                name: name.to_string(),
                loc,
                shape,
                single,
                first: ParamId(first),
                leaves,
            });
        });
        ParamId(first)
    }
}

//! Helper functions: recorded once per path, constants, argument types and buffers.

use super::error::RecordProblem;
use super::memory::{
    ArrayArgument, PlaceArgument, ReadArgument, ReadBuffer, WorkgroupArray, WriteBuffer,
};
use super::recorder::Recorder;
use super::state::{Serial, Specialisation};
use super::structure::{InMemory, Placed};
use super::value::{Parts, Value};
use crate::tree::{ExprId, ExprKind, FunctionId, Loc, ParamId, StmtKind, Type};
use std::panic::Location;

/// A call of a helper function while it is recorded.
///
/// By-value arguments become arguments of the function in the tree; buffers and workgroup arrays become part of what the function is, since shaders cannot
/// pass them: a helper called with two buffers is two functions. Nor can they pass places and local arrays, or return several values: such a helper's body is
/// recorded where it is called.
pub struct Call<'m> {
    recorder: &'m Recorder,
    path: String,
    key: String,
    name: String,
    loc: Loc,
    caller: Serial,
    callee: Serial,
    parameters: Vec<(String, Type)>,
    arguments: Vec<ExprId>,
    entered: bool,
    result: Option<Type>,
    /// Whether the body is recorded where it is called, and the value that it ends in.
    in_place: bool,
    tail: Option<Vec<(ExprId, Type)>>,
}

impl Recorder {
    /// Starts a call of a helper whose signature no function of a shader has: its body is recorded in place.
    #[track_caller]
    pub fn call_in_place(&self, path: &str, constants: &str, name: &str) -> Call<'_> {
        Call {
            in_place: true,
            ..self.call(path, constants, name)
        }
    }

    /// Starts a call of a helper with such a result; one of several parts no function of a shader has.
    #[track_caller]
    pub fn call_for<'m, V: Value<'m>>(
        &'m self,
        path: &str,
        constants: &str,
        name: &str,
    ) -> Call<'m> {
        Call {
            in_place: V::COUNT != 1,
            ..self.call(path, constants, name)
        }
    }

    /// Starts a call. `path` and `constants` say which function it is; `name` is its name in texts.
    #[track_caller]
    pub fn call(&self, path: &str, constants: &str, name: &str) -> Call<'_> {
        let (caller, callee) = self.with(|s| (s.serial(), s.next_serial()));
        Call {
            recorder: self,
            path: format!("{path}<{constants}>"),
            key: format!("{path}<{constants}>"),
            name: name.to_string(),
            loc: Loc::caller(),
            caller,
            callee,
            parameters: Vec::new(),
            arguments: Vec::new(),
            entered: false,
            result: None,
            in_place: false,
            tail: None,
        }
    }
}

impl<'m> Call<'m> {
    /// Passes a value; gives the parameter as the function's body sees it.
    #[track_caller]
    pub fn value<V: Value<'m>>(&mut self, name: &str, value: V) -> V {
        if self.in_place {
            return self.recorder.bind(name, value);
        }
        let mut parts = Vec::with_capacity(V::COUNT);
        value.parts(self.recorder, Loc::caller(), &mut parts);
        let first = self.arguments.len() as u32;
        let mut names = Vec::with_capacity(V::COUNT);
        V::names(name, &mut names);
        for ((argument, ty), name) in parts.into_iter().zip(names) {
            self.arguments.push(argument);
            self.parameters.push((name, ty));
            self.key.push_str(&format!(",{ty}"));
        }
        let mut positions = first..;
        let mut next = |_| ExprId(positions.next().unwrap_or_default());
        V::made_of(&mut Parts::of(self.recorder, self.callee, &mut next))
    }

    /// Passes a buffer that the function only reads.
    pub fn read_buffer<T: InMemory>(
        &mut self,
        buffer: impl ReadArgument<'m, T>,
    ) -> ReadBuffer<'m, T> {
        let buffer = buffer.buffer();
        self.specialise(buffer.param);
        buffer
    }

    /// Passes a buffer that the function writes.
    pub fn write_buffer<T: InMemory>(&mut self, buffer: WriteBuffer<'m, T>) -> WriteBuffer<'m, T> {
        self.specialise(buffer.param);
        buffer
    }

    /// Passes a place, `&mut T`; only a helper whose body is recorded in place takes one.
    pub fn place<T: Placed>(&mut self, place: impl PlaceArgument<'m, T>) -> T::Place<'m> {
        self.in_place = true;
        T::place(place.place())
    }

    /// Passes an array of any length. A whole array of the workgroup becomes part of what the function is; for others the body is recorded in place.
    pub fn workgroup_array<T: InMemory, L>(
        &mut self,
        array: WorkgroupArray<'m, T, L>,
    ) -> WorkgroupArray<'m, T, L> {
        match array.whole() {
            Some(root) => self.key.push_str(&format!(",{root:?}")),
            None => self.in_place = true,
        }
        array
    }

    /// Passes an array to a parameter `name: &mut [T; length]`; one of another length is a mistake of the line `from`.
    #[track_caller]
    pub fn array<T: InMemory, L>(
        &mut self,
        name: &str,
        array: impl ArrayArgument<'m, T, L>,
        length: u32,
        from: &'static Location<'static>,
    ) -> WorkgroupArray<'m, T, L> {
        let array = array.array();
        let found = array.count();
        if found != length {
            let problem = RecordProblem::ArgumentLength {
                helper: self.name.clone(),
                param: name.to_string(),
                declared: Loc::caller(),
                length,
                found,
            };
            self.recorder.with(|s| s.problem(problem, Loc(from)));
        }
        self.workgroup_array(array).measured()
    }

    fn specialise(&mut self, param: ParamId) {
        self.key.push_str(&format!(",{param:?}"));
    }

    /// Whether the function is not recorded yet; then its body is to be recorded now.
    pub fn enter(&mut self) -> bool {
        if self.in_place {
            let (name, loc) = (&self.name, self.loc);
            self.entered = self
                .recorder
                .with(|s| s.open_in_place(&self.path, name, loc));
            return self.entered;
        }
        let (name, loc, parameters) = (&self.name, self.loc, &self.parameters);
        self.entered = self.recorder.with(|s| {
            // What control never comes to needs no function.
            if s.has_left() || s.specialisations.contains_key(&self.key) {
                return false;
            }
            s.specialisations
                .insert(self.key.clone(), Specialisation::Recording);
            s.open_function(name, loc);
            for (position, (name, ty)) in parameters.iter().enumerate() {
                let id = s.expr(ExprKind::Argument(position as u32), *ty, loc);
                s.name(id, name);
            }
            if let Some(function) = s.function() {
                function.arguments.clone_from(parameters);
            }
            true
        });
        self.entered
    }

    /// The value of the body's last expression.
    #[track_caller]
    pub fn returns<V: Value<'m>>(&mut self, value: V) {
        if !self.in_place {
            return self.recorder.return_value(value);
        }
        let mut parts = Vec::new();
        value.parts(self.recorder, Loc::caller(), &mut parts);
        self.tail = Some(parts);
    }

    /// Ends the call of a function with a result.
    pub fn finish<V: Value<'m>>(mut self) -> V {
        let recorder = self.recorder;
        let loc = self.loc;
        let mut parts = match self.in_place {
            true => recorder.with(|s| s.close_in_place(self.entered, self.tail.take(), loc)),
            false => Vec::new(),
        };
        parts.reverse();
        let mut call = Some(self);
        V::made_of(&mut Parts::new(recorder, &mut |ty| {
            let one = call.take_if(|call| !call.in_place);
            let called = one.and_then(|call| {
                Call {
                    result: Some(ty),
                    ..call
                }
                .end()
            });
            let id = called.or_else(|| parts.pop());
            id.unwrap_or_else(|| recorder.with(|s| s.zero(ty, loc)))
        }))
    }

    /// Ends the call of a function without result.
    pub fn finish_unit(self) {
        if self.in_place {
            let (entered, loc) = (self.entered, self.loc);
            self.recorder.with(|s| s.close_in_place(entered, None, loc));
        } else {
            self.end();
        }
    }

    fn end(self) -> Option<ExprId> {
        let recorder = self.recorder;
        if self.entered {
            recorder.with(|s| {
                if let Some(ty) = self.result {
                    s.end_after_loop(ty, self.loc);
                }
                if let Some(mut function) = s.close_function() {
                    function.result = self.result;
                    s.functions.push(function);
                    let id = FunctionId(s.functions.len() as u32 - 1);
                    s.specialisations
                        .insert(self.key.clone(), Specialisation::Done(id));
                }
            });
        }
        recorder.with(|s| {
            if s.has_left() {
                return None;
            }
            let function = match s.specialisations.get(&self.key) {
                Some(Specialisation::Done(id)) => *id,
                _ => {
                    s.problem(RecordProblem::Recursion(self.name.clone()), self.loc);
                    return None;
                }
            };
            debug_assert_eq!(s.serial(), self.caller);
            let result = self.result.map(|ty| s.expr(ExprKind::Result, ty, self.loc));
            s.push(
                StmtKind::Call {
                    function,
                    arguments: self.arguments.clone(),
                    result,
                },
                self.loc,
            );
            result
        })
    }
}

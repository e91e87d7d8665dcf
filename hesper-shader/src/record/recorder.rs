//! The recorder and the values it hands out.

use super::error::RecordProblem;
use super::exp::Exp;
use super::memory::{Len, Place, ReadBuffer, WorkgroupArray, WorkgroupArray2, WriteBuffer};
use super::state::{Serial, State};
use super::value::Value;
use crate::shader_type::{Element, ScalarType, ShaderType, Stored};
use crate::tree::{
    Access, Barrier, ExprId, ExprKind, Loc, Param, ParamId, ParamKind, Problem, Root, StmtKind,
    Tree,
};
use std::cell::RefCell;

/// Writes down one kernel. Values of one recorder cannot be mixed with those of another; that is an error of the kernel.
pub struct Recorder {
    state: RefCell<State>,
}

/// What a recorder wrote down, before anything looks at it.
pub(crate) struct Recorded {
    pub(crate) name: String,
    pub(crate) loc: Loc,
    pub(crate) workgroup_size: [u32; 3],
    /// None where blocks or functions do not close.
    pub(crate) tree: Option<Tree>,
    pub(crate) problems: Vec<Problem<RecordProblem>>,
}

impl Recorder {
    /// Runs `body` on a new recorder. A kernel is made of what it wrote down by [`Recorder::record`].
    #[track_caller]
    pub(crate) fn write_down(
        name: &str,
        docs: &[&str],
        workgroup_size: [u32; 3],
        body: impl FnOnce(&Recorder),
    ) -> Recorded {
        let loc = Loc::caller();
        let recorder = Recorder {
            state: RefCell::new(State::new(name, loc)),
        };
        body(&recorder);
        let mut state = recorder.state.into_inner();
        // A helper that was entered and never left would hide the kernel's own body.
        while state.in_helper() {
            if let Some(function) = state.close_function() {
                state.problem(RecordProblem::Unclosed("call"), function.loc);
            }
        }
        let entry = state.close_function();
        let tree = entry.map(|entry| Tree {
            name: name.to_string(),
            docs: docs.iter().map(|line| line.to_string()).collect(),
            loc,
            workgroup_size,
            any_order: state.any_order,
            params: state.params,
            workgroup: state.workgroup,
            functions: state.functions,
            entry,
        });
        Recorded {
            name: name.to_string(),
            loc,
            workgroup_size,
            tree,
            problems: state.problems,
        }
    }

    /// Runs `f` on the state. The borrow never outlives the call and nothing inside calls back, so it cannot fail.
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        f(&mut self.state.borrow_mut())
    }

    /// The handle of a value if it belongs to the function being recorded; else zero, and a mistake is noted.
    pub(super) fn own<T: ShaderType>(&self, value: Exp<'_, T>, loc: Loc) -> ExprId {
        let same = std::ptr::eq(self, value.recorder);
        self.with(|s| {
            if same && value.serial == s.serial() {
                value.id
            } else {
                s.problem(RecordProblem::ForeignValue, loc);
                s.zero(T::TYPE, loc)
            }
        })
    }

    /// A value of the function being recorded.
    pub(super) fn exp<T>(&self, id: ExprId) -> Exp<'_, T> {
        Exp::new(self, id, self.with(|s| s.serial()))
    }

    pub(super) fn exp_of<T>(&self, id: ExprId, serial: Serial) -> Exp<'_, T> {
        Exp::new(self, id, serial)
    }

    pub(super) fn push_expr<T: ShaderType>(&self, kind: ExprKind, loc: Loc) -> Exp<'_, T> {
        let id = self.with(|s| s.expr(kind, T::TYPE, loc));
        self.exp(id)
    }

    // Parameters, in the order of declaration.

    fn param(&self, name: &str, kind: ParamKind, loc: Loc) -> ParamId {
        self.with(|s| {
            if s.in_helper() {
                s.problem(RecordProblem::ParameterInHelper(name.to_string()), loc);
            }
            s.params.push(Param {
                name: name.to_string(),
                loc,
                kind,
                any_order: None,
            });
            ParamId(s.params.len() as u32 - 1)
        })
    }

    /// Declares a read-only storage buffer, `name: &[T]`.
    #[track_caller]
    pub fn storage<T: Element>(&self, name: &str) -> ReadBuffer<'_, T> {
        let kind = ParamKind::Storage {
            element: T::TYPE,
            access: Access::Read,
        };
        ReadBuffer::new(self, self.param(name, kind, Loc::caller()))
    }

    /// Declares a read-write storage buffer, `name: &mut [T]`; of atomics, `name: &mut [Atomic<T>]`.
    #[track_caller]
    pub fn storage_mut<T: Stored<Value: Element>>(&self, name: &str) -> WriteBuffer<'_, T> {
        let kind = ParamKind::Storage {
            element: T::Value::TYPE,
            access: match T::ATOMIC {
                true => Access::Atomic,
                false => Access::ReadWrite,
            },
        };
        WriteBuffer::new(self, self.param(name, kind, Loc::caller()))
    }

    /// Declares a scalar that is the same for all invocations, `name: T`.
    #[track_caller]
    pub fn uniform<T: ScalarType>(&self, name: &str) -> Exp<'_, T> {
        let loc = Loc::caller();
        let param = self.param(name, ParamKind::Uniform(T::TYPE.scalar), loc);
        self.push_expr(ExprKind::Uniform(param), loc)
    }

    /// Says why any order of the kernel's invocations is right, where that changes what it computes: `#[any_order("..")]` of a kernel.
    pub fn any_order(&self, reason: &str) {
        self.with(|s| s.any_order = Some(reason.to_string()));
    }

    // Workgroup memory.

    fn workgroup<T: Stored>(&self, name: &str, dims: Vec<u32>, loc: Loc) -> Place<'_, T> {
        let root = self.with(|s| s.workgroup(name, T::Value::TYPE, dims, T::ATOMIC, loc));
        Place::new(self, root)
    }

    /// A value shared by the workgroup, zero at its start: `workgroup::<T>()`.
    #[track_caller]
    pub fn workgroup_var<T: Stored>(&self, name: &str) -> Place<'_, T> {
        self.workgroup(name, Vec::new(), Loc::caller())
    }

    /// An array shared by the workgroup, zero at its start: `workgroup::<[T; length]>()`.
    #[track_caller]
    pub fn workgroup_array<T: Stored>(&self, name: &str, length: u32) -> WorkgroupArray<'_, T> {
        WorkgroupArray::new(self.workgroup(name, vec![length], Loc::caller()), length)
    }

    /// An array shared by the workgroup whose type holds its length: `workgroup::<[T; N]>()`.
    #[track_caller]
    pub fn workgroup_array_of<T: Stored, const N: u32>(
        &self,
        name: &str,
    ) -> WorkgroupArray<'_, T, Len<N>> {
        WorkgroupArray::new(self.workgroup(name, vec![N], Loc::caller()), N)
    }

    /// An array of arrays shared by the workgroup, zero at its start: `workgroup::<[[T; columns]; rows]>()`.
    #[track_caller]
    pub fn workgroup_array2<T: Stored>(
        &self,
        name: &str,
        rows: u32,
        columns: u32,
    ) -> WorkgroupArray2<'_, T> {
        let place = self.workgroup(name, vec![rows, columns], Loc::caller());
        WorkgroupArray2::new(place, rows, columns)
    }

    /// Waits for all invocations of the workgroup; their writes to workgroup memory are then visible.
    #[track_caller]
    pub fn workgroup_barrier(&self) {
        let loc = Loc::caller();
        self.with(|s| s.push(StmtKind::Barrier(Barrier::Workgroup), loc));
    }

    /// Waits for all invocations of the workgroup; their writes to storage buffers are then visible within it.
    #[track_caller]
    pub fn storage_barrier(&self) {
        let loc = Loc::caller();
        self.with(|s| s.push(StmtKind::Barrier(Barrier::Storage), loc));
    }

    /// The value of a whole element of workgroup memory, the same for all invocations of the workgroup, which must all get there: a
    /// barrier, a read and a barrier.
    #[track_caller]
    pub fn workgroup_uniform_load<'m, T: Stored>(
        &'m self,
        place: Place<'m, T>,
    ) -> Exp<'m, T::Value> {
        let loc = Loc::caller();
        let place = place.in_tree(self, loc);
        let id = self.with(|s| match place {
            Some(place) => s.uniform_load(place, T::Value::TYPE, loc),
            None => s.zero(T::Value::TYPE, loc),
        });
        self.exp(id)
    }

    // Names, variables, assignment.

    /// `let name = value`: the value, with a name for texts.
    pub fn bind<'m, V: Value<'m>>(&'m self, name: &str, value: V) -> V {
        value.named(self, name)
    }

    /// `let mut name = value`: a local variable of each invocation.
    #[track_caller]
    pub fn var<'m, T: ShaderType>(&'m self, name: &str, value: Exp<'m, T>) -> Place<'m, T> {
        let loc = Loc::caller();
        let place = Place::new(
            self,
            Root::Local(self.with(|s| s.local(name, T::TYPE, None, loc))),
        );
        self.store(place, value);
        place
    }
}

//! The recorder and the values it hands out.

use super::error::RecordProblem;
use super::exp::Exp;
use super::memory::{Len, Place, WorkgroupArray, WorkgroupArray2};
use super::state::{Serial, State};
use super::structure::InMemory;
use super::value::Value;
use crate::shader_type::{ShaderType, Single, Stored};
use crate::tree::{
    Barrier, BindingNumber, ExprId, ExprKind, Loc, ParamId, Problem, Root, StmtKind, Structured,
    Tree, WorkgroupId,
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
        let recorder = Recorder::new(name, loc);
        body(&recorder);
        recorder.written(name, docs, loc, workgroup_size)
    }

    fn new(name: &str, loc: Loc) -> Recorder {
        Recorder {
            state: RefCell::new(State::new(name, loc)),
        }
    }

    /// What was written down. It stands apart from [`write_down`](Recorder::write_down), of which each kernel has a copy.
    fn written(self, name: &str, docs: &[&str], loc: Loc, workgroup_size: [u32; 3]) -> Recorded {
        let mut state = self.state.into_inner();
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
            bound_at: state.bound_at,
            params: state.params,
            structured: state.structured,
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

    /// Says why any order of the kernel's invocations is right, where that changes what it computes: `#[any_order("..")]` of a kernel.
    pub fn any_order(&self, reason: &str) {
        self.with(|s| s.any_order = Some(reason.to_string()));
    }

    /// Binds a buffer parameter at `@group(group) @binding(binding)`, where it is not to follow those before: `#[binding(1, 2)]` of a parameter.
    pub fn bound_at(&self, param: &str, group: u32, binding: u32) {
        self.with(|s| {
            let of =
                |structured: &Structured| (structured.name == param).then_some(structured.first);
            let first = s.structured.iter().find_map(of);
            let plain = || s.params.iter().position(|known| known.name == param);
            let found = first.or_else(|| plain().map(|at| ParamId(at as u32)));
            if let Some(id) = found {
                let number = BindingNumber { group, binding };
                s.bound_at.buffers.insert(id, number);
            }
        });
    }

    /// Binds the block of what is by value at `@group(group) @binding(binding)`, where it is not to follow the buffers: `#[uniforms(0, 3)]` of a kernel.
    pub fn uniforms_at(&self, group: u32, binding: u32) {
        self.with(|s| s.bound_at.uniforms = Some(BindingNumber { group, binding }));
    }

    // Workgroup memory.

    fn workgroup<T: Stored>(&self, name: &str, dims: &[u32], loc: Loc) -> Place<'_, T> {
        let roots = T::shape().leaves().into_iter().map(|leaf| {
            let dims = [dims, &leaf.dims].concat();
            let name = format!("{name}{}", leaf.name);
            self.with(|s| s.workgroup(&name, leaf.ty, dims, leaf.atomic, loc))
        });
        let roots: Vec<Root> = roots.collect();
        let first = roots
            .first()
            .copied()
            .unwrap_or(Root::Workgroup(WorkgroupId(0)));
        Place::new(self, first)
    }

    /// A value shared by the workgroup, zero at its start: `workgroup::<T>()`.
    #[track_caller]
    pub fn workgroup_var<T: InMemory>(&self, name: &str) -> T::Place<'_> {
        T::place(self.workgroup(name, &[], Loc::caller()))
    }

    /// An array shared by the workgroup, zero at its start: `workgroup::<[T; length]>()`.
    #[track_caller]
    pub fn workgroup_array<T: InMemory>(&self, name: &str, length: u32) -> WorkgroupArray<'_, T> {
        WorkgroupArray::new(self.workgroup(name, &[length], Loc::caller()), length)
    }

    /// An array shared by the workgroup whose type holds its length: `workgroup::<[T; N]>()`.
    #[track_caller]
    pub fn workgroup_array_of<T: InMemory, const N: u32>(
        &self,
        name: &str,
    ) -> WorkgroupArray<'_, T, Len<N>> {
        WorkgroupArray::new(self.workgroup(name, &[N], Loc::caller()), N)
    }

    /// An array of arrays shared by the workgroup, zero at its start: `workgroup::<[[T; columns]; rows]>()`.
    #[track_caller]
    pub fn workgroup_array2<T: InMemory>(
        &self,
        name: &str,
        rows: u32,
        columns: u32,
    ) -> WorkgroupArray2<'_, T> {
        let place = self.workgroup(name, &[rows, columns], Loc::caller());
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
    pub fn workgroup_uniform_load<'m, T: Single>(
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
}

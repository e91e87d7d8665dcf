//! Dispatches recorded once, run anywhere: on any device, or on the reference executor in any number domain.

mod error;
mod run;

pub use error::{PlanError, StepProblem};
pub use run::PlanBuffers;

use crate::device::{ScalarValue, groups, written_type};
use crate::grid::Grid;
use crate::kernel::Kernel;
use crate::number::Number;
use crate::tree::{Access, Param, ParamKind, Scalar, Type};
use std::fmt;

/// A list of dispatches over named slots of memory.
///
/// Steps run in the order in which they were recorded, each seeing all that earlier ones wrote. [`Device::run`](crate::Device::run)
/// runs a plan as one submission; [`run_in`](Plan::run_in) runs it on the reference executor in any number domain.
/// Names, types and aliasing are checked while recording.
///
/// ```
/// # use hesper_shader::{record::Recorder, Bound, Device, Error, Grid, Plan, PlanBuffers, Role, tree::Type};
/// let double = Recorder::record("double", &[], [64, 1, 1], |r| {
///     let (x, y) = (r.storage::<f32>("x"), r.storage_mut::<f32>("y"));
///     let i = r.global_index();
///     r.if_(i.lt(y.len()));
///     r.store(y.at(i), r.float("2") * x.at(i).get());
///     r.end_if();
/// });
/// let mut plan = Plan::new();
/// plan.slot("x", Type::F32, 3, Role::Input)?;
/// plan.slot("twice", Type::F32, 3, Role::Temporary)?;
/// plan.slot("y", Type::F32, 3, Role::Output)?;
/// plan.dispatch(&double, Grid::cover(3), &[("x", Bound::slot("x")), ("y", Bound::slot("twice"))])?;
/// plan.dispatch(&double, Grid::cover(3), &[("x", Bound::slot("twice")), ("y", Bound::slot("y"))])?;
///
/// let device = Device::reference();
/// let (x, mut y) = (device.upload(&[1.0, 2.0, 3.0])?, device.zeros::<f32>(3)?);
/// device.run(&plan, PlanBuffers::new().read("x", &x).write("y", &mut y))?;
/// assert_eq!(y.read()?, [4.0, 8.0, 12.0]);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Plan {
    slots: Vec<Slot>,
    scalars: Vec<(String, Scalar)>,
    steps: Vec<Step>,
}

/// A named piece of memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// Type of one element.
    pub element: Type,
    /// Number of elements.
    pub len: usize,
    /// Where its contents come from and go to.
    pub role: Role,
}

/// Where a slot's contents come from and go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Given; never written.
    Input,
    /// Zero at the start; handed back.
    Output,
    /// Given; handed back.
    InOut,
    /// Zero at the start; gone at the end.
    Temporary,
}

/// What a kernel parameter is bound to.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// The slot of this name.
    Slot(String),
    /// A real constant, exact.
    F32(Number),
    /// A signed constant.
    I32(i32),
    /// An unsigned constant.
    U32(u32),
    /// A truth value.
    Bool(bool),
    /// The scalar of this name, given at each run.
    Scalar(String),
}

/// One dispatch of a plan.
#[derive(Clone, Debug)]
pub struct Step {
    kernel: Kernel,
    grid: Grid,
    groups: [u32; 3],
    /// One for each parameter, in declaration order.
    arguments: Vec<Source>,
}

/// Where an argument comes from: a resolved [`Bound`].
#[derive(Clone, Copy, Debug)]
enum Source {
    Slot(usize),
    Value(ScalarValue<Number>),
    Scalar(usize),
}

impl Bound {
    /// The slot of this name.
    pub fn slot(name: impl Into<String>) -> Bound {
        Bound::Slot(name.into())
    }

    /// The scalar of this name, given at each run.
    pub fn scalar(name: impl Into<String>) -> Bound {
        Bound::Scalar(name.into())
    }
}

impl Step {
    /// The kernel.
    pub fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// The grid it runs over.
    pub fn grid(&self) -> Grid {
        self.grid
    }
}

impl Plan {
    /// A plan without slots or steps.
    pub fn new() -> Plan {
        Plan::default()
    }

    /// Adds a slot of `len` elements, which may be 0.
    ///
    /// # Errors
    /// Where the name is taken, or no buffer holds such elements, or so many.
    pub fn slot(
        &mut self,
        name: impl Into<String>,
        element: Type,
        len: usize,
        role: Role,
    ) -> Result<(), PlanError> {
        let name = name.into();
        if self.slots.iter().any(|s| s.name == name) {
            return Err(PlanError::SlotTwice { slot: name });
        }
        if element.scalar == Scalar::Bool {
            return Err(PlanError::TruthValues { slot: name });
        }
        if u32::try_from(len).is_err() {
            return Err(PlanError::TooManyElements { slot: name, len });
        }
        self.slots.push(Slot {
            name,
            element,
            len,
            role,
        });
        Ok(())
    }

    /// Adds a dispatch, each parameter of the kernel bound once by name.
    ///
    /// # Errors
    /// Where the kernel is wrong, a parameter is unbound, bound twice or unknown, a slot is unknown, of another type, an input that the
    /// kernel may write, or bound twice in this dispatch with one of them writable. The plan is as before then.
    pub fn dispatch(
        &mut self,
        kernel: &Kernel,
        grid: Grid,
        bindings: &[(&str, Bound)],
    ) -> Result<(), PlanError> {
        let scalars = self.scalars.len();
        self.step(kernel, grid, bindings)
            .map(|step| self.steps.push(step))
            .map_err(|problem| {
                self.scalars.truncate(scalars);
                PlanError::Step {
                    step: self.steps.len() + 1,
                    kernel: kernel.name().to_string(),
                    problem: Box::new(problem),
                }
            })
    }

    /// The slots, in the order in which they were added.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The dispatches, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The scalars to give at each run, with their types.
    pub fn scalars(&self) -> &[(String, Scalar)] {
        &self.scalars
    }

    fn step(
        &mut self,
        kernel: &Kernel,
        grid: Grid,
        bindings: &[(&str, Bound)],
    ) -> Result<Step, StepProblem> {
        let params = &kernel.tree()?.params;
        for (i, (name, _)) in bindings.iter().enumerate() {
            let param = || (*name).to_string();
            if !params.iter().any(|p| p.name == *name) {
                return Err(StepProblem::UnknownParam { param: param() });
            }
            if bindings[..i].iter().any(|(other, _)| other == name) {
                return Err(StepProblem::BoundTwice { param: param() });
            }
        }
        let mut arguments = Vec::with_capacity(params.len());
        for param in params {
            let bound = bindings.iter().find(|(name, _)| *name == param.name);
            let (_, bound) = bound.ok_or_else(|| StepProblem::Unbound {
                param: param.name.clone(),
            })?;
            arguments.push(self.resolve(param, bound)?);
        }
        self.check_aliases(params, &arguments)?;
        Ok(Step {
            kernel: kernel.clone(),
            grid,
            groups: groups(kernel, grid)?,
            arguments,
        })
    }

    fn resolve(&mut self, param: &Param, bound: &Bound) -> Result<Source, StepProblem> {
        let source = match bound {
            Bound::Slot(name) => return self.resolve_slot(param, name),
            Bound::Scalar(name) => return self.resolve_scalar(param, name),
            Bound::F32(v) => ScalarValue::F32(*v),
            Bound::I32(v) => ScalarValue::I32(*v),
            Bound::U32(v) => ScalarValue::U32(*v),
            Bound::Bool(v) => ScalarValue::Bool(*v),
        };
        if param.kind == ParamKind::Uniform(source.scalar()) {
            Ok(Source::Value(source))
        } else {
            Err(mismatch(param, format!("a constant `{}`", source.scalar())))
        }
    }

    fn resolve_slot(&self, param: &Param, name: &str) -> Result<Source, StepProblem> {
        let found = self.slots.iter().position(|s| s.name == name);
        let (index, slot) = found
            .and_then(|i| Some((i, self.slots.get(i)?)))
            .ok_or_else(|| StepProblem::UnknownSlot {
                param: param.name.clone(),
                slot: name.to_string(),
            })?;
        match param.kind {
            ParamKind::Storage { element, .. } if element != slot.element => {}
            ParamKind::Storage {
                access: Access::ReadWrite,
                ..
            } if slot.role == Role::Input => {
                return Err(StepProblem::WritesInput {
                    param: param.name.clone(),
                    slot: name.to_string(),
                });
            }
            ParamKind::Storage { .. } => return Ok(Source::Slot(index)),
            ParamKind::Uniform(_) => {}
        }
        Err(mismatch(
            param,
            format!("slot `{name}` of `{}`", slot.element),
        ))
    }

    /// A scalar's first use declares it.
    fn resolve_scalar(&mut self, param: &Param, name: &str) -> Result<Source, StepProblem> {
        let ParamKind::Uniform(scalar) = param.kind else {
            return Err(mismatch(param, format!("scalar `{name}`")));
        };
        match self.scalars.iter().position(|(n, _)| n == name) {
            Some(i)
                if self
                    .scalars
                    .get(i)
                    .is_some_and(|(_, known)| *known == scalar) =>
            {
                Ok(Source::Scalar(i))
            }
            Some(i) => {
                let known = self.scalars.get(i).map_or(scalar, |(_, known)| *known);
                Err(mismatch(param, format!("scalar `{name}` of `{known}`")))
            }
            None => {
                self.scalars.push((name.to_string(), scalar));
                Ok(Source::Scalar(self.scalars.len() - 1))
            }
        }
    }

    fn check_aliases(&self, params: &[Param], arguments: &[Source]) -> Result<(), StepProblem> {
        let bound = || {
            params
                .iter()
                .zip(arguments)
                .filter_map(|(param, source)| match source {
                    Source::Slot(slot) => Some((param, *slot)),
                    _ => None,
                })
        };
        for (i, (param, slot)) in bound().enumerate() {
            let before = bound().take(i).find(|(_, other)| *other == slot);
            if let Some((other, _)) =
                before.filter(|(other, _)| is_written(param) || is_written(other))
            {
                return Err(StepProblem::Aliased {
                    slot: self
                        .slots
                        .get(slot)
                        .map_or_else(String::new, |s| s.name.clone()),
                    first: other.name.clone(),
                    second: param.name.clone(),
                });
            }
        }
        Ok(())
    }
}

fn is_written(param: &Param) -> bool {
    matches!(
        param.kind,
        ParamKind::Storage {
            access: Access::ReadWrite,
            ..
        }
    )
}

fn mismatch(param: &Param, given: String) -> StepProblem {
    StepProblem::Mismatch {
        param: param.name.clone(),
        expected: written_type(param.kind),
        given,
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = match self.role {
            Role::Input => "input",
            Role::Output => "output",
            Role::InOut => "in-out",
            Role::Temporary => "temporary",
        };
        write!(f, "{role} {}: [{}; {}]", self.name, self.element, self.len)
    }
}

impl fmt::Display for Plan {
    /// A line for each slot and each step: `1 relu(x = x, y = y) over a grid of 1 by 1 by 1 workgroups`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for slot in &self.slots {
            writeln!(f, "{slot}")?;
        }
        for (name, scalar) in &self.scalars {
            writeln!(f, "scalar {name}: {scalar}")?;
        }
        for (number, step) in (1..).zip(&self.steps) {
            let params = step
                .kernel
                .tree()
                .map(|tree| tree.params.as_slice())
                .unwrap_or_default();
            let bound: Vec<String> = params
                .iter()
                .zip(&step.arguments)
                .map(|(param, source)| format!("{} = {}", param.name, self.written(*source)))
                .collect();
            writeln!(
                f,
                "{number} {}({}) over {}",
                step.kernel.name(),
                bound.join(", "),
                step.grid
            )?;
        }
        Ok(())
    }
}

impl Plan {
    fn written(&self, source: Source) -> String {
        match source {
            Source::Slot(i) => self
                .slots
                .get(i)
                .map_or_else(String::new, |s| s.name.clone()),
            Source::Scalar(i) => self
                .scalars
                .get(i)
                .map_or_else(String::new, |(name, _)| name.clone()),
            Source::Value(ScalarValue::F32(v)) => v.to_string(),
            Source::Value(ScalarValue::I32(v)) => v.to_string(),
            Source::Value(ScalarValue::U32(v)) => v.to_string(),
            Source::Value(ScalarValue::Bool(v)) => v.to_string(),
        }
    }
}

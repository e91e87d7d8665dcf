//! Dispatches recorded once, run anywhere: on any device, or on the reference executor in any number domain.

mod bind;
mod buffer;
mod display;
mod given;
mod launch;
mod only;
mod run;
#[cfg(test)]
mod structured_tests;
#[cfg(test)]
mod tests;
mod value;
mod whole;

pub use buffer::SlotBuffer;
pub use given::{PlanBuffers, Temporaries};
pub use run::Told;
pub use value::{Parts, UniformValue};

use crate::error::{PlanError, StepProblem};
use crate::grid::Grid;
use crate::kernel::Kernel;
use crate::tree::{Literal, Scalar, Type};

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
    steps: Vec<PlanStep>,
    below: Vec<whole::Below>,
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
    /// Holds nothing until a step writes it; gone at the end. To read an element that no step has written is an error.
    Temporary,
}

/// What a kernel parameter is bound to.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// The slot of this name.
    Slot(String),
    /// A constant.
    Value(Literal),
    /// A constant of several scalars, for a parameter that is made of such: a structure, a vector.
    Parts(Parts),
    /// The scalar of this name, given at each run. Of a parameter that is made of several, each is given by a name with the way to it: `p.stride`.
    Scalar(String),
}

/// One dispatch of a plan.
#[derive(Clone, Debug)]
pub struct PlanStep {
    kernel: Kernel,
    grid: Grid,
    groups: [u32; 3],
    /// One for each parameter, in declaration order.
    arguments: Vec<Resolved>,
}

/// Where an argument comes from: a resolved [`Bound`].
#[derive(Clone, Copy, Debug)]
enum Resolved {
    Slot(usize),
    Value(Literal),
    Scalar(usize),
}

impl Bound {
    /// The slot of this name.
    pub fn slot(name: impl Into<String>) -> Bound {
        Bound::Slot(name.into())
    }

    /// A constant: a number, or a structure for a by-value parameter of its type. A float means its shortest decimal.
    ///
    /// ```
    /// use hesper_shader::tree::Type;
    /// use hesper_shader::{Bound, Device, Grid, Plan, PlanBuffers, Role, shader};
    ///
    /// shader! {
    ///     #[derive(Clone, Copy)]
    ///     struct Affine {
    ///         factor: f32,
    ///         shift: f32,
    ///     }
    ///
    ///     #[workgroup_size(64)]
    ///     fn affine(y: &mut [f32], by: Affine) {
    ///         let i = global_index();
    ///         if i < y.len() {
    ///             y[i] = by.factor * y[i] + by.shift;
    ///         }
    ///     }
    /// }
    ///
    /// fn main() -> Result<(), hesper_shader::Error> {
    ///     let mut plan = Plan::new();
    ///     plan.slot("y", Type::F32, 2, Role::InOut)?;
    ///     let by = Bound::value(Affine { factor: 2.0, shift: 0.5 })?;
    ///     plan.dispatch(&affine(), Grid::cover(2), &[("y", Bound::slot("y")), ("by", by)])?;
    ///
    ///     let device = Device::reference();
    ///     let mut y = device.upload(&[1.0, 2.0])?;
    ///     device.run(&plan, PlanBuffers::new().write("y", &mut y))?;
    ///     assert_eq!(y.read()?, [2.5, 4.5]);
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// Where a real is infinite or NaN, or a number does not fit its type.
    pub fn value(value: impl UniformValue) -> Result<Bound, PlanError> {
        let value = value.bound();
        value.map_err(|problem| PlanError::NoConstant { problem })
    }

    /// The scalar of this name, given at each run.
    pub fn scalar(name: impl Into<String>) -> Bound {
        Bound::Scalar(name.into())
    }
}

impl PlanStep {
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
    pub fn steps(&self) -> &[PlanStep] {
        &self.steps
    }

    /// The scalars to give at each run, with their types.
    pub fn scalars(&self) -> &[(String, Scalar)] {
        &self.scalars
    }
}

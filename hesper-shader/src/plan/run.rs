//! Runs a plan: on a device, or in a number domain.

use super::{Plan, PlanBuffers, PlanError, Resolved, Role, Slot, StepProblem};
use crate::device::{Batch, BatchError, Bind, BufferRef, Cell, Device, Dispatch, run_on_reference};
use crate::domain::Domain;
use crate::error::Error;
use crate::memory::Memory;
use crate::number::Number;
use crate::reference::{self, Binding, ExecError, Outcome, Shareable};
use crate::tree::ScalarValue;
use crate::tree::verify::Verified;
use std::collections::BTreeMap;

/// What a run in a number domain yields: the slots that come out, by name, and what the executor told beside them.
pub type Told<V> = (BTreeMap<String, Memory<V>>, Outcome);

impl Device {
    /// Runs a plan as one submission: every slot that is no temporary is given a buffer of its type and length. Outputs start as zeros, where
    /// they are not [fresh](PlanBuffers::fresh); temporaries hold nothing until a step writes them.
    ///
    /// # Errors
    /// Where what is given does not fit, a step cannot run on this device, or the device is lost. On a GPU nothing has run then.
    pub fn run(&self, plan: &Plan, given: PlanBuffers<'_>) -> Result<(), Error> {
        let scalars = plan.scalars_from(given.scalars)?;
        let fresh = given.fresh;
        let mut made = None;
        let temporaries = match given.temporaries {
            Some(temporaries) => temporaries,
            None => made.insert(plan.temporaries(self)?),
        };
        let mut temporaries = temporaries.buffers.iter_mut();
        let mut given = by_name(given.buffers)?;
        let mut buffers = Vec::with_capacity(plan.slots.len());
        let mut zeroed = Vec::new();
        for (i, slot) in plan.slots.iter().enumerate() {
            let buffer = match slot.role {
                Role::Temporary => temporaries.next().map(BufferRef::Write),
                _ => given.remove(&slot.name),
            };
            let mut buffer = buffer.ok_or_else(|| nothing_given(slot))?;
            self.check_buffer(slot, &buffer)?;
            for part in buffer.raw().host() {
                plan.check_below(&slot.name, &part.memory)?;
            }
            match slot.role {
                Role::Temporary => buffer.forget(),
                Role::Output if fresh.contains(&slot.name) => buffer.forget(),
                Role::Output => zeroed.push(i),
                Role::Input | Role::InOut => {}
            }
            buffers.push(buffer);
        }
        if let Some(name) = given.into_keys().next() {
            return Err(Error::from(PlanError::NotAsked { name }));
        }
        let batch = Batch {
            dispatches: plan.dispatches(&scalars, Number::to_f32),
            zeroed,
            buffers,
        };
        self.execute(batch).map_err(|failed| plan.failed(failed))
    }

    fn check_buffer(&self, slot: &Slot, buffer: &BufferRef<'_>) -> Result<(), PlanError> {
        let raw = buffer.raw();
        let readable = matches!(buffer, BufferRef::Read(_));
        if raw.shape().plain() != Some((slot.element, false))
            || raw.len() != slot.len
            || (readable && slot.role != Role::Input)
        {
            let access = if readable { "to read" } else { "to write" };
            return Err(PlanError::GivenMismatch {
                slot: slot.to_string(),
                given: format!("a buffer of {} `{}` {access}", raw.len(), raw.shape()),
            });
        }
        if !raw.device().is_same_as(self) {
            return Err(PlanError::OtherDevice {
                slot: slot.name.clone(),
                device: self.name().to_string(),
                other: raw.device().name().to_string(),
            });
        }
        Ok(())
    }
}

impl Plan {
    /// Runs the plan on the reference executor in a number domain: the contents of inputs and in-out slots go in, those of all other slots,
    /// temporaries and in-out slots included, come out.
    ///
    /// # Errors
    /// Where what is given does not fit, or the executor finds a fault in a kernel.
    pub fn run_in<D: Domain<Mask = bool>>(
        &self,
        domain: &D,
        inputs: BTreeMap<String, Memory<D::Value>>,
    ) -> Result<BTreeMap<String, Memory<D::Value>>, Error> {
        self.run_in_with(domain, inputs, Vec::new())
    }

    /// [`run_in`](Plan::run_in) for plans with named scalars.
    ///
    /// # Errors
    /// As [`run_in`](Plan::run_in).
    pub fn run_in_with<D: Domain<Mask = bool>>(
        &self,
        domain: &D,
        inputs: BTreeMap<String, Memory<D::Value>>,
        scalars: Vec<(String, ScalarValue<D::Value>)>,
    ) -> Result<BTreeMap<String, Memory<D::Value>>, Error> {
        let options = reference::Options::default();
        self.run_told(domain, inputs, scalars, &options)
            .map(|(results, _)| results)
    }

    /// [`run_in_with`](Plan::run_in_with) with the executor's options; yields also what it told, warnings for one.
    ///
    /// # Errors
    /// As [`run_in`](Plan::run_in).
    pub fn run_told<D: Domain<Mask = bool>>(
        &self,
        domain: &D,
        inputs: BTreeMap<String, Memory<D::Value>>,
        scalars: Vec<(String, ScalarValue<D::Value>)>,
        options: &reference::Options,
    ) -> Result<Told<D::Value>, Error> {
        self.run_by(domain, inputs, scalars, |tree, groups, bindings| {
            reference::run_with(domain, tree, groups, bindings, options)
        })
    }

    /// [`run_told`](Plan::run_told) on all cores, as [`reference::run_fast`] does, for domains without state.
    ///
    /// # Errors
    /// As [`run_in`](Plan::run_in).
    pub fn run_fast<D>(
        &self,
        domain: &D,
        inputs: BTreeMap<String, Memory<D::Value>>,
        scalars: Vec<(String, ScalarValue<D::Value>)>,
        options: &reference::Options,
    ) -> Result<Told<D::Value>, Error>
    where
        D: Domain<Mask = bool> + Sync,
        D::Value: Shareable,
    {
        self.run_by(domain, inputs, scalars, |tree, groups, bindings| {
            reference::run_fast(domain, tree, groups, bindings, options)
        })
    }

    fn run_by<D: Domain<Mask = bool>>(
        &self,
        domain: &D,
        mut inputs: BTreeMap<String, Memory<D::Value>>,
        scalars: Vec<(String, ScalarValue<D::Value>)>,
        run: impl Fn(&Verified, [u32; 3], &mut [Binding<'_, D::Value>]) -> Result<Outcome, ExecError>,
    ) -> Result<Told<D::Value>, Error> {
        let scalars = self.scalars_from(scalars)?;
        let mut memories = Vec::with_capacity(self.slots.len());
        let mut written = Vec::with_capacity(self.slots.len());
        for slot in &self.slots {
            // What a temporary holds before a step writes it is nobody's value.
            written.push((slot.role == Role::Temporary).then(|| vec![false; slot.len]));
            memories.push(match slot.role {
                Role::Output | Role::Temporary => zeros(domain, slot),
                Role::Input | Role::InOut => {
                    let memory = inputs
                        .remove(&slot.name)
                        .ok_or_else(|| nothing_given(slot))?;
                    check_memory(slot, &memory)?;
                    self.check_below(&slot.name, &memory)?;
                    memory
                }
            });
        }
        if let Some(name) = inputs.into_keys().next() {
            return Err(Error::from(PlanError::NotAsked { name }));
        }
        let dispatches = self.dispatches(&scalars, |number| domain.constant(number));
        let cells = memories.iter_mut().zip(&mut written);
        let mut cells: Vec<_> = cells
            .map(|(memory, written)| match written {
                Some(written) => Cell::Fresh(memory, written),
                None => Cell::Unique(memory),
            })
            .collect();
        let mut told = Outcome::default();
        run_on_reference(&dispatches, &mut cells, |tree, groups, bindings| {
            told.append(run(tree, groups, bindings)?);
            Ok(())
        })
        .map_err(|failed| self.failed(failed))?;
        let results = self
            .slots
            .iter()
            .zip(memories)
            .filter(|(slot, _)| slot.role != Role::Input);
        let results = results.map(|(slot, memory)| (slot.name.clone(), memory));
        Ok((results.collect(), told))
    }

    /// The steps with the scalars of this run.
    fn dispatches<V: Copy>(
        &self,
        scalars: &[ScalarValue<V>],
        real: impl Fn(Number) -> V,
    ) -> Vec<Dispatch<'_, V>> {
        let bind = |source: &Resolved| match source {
            Resolved::Slot(i) => Some(Bind::Buffer(*i)),
            Resolved::Value(value) => Some(Bind::Value(value.map_real(&real))),
            Resolved::Scalar(i) => scalars.get(*i).copied().map(Bind::Value),
        };
        self.steps
            .iter()
            .map(|step| Dispatch {
                kernel: &step.kernel,
                groups: step.groups,
                indirect: None,
                arguments: step.arguments.iter().filter_map(bind).collect(),
            })
            .collect()
    }

    /// The plan's scalars in order, from those given.
    fn scalars_from<V: Copy>(
        &self,
        given: Vec<(String, ScalarValue<V>)>,
    ) -> Result<Vec<ScalarValue<V>>, PlanError> {
        let mut given = by_name(given)?;
        let mut scalars = Vec::with_capacity(self.scalars.len());
        for (name, scalar) in &self.scalars {
            let described = || format!("scalar {name}: {scalar}");
            let value = given
                .remove(name)
                .ok_or_else(|| PlanError::NothingGiven { slot: described() })?;
            if value.scalar() != scalar.widest() {
                return Err(PlanError::GivenMismatch {
                    slot: described(),
                    given: format!("a scalar of `{}`", value.scalar()),
                });
            }
            scalars.push(value);
        }
        match given.into_keys().next() {
            None => Ok(scalars),
            Some(name) => Err(PlanError::NotAsked { name }),
        }
    }

    fn failed(&self, failed: BatchError) -> Error {
        let error = failed.error;
        let step = failed.step.and_then(|i| Some((i, self.steps.get(i)?)));
        Error::from(match step {
            None => PlanError::Run(error),
            Some((i, step)) => PlanError::Step {
                step: i + 1,
                kernel: step.kernel.name().to_string(),
                problem: Box::new(StepProblem::Run(error)),
            },
        })
    }
}

fn by_name<T>(given: Vec<(String, T)>) -> Result<BTreeMap<String, T>, PlanError> {
    let mut map = BTreeMap::new();
    for (name, value) in given {
        if map.contains_key(&name) {
            return Err(PlanError::GivenTwice { name });
        }
        map.insert(name, value);
    }
    Ok(map)
}

fn zeros<D: Domain>(domain: &D, slot: &Slot) -> Memory<D::Value> {
    let components = slot.len.saturating_mul(usize::from(slot.element.size));
    let zero = domain.constant(Number::ZERO);
    Memory::zeros(slot.element.scalar, components, zero)
}

fn check_memory<V: Copy>(slot: &Slot, memory: &Memory<V>) -> Result<(), PlanError> {
    let components = slot.len.saturating_mul(usize::from(slot.element.size));
    if memory.scalar() == slot.element.scalar.widest() && memory.len() == components {
        return Ok(());
    }
    Err(PlanError::GivenMismatch {
        slot: slot.to_string(),
        given: format!("{} components of `{}`", memory.len(), memory.scalar()),
    })
}

fn nothing_given(slot: &Slot) -> PlanError {
    PlanError::NothingGiven {
        slot: slot.to_string(),
    }
}

//! An op at one shape: its plans, each cut down to what is asked of it and with its temporaries at hand.

use super::error::RunError;
use super::inputs::{Value, wanted};
use super::pool::Lent;
use super::tensor::DeviceTensor;
use super::workspace::Workspace;
use crate::dims::{Dims, count};
use crate::op::Op;
use crate::op_plan::{Pass, Plans};
use crate::signature::Signature;
use hesper_shader::tree::Type;
use hesper_shader::{Device, DeviceError, Error, Plan, PlanBuffers, Role, Slot, Temporaries, f16};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// An op at one shape.
pub(super) struct Ready {
    pub(super) signature: Signature,
    pub(super) dims: Dims,
    workspace: Workspace,
    plans: Plans,
    /// By the names of their results, in order.
    forward: RefCell<BTreeMap<Vec<String>, Rc<Cut>>>,
    backward: RefCell<BTreeMap<Vec<String>, Rc<Cut>>>,
    /// What cotangents that are not given are.
    zeros: RefCell<BTreeMap<String, DeviceTensor>>,
}

/// A plan with the steps that some results need.
struct Cut {
    plan: Plan,
    temporaries: RefCell<Temporaries>,
}

/// Everything that goes into a pass or comes out of it, by the names of ports and cotangents.
pub(super) type Values = BTreeMap<String, Value>;

impl Ready {
    pub(super) fn new(
        workspace: &Workspace,
        op: &dyn Op,
        signature: &Signature,
        dims: Dims,
    ) -> Result<Ready, RunError> {
        Ok(Ready {
            plans: Plans::of(op, &dims)?,
            signature: signature.clone(),
            dims,
            workspace: workspace.clone(),
            forward: RefCell::default(),
            backward: RefCell::default(),
            zeros: RefCell::default(),
        })
    }

    /// Computes these results of a pass, which it has, and nothing that they do not need.
    pub(super) fn run(
        &self,
        pass: Pass,
        results: &[String],
        values: &Values,
    ) -> Result<Values, RunError> {
        let cut = self.cut(pass, results)?;
        let numbers = self.numbers(&cut.plan, values)?;
        let mut given = self.inputs(&cut.plan, &numbers, values)?;
        let mut memory = self.memory(&cut.plan)?;
        for (name, lent) in &mut memory {
            given = lent.fresh(name, given);
        }
        // No other run of this plan is under way: runs end before they return, and a `Ready` stays on its thread.
        let mut temporaries = cut.temporaries.borrow_mut();
        let given = given.temporaries(&mut temporaries);
        let ran = self.device().run(&cut.plan, given);
        ran.map_err(|error| self.failed(pass, error))?;
        let tensor = |(name, memory): (String, Memory)| {
            let tensor = memory.tensor(self.device(), self.shape(&name));
            (name, tensor)
        };
        Ok(memory.into_iter().map(tensor).collect())
    }

    /// What a plan reads, by its names.
    fn inputs<'v>(
        &self,
        plan: &Plan,
        numbers: &'v Values,
        values: &'v Values,
    ) -> Result<PlanBuffers<'v>, RunError> {
        let mut given = PlanBuffers::new();
        for slot in inputs(plan) {
            let name = slot.name.as_str();
            given = match numbers.get(name).or(values.get(name)) {
                Some(Value::Reals(tensor)) => match tensor.buffer() {
                    Some(buffer) => given.read(name, buffer),
                    None => given,
                },
                Some(Value::Halves(tensor)) => match tensor.buffer() {
                    Some(buffer) => given.read(name, buffer),
                    None => given,
                },
                Some(Value::Integers(tensor)) => match tensor.buffer() {
                    Some(buffer) => given.read(name, buffer),
                    None => given,
                },
                Some(Value::Number(_)) | None => return Err(self.missing(name)),
            };
        }
        for (name, _) in plan.scalars() {
            match values.get(name) {
                Some(Value::Number(number)) => given = given.scalar(name, *number),
                _ => return Err(self.missing(name)),
            }
        }
        Ok(given)
    }

    /// The names of what a pass needs, given or computed before, for these results.
    pub(super) fn needs(&self, pass: Pass, results: &[String]) -> Result<Vec<String>, RunError> {
        let cut = self.cut(pass, results)?;
        Ok(inputs(&cut.plan).map(|slot| slot.name.clone()).collect())
    }

    pub(super) fn name(&self) -> String {
        self.signature.name().to_string()
    }

    /// The shape of a port, or of a cotangent.
    pub(super) fn shape(&self, name: &str) -> Vec<usize> {
        let mut ports = self.signature.ports().iter();
        let port = ports.find(|port| port.name == name || port.cotangent() == name);
        port.map_or(Vec::new(), |port| port.shape(&self.dims))
    }

    pub(super) fn device(&self) -> &Device {
        self.workspace.device()
    }

    /// Zeros of the shape of a port or cotangent.
    pub(super) fn zeros(&self, name: &str) -> Result<DeviceTensor, RunError> {
        if let Some(zeros) = self.zeros.borrow().get(name) {
            return Ok(zeros.clone());
        }
        let zeros = self.workspace.zeros(self.shape(name))?;
        self.zeros
            .borrow_mut()
            .insert(name.to_string(), zeros.clone());
        Ok(zeros)
    }

    /// The part of a plan that yields these results: from before, or made now with its temporaries.
    fn cut(&self, pass: Pass, results: &[String]) -> Result<Rc<Cut>, RunError> {
        let (plan, cuts) = match pass {
            Pass::Forward => (&self.plans.forward, &self.forward),
            Pass::Backward => (&self.plans.backward, &self.backward),
        };
        if let Some(cut) = cuts.borrow().get(results) {
            return Ok(Rc::clone(cut));
        }
        let wanted: Vec<&str> = results.iter().map(String::as_str).collect();
        let plan = plan.only(&wanted);
        let plan = plan.map_err(|error| self.failed(pass, error.into()))?;
        let temporaries = plan.temporaries(self.workspace.device())?;
        self.workspace.pool.count(temporaries.len());
        let cut = Rc::new(Cut {
            plan,
            temporaries: RefCell::new(temporaries),
        });
        cuts.borrow_mut().insert(results.to_vec(), Rc::clone(&cut));
        Ok(cut)
    }

    /// Numbers that a kernel takes as a buffer.
    fn numbers(&self, plan: &Plan, values: &Values) -> Result<Values, RunError> {
        let mut numbers = Values::new();
        for slot in inputs(plan) {
            if let Some(Value::Number(number)) = values.get(&slot.name) {
                let tensor = self.workspace.tensor([], &[*number])?;
                numbers.insert(slot.name.clone(), Value::Reals(tensor));
            }
        }
        Ok(numbers)
    }

    /// Memory for the results of a plan.
    fn memory(&self, plan: &Plan) -> Result<Vec<(String, Memory)>, RunError> {
        let results = plan.slots().iter();
        let results = results.filter(|slot| slot.role == Role::Output);
        let memory = |slot: &Slot| Ok((slot.name.clone(), Memory::of(&self.workspace, slot)?));
        results.map(memory).collect()
    }

    fn failed(&self, pass: Pass, error: Error) -> RunError {
        RunError::Device {
            op: self.name(),
            pass: pass.name(),
            error: Box::new(error),
        }
    }

    fn missing(&self, name: &str) -> RunError {
        let port = self.signature.find(name);
        RunError::Missing {
            op: self.name(),
            port: name.to_string(),
            what: port.map_or_else(
                || format!("a tensor of {} reals", count(&self.shape(name))),
                |port| wanted(&self.signature, port, &self.dims),
            ),
        }
    }
}

/// Memory for one result.
enum Memory {
    Reals(Lent<f32>),
    Halves(Lent<f16>),
}

impl Memory {
    /// As a slot's kernels have it.
    fn of(workspace: &Workspace, slot: &Slot) -> Result<Memory, DeviceError> {
        Ok(match slot.element == Type::F16 {
            true => Memory::Halves(workspace.memory(slot.len)?),
            false => Memory::Reals(workspace.memory(slot.len)?),
        })
    }

    /// What a plan is given, with this for a result.
    fn fresh<'m>(&'m mut self, name: &str, given: PlanBuffers<'m>) -> PlanBuffers<'m> {
        match self {
            Memory::Reals(lent) => match lent.buffer_mut() {
                Some(buffer) => given.fresh(name, buffer),
                None => given,
            },
            Memory::Halves(lent) => match lent.buffer_mut() {
                Some(buffer) => given.fresh(name, buffer),
                None => given,
            },
        }
    }

    /// The tensor, once it is filled.
    fn tensor(self, device: &Device, shape: Vec<usize>) -> Value {
        match self {
            Memory::Reals(lent) => Value::Reals(DeviceTensor::new(lent, device, shape, None)),
            Memory::Halves(lent) => Value::Halves(DeviceTensor::new(lent, device, shape, None)),
        }
    }
}

/// The slots that a plan reads and no step writes.
fn inputs(plan: &Plan) -> impl Iterator<Item = &Slot> {
    let slots = plan.slots().iter();
    slots.filter(|slot| slot.role == Role::Input)
}

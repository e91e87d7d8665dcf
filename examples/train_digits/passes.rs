//! The plans of both passes for one number of images, and the memory they work on.

use crate::parameters::Parameter;
use crate::stop::Stop;
use hesper_ad::prelude::*;
use hesper_shader::{Element, Role};
use std::collections::BTreeMap;

/// Both passes over so many images at a time.
pub(crate) struct Passes {
    plans: Plans,
    memory: Memory,
}

/// All that the passes read and write besides the parameters.
struct Memory {
    images: Buffer<f32>,
    labels: Buffer<u32>,
    logits: Buffer<f32>,
    losses: Buffer<f32>,
    /// The cotangent of each loss: 1/rows, so that the gradient is that of the mean.
    seed: Buffer<f32>,
    /// Every other result, under the graph's name for it: intermediates, what ops save, the cotangent of the images.
    between: BTreeMap<String, Buffer<f32>>,
}

impl Passes {
    /// The passes of a graph for these sizes.
    pub(crate) fn new(
        device: &Device,
        graph: &dyn Op,
        dims: &Dims,
        parameters: &[Parameter],
    ) -> Result<Passes, Stop> {
        let plans = Plans::of(graph, dims)?;
        let memory = Memory::new(device, &plans, dims, parameters)?;
        Ok(Passes { plans, memory })
    }

    /// Takes these images next.
    pub(crate) fn load(&mut self, pixels: &[f32], labels: &[u32]) -> Result<(), DeviceError> {
        self.memory.images.write(pixels)?;
        self.memory.labels.write(labels)
    }

    /// Computes logits and losses.
    pub(crate) fn forward(
        &mut self,
        device: &Device,
        parameters: &mut [Parameter],
    ) -> Result<(), Error> {
        let plan = &self.plans.forward;
        device.run(plan, self.memory.given(plan, parameters))
    }

    /// Computes the gradient of the mean loss, after [`forward`](Passes::forward).
    pub(crate) fn backward(
        &mut self,
        device: &Device,
        parameters: &mut [Parameter],
    ) -> Result<(), Error> {
        let plan = &self.plans.backward;
        device.run(plan, self.memory.given(plan, parameters))
    }

    /// The logits of the last forward pass, row by row.
    pub(crate) fn logits(&self) -> Result<Vec<f32>, DeviceError> {
        self.memory.logits.read()
    }

    /// The losses of the last forward pass.
    pub(crate) fn losses(&self) -> Result<Vec<f32>, DeviceError> {
        self.memory.losses.read()
    }
}

impl Memory {
    fn new(
        device: &Device,
        plans: &Plans,
        dims: &Dims,
        parameters: &[Parameter],
    ) -> Result<Memory, DeviceError> {
        let size = |dim: &str| dims.get(dim).unwrap_or_default();
        let rows = size("rows");
        let mut between = BTreeMap::new();
        let elsewhere = |name: &str| {
            ["logits", "loss"].contains(&name) || parameters.iter().any(|p| p.cotangent() == name)
        };
        for slot in plans.forward.slots().iter().chain(plans.backward.slots()) {
            if slot.role == Role::Output && !elsewhere(&slot.name) {
                between.insert(slot.name.clone(), device.zeros(slot.len)?);
            }
        }
        Ok(Memory {
            images: device.zeros(rows * size("pixels"))?,
            labels: device.zeros(rows)?,
            logits: device.zeros(rows * size("classes"))?,
            losses: device.zeros(rows)?,
            seed: device.upload(&vec![1.0 / rows as f32; rows])?,
            between,
        })
    }

    /// Every buffer that the plan asks for.
    fn given<'a>(&'a mut self, plan: &Plan, parameters: &'a mut [Parameter]) -> PlanBuffers<'a> {
        let mut given = give(PlanBuffers::new(), plan, "labels", &mut self.labels);
        let named = [
            ("x", &mut self.images),
            ("logits", &mut self.logits),
            ("loss", &mut self.losses),
            ("dloss", &mut self.seed),
        ];
        for (name, buffer) in named {
            given = give(given, plan, name, buffer);
        }
        for (name, buffer) in &mut self.between {
            given = give(given, plan, name, buffer);
        }
        for parameter in parameters {
            let cotangent = parameter.cotangent();
            given = give(given, plan, &parameter.name, &mut parameter.now.w);
            given = give(given, plan, &cotangent, &mut parameter.gradient);
        }
        given
    }
}

/// Gives a buffer to a plan that asks for one of this name: an input to read, a result to write.
fn give<'a, T: Element>(
    given: PlanBuffers<'a>,
    plan: &Plan,
    name: &str,
    buffer: &'a mut Buffer<T>,
) -> PlanBuffers<'a> {
    let slot = plan.slots().iter().find(|slot| slot.name == name);
    match slot.map(|slot| slot.role) {
        Some(Role::Input) => given.read(name, buffer),
        Some(Role::Output | Role::InOut) => given.write(name, buffer),
        Some(Role::Temporary) | None => given,
    }
}

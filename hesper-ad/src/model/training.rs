//! A graph with parameters, its gradients and its steps.

use super::checks::Trusted;
use super::error::ModelError;
use super::init::Init;
use super::optimiser::Optimiser;
use super::parameter::Parameter;
use crate::dims::{Dims, count};
use crate::op_plan::suggest;
use crate::ops::{Add, ToF16};
use crate::run::{DeviceTensor, Inputs, Runner, Workspace};
use crate::sample::Rng;
use crate::signature::{Port, Signature};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

/// A graph whose parameters an optimiser moves: see [`model`](crate::model).
pub struct Model<'op> {
    pub(super) workspace: Workspace,
    graph: Runner<'op>,
    /// The one for all, then those that some parameters have of their own.
    optimisers: Vec<Optimiser<'op>>,
    sum: Runner<'op>,
    /// What makes halves of a parameter.
    halves: Runner<'op>,
    /// The graph's output.
    loss: String,
    pub(super) parameters: BTreeMap<String, Parameter>,
    pub(super) steps: u32,
    /// Cotangents of the loss, by its shape and the bits of each element.
    seeds: RefCell<BTreeMap<(Vec<usize>, u32), DeviceTensor>>,
}

/// The loss of a batch, and its gradients by the parameters' names.
#[derive(Clone, Debug)]
pub struct Gradients {
    pub(super) losses: DeviceTensor,
    pub(super) by_name: BTreeMap<String, DeviceTensor>,
}

impl Gradients {
    /// The graph's output, each of its losses at the parameters before a step; of a sum the first batch's.
    pub fn losses(&self) -> &DeviceTensor {
        &self.losses
    }

    /// The gradient by a parameter.
    pub fn get(&self, parameter: &str) -> Option<&DeviceTensor> {
        self.by_name.get(parameter)
    }
}

impl<'op> Model<'op> {
    /// A model of a graph with one output, the loss; `parameters` says which of its inputs the optimiser moves and how they start. Their shapes follow
    /// from `sizes`, and what is drawn from `rng`, in the order in which they are listed.
    ///
    /// # Errors
    /// Where the graph has no such input, a size is missing, there is more than one output, an optimiser is none, or what has an optimiser of its own is no
    /// parameter, or has two.
    pub fn new(
        workspace: &Workspace,
        trusted: Trusted<'op>,
        parameters: &[(&str, Init)],
        sizes: &Dims,
        rng: &mut Rng,
    ) -> Result<Model<'op>, ModelError> {
        let graph = Runner::new(workspace, trusted.graph)?;
        let own = trusted.own.iter().map(|(optimiser, _)| *optimiser);
        let optimisers = [trusted.optimiser].into_iter().chain(own);
        let optimisers = optimisers.map(|op| Optimiser::new(workspace, op));
        let optimisers: Vec<Optimiser<'op>> = optimisers.collect::<Result<_, _>>()?;
        let own = own_optimisers(&trusted, graph.signature(), parameters)?;
        let mut made = BTreeMap::new();
        for (name, init) in parameters {
            let shape = shape(graph.signature(), name, sizes)?;
            let optimiser = own.get(name).copied().unwrap_or(0);
            let state = optimisers[optimiser].state_of(workspace, name, &shape)?;
            let values = workspace.tensor(shape.clone(), &init.values(&shape, rng))?;
            let is_f16 = graph.signature().is_f16(name);
            let parameter = Parameter::new(values, (optimiser, state), is_f16);
            if made.insert(name.to_string(), parameter).is_some() {
                let message = format!("the parameter `{name}` is listed twice");
                return Err(ModelError::unfit(graph.signature().name(), message));
            }
        }
        Ok(Model {
            workspace: workspace.clone(),
            loss: only_output(graph.signature())?,
            sum: Runner::new(workspace, &Add)?,
            halves: Runner::new(workspace, &ToF16)?,
            parameters: made,
            steps: 0,
            seeds: RefCell::default(),
            graph,
            optimisers,
        })
    }

    /// The names of the parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.parameters.keys().map(String::as_str)
    }

    /// A parameter as it is now.
    ///
    /// # Errors
    /// Where there is none of this name.
    pub fn parameter(&self, name: &str) -> Result<&DeviceTensor, ModelError> {
        let parameter = self.parameters.get(name).map(|parameter| &parameter.values);
        parameter.ok_or_else(|| {
            let help = suggest(name, self.parameters.keys().cloned());
            ModelError::unfit(
                &self.name(),
                format!("`{name}` is no parameter of the model{help}"),
            )
        })
    }

    /// Gives a parameter other values, those of a trained model say; what the optimiser keeps of it stays.
    ///
    /// # Errors
    /// Where there is none of this name, or it has another shape or is on another device.
    pub fn set_parameter(&mut self, name: &str, values: DeviceTensor) -> Result<(), ModelError> {
        let before = self.parameter(name)?;
        let wrong = if before.shape() != values.shape() {
            let (want, got) = (before.shape(), values.shape());
            Some(format!("`{name}` has the shape {want:?}, not {got:?}"))
        } else if !before.device().is_same_as(values.device()) {
            let (want, got) = (before.device().name(), values.device().name());
            Some(format!(
                "`{name}` is on {want}, but its values are on {got}"
            ))
        } else {
            None
        };
        if let Some(message) = wrong {
            return Err(ModelError::unfit(&self.name(), message));
        }
        if let Some(parameter) = self.parameters.get_mut(name) {
            parameter.set(values);
        }
        Ok(())
    }

    /// How many steps were taken.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// The losses of a batch, and the gradients of their mean.
    ///
    /// # Errors
    /// Where the inputs are not those that the graph has besides the parameters, or the device fails.
    pub fn loss_and_gradients(&self, inputs: &Inputs) -> Result<Gradients, ModelError> {
        self.gradients(inputs, None)
    }

    /// The losses of a batch, and the gradients of `share` times their sum: with `1/n` for each of several batches of `n` losses together,
    /// [accumulated](Model::accumulate), the gradients of the mean of all.
    ///
    /// # Errors
    /// As [`loss_and_gradients`](Model::loss_and_gradients).
    pub fn loss_and_gradients_of(
        &self,
        inputs: &Inputs,
        share: f32,
    ) -> Result<Gradients, ModelError> {
        self.gradients(inputs, Some(share))
    }

    fn gradients(&self, inputs: &Inputs, share: Option<f32>) -> Result<Gradients, ModelError> {
        let call = self.graph.forward(&self.with_parameters(inputs)?)?;
        let losses = call.result(&self.loss)?.clone();
        let share = share.unwrap_or(1.0 / losses.len() as f32);
        let seed = self.seed(losses.shape(), share)?;
        let names: Vec<String> = self
            .parameters
            .keys()
            .map(|name| format!("d{name}"))
            .collect();
        let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut computed = call.cotangents(&[(&format!("d{}", self.loss), &seed)], &wanted)?;
        let named = self.parameters.keys().zip(&names);
        let by_name = named.filter_map(|(name, d)| Some((name.clone(), computed.remove(d)?)));
        Ok(Gradients {
            losses,
            by_name: by_name.collect(),
        })
    }

    /// Adds the gradients of another batch to `sum`.
    ///
    /// # Errors
    /// Where the device fails.
    pub fn accumulate(&self, sum: &mut Gradients, part: &Gradients) -> Result<(), ModelError> {
        for (name, total) in &mut sum.by_name {
            let Some(part) = part.by_name.get(name) else {
                continue;
            };
            let flat = |tensor: &DeviceTensor| tensor.reshaped([tensor.len()]);
            let inputs = Inputs::new()
                .tensor("a", &flat(total)?)
                .tensor("b", &flat(part)?);
            let [added] = self.sum.infer(&inputs, ["y"])?;
            *total = added.reshaped(total.shape())?;
        }
        Ok(())
    }

    /// One step of every optimiser against these gradients, with these constants: those of `AdamW` are what
    /// [`Settings::step`](crate::ops::adamw::Settings::step) gives for `steps() + 1`.
    ///
    /// # Errors
    /// Where a constant is missing or unknown, or the device fails; some parameters may have moved then.
    pub fn step(
        &mut self,
        gradients: &Gradients,
        constants: &[(&str, f32)],
    ) -> Result<(), ModelError> {
        self.step_by(gradients, |_| constants.to_vec())
    }

    /// One step of each parameter against its gradient, with constants of its own: of [its optimiser](super::Checks::require_own), or with another rate, or
    /// without decay, as biases often are.
    ///
    /// # Errors
    /// As [`step`](Model::step).
    pub fn step_by<'c>(
        &mut self,
        gradients: &Gradients,
        constants: impl Fn(&str) -> Vec<(&'c str, f32)>,
    ) -> Result<(), ModelError> {
        for (name, parameter) in &mut self.parameters {
            let Some(gradient) = gradients.by_name.get(name) else {
                continue;
            };
            let constants = constants(name).into_iter();
            let constants = constants.fold(Inputs::new(), |inputs, (name, value)| {
                inputs.number(name, value)
            });
            let before = (&parameter.values, &parameter.state);
            let optimiser = &self.optimisers[parameter.optimiser];
            let (values, state) = optimiser.step(constants, before, gradient)?;
            parameter.set(values);
            parameter.state = state;
        }
        self.steps = self.steps.saturating_add(1);
        Ok(())
    }

    /// Computes outputs of the graph, or values on the way, without gradients. Inputs that they do not need may be missing: labels, for logits.
    ///
    /// # Errors
    /// As [`loss_and_gradients`](Model::loss_and_gradients), and where the graph has no such value.
    pub fn infer<const N: usize>(
        &self,
        inputs: &Inputs,
        results: [&str; N],
    ) -> Result<[DeviceTensor; N], ModelError> {
        Ok(self.graph.infer(&self.with_parameters(inputs)?, results)?)
    }

    pub(super) fn name(&self) -> String {
        self.graph.signature().name().to_string()
    }

    fn with_parameters(&self, inputs: &Inputs) -> Result<Inputs, ModelError> {
        let mut parameters = self.parameters.iter();
        parameters.try_fold(inputs.clone(), |inputs, (name, parameter)| {
            Ok(match parameter.is_f16 {
                true => inputs.tensor(name, &parameter.half(&self.halves)?),
                false => inputs.tensor(name, &parameter.values),
            })
        })
    }

    /// A cotangent of the loss whose elements are all the same: from before, or made now.
    fn seed(&self, shape: &[usize], share: f32) -> Result<DeviceTensor, ModelError> {
        let key = (shape.to_vec(), share.to_bits());
        if let Some(seed) = self.seeds.borrow().get(&key) {
            return Ok(seed.clone());
        }
        let seed = self.workspace.tensor(shape, &vec![share; count(shape)])?;
        let mut seeds = self.seeds.borrow_mut();
        // Shares that change at each step would pile up.
        if seeds.len() >= SEEDS {
            seeds.clear();
        }
        seeds.insert(key, seed.clone());
        Ok(seed)
    }
}

/// How many cotangents of the loss are kept.
const SEEDS: usize = 16;

impl fmt::Debug for Model<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, count) = (self.name(), self.parameters.len());
        let optimisers: Vec<&str> = self.optimisers.iter().map(Optimiser::name).collect();
        let (optimisers, steps) = (optimisers.join(", "), self.steps);
        write!(
            f,
            "Model({name} with {count} parameters, {optimisers}, {steps} steps)"
        )
    }
}

/// Which of the model's optimisers moves the parameters that have one of their own.
fn own_optimisers<'t>(
    trusted: &'t Trusted<'_>,
    graph: &Signature,
    parameters: &[(&str, Init)],
) -> Result<BTreeMap<&'t str, usize>, ModelError> {
    let mut own = BTreeMap::new();
    for (at, (optimiser, names)) in trusted.own.iter().enumerate() {
        for name in names {
            let unfit = |message: String| Err(ModelError::unfit(graph.name(), message));
            if !parameters.iter().any(|(parameter, _)| parameter == name) {
                let help = suggest(name, parameters.iter().map(|(name, _)| name.to_string()));
                let optimiser = optimiser.name();
                return unfit(format!(
                    "`{name}`, which {optimiser} is to move, is no parameter of the model{help}"
                ));
            }
            if let Some(other) = own.insert(name.as_str(), at + 1) {
                let (first, second) = (trusted.own[other - 1].0.name(), optimiser.name());
                return unfit(format!(
                    "the parameter `{name}` has two optimisers of its own, {first} and {second}"
                ));
            }
        }
    }
    Ok(own)
}

/// The shape of a parameter.
fn shape(signature: &Signature, name: &str, sizes: &Dims) -> Result<Vec<usize>, ModelError> {
    let unfit = |message: String| Err(ModelError::unfit(signature.name(), message));
    let Some(port) = signature.inputs().find(|port| port.name == name) else {
        let help = suggest(name, signature.inputs().map(|port| port.name.clone()));
        return unfit(format!(
            "the parameter `{name}` is no differentiable input of the graph{help}"
        ));
    };
    match port.dims.iter().find(|dim| sizes.get(dim).is_none()) {
        None => Ok(port.shape(sizes)),
        Some(dim) => unfit(format!(
            "the parameter `{name}` has the dimension `{dim}`, whose size is missing from ({sizes})"
        )),
    }
}

fn only_output(signature: &Signature) -> Result<String, ModelError> {
    let outputs: Vec<&Port> = signature.outputs().collect();
    match outputs.as_slice() {
        [loss] => Ok(loss.name.clone()),
        _ => Err(ModelError::unfit(
            signature.name(),
            format!(
                "a model has one output, the loss, and this graph has {}; its other values can be inferred without being outputs",
                outputs.len()
            ),
        )),
    }
}

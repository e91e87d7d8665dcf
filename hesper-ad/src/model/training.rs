//! A graph with parameters, its gradients and its steps.

use super::checks::Trusted;
use super::error::ModelError;
use super::init::Init;
use super::optimiser::{Form, GRADIENT, WEIGHTS, form, successor};
use crate::dims::{Dims, count};
use crate::op_plan::suggest;
use crate::ops::{Add, ToF16};
use crate::run::{DeviceTensor, Inputs, Runner, Workspace};
use crate::sample::Rng;
use crate::signature::{Port, Signature};
use hesper_shader::f16;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

/// A graph whose parameters an optimiser moves: see [`model`](crate::model).
pub struct Model<'op> {
    pub(super) workspace: Workspace,
    graph: Runner<'op>,
    optimiser: Runner<'op>,
    form: Form,
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

/// A parameter, and what the optimiser keeps of it.
pub(super) struct Parameter {
    pub(super) values: DeviceTensor,
    /// What the graph reads where it keeps the parameter in binary16: of `values` as they are now, or none yet.
    half: RefCell<Option<DeviceTensor<f16>>>,
    /// Whether it does.
    is_f16: bool,
    /// By the optimiser's names.
    pub(super) state: BTreeMap<String, DeviceTensor>,
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
    /// Where the graph has no such input, a size is missing, there is more than one output, or the optimiser is none.
    pub fn new(
        workspace: &Workspace,
        trusted: Trusted<'op>,
        parameters: &[(&str, Init)],
        sizes: &Dims,
        rng: &mut Rng,
    ) -> Result<Model<'op>, ModelError> {
        let graph = Runner::new(workspace, trusted.graph)?;
        let optimiser = Runner::new(workspace, trusted.optimiser)?;
        let form = form(&optimiser)?;
        let mut made = BTreeMap::new();
        for (name, init) in parameters {
            let shape = shape(graph.signature(), name, sizes)?;
            form.check(&optimiser, name, &shape)?;
            let values = workspace.tensor(shape.clone(), &init.values(&shape, rng))?;
            let zeros = |name: &String| Ok((name.clone(), workspace.zeros(shape.clone())?));
            let state = form
                .state
                .iter()
                .map(zeros)
                .collect::<Result<_, ModelError>>()?;
            let parameter = Parameter::new(values, state, graph.signature().is_f16(name));
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
            optimiser,
            form,
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

    /// One step of the optimiser against these gradients, with these constants: those of `AdamW` are what
    /// [`Settings::step`](crate::ops::adamw::Settings::step) gives for `steps() + 1`.
    ///
    /// # Errors
    /// Where a constant is missing or unknown, or the device fails; some parameters may have moved then.
    pub fn step(
        &mut self,
        gradients: &Gradients,
        constants: &[(&str, f32)],
    ) -> Result<(), ModelError> {
        let constants = constants.iter();
        let constants = constants.fold(Inputs::new(), |inputs, (name, value)| {
            inputs.number(name, *value)
        });
        for (name, parameter) in &mut self.parameters {
            if let Some(gradient) = gradients.by_name.get(name) {
                parameter.step((&self.optimiser, &self.form), constants.clone(), gradient)?;
            }
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

impl Parameter {
    fn new(values: DeviceTensor, state: BTreeMap<String, DeviceTensor>, is_f16: bool) -> Parameter {
        Parameter {
            values,
            state,
            half: RefCell::default(),
            is_f16,
        }
    }

    /// The same parameter with other values and state.
    pub(super) fn with(
        &self,
        values: DeviceTensor,
        state: BTreeMap<String, DeviceTensor>,
    ) -> Parameter {
        Parameter::new(values, state, self.is_f16)
    }

    /// Gives it other values.
    fn set(&mut self, values: DeviceTensor) {
        self.values = values;
        self.half = RefCell::default();
    }

    /// The values in binary16: from before, or made now.
    fn half(&self, converter: &Runner<'_>) -> Result<DeviceTensor<f16>, ModelError> {
        if let Some(half) = &*self.half.borrow() {
            return Ok(half.clone());
        }
        let flat = self.values.reshaped([self.values.len()])?;
        let [half] = converter.infer_f16(&Inputs::new().tensor("x", &flat), ["y"])?;
        let half = half.reshaped(self.values.shape())?;
        *self.half.borrow_mut() = Some(half.clone());
        Ok(half)
    }

    /// The parameter after a step of the optimiser.
    fn step(
        &mut self,
        (optimiser, form): (&Runner<'_>, &Form),
        constants: Inputs,
        gradient: &DeviceTensor,
    ) -> Result<(), ModelError> {
        let mut inputs = constants
            .tensor(WEIGHTS, &form.fitted(&self.values)?)
            .tensor(GRADIENT, &form.fitted(gradient)?);
        for (name, tensor) in &self.state {
            inputs = inputs.tensor(name, &form.fitted(tensor)?);
        }
        let call = optimiser.forward(&inputs)?;
        let moved = |name: &str, old: &DeviceTensor| -> Result<DeviceTensor, ModelError> {
            let new = call.result(&successor(name))?;
            Ok(new.reshaped(old.shape())?)
        };
        let values = moved(WEIGHTS, &self.values)?;
        let state = self.state.iter();
        let state = state.map(|(name, old)| Ok((name.clone(), moved(name, old)?)));
        self.state = state.collect::<Result<_, ModelError>>()?;
        self.set(values);
        Ok(())
    }
}

impl fmt::Debug for Model<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, count) = (self.name(), self.parameters.len());
        let optimiser = self.optimiser.signature().name();
        write!(
            f,
            "Model({name} with {count} parameters, {optimiser}, {} steps)",
            self.steps
        )
    }
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

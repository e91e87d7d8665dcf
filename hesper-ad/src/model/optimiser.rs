//! What an optimiser is: an op that makes new weights of weights and their gradient.

use super::error::ModelError;
use super::parameter::State;
use crate::op::Op;
use crate::run::{DeviceTensor, Inputs, Runner, Workspace};
use crate::signature::Signature;
use crate::tensor::ShapeError;

/// What an optimiser calls the weights and their gradient.
const WEIGHTS: &str = "w";
const GRADIENT: &str = "g";

/// What an optimiser calls the successor of `m`.
fn successor(name: &str) -> String {
    format!("new_{name}")
}

/// An optimiser, what it keeps of each parameter, and which it moves.
pub(super) struct Optimiser<'op> {
    runner: Runner<'op>,
    /// The names of its inputs that are neither weights nor gradient.
    state: Vec<String>,
    /// How many dimensions its inputs and outputs have.
    rank: usize,
}

impl<'op> Optimiser<'op> {
    /// An op as an optimiser.
    ///
    /// # Errors
    /// Where it is none: all inputs and outputs have the same dimensions; the inputs are `w`, `g` and any others, the outputs `new_w`
    /// and the successor of each of the others.
    pub(super) fn new(
        workspace: &Workspace,
        op: &'op dyn Op,
    ) -> Result<Optimiser<'op>, ModelError> {
        let runner = Runner::new(workspace, op)?;
        let (state, rank) = form(runner.signature())?;
        Ok(Optimiser {
            runner,
            state,
            rank,
        })
    }

    pub(super) fn name(&self) -> &str {
        self.runner.signature().name()
    }

    /// What is kept of a parameter of this shape that has not moved yet.
    ///
    /// # Errors
    /// Where the optimiser does not move parameters of that shape, or the device fails.
    pub(super) fn state_of(
        &self,
        workspace: &Workspace,
        parameter: &str,
        shape: &[usize],
    ) -> Result<State, ModelError> {
        let rank = self.rank;
        if rank != 1 && shape.len() != rank {
            return Err(ModelError::unfit(
                self.name(),
                format!(
                    "it moves parameters of {rank} dimensions, and `{parameter}` has the shape {shape:?}; take an optimiser of one dimension, which moves any"
                ),
            ));
        }
        let names = self.state.iter();
        names
            .map(|name| Ok((name.clone(), workspace.zeros(shape)?)))
            .collect()
    }

    /// New values and state of a parameter, after a step against its gradient.
    pub(super) fn step(
        &self,
        constants: Inputs,
        (values, state): (&DeviceTensor, &State),
        gradient: &DeviceTensor,
    ) -> Result<(DeviceTensor, State), ModelError> {
        let mut inputs = constants
            .tensor(WEIGHTS, &self.fitted(values)?)
            .tensor(GRADIENT, &self.fitted(gradient)?);
        for (name, tensor) in state {
            inputs = inputs.tensor(name, &self.fitted(tensor)?);
        }
        let call = self.runner.forward(&inputs)?;
        let moved = |name: &str| -> Result<DeviceTensor, ModelError> {
            Ok(call.result(&successor(name))?.reshaped(values.shape())?)
        };
        let state = state.keys().map(|name| Ok((name.clone(), moved(name)?)));
        Ok((moved(WEIGHTS)?, state.collect::<Result<_, ModelError>>()?))
    }

    /// A tensor as the optimiser takes it: as a vector where it treats each number by itself.
    fn fitted(&self, tensor: &DeviceTensor) -> Result<DeviceTensor, ShapeError> {
        match self.rank {
            1 => tensor.reshaped([tensor.len()]),
            _ => Ok(tensor.clone()),
        }
    }
}

/// What an op keeps as an optimiser, and how many dimensions all its ports have.
fn form(signature: &Signature) -> Result<(Vec<String>, usize), ModelError> {
    let unfit = |message: &str| {
        let message = format!(
            "{message}; an optimiser has the inputs `w`, `g` and any others `m`, and the outputs `new_w` and `new_m`, all of the same dimensions"
        );
        ModelError::unfit(signature.name(), message)
    };
    let inputs: Vec<String> = signature.inputs().map(|port| port.name.clone()).collect();
    for name in [WEIGHTS, GRADIENT] {
        if !inputs.iter().any(|input| input == name) {
            return Err(unfit(&format!("it has no input `{name}`")));
        }
    }
    let state: Vec<String> = inputs
        .into_iter()
        .filter(|name| name != WEIGHTS && name != GRADIENT)
        .collect();
    let successors = state
        .iter()
        .map(String::as_str)
        .chain([WEIGHTS])
        .map(successor);
    let missing: Vec<String> = successors.filter(|name| !yields(signature, name)).collect();
    if let [missing, ..] = missing.as_slice() {
        return Err(unfit(&format!("it has no output `{missing}`")));
    }
    let mut shapes = signature.inputs().chain(signature.outputs());
    let mut shapes = shapes.by_ref().map(|port| &port.dims);
    let first = shapes.next().map_or(&[][..], Vec::as_slice);
    let rank = first.len();
    let halves = signature
        .ports()
        .iter()
        .find(|port| signature.is_f16(&port.name));
    if let Some(port) = halves {
        let message = format!(
            "it keeps `{}` in `f16`, and moves are less than that can tell",
            port.name
        );
        return Err(unfit(&message));
    }
    if rank == 0 || shapes.any(|dims| dims != first) || signature.integers().next().is_some() {
        return Err(unfit(
            "its inputs and outputs have not all the same dimensions, or some are whole numbers",
        ));
    }
    Ok((state, rank))
}

fn yields(signature: &Signature, name: &str) -> bool {
    signature.outputs().any(|port| port.name == name)
}

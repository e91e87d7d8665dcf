//! What an optimiser is: an op that makes new weights of weights and their gradient.

use super::error::ModelError;
use crate::run::{DeviceTensor, Runner};
use crate::signature::Signature;
use crate::tensor::ShapeError;

/// What an optimiser calls the weights and their gradient.
pub(super) const WEIGHTS: &str = "w";
pub(super) const GRADIENT: &str = "g";

/// What an optimiser calls the successor of `m`.
pub(super) fn successor(name: &str) -> String {
    format!("new_{name}")
}

/// What an optimiser keeps of each parameter, and which it moves.
pub(super) struct Form {
    /// The names of its inputs that are neither weights nor gradient.
    pub(super) state: Vec<String>,
    /// How many dimensions its inputs and outputs have.
    rank: usize,
}

impl Form {
    /// A tensor as the optimiser takes it: as a vector where it treats each number by itself.
    pub(super) fn fitted(&self, tensor: &DeviceTensor) -> Result<DeviceTensor, ShapeError> {
        match self.rank {
            1 => tensor.reshaped([tensor.len()]),
            _ => Ok(tensor.clone()),
        }
    }

    /// That the optimiser moves a parameter of this shape.
    pub(super) fn check(
        &self,
        runner: &Runner<'_>,
        parameter: &str,
        shape: &[usize],
    ) -> Result<(), ModelError> {
        let rank = self.rank;
        match rank == 1 || shape.len() == rank {
            true => Ok(()),
            false => Err(ModelError::unfit(
                runner.signature().name(),
                format!(
                    "it moves parameters of {rank} dimensions, and `{parameter}` has the shape {shape:?}; take an optimiser of one dimension, which moves any"
                ),
            )),
        }
    }
}

/// What an op asks for as an optimiser.
///
/// # Errors
/// Where the op is no optimiser: all inputs and outputs have the same dimensions; the inputs are `w`, `g` and any others, the outputs `new_w`
/// and the successor of each of the others.
pub(super) fn form(runner: &Runner<'_>) -> Result<Form, ModelError> {
    let signature = runner.signature();
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
    Ok(Form { state, rank })
}

fn yields(signature: &Signature, name: &str) -> bool {
    signature.outputs().any(|port| port.name == name)
}

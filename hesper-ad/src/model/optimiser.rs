//! What an optimiser is: an op that makes new weights of weights and their gradient.

use super::error::ModelError;
use crate::run::Runner;
use crate::signature::Signature;

/// What an optimiser calls the weights and their gradient.
pub(super) const WEIGHTS: &str = "w";
pub(super) const GRADIENT: &str = "g";

/// What an optimiser calls the successor of `m`.
pub(super) fn successor(name: &str) -> String {
    format!("new_{name}")
}

/// What an optimiser keeps beside each parameter: the names of its inputs that are neither weights nor gradient.
///
/// # Errors
/// Where the op is no optimiser: all inputs and outputs have one dimension, the same; the inputs are `w`, `g` and any others, the outputs `new_w`
/// and the successor of each of the others.
pub(super) fn state(runner: &Runner<'_>) -> Result<Vec<String>, ModelError> {
    let signature = runner.signature();
    let unfit = |message: &str| {
        let message = format!(
            "{message}; an optimiser has the inputs `w`, `g` and any others `m`, and the outputs `new_w` and `new_m`, all of one dimension"
        );
        ModelError::unfit(signature.name(), message)
    };
    let dim = match signature.dims().as_slice() {
        [dim] => dim.to_string(),
        _ => return Err(unfit("it has not one dimension")),
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
    let mut tensors = signature.inputs().chain(signature.outputs());
    if tensors.any(|port| port.dims != [dim.clone()]) || signature.integers().next().is_some() {
        return Err(unfit(
            "its inputs and outputs have not all the one dimension",
        ));
    }
    Ok(state)
}

fn yields(signature: &Signature, name: &str) -> bool {
    signature.outputs().any(|port| port.name == name)
}

//! A parameter of a model.

use super::error::ModelError;
use crate::run::{DeviceTensor, Inputs, Runner};
use hesper_shader::f16;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What an optimiser keeps of a parameter, by the optimiser's names.
pub(super) type State = BTreeMap<String, DeviceTensor>;

/// A parameter, and what its optimiser keeps of it.
pub(super) struct Parameter {
    pub(super) values: DeviceTensor,
    /// What the graph reads where it keeps the parameter in binary16: of `values` as they are now, or none yet.
    half: RefCell<Option<DeviceTensor<f16>>>,
    /// Whether it does.
    pub(super) is_f16: bool,
    /// Which of the model's optimisers moves it.
    pub(super) optimiser: usize,
    pub(super) state: State,
}

impl Parameter {
    /// One that starts with these values and this state, moved by that optimiser of the model.
    pub(super) fn new(
        values: DeviceTensor,
        (optimiser, state): (usize, State),
        is_f16: bool,
    ) -> Parameter {
        Parameter {
            values,
            half: RefCell::default(),
            is_f16,
            optimiser,
            state,
        }
    }

    /// The same parameter with other values and state.
    pub(super) fn with(&self, values: DeviceTensor, state: State) -> Parameter {
        Parameter::new(values, (self.optimiser, state), self.is_f16)
    }

    /// Gives it other values.
    pub(super) fn set(&mut self, values: DeviceTensor) {
        self.values = values;
        self.half = RefCell::default();
    }

    /// The values in binary16: from before, or made now.
    pub(super) fn half(&self, converter: &Runner<'_>) -> Result<DeviceTensor<f16>, ModelError> {
        if let Some(half) = &*self.half.borrow() {
            return Ok(half.clone());
        }
        let flat = self.values.reshaped([self.values.len()])?;
        let [half] = converter.infer_f16(&Inputs::new().tensor("x", &flat), ["y"])?;
        let half = half.reshaped(self.values.shape())?;
        *self.half.borrow_mut() = Some(half.clone());
        Ok(half)
    }
}

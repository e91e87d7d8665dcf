//! What an op is given, by name.

use super::error::RunError;
use super::pool::RealElement;
use super::tensor::DeviceTensor;
use crate::dims::Dims;
use crate::op_plan::suggest;
use crate::signature::{Port, PortRole, Signature};
use hesper_shader::{Device, f16};
use std::collections::BTreeMap;

/// What an op is given, by the names of its ports: tensors of reals for inputs and constants, of whole numbers for integer inputs, and a
/// number for a constant of rank 0.
///
/// It may be built once and given to any number of calls. Names and shapes are looked at by the op that takes it.
///
/// ```
/// use hesper_ad::ops::SoftmaxCrossEntropy;
/// use hesper_ad::prelude::*;
///
/// let workspace = Workspace::new(&Device::reference());
/// let logits = workspace.tensor([2, 3], &[0.0; 6])?;
/// let labels = workspace.tensor([2], &[0u32, 3])?;
/// let inputs = Inputs::new().tensor("x", &logits).integers("labels", &labels);
/// let refused = Runner::new(&workspace, &SoftmaxCrossEntropy)?.forward(&inputs);
/// assert_eq!(
///     refused.err().map(|e| e.to_string()).unwrap_or_default(),
///     "SoftmaxCrossEntropy: `labels[1]` is 3, and must be below `classes`, which is 3"
/// );
/// # Ok::<(), RunError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    values: Vec<(String, Value)>,
    sizes: Dims,
}

/// One of the things given.
#[derive(Clone, Debug)]
pub enum Value {
    Reals(DeviceTensor),
    Halves(DeviceTensor<f16>),
    Integers(DeviceTensor<u32>),
    Number(f32),
}

impl Inputs {
    /// Nothing yet.
    pub fn new() -> Inputs {
        Inputs::default()
    }

    /// A tensor for an input or a constant: of `f16` where the [port keeps that](Signature::f16), else of `f32`.
    pub fn tensor<T: RealElement>(self, port: &str, tensor: &DeviceTensor<T>) -> Inputs {
        self.with(port, T::value(tensor.clone()))
    }

    /// A tensor of whole numbers for an integer input.
    pub fn integers(self, port: &str, tensor: &DeviceTensor<u32>) -> Inputs {
        self.with(port, Value::Integers(tensor.clone()))
    }

    /// A number for a constant of rank 0.
    pub fn number(self, port: &str, number: f32) -> Inputs {
        self.with(port, Value::Number(number))
    }

    /// The size of a dimension, where the shapes of the inputs do not tell it.
    pub fn size(mut self, dim: &str, size: usize) -> Inputs {
        self.sizes.set(dim, size);
        self
    }

    fn with(mut self, port: &str, value: Value) -> Inputs {
        self.values.push((port.to_string(), value));
        self
    }

    pub(super) fn sizes(&self) -> &Dims {
        &self.sizes
    }

    /// What is given for each port, each once and as the port wants it, on this device.
    pub(super) fn by_port(
        &self,
        signature: &Signature,
        device: &Device,
    ) -> Result<BTreeMap<String, Value>, RunError> {
        let op = || signature.name().to_string();
        let mut given = BTreeMap::new();
        for (name, value) in &self.values {
            let port = signature.find(name).filter(|port| is_given(port));
            let Some(port) = port else {
                let known = signature.ports().iter().filter(|port| is_given(port));
                let help = suggest(name, known.map(|port| port.name.clone()));
                return Err(RunError::Unknown {
                    op: op(),
                    name: name.clone(),
                    what: "input",
                    help,
                });
            };
            value.check_kind(signature, port)?;
            value.check_device(signature, name, device)?;
            if given.insert(name.clone(), value.clone()).is_some() {
                let name = name.clone();
                return Err(RunError::Twice { op: op(), name });
            }
        }
        Ok(given)
    }
}

impl Value {
    /// The shape of a tensor.
    pub(super) fn shape(&self) -> Option<&[usize]> {
        match self {
            Value::Reals(tensor) => Some(tensor.shape()),
            Value::Halves(tensor) => Some(tensor.shape()),
            Value::Integers(tensor) => Some(tensor.shape()),
            Value::Number(_) => None,
        }
    }

    fn check_kind(&self, signature: &Signature, port: &Port) -> Result<(), RunError> {
        let is_number = port.role == PortRole::Constant && port.dims.is_empty();
        let is_integer = matches!(port.role, PortRole::Integer { .. });
        let is_tensor = !is_number && !is_integer;
        let is_f16 = signature.is_f16(&port.name);
        let got = match self {
            Value::Number(_) if is_number => return Ok(()),
            Value::Integers(_) if is_integer => return Ok(()),
            Value::Reals(_) if is_tensor && !is_f16 => return Ok(()),
            Value::Halves(_) if is_tensor && is_f16 => return Ok(()),
            Value::Number(_) => "a number",
            Value::Integers(_) => "whole numbers",
            Value::Reals(_) => "a tensor of `f32`",
            Value::Halves(_) => "a tensor of `f16`",
        };
        Err(RunError::Kind {
            op: signature.name().to_string(),
            port: port.name.clone(),
            got,
            what: wanted(signature, port, &Dims::default()),
        })
    }

    fn check_device(
        &self,
        signature: &Signature,
        name: &str,
        device: &Device,
    ) -> Result<(), RunError> {
        match self {
            Value::Reals(tensor) => same_device(signature, name, tensor.device(), device),
            Value::Halves(tensor) => same_device(signature, name, tensor.device(), device),
            Value::Integers(tensor) => same_device(signature, name, tensor.device(), device),
            Value::Number(_) => Ok(()),
        }
    }
}

/// That a tensor is on the device of the run.
pub(super) fn same_device(
    signature: &Signature,
    name: &str,
    other: &Device,
    device: &Device,
) -> Result<(), RunError> {
    if other.is_same_as(device) {
        return Ok(());
    }
    Err(RunError::OtherDevice {
        op: signature.name().to_string(),
        name: name.to_string(),
        device: device.name().to_string(),
        other: other.name().to_string(),
    })
}

/// Whether a caller gives what passes through the port.
pub(super) fn is_given(port: &Port) -> bool {
    match port.role {
        PortRole::Input | PortRole::Constant | PortRole::Integer { .. } => true,
        PortRole::Output | PortRole::Saved => false,
    }
}

/// What a port takes, and how it is given: ``a tensor of shape [rows=2, cols] with `Inputs::tensor` ``.
pub(super) fn wanted(signature: &Signature, port: &Port, dims: &Dims) -> String {
    let shape = || written(&port.dims, dims);
    match &port.role {
        PortRole::Constant if port.dims.is_empty() => "a number with `Inputs::number`".to_string(),
        PortRole::Integer { below } => {
            let shape = shape();
            format!("whole numbers below `{below}` of shape [{shape}] with `Inputs::integers`")
        }
        _ => {
            let halves = if signature.is_f16(&port.name) {
                " of `f16`"
            } else {
                ""
            };
            let shape = shape();
            format!("a tensor{halves} of shape [{shape}] with `Inputs::tensor`")
        }
    }
}

/// Dimensions with those sizes that are known: `rows=2, cols`.
pub(super) fn written(names: &[String], dims: &Dims) -> String {
    let one = |name: &String| match dims.get(name) {
        Some(size) => format!("{name}={size}"),
        None => name.clone(),
    };
    let all: Vec<String> = names.iter().map(one).collect();
    all.join(", ")
}

//! One op on a device, and its calls.

use super::error::RunError;
use super::inputs::{Inputs, Value, same_device, written};
use super::pool::RealElement;
use super::ready::{Ready, Values};
use super::sizes::sizes;
use super::tensor::DeviceTensor;
use super::workspace::Workspace;
use crate::dims::Dims;
use crate::op::{Op, checked_signature};
use crate::op_plan::{Pass, suggest};
use crate::sample::Sampling;
use crate::signature::{Port, PortRole, Signature};
use hesper_shader::f16;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// An op that runs on a device, a graph like any other: see [`run`](crate::run).
///
/// It keeps the plans and temporaries of every shape that it has met.
///
/// ```
/// use hesper_ad::ops::{Relu, ScaledAdd};
/// use hesper_ad::prelude::*;
///
/// // y = x + s·relu(x)
/// let residual = Graph::new("Residual", [("x", &["rows", "cols"])])
///     .node(Relu, ["x"], ["r"])
///     .node(ScaledAdd, ["x", "r"], ["y"])
///     .finish(["y"])?;
/// let workspace = Workspace::new(&Device::reference());
/// let runner = Runner::new(&workspace, &residual)?;
/// let x = workspace.tensor([1, 2], &[-1.0, 2.0])?;
///
/// let call = runner.forward(&Inputs::new().tensor("x", &x).number("s", 0.5))?;
/// assert_eq!(call.result("y")?.read()?, [-1.0, 3.0]);
///
/// // What is wanted may be a value on the way; `s` is not needed for this one, and no kernel adds.
/// let [r] = runner.infer(&Inputs::new().tensor("x", &x), ["r"])?;
/// assert_eq!(r.read()?, [0.0, 2.0]);
/// # Ok::<(), RunError>(())
/// ```
pub struct Runner<'op> {
    op: &'op dyn Op,
    signature: Signature,
    sampling: Sampling,
    workspace: Workspace,
    /// By the sizes of the signature's dimensions.
    ready: RefCell<BTreeMap<Vec<usize>, Rc<Ready>>>,
}

impl<'op> Runner<'op> {
    /// An op in a workspace. Nothing is compiled yet.
    ///
    /// # Errors
    /// Where the op's signature makes no sense.
    pub fn new(workspace: &Workspace, op: &'op dyn Op) -> Result<Runner<'op>, RunError> {
        Ok(Runner {
            signature: checked_signature(op)?,
            sampling: op.sampling(),
            op,
            workspace: workspace.clone(),
            ready: RefCell::default(),
        })
    }

    /// The op's ports.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The workspace whose device it runs on.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Runs the forward pass, whose results the call keeps: outputs, and what is saved for the backward pass. On a GPU the work may still be
    /// under way on return.
    ///
    /// # Errors
    /// Where an input is missing, unknown, of another shape or kind than its port, or does not fit the others; where the device fails.
    pub fn forward(&self, inputs: &Inputs) -> Result<Call, RunError> {
        let results = self.signature.outputs().chain(self.signature.saves());
        let results: Vec<String> = results.map(|port| port.name.clone()).collect();
        let (ready, mut values) = self.ready(inputs)?;
        let computed = ready.run(Pass::Forward, &results, &values)?;
        values.extend(computed);
        Ok(Call { ready, values })
    }

    /// Computes these outputs or saved results, a graph's values on the way among them, and keeps nothing for a backward pass. Inputs that they do not need may
    /// be missing.
    ///
    /// # Errors
    /// As [`forward`](Runner::forward), and where the op has no such result.
    pub fn infer<const N: usize>(
        &self,
        inputs: &Inputs,
        results: [&str; N],
    ) -> Result<[DeviceTensor; N], RunError> {
        self.inferred(inputs, results)
    }

    /// [`infer`](Runner::infer) for results that are [kept in `f16`](Signature::f16).
    ///
    /// # Errors
    /// As [`infer`](Runner::infer).
    pub fn infer_f16<const N: usize>(
        &self,
        inputs: &Inputs,
        results: [&str; N],
    ) -> Result<[DeviceTensor<f16>; N], RunError> {
        self.inferred(inputs, results)
    }

    fn inferred<T: RealElement, const N: usize>(
        &self,
        inputs: &Inputs,
        results: [&str; N],
    ) -> Result<[DeviceTensor<T>; N], RunError> {
        let is_result = |port: &&Port| matches!(port.role, PortRole::Output | PortRole::Saved);
        let known = self.signature.ports().iter().filter(is_result);
        let known: Vec<String> = known.map(|port| port.name.clone()).collect();
        for name in results {
            known_name(&self.signature, name, &known, "output or saved result")?;
        }
        let (ready, values) = self.ready(inputs)?;
        let computed = ready.run(Pass::Forward, &sorted(&results), &values)?;
        in_order(computed, results, &ready.signature)
    }

    /// The op at the shape of these inputs, and what they are.
    fn ready(&self, inputs: &Inputs) -> Result<(Rc<Ready>, Values), RunError> {
        let given = inputs.by_port(&self.signature, self.workspace.device())?;
        let dims = sizes(&self.signature, &self.sampling, &given, inputs.sizes())?;
        Ok((self.at(dims)?, given))
    }

    /// The op at one shape: from before, or made now.
    fn at(&self, dims: Dims) -> Result<Rc<Ready>, RunError> {
        let key: Vec<usize> = dims.iter().map(|(_, size)| size).collect();
        if let Some(ready) = self.ready.borrow().get(&key) {
            return Ok(Rc::clone(ready));
        }
        let ready = Ready::new(&self.workspace, self.op, &self.signature, dims)?;
        let ready = Rc::new(ready);
        self.ready.borrow_mut().insert(key, Rc::clone(&ready));
        Ok(ready)
    }
}

impl fmt::Debug for Runner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let device = self.workspace.device().name();
        write!(f, "Runner({} on {device})", self.signature.name())
    }
}

/// A forward pass that has run: its results, and what the backward pass needs, for as long as the call is there.
pub struct Call {
    ready: Rc<Ready>,
    /// Inputs, outputs and saved results.
    values: Values,
}

impl Call {
    /// An output or a saved result; of a graph, every value on the way is one.
    ///
    /// # Errors
    /// Where the op has no such result, or keeps it in `f16`.
    pub fn result(&self, name: &str) -> Result<&DeviceTensor, RunError> {
        self.found(name)
    }

    /// A result that is [kept in `f16`](Signature::f16).
    ///
    /// # Errors
    /// Where the op has no such result, or keeps it in `f32`.
    pub fn result_f16(&self, name: &str) -> Result<&DeviceTensor<f16>, RunError> {
        self.found(name)
    }

    fn found<T: RealElement>(&self, name: &str) -> Result<&DeviceTensor<T>, RunError> {
        let signature = &self.ready.signature;
        let results = || signature.outputs().chain(signature.saves());
        match self.values.get(name) {
            Some(value) if results().any(|port| port.name == name) => typed(value, name, signature),
            _ => {
                let known: Vec<String> = results().map(|port| port.name.clone()).collect();
                let what = "output or saved result";
                Err(unknown(signature, name, &known, what))
            }
        }
    }

    /// The op's sizes in this call.
    pub fn dims(&self) -> &Dims {
        &self.ready.dims
    }

    /// Runs the backward pass: from cotangents of outputs, `dy` of `y`, to those cotangents of inputs that are wanted, in their order.
    /// Outputs whose cotangent is not given have zeros for it. It may run any number of times.
    ///
    /// # Errors
    /// Where a name is none of these cotangents, a shape is not that of its output, none is given, or the device fails.
    pub fn backward<const N: usize>(
        &self,
        cotangents: &[(&str, &DeviceTensor)],
        wanted: [&str; N],
    ) -> Result<[DeviceTensor; N], RunError> {
        let computed = self.cotangents(cotangents, &wanted)?.into_iter();
        let computed = computed.map(|(name, tensor)| (name, Value::Reals(tensor)));
        in_order(computed.collect(), wanted, &self.ready.signature)
    }

    /// [`backward`](Call::backward) for names that are not known before the program runs: the cotangents by name.
    ///
    /// # Errors
    /// As [`backward`](Call::backward).
    pub fn cotangents(
        &self,
        cotangents: &[(&str, &DeviceTensor)],
        wanted: &[&str],
    ) -> Result<BTreeMap<String, DeviceTensor>, RunError> {
        let signature = &self.ready.signature;
        let known: Vec<String> = signature.inputs().map(Port::cotangent).collect();
        for name in wanted {
            known_name(signature, name, &known, "cotangent of an input")?;
        }
        let seeds = self.seeds(cotangents)?;
        let mut values = self.values.clone();
        values.extend(seeds);
        let wanted = sorted(wanted);
        let needed = self.ready.needs(Pass::Backward, &wanted)?;
        for seed in signature.outputs().map(Port::cotangent) {
            if needed.contains(&seed) && !values.contains_key(&seed) {
                let zeros = self.ready.zeros(&seed)?;
                values.insert(seed, Value::Reals(zeros));
            }
        }
        let computed = self.ready.run(Pass::Backward, &wanted, &values)?;
        // Cotangents are `f32`, whatever their ports keep.
        let reals = computed.iter().map(|(name, value)| {
            let tensor: &DeviceTensor = typed(value, name, signature)?;
            Ok((name.clone(), tensor.clone()))
        });
        reals.collect()
    }

    /// The cotangents of outputs that are given, checked.
    fn seeds(&self, cotangents: &[(&str, &DeviceTensor)]) -> Result<Values, RunError> {
        let signature = &self.ready.signature;
        let outputs: Vec<String> = signature.outputs().map(Port::cotangent).collect();
        if cotangents.is_empty() {
            let outputs: Vec<String> = outputs.iter().map(|name| format!("`{name}`")).collect();
            return Err(RunError::NoSeed {
                op: self.ready.name(),
                outputs: outputs.join(", "),
            });
        }
        let device = self.ready.device();
        let mut seeds = Values::new();
        for (name, tensor) in cotangents {
            known_name(signature, name, &outputs, "cotangent of an output")?;
            same_device(signature, name, tensor.device(), device)?;
            if tensor.shape() != self.ready.shape(name) {
                let port = signature.outputs().find(|port| port.cotangent() == *name);
                let dims = port.map(|port| written(&port.dims, &self.ready.dims));
                return Err(RunError::Rank {
                    op: self.ready.name(),
                    name: name.to_string(),
                    got: tensor.shape().to_vec(),
                    want: dims.unwrap_or_default(),
                });
            }
            let value = Value::Reals((*tensor).clone());
            if seeds.insert(name.to_string(), value).is_some() {
                return Err(RunError::Twice {
                    op: self.ready.name(),
                    name: name.to_string(),
                });
            }
        }
        Ok(seeds)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({} at {})", self.ready.name(), self.ready.dims)
    }
}

/// Names in order, each once: what plans are kept by.
fn sorted(names: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
    names.sort();
    names.dedup();
    names
}

/// The tensors of these names, each of which was computed.
fn in_order<T: RealElement, const N: usize>(
    computed: Values,
    names: [&str; N],
    signature: &Signature,
) -> Result<[DeviceTensor<T>; N], RunError> {
    let found = names
        .iter()
        .filter_map(|name| Some((name, computed.get(*name)?)));
    let tensors = found.map(|(name, value)| typed(value, name, signature).cloned());
    let tensors = tensors.collect::<Result<Vec<DeviceTensor<T>>, RunError>>()?;
    let none = || unknown(signature, names.first().unwrap_or(&""), &[], "result");
    tensors.try_into().map_err(|_| none())
}

/// The tensor that a result is.
fn typed<'v, T: RealElement>(
    value: &'v Value,
    name: &str,
    signature: &Signature,
) -> Result<&'v DeviceTensor<T>, RunError> {
    T::of(value).ok_or_else(|| RunError::Format {
        op: signature.name().to_string(),
        name: name.to_string(),
        help: match value {
            Value::Halves(_) => "`f16`: ask with `Call::result_f16` or `Runner::infer_f16`",
            _ => "`f32`: ask with `Call::result` or `Runner::infer`",
        },
    })
}

fn known_name(
    signature: &Signature,
    name: &str,
    known: &[String],
    what: &'static str,
) -> Result<(), RunError> {
    match known.iter().any(|known| known == name) {
        true => Ok(()),
        false => Err(unknown(signature, name, known, what)),
    }
}

fn unknown(signature: &Signature, name: &str, known: &[String], what: &'static str) -> RunError {
    RunError::Unknown {
        op: signature.name().to_string(),
        name: name.to_string(),
        what,
        help: suggest(name, known.iter().cloned()),
    }
}

//! Ops composed as a graph: values that several nodes read get the sum of their cotangents.

mod connect;
mod draft;
mod plan;
mod spec;
#[cfg(test)]
mod tests;
mod wiring;

pub use plan::accumulate;

pub(crate) use draft::Draft;
pub(crate) use wiring::Value;

use crate::context::Context;
use crate::dims::multiple;
use crate::error::OpError;
use crate::op::{DiffOp, Op, Ports, checked_signature};
use crate::op_plan::OpPlan;
use crate::sample::Sampling;
use crate::signature::Signature;
use crate::tensor::Tensor;
use std::rc::Rc;
use wiring::{Node, Wiring};

/// Ops composed to one: inputs, then nodes in an order in which each reads what is there already.
///
/// [`finish`](Graph::finish) makes it a [`Composite`], an op like any other, checked like any other. Its backward pass is the
/// chain rule: nodes backwards from the last, the cotangents of a value that is read more than once added up.
///
/// Values have names, and nodes go by the name of their first output. What the composite's ports are called:
/// - an input, an output: as given; every other value is a saved result of its name;
/// - a node's constants and integer inputs: by their own names, `node.name` where that is taken;
/// - a node's saved results: `node.name`.
///
/// A node's dimensions become those of the values it reads. Where a value has more dimensions than the port, the port's first
/// is the product of the excess: row by row, the elements lie the same. So a softmax over `[rows, cols]` applies to
/// `[heads, rows, keys]`, and yields that shape again. A dimension that no input of the node has keeps its name, or is
/// called `node.name` where that is taken.
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
/// let certificate = residual.verify(&Options::default());
/// assert!(certificate.is_pass(), "{certificate}");
/// # Ok::<(), OpError>(())
/// ```
///
/// Building never fails; mistakes come out of `finish`, all at once:
///
/// ```
/// # use hesper_ad::ops::{MatMul, Relu};
/// # use hesper_ad::prelude::*;
/// let mistaken = Graph::new("Layer", [("x", &["rows", "n"]), ("w", &["m"])])
///     .node(MatMul, ["x", "w"], ["h"])
///     .node(Relu, ["hh"], ["y"])
///     .finish(["y"]);
/// assert_eq!(
///     mistaken.err().map(|e| e.to_string()).unwrap_or_default(),
///     "Layer: `h` reads `w` as `b`: it has the shape [m], which does not fit [k, n]; \
///      `y` reads `hh`, which no input and no earlier node defines; did you mean `h`?"
/// );
/// ```
///
/// That a node has as many inputs and outputs as its op is the compiler's to check:
///
/// ```compile_fail
/// # use hesper_ad::ops::MatMul;
/// # use hesper_ad::prelude::*;
/// let graph = Graph::new("Layer", [("x", &["rows", "n"])]).node(MatMul, ["x"], ["y"]);
/// ```
#[derive(Clone, Debug)]
pub struct Graph<const I: usize> {
    draft: Draft,
    ops: Vec<Rc<dyn Op>>,
    sampling: Sampling,
}

/// The ops of a finished [`Graph`] as one, with `I` inputs and `O` outputs.
#[derive(Clone, Debug)]
pub struct Composite<const I: usize, const O: usize> {
    network: Network,
}

impl<const I: usize> Graph<I> {
    /// A graph of this name without nodes. Each differentiable input has a name and its dimensions.
    pub fn new(name: &str, inputs: [(&str, &[&str]); I]) -> Graph<I> {
        let value = |(name, dims): (&str, &[&str])| Value {
            name: name.to_string(),
            dims: dims.iter().map(|dim| dim.to_string()).collect(),
            // Known once a node reads it.
            is_f16: false,
        };
        Graph {
            draft: Draft::new(name, inputs.into_iter().map(value).collect()),
            ops: Vec::new(),
            sampling: Sampling::default(),
        }
    }

    /// Adds a node: which values its op reads, input by input, and what its outputs are called.
    pub fn node<O: DiffOp + 'static>(
        mut self,
        op: O,
        inputs: O::Inputs<&str>,
        outputs: O::Outputs<&str>,
    ) -> Graph<I> {
        self.draft
            .node(None, &op, inputs.into_vec(), outputs.into_vec());
        self.ops.push(Rc::new(op));
        self
    }

    /// Says where the whole is defined, by the names of its own ports and dimensions. Where this says nothing, the rules of its
    /// nodes hold.
    pub fn sampling(mut self, sampling: Sampling) -> Graph<I> {
        self.sampling = sampling;
        self
    }

    /// The op that yields these values.
    ///
    /// # Errors
    /// [`OpError::Graph`] with everything that is wrong with the nodes and what they read; [`OpError::Signature`] where
    /// the names of values and dimensions clash, or there is no input or no output.
    pub fn finish<const O: usize>(self, outputs: [&str; O]) -> Result<Composite<I, O>, OpError> {
        Composite::new(self.draft, self.ops, self.sampling, &outputs)
    }
}

impl<const I: usize, const O: usize> Composite<I, O> {
    /// Connects what was written down; it has as many inputs and outputs as the type says.
    pub(crate) fn new(
        draft: Draft,
        ops: Vec<Rc<dyn Op>>,
        sampling: Sampling,
        outputs: &[&str],
    ) -> Result<Composite<I, O>, OpError> {
        let network = Network {
            ops,
            wiring: draft.connect(outputs)?,
            sampling,
        };
        let composite = Composite { network };
        checked_signature(&composite)?;
        Ok(composite)
    }
}

impl<const I: usize, const O: usize> DiffOp for Composite<I, O> {
    type Inputs<V> = [V; I];
    type Outputs<V> = [V; O];

    fn signature(&self) -> Signature {
        self.network.wiring.signature.clone()
    }

    fn forward(&self, cx: &mut Context, inputs: [&Tensor; I]) -> [Tensor; O] {
        let Network { wiring, .. } = &self.network;
        let values = spec::forward(&self.network, cx, &inputs.map(Tensor::clone));
        for value in wiring.intermediates() {
            cx.save(&wiring.values[value].name, values[value].clone());
        }
        Ports::from_fn(|i| values[wiring.outputs[i]].clone())
    }

    fn backward(
        &self,
        cx: &mut Context,
        inputs: [&Tensor; I],
        cotangents: [&Tensor; O],
    ) -> [Tensor; I] {
        let inputs = inputs.map(Tensor::clone);
        let values = cx.delegate(|cx| spec::forward(&self.network, cx, &inputs));
        let seeds = cotangents.map(Tensor::clone);
        let cotangents = spec::backward(&self.network, cx, &values, &seeds);
        Ports::from_fn(|i| cotangents[i].clone())
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        plan::plan(&self.network, plan)
    }

    fn parts(&self) -> Vec<&dyn Op> {
        self.network.ops.iter().map(|op| &**op).collect()
    }

    /// The graph's own rules, then those of all nodes; an earlier one's where several have one for the same input.
    fn sampling(&self) -> Sampling {
        let rules = self
            .network
            .nodes()
            .map(|(op, node)| node.rules(&self.network.wiring, op.sampling()));
        rules.fold(self.network.sampling.clone(), Sampling::merged)
    }
}

/// Connected nodes.
#[derive(Clone, Debug)]
struct Network {
    ops: Vec<Rc<dyn Op>>,
    wiring: Wiring,
    /// Rules that come before those of the nodes.
    sampling: Sampling,
}

impl Network {
    /// Every op and its place.
    fn nodes(&self) -> impl DoubleEndedIterator<Item = (&dyn Op, &Node)> {
        let ops = self.ops.iter().map(|op| &**op);
        ops.zip(&self.wiring.nodes)
    }
}

impl Node {
    /// The rules of its op by the graph's names.
    fn rules(&self, wiring: &Wiring, rules: Sampling) -> Sampling {
        let port = |name: &str| {
            let mut inputs = self.signature.inputs().zip(&self.inputs);
            match inputs.find(|(port, _)| port.name == name) {
                // What a node computes is not drawn.
                Some((_, value)) if *value >= wiring.inputs => None,
                Some((_, value)) => Some(wiring.values[*value].name.clone()),
                None => self.ports.get(name).cloned(),
            }
        };
        // A product is a multiple if one of its factors is.
        let dim = |name: &str| Some(multiple(self.dims.get(name)?.last()?).1.to_string());
        rules.renamed(port, dim)
    }
}

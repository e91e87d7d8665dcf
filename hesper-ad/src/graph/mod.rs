//! Ops composed as a graph: values that several nodes read get the sum of their cotangents.

mod connect;
mod draft;
mod error;
mod nodes;
mod plan;
mod spec;
#[cfg(test)]
mod tests;
mod wiring;

pub use error::GraphError;
pub use nodes::{Nodes, Visit};
pub use plan::accumulate;

pub(crate) use draft::Draft;
pub(crate) use wiring::Value;

use crate::compare::Tolerance;
use crate::context::Context;
use crate::dims::multiple;
use crate::op::{DiffOp, OpError, Ports, checked_signature};
use crate::op_plan::OpPlan;
use crate::real::Real;
use crate::sample::Sampling;
use crate::signature::Signature;
use crate::tensor::Tensor;
use spec::{Backward, Forward};
use wiring::Wiring;

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
pub struct Graph<const I: usize, N = ()> {
    draft: Draft,
    nodes: N,
    sampling: Sampling,
}

/// The ops of a finished [`Graph`] as one, with `I` inputs and `O` outputs.
///
/// A function that returns one need not spell its nodes out: `Result<Composite<impl Nodes, 2, 1>, OpError>`.
#[derive(Clone, Debug)]
pub struct Composite<N, const I: usize, const O: usize> {
    network: Network<N>,
}

impl<const I: usize> Graph<I> {
    /// A graph of this name without nodes. Each differentiable input has a name and its dimensions.
    pub fn new(name: &str, inputs: [(&str, &[&str]); I]) -> Graph<I> {
        let value = |(name, dims): (&str, &[&str])| Value {
            name: name.to_string(),
            dims: dims.iter().map(|dim| dim.to_string()).collect(),
        };
        Graph {
            draft: Draft::new(name, inputs.into_iter().map(value).collect()),
            nodes: (),
            sampling: Sampling::default(),
        }
    }
}

impl<const I: usize, N: Nodes> Graph<I, N> {
    /// Adds a node: which values its op reads, input by input, and what its outputs are called.
    pub fn node<O: DiffOp>(
        mut self,
        op: O,
        inputs: O::Inputs<&str>,
        outputs: O::Outputs<&str>,
    ) -> Graph<I, (N, O)> {
        self.draft.node(None, &op, inputs, outputs);
        Graph {
            draft: self.draft,
            nodes: (self.nodes, op),
            sampling: self.sampling,
        }
    }

    /// Says where the whole is defined, by the names of its own ports and dimensions. Where this says nothing, the rules of its
    /// nodes hold.
    pub fn sampling(mut self, sampling: Sampling) -> Graph<I, N> {
        self.sampling = sampling;
        self
    }

    /// The op that yields these values.
    ///
    /// # Errors
    /// [`OpError::Graph`] with everything that is wrong with the nodes and what they read; [`OpError::Signature`] where
    /// the names of values and dimensions clash, or there is no input or no output.
    pub fn finish<const O: usize>(self, outputs: [&str; O]) -> Result<Composite<N, I, O>, OpError> {
        let network = Network::new(self.draft, self.nodes, &outputs)?.with(self.sampling);
        let composite = Composite { network };
        checked_signature(&composite)?;
        Ok(composite)
    }
}

impl<N: Nodes, const I: usize, const O: usize> DiffOp for Composite<N, I, O> {
    type Inputs<V> = [V; I];
    type Outputs<V> = [V; O];

    fn signature(&self) -> Signature {
        self.network.signature()
    }

    fn forward<T: Real>(&self, cx: &mut Context<T>, inputs: [&Tensor<T>; I]) -> [Tensor<T>; O] {
        self.network.forward(cx, inputs.into())
    }

    fn backward<T: Real>(
        &self,
        cx: &mut Context<T>,
        inputs: [&Tensor<T>; I],
        cotangents: [&Tensor<T>; O],
    ) -> [Tensor<T>; I] {
        self.network.backward(cx, inputs.into(), cotangents.into())
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        self.network.plan(plan)
    }

    fn sampling(&self) -> Sampling {
        self.network.sampling()
    }

    fn tolerance(&self) -> Tolerance {
        self.network.tolerance()
    }
}

/// Connected nodes, whatever the types of the arrays of their inputs and outputs.
#[derive(Clone, Debug)]
pub(crate) struct Network<N> {
    pub(crate) nodes: N,
    wiring: Wiring,
    /// Rules that come before those of the nodes.
    sampling: Sampling,
}

impl<N: Nodes> Network<N> {
    pub(crate) fn new(draft: Draft, nodes: N, outputs: &[&str]) -> Result<Network<N>, OpError> {
        Ok(Network {
            nodes,
            wiring: draft.connect(outputs)?,
            sampling: Sampling::default(),
        })
    }

    fn with(self, sampling: Sampling) -> Network<N> {
        Network { sampling, ..self }
    }

    pub(crate) fn signature(&self) -> Signature {
        self.wiring.signature.clone()
    }

    fn values<T: Real>(&self, cx: &mut Context<T>, inputs: Vec<&Tensor<T>>) -> Vec<Tensor<T>> {
        let mut pass = Forward::new(&self.wiring, cx, inputs);
        self.nodes.visit(&mut pass);
        pass.values
    }

    pub(crate) fn forward<T: Real, P: Ports<Tensor<T>>>(
        &self,
        cx: &mut Context<T>,
        inputs: Vec<&Tensor<T>>,
    ) -> P {
        let values = self.values(cx, inputs);
        for value in self.wiring.intermediates() {
            cx.save(&self.wiring.values[value].name, values[value].clone());
        }
        let outputs = &self.wiring.outputs;
        P::from_fn(|i| values[outputs[i]].clone())
    }

    pub(crate) fn backward<T: Real, P: Ports<Tensor<T>>>(
        &self,
        cx: &mut Context<T>,
        inputs: Vec<&Tensor<T>>,
        cotangents: Vec<&Tensor<T>>,
    ) -> P {
        let values = cx.delegate(|cx| self.values(cx, inputs));
        let mut pass = Backward::new(&self.wiring, cx, &values, cotangents);
        self.nodes.visit_reversed(&mut pass);
        P::from_fn(|i| pass.cotangent(i))
    }

    pub(crate) fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        plan::plan(&self.nodes, &self.wiring, plan)
    }

    /// The graph's own rules, then those of all nodes; an earlier one's where several have one for the same input.
    pub(crate) fn sampling(&self) -> Sampling {
        let mut rules = Rules {
            wiring: &self.wiring,
            sampling: self.sampling.clone(),
        };
        self.nodes.visit(&mut rules);
        rules.sampling
    }

    /// The loosest of all nodes.
    pub(crate) fn tolerance(&self) -> Tolerance {
        let mut loosest = Loosest(None);
        self.nodes.visit(&mut loosest);
        loosest.0.unwrap_or(Tolerance::F32)
    }
}

/// Collects where nodes are defined.
struct Rules<'w> {
    wiring: &'w Wiring,
    sampling: Sampling,
}

impl Visit for Rules<'_> {
    fn visit<O: DiffOp>(&mut self, at: usize, op: &O) {
        let node = &self.wiring.nodes[at];
        let port = |name: &str| {
            let mut inputs = node.signature.inputs().zip(&node.inputs);
            match inputs.find(|(port, _)| port.name == name) {
                // What a node computes is not drawn.
                Some((_, value)) if *value >= self.wiring.inputs => None,
                Some((_, value)) => Some(self.wiring.values[*value].name.clone()),
                None => node.ports.get(name).cloned(),
            }
        };
        // A product is a multiple if one of its factors is.
        let dim = |name: &str| Some(multiple(node.dims.get(name)?.last()?).1.to_string());
        let rules = op.sampling().renamed(port, dim);
        self.sampling = std::mem::take(&mut self.sampling).merged(rules);
    }
}

/// Collects how far results may lie off.
struct Loosest(Option<Tolerance>);

impl Visit for Loosest {
    fn visit<O: DiffOp>(&mut self, _: usize, op: &O) {
        let tolerance = op.tolerance();
        self.0 = Some(self.0.map_or(tolerance, |other| other.looser(tolerance)));
    }
}

//! Running a graph's spec: its nodes' specs, and the chain rule between them.

use super::Network;
use super::wiring::{Node, Wiring};
use crate::context::Context;
use crate::dims::Dims;
use crate::op::Op;
use crate::signature::Port;
use crate::tensor::Tensor;

/// The forward pass, node by node: every value.
pub(super) fn forward(network: &Network, cx: &mut Context, inputs: &[Tensor]) -> Vec<Tensor> {
    let mut values = inputs.to_vec();
    for (op, node) in network.nodes() {
        let mut part = node.context(cx);
        let outputs = op.forward(&mut part, &node.inputs(cx, &values));
        for (saved, tensor) in cx.absorb(part) {
            let (name, tensor) = node.saved(cx.dims(), saved, tensor);
            cx.save(&name, tensor);
        }
        let ports = node.signature.outputs().zip(&node.outputs);
        for ((port, value), tensor) in ports.zip(outputs) {
            let shape = network.wiring.values[*value].shape(cx.dims());
            values.push(node.result(cx, port, &port.name, tensor, shape));
        }
    }
    values
}

/// The backward pass, node by node from the last, given all values: the inputs' cotangents.
pub(super) fn backward(
    network: &Network,
    cx: &mut Context,
    values: &[Tensor],
    seeds: &[Tensor],
) -> Vec<Tensor> {
    let wiring = &network.wiring;
    let mut pass = Backward {
        wiring,
        cx,
        values,
        contributions: vec![Vec::new(); values.len()],
    };
    for (value, seed) in wiring.outputs.iter().zip(seeds) {
        pass.contributions[*value].push(seed.clone());
    }
    for (op, node) in network.nodes().rev() {
        pass.node(op, node);
    }
    (0..wiring.inputs).map(|i| pass.cotangent(i)).collect()
}

/// A backward pass under way.
struct Backward<'r> {
    wiring: &'r Wiring,
    cx: &'r mut Context,
    values: &'r [Tensor],
    /// What every value's cotangent is the sum of.
    contributions: Vec<Vec<Tensor>>,
}

impl Backward<'_> {
    /// A value's cotangent, once all that read it have contributed: their sum.
    fn cotangent(&self, value: usize) -> Tensor {
        let parts = &self.contributions[value];
        if let [only] = &parts[..] {
            return only.clone();
        }
        let shape = self.wiring.values[value].shape(self.cx.dims());
        let mut at = 0..;
        Tensor::filled(shape, ()).map(|_| {
            let at = at.next().unwrap_or_default();
            self.cx.sum(parts.iter().map(|part| part.data()[at]))
        })
    }

    /// Adds a node's share to the cotangents of what it reads.
    fn node(&mut self, op: &dyn Op, node: &Node) {
        let mut part = node.context(self.cx);
        let inputs = node.inputs(self.cx, self.values);
        let sizes = node.sizes(self.cx.dims());
        let cotangents = node.signature.outputs().zip(&node.outputs);
        let cotangents: Vec<Tensor> = cotangents
            .map(|(port, value)| self.cotangent(*value).reshaped(port.shape(&sizes)))
            .collect();
        let results = op.backward(&mut part, &inputs, &cotangents);
        // What it saves again is known from the forward pass.
        self.cx.absorb(part);
        let ports = node.signature.inputs().zip(&node.inputs);
        for ((port, value), tensor) in ports.zip(results) {
            let shape = self.values[*value].shape().to_vec();
            let tensor = node.result(self.cx, port, &port.cotangent(), tensor, shape);
            self.contributions[*value].push(tensor);
        }
    }
}

impl Node {
    /// What the op's spec can ask for: the sizes, constants and integers of its own.
    fn context(&self, cx: &Context) -> Context {
        let sizes = self.sizes(cx.dims());
        let named = |port: &Port| self.ports.get(&port.name).cloned().unwrap_or_default();
        let constants = self.signature.constants().map(|port| {
            let tensor = cx.constant(&named(port)).clone();
            (port.name.clone(), tensor.reshaped(port.shape(&sizes)))
        });
        let integers = self.signature.integers().map(|(port, _)| {
            let tensor = cx.integers(&named(port)).clone();
            (port.name.clone(), tensor.reshaped(port.shape(&sizes)))
        });
        let (constants, integers) = (constants.collect(), integers.collect());
        Context::new(sizes, constants, integers)
    }

    /// The values at its inputs, in the shapes of its ports.
    fn inputs(&self, cx: &Context, values: &[Tensor]) -> Vec<Tensor> {
        let sizes = self.sizes(cx.dims());
        let ports = self.signature.inputs().zip(&self.inputs);
        ports
            .map(|(port, value)| values[*value].clone().reshaped(port.shape(&sizes)))
            .collect()
    }

    /// A saved result under its name and in its shape here. What the signature does not have keeps its shape, for the name to be refused.
    fn saved(&self, dims: &Dims, saved: String, tensor: Tensor) -> (String, Tensor) {
        let port = self.signature.saves().find(|port| port.name == saved);
        let own = port.map(|port| port.shape(&self.sizes(dims)));
        let name = self.ports.get(&saved).cloned();
        let name = name.unwrap_or_else(|| format!("{}.{saved}", self.name));
        match port {
            // A wrong shape stays one.
            Some(port) if own.as_deref() == Some(tensor.shape()) => {
                let size = |dim: &String| dims.get(dim).unwrap_or(0);
                let shape: Vec<usize> = self.dims_of(port).iter().map(size).collect();
                (name, tensor.reshaped(shape))
            }
            _ => (name, tensor),
        }
    }

    /// A result of the op's spec in the shape it has here; a wrong one is a problem, and answered with NaN.
    fn result(
        &self,
        cx: &Context,
        port: &Port,
        name: &str,
        tensor: Tensor,
        shape: Vec<usize>,
    ) -> Tensor {
        let (got, want) = (tensor.shape(), port.shape(&self.sizes(cx.dims())));
        if got != want {
            let (node, op) = (&self.name, self.signature.name());
            cx.problem(format!(
                "{op} at `{node}` yields `{name}` of shape {got:?}, not {want:?}"
            ));
            return Tensor::filled(shape, cx.real(f64::NAN));
        }
        tensor.reshaped(shape)
    }
}

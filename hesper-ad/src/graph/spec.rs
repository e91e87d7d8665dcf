//! Running a graph's spec: its nodes' specs, and the chain rule between them.

use super::nodes::Visit;
use super::wiring::{Node, Wiring};
use crate::context::Context;
use crate::dims::Dims;
use crate::op::{DiffOp, Ports};
use crate::real::Real;
use crate::signature::Port;
use crate::tensor::Tensor;

/// The forward pass, node by node.
pub(crate) struct Forward<'r, T: Real> {
    wiring: &'r Wiring,
    cx: &'r mut Context<T>,
    /// The values so far.
    pub(crate) values: Vec<Tensor<T>>,
}

/// The backward pass, node by node from the last.
pub(crate) struct Backward<'r, T: Real> {
    wiring: &'r Wiring,
    cx: &'r mut Context<T>,
    values: &'r [Tensor<T>],
    /// What every value's cotangent is the sum of.
    contributions: Vec<Vec<Tensor<T>>>,
}

impl<'r, T: Real> Forward<'r, T> {
    pub(crate) fn new(
        wiring: &'r Wiring,
        cx: &'r mut Context<T>,
        inputs: Vec<&Tensor<T>>,
    ) -> Forward<'r, T> {
        Forward {
            wiring,
            cx,
            values: inputs.into_iter().cloned().collect(),
        }
    }
}

impl<T: Real> Visit for Forward<'_, T> {
    fn visit<O: DiffOp>(&mut self, at: usize, op: &O) {
        let node = &self.wiring.nodes[at];
        let mut part = node.context(self.cx);
        let inputs = node.inputs(self.cx, &self.values);
        let outputs = op.forward(&mut part, O::Inputs::from_fn(|i| &inputs[i]));
        for (saved, tensor) in self.cx.absorb(part) {
            let (name, tensor) = node.saved(self.cx.dims(), saved, tensor);
            self.cx.save(&name, tensor);
        }
        let ports = node.signature.outputs().zip(&node.outputs);
        for ((port, value), tensor) in ports.zip(outputs.into_vec()) {
            let shape = self.wiring.values[*value].shape(self.cx.dims());
            let tensor = node.result(self.cx, port, &port.name, tensor, shape);
            self.values.push(tensor);
        }
    }
}

impl<'r, T: Real> Backward<'r, T> {
    pub(crate) fn new(
        wiring: &'r Wiring,
        cx: &'r mut Context<T>,
        values: &'r [Tensor<T>],
        seeds: Vec<&Tensor<T>>,
    ) -> Backward<'r, T> {
        let mut contributions = vec![Vec::new(); values.len()];
        for (value, seed) in wiring.outputs.iter().zip(seeds) {
            contributions[*value].push(seed.clone());
        }
        Backward {
            wiring,
            cx,
            values,
            contributions,
        }
    }

    /// A value's cotangent, once all that read it have contributed: their sum.
    pub(crate) fn cotangent(&self, value: usize) -> Tensor<T> {
        let parts = &self.contributions[value];
        if let [only] = &parts[..] {
            return only.clone();
        }
        let shape = self.wiring.values[value].shape(self.cx.dims());
        let mut at = 0..;
        self.cx.zeros(shape).map(|_| {
            let at = at.next().unwrap_or_default();
            self.cx.sum(parts.iter().map(|part| part.data()[at]))
        })
    }
}

impl<T: Real> Visit for Backward<'_, T> {
    fn visit<O: DiffOp>(&mut self, at: usize, op: &O) {
        let node = &self.wiring.nodes[at];
        let mut part = node.context(self.cx);
        let inputs = node.inputs(self.cx, self.values);
        let sizes = node.sizes(self.cx.dims());
        let cotangents = node.signature.outputs().zip(&node.outputs);
        let cotangents: Vec<Tensor<T>> = cotangents
            .map(|(port, value)| self.cotangent(*value).reshaped(port.shape(&sizes)))
            .collect();
        let results = op.backward(
            &mut part,
            O::Inputs::from_fn(|i| &inputs[i]),
            O::Outputs::from_fn(|i| &cotangents[i]),
        );
        // What it saves again is known from the forward pass.
        self.cx.absorb(part);
        let ports = node.signature.inputs().zip(&node.inputs);
        for ((port, value), tensor) in ports.zip(results.into_vec()) {
            let shape = self.values[*value].shape().to_vec();
            let tensor = node.result(self.cx, port, &port.cotangent(), tensor, shape);
            self.contributions[*value].push(tensor);
        }
    }
}

impl Node {
    /// What the op's spec can ask for: the sizes, constants and integers of its own.
    fn context<T: Real>(&self, cx: &Context<T>) -> Context<T> {
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
        Context::new(cx.source(), sizes, constants, integers)
    }

    /// The values at its inputs, in the shapes of its ports.
    fn inputs<T: Real>(&self, cx: &Context<T>, values: &[Tensor<T>]) -> Vec<Tensor<T>> {
        let sizes = self.sizes(cx.dims());
        let ports = self.signature.inputs().zip(&self.inputs);
        ports
            .map(|(port, value)| values[*value].clone().reshaped(port.shape(&sizes)))
            .collect()
    }

    /// A saved result under its name and in its shape here. What the signature does not have keeps its shape, for the name to be refused.
    fn saved<T: Real>(&self, dims: &Dims, saved: String, tensor: Tensor<T>) -> (String, Tensor<T>) {
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
    fn result<T: Real>(
        &self,
        cx: &Context<T>,
        port: &Port,
        name: &str,
        tensor: Tensor<T>,
        shape: Vec<usize>,
    ) -> Tensor<T> {
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

//! A graph as it was written down.

use super::connect::Connector;
use super::wiring::{Value, Wiring};
use crate::error::OpError;
use crate::op::{Op, checked_signature};
use crate::signature::{Port, PortRole, Signature};

/// A graph as it was written down.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) inputs: Vec<Value>,
    pub(crate) nodes: Vec<DraftNode>,
}

/// A node as it was written down.
#[derive(Clone, Debug)]
pub(crate) struct DraftNode {
    pub(crate) name: String,
    pub(crate) signature: Result<Signature, OpError>,
    pub(crate) inputs: Vec<String>,
    pub(crate) outputs: Vec<String>,
}

impl Draft {
    pub(crate) fn new(name: impl Into<String>, inputs: Vec<Value>) -> Draft {
        Draft {
            name: name.into(),
            inputs,
            nodes: Vec::new(),
        }
    }

    /// Adds a node; without a name it goes by its first output's.
    pub(crate) fn node(
        &mut self,
        name: Option<&str>,
        op: &dyn Op,
        inputs: Vec<&str>,
        outputs: Vec<&str>,
    ) {
        let owned =
            |names: Vec<&str>| -> Vec<String> { names.into_iter().map(str::to_string).collect() };
        let (inputs, outputs) = (owned(inputs), owned(outputs));
        let first = || outputs.first().cloned().unwrap_or_default();
        self.nodes.push(DraftNode {
            name: name.map_or_else(first, str::to_string),
            signature: checked_signature(op),
            inputs,
            outputs,
        });
    }

    /// The graph, if it makes sense.
    pub(crate) fn connect(self, outputs: &[&str]) -> Result<Wiring, OpError> {
        let mut connector = Connector::new(&self, outputs);
        let mut nodes = Vec::new();
        for node in &self.nodes {
            nodes.extend(connector.node(node));
        }
        let outputs = connector.outputs(outputs, self.inputs.len());
        connector.unused(&self.nodes, &outputs);
        if !connector.mistakes.is_empty() {
            return Err(OpError::Graph {
                graph: self.name,
                mistakes: connector.mistakes,
            });
        }
        let inputs = self.inputs.len();
        let values = connector.values.into_iter();
        let mut wiring = Wiring {
            signature: Signature::new(self.name),
            values: values
                .map(|value| Value {
                    name: value.name,
                    dims: value.dims.unwrap_or_default(),
                    is_f16: value.is_f16.unwrap_or(false),
                })
                .collect(),
            inputs,
            outputs,
            nodes,
        };
        wiring.signature = signature(&wiring);
        Ok(wiring)
    }
}

/// The ports of the whole: inputs, what nodes take and save besides values, intermediates, outputs.
fn signature(wiring: &Wiring) -> Signature {
    let port = |value: usize, role: PortRole| {
        let Value { name, dims, .. } = wiring.values[value].clone();
        Port { name, role, dims }
    };
    let inputs = (0..wiring.inputs).map(|value| port(value, PortRole::Input));
    let of_nodes = wiring.nodes.iter().flat_map(|node| {
        let other = node.signature.ports().iter();
        let other = other.filter_map(|port| {
            Some(Port {
                name: node.ports.get(&port.name)?.clone(),
                role: match &port.role {
                    PortRole::Integer { below } => PortRole::Integer {
                        below: match node.dims.get(below) {
                            Some(factors) => factors.concat(),
                            None => node.derived(below)?,
                        },
                    },
                    role => role.clone(),
                },
                dims: node.dims_of(port),
            })
        });
        let saved = node.outputs.iter().filter(|v| !wiring.outputs.contains(v));
        other.chain(saved.map(|value| port(*value, PortRole::Saved)))
    });
    let outputs = wiring
        .outputs
        .iter()
        .map(|value| port(*value, PortRole::Output));
    let ports = inputs.chain(of_nodes).chain(outputs);
    let signature = ports.fold(wiring.signature.clone(), Signature::with);
    let values = wiring.values.iter().filter(|value| value.is_f16);
    let of_nodes = wiring.nodes.iter().flat_map(|node| {
        let ports = node.ports.iter();
        ports.filter(|(port, _)| node.signature.is_f16(port))
    });
    let of_nodes = of_nodes.map(|(_, name)| name.as_str());
    let halves = values.map(|value| value.name.as_str()).chain(of_nodes);
    halves.fold(signature, Signature::f16)
}

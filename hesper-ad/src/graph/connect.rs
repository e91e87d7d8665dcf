//! Connecting nodes: finding values, giving dimensions and names, collecting mistakes.

use super::draft::{Draft, DraftNode};
use super::wiring::{Names, Node, derived, part_of};
use crate::dims::{multiple, names as names_of};
use crate::error::GraphError;
use crate::op_plan::suggest;
use crate::signature::{Port, PortRole, Signature};
use std::collections::BTreeMap;

/// Connects node after node, and collects what is wrong.
pub(crate) struct Connector {
    pub(crate) values: Vec<Known>,
    names: Names,
    pub(crate) mistakes: Vec<GraphError>,
}

/// What is known of a value.
pub(crate) struct Known {
    pub(crate) name: String,
    /// None where a mistake hides them, which is then said once.
    pub(crate) dims: Option<Vec<String>>,
    /// Whether it is kept in binary16; of an input known once a node reads it.
    pub(crate) is_f16: Option<bool>,
}

impl Connector {
    /// Knows the inputs, and which names are given.
    pub(crate) fn new(draft: &Draft, outputs: &[&str]) -> Connector {
        let mut names = Names::default();
        let inputs = draft.inputs.iter();
        let defined = draft.nodes.iter().flat_map(|node| &node.outputs);
        for name in inputs.clone().map(|v| &v.name).chain(defined) {
            names.take(name);
        }
        for dim in inputs.clone().flat_map(|v| &v.dims) {
            names_of(dim).for_each(|name| names.take(name));
        }
        let differentiated = inputs.clone().map(|v| v.name.as_str());
        for name in differentiated.chain(outputs.iter().copied()) {
            names.take(&format!("d{name}"));
        }
        let mut connector = Connector {
            values: Vec::new(),
            names,
            mistakes: Vec::new(),
        };
        for input in inputs {
            connector.define(&input.name, Some(input.dims.clone()), None);
        }
        connector
    }

    fn find(&self, value: &str) -> Option<usize> {
        self.values.iter().position(|known| known.name == value)
    }

    fn define(&mut self, value: &str, dims: Option<Vec<String>>, is_f16: Option<bool>) -> usize {
        if self.find(value).is_some() {
            let value = value.to_string();
            self.mistakes.push(GraphError::Twice { value });
        }
        let name = value.to_string();
        self.values.push(Known { name, dims, is_f16 });
        self.values.len() - 1
    }

    fn help(&self, value: &str) -> String {
        suggest(value, self.values.iter().map(|known| known.name.clone()))
    }

    /// The node in its place, or `None` where something is wrong with it.
    pub(crate) fn node(&mut self, draft: &DraftNode) -> Option<Node> {
        let before = self.mistakes.len();
        let inputs: Vec<Option<usize>> = draft
            .inputs
            .iter()
            .map(|value| self.read(&draft.name, value))
            .collect();
        let signature = match &draft.signature {
            Ok(signature) => Some(signature),
            Err(error) => {
                let (node, error) = (draft.name.clone(), Box::new(error.clone()));
                self.mistakes.push(GraphError::Node { node, error });
                None
            }
        };
        let dims = signature.and_then(|s| self.dims(&draft.name, s, &inputs));
        if let Some(signature) = signature {
            self.formats(&draft.name, signature, &inputs);
        }
        let mut node = Node {
            name: draft.name.clone(),
            signature: signature.cloned().unwrap_or(Signature::new("")),
            inputs: inputs.into_iter().flatten().collect(),
            outputs: Vec::new(),
            dims: dims.clone().unwrap_or_default(),
            ports: BTreeMap::new(),
        };
        let ports: Vec<Port> = node.signature.outputs().cloned().collect();
        for (i, value) in draft.outputs.iter().enumerate() {
            let port = ports.get(i).filter(|_| dims.is_some());
            let dims = port.map(|port| node.dims_of(port));
            let is_f16 = port.map(|port| node.signature.is_f16(&port.name));
            node.outputs.push(self.define(value, dims, is_f16));
        }
        dims.is_some().then(|| self.other_ports(&mut node));
        (self.mistakes.len() == before).then_some(node)
    }

    fn read(&mut self, node: &str, value: &str) -> Option<usize> {
        let found = self.find(value);
        if found.is_none() {
            self.mistakes.push(GraphError::Unknown {
                node: node.to_string(),
                value: value.to_string(),
                help: self.help(value),
            });
        }
        found
    }

    /// What the values at a node's inputs are kept in, which all that read one must agree on.
    fn formats(&mut self, node: &str, signature: &Signature, inputs: &[Option<usize>]) {
        for (port, value) in signature.inputs().zip(inputs) {
            let Some(value) = value.and_then(|value| self.values.get_mut(value)) else {
                continue;
            };
            let is_f16 = signature.is_f16(&port.name);
            if *value.is_f16.get_or_insert(is_f16) != is_f16 {
                self.mistakes.push(GraphError::Format {
                    node: node.to_string(),
                    value: value.name.clone(),
                    port: port.name.clone(),
                    is: if is_f16 { "in `f16`" } else { "in `f32`" },
                });
            }
        }
    }

    /// What the node's dimensions are here, given the values at its inputs; `None` where that is not known.
    fn dims(
        &mut self,
        node: &str,
        signature: &Signature,
        inputs: &[Option<usize>],
    ) -> Option<BTreeMap<String, Vec<String>>> {
        let mut dims = BTreeMap::new();
        for (port, value) in signature.inputs().zip(inputs) {
            let value = &self.values[(*value)?];
            let shape = value.dims.as_ref()?;
            if let Err(mistake) = unify(&mut dims, node, port, &value.name, shape) {
                self.mistakes.push(*mistake);
                return None;
            }
        }
        for dim in signature.dims() {
            if !dims.contains_key(dim) {
                dims.insert(dim.to_string(), vec![self.names.fresh(node, dim)]);
            }
        }
        Some(dims)
    }

    /// Names for the ports of a node that are no values, each its own where it is free.
    fn other_ports(&mut self, node: &mut Node) {
        for port in node.signature.ports() {
            let name = match &port.role {
                PortRole::Input | PortRole::Output => continue,
                PortRole::Constant => self.names.fresh(&node.name, &port.name),
                PortRole::Saved => {
                    let name = format!("{}.{}", node.name, port.name);
                    self.names.fresh(&node.name, &name)
                }
                PortRole::Integer { below } => {
                    let factors = node.dims.get(below).map_or(&[][..], Vec::as_slice);
                    let is_derived = factors.is_empty() && node.derived(below).is_some();
                    if factors.len() != 1 && !is_derived {
                        self.mistakes.push(GraphError::Bound {
                            node: node.name.clone(),
                            port: port.name.clone(),
                            dim: below.clone(),
                            product: factors.join(", "),
                        });
                    }
                    self.names.fresh(&node.name, &port.name)
                }
            };
            node.ports.insert(port.name.clone(), name);
        }
    }

    /// The values that the graph yields; the first `inputs` values are its inputs.
    pub(crate) fn outputs(&mut self, names: &[&str], inputs: usize) -> Vec<usize> {
        let mut outputs = Vec::new();
        for name in names {
            let value = name.to_string();
            match self.find(name) {
                Some(found) if outputs.contains(&found) => {
                    self.mistakes.push(GraphError::OutputTwice { value });
                }
                // An input handed through would have no kernel that writes it.
                Some(found) if found >= inputs => outputs.push(found),
                _ => {
                    let defined = self.values[inputs.min(self.values.len())..].iter();
                    let help = suggest(name, defined.map(|known| known.name.clone()));
                    self.mistakes
                        .push(GraphError::UnknownOutput { value, help });
                }
            }
        }
        outputs
    }

    /// Finds values of which nothing is made; after other mistakes that would only repeat them.
    pub(crate) fn unused(&mut self, nodes: &[DraftNode], outputs: &[usize]) {
        if !self.mistakes.is_empty() {
            return;
        }
        for (at, Known { name, .. }) in self.values.iter().enumerate() {
            let read = nodes.iter().any(|node| node.inputs.contains(name));
            if !read && !outputs.contains(&at) {
                let value = name.clone();
                self.mistakes.push(GraphError::Unused { value });
            }
        }
    }
}

/// Gives the dimensions of a port those of the value it reads. Where the value has more, the port's first is the product of
/// the excess: row-major, the elements lie the same.
fn unify(
    dims: &mut BTreeMap<String, Vec<String>>,
    node: &str,
    port: &Port,
    value: &str,
    shape: &[String],
) -> Result<(), Box<GraphError>> {
    let excess = shape.len().checked_sub(port.dims.len());
    let Some(excess) = excess.filter(|excess| *excess == 0 || !port.dims.is_empty()) else {
        return Err(Box::new(GraphError::Rank {
            node: node.to_string(),
            value: value.to_string(),
            port: port.name.clone(),
            got: shape.join(", "),
            want: port.dims.join(", "),
        }));
    };
    let mut rest = shape;
    for (i, dim) in port.dims.iter().enumerate() {
        let factors;
        (factors, rest) = rest.split_at(if i == 0 { excess + 1 } else { 1 });
        let (times, base) = multiple(dim);
        if !names_of(base).eq([base]) && derived(dims, dim).is_some_and(|dim| factors == [dim]) {
            continue;
        }
        match (divided(times, factors), dims.get(base)) {
            (Some(parts), None) => {
                dims.insert(base.to_string(), parts);
            }
            (Some(parts), Some(known)) if parts == *known => {}
            (_, known) => {
                let before = known.map_or_else(|| dim.clone(), |known| known.join(", "));
                return Err(Box::new(GraphError::Dim {
                    node: node.to_string(),
                    value: value.to_string(),
                    port: port.name.clone(),
                    dim: dim.clone(),
                    before,
                    now: factors.join(", "),
                }));
            }
        }
    }
    Ok(())
}

/// The factors of a dimension of which `factors` has so many times, if one of these is such a multiple.
fn divided(times: usize, factors: &[String]) -> Option<Vec<String>> {
    let mut parts = factors.to_vec();
    if times > 1 {
        let (at, part) = factors
            .iter()
            .enumerate()
            .find_map(|(at, factor)| Some((at, part_of(times, factor)?)))?;
        parts[at] = part;
    }
    Some(parts)
}

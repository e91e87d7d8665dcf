//! A graph whose connections are known to make sense.

use crate::dims::{Derived, Dims, multiple};
use crate::signature::{Port, Signature};
use std::collections::{BTreeMap, BTreeSet};

/// Who reads what, and what is called how.
#[derive(Clone, Debug)]
pub(crate) struct Wiring {
    /// The composite's ports.
    pub(crate) signature: Signature,
    /// The inputs, then the outputs of every node in order.
    pub(crate) values: Vec<Value>,
    /// How many of the values are inputs.
    pub(crate) inputs: usize,
    /// The values that are outputs, in order.
    pub(crate) outputs: Vec<usize>,
    pub(crate) nodes: Vec<Node>,
}

/// An input or a node's output.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) name: String,
    pub(crate) dims: Vec<String>,
    /// Whether it is kept in binary16.
    pub(crate) is_f16: bool,
}

/// One op in its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) signature: Signature,
    /// The value at each differentiable input.
    pub(crate) inputs: Vec<usize>,
    /// The value of each output.
    pub(crate) outputs: Vec<usize>,
    /// The op's dimension → the dimensions here whose product it is.
    pub(crate) dims: BTreeMap<String, Vec<String>>,
    /// The op's constant, integer input or saved result → its name here.
    pub(crate) ports: BTreeMap<String, String>,
}

impl Wiring {
    /// The values that are neither inputs nor outputs.
    pub(crate) fn intermediates(&self) -> impl Iterator<Item = usize> {
        (self.inputs..self.values.len()).filter(|value| !self.outputs.contains(value))
    }

    /// Whether a node reads the value.
    pub(crate) fn is_read(&self, value: usize) -> bool {
        self.nodes.iter().any(|node| node.inputs.contains(&value))
    }
}

impl Value {
    /// Its shape for these sizes.
    pub(crate) fn shape(&self, dims: &Dims) -> Vec<usize> {
        let size = |dim: &String| dims.get(dim).unwrap_or(0);
        self.dims.iter().map(size).collect()
    }

    /// The name of its cotangent, if the value is a port.
    pub(crate) fn cotangent(&self) -> String {
        format!("d{}", self.name)
    }

    /// The name of memory for its cotangent: `inner.dy` for `inner.y`.
    pub(crate) fn temporary(&self) -> String {
        match self.name.rsplit_once('.') {
            Some((prefix, name)) => format!("{prefix}.d{name}"),
            None => self.cotangent(),
        }
    }
}

impl Node {
    /// The sizes of the op's dimensions.
    pub(crate) fn sizes(&self, dims: &Dims) -> Dims {
        let size = |dim: &String| dims.get(dim).unwrap_or(0);
        let product = |factors: &Vec<String>| {
            let sizes = factors.iter().map(size);
            sizes.fold(1, |n: usize, size| n.saturating_mul(size))
        };
        Dims::new(
            self.dims
                .iter()
                .map(|(dim, factors)| (dim.clone(), product(factors))),
        )
    }

    /// The dimensions here of one of the op's ports: a dimension that is a product is taken apart.
    pub(crate) fn dims_of(&self, port: &Port) -> Vec<String> {
        port.dims.iter().flat_map(|dim| self.factors(dim)).collect()
    }

    /// What a size that the op derives from its dimensions is called here.
    pub(crate) fn derived(&self, dim: &str) -> Option<String> {
        derived(&self.dims, dim)
    }

    /// The dimensions here whose product a dimension of the op is, or a multiple of one.
    fn factors(&self, dim: &str) -> Vec<String> {
        let (times, base) = multiple(dim);
        if !self.dims.contains_key(base) {
            return self.derived(dim).into_iter().collect();
        }
        let mut factors = self.dims.get(base).cloned().unwrap_or_default();
        if let Some(first) = factors.first_mut().filter(|_| times > 1) {
            *first = times_of(times, first);
        }
        factors
    }
}

/// A size that an op derives from its dimensions, by what these are here: products of others.
pub(crate) fn derived(dims: &BTreeMap<String, Vec<String>>, dim: &str) -> Option<String> {
    let product = |name: &str| {
        let factors = dims.get(name)?.iter().map(|factor| Derived::parse(factor));
        let times = |a: Derived, b: Derived| Derived::Of(Box::new(a), '*', Box::new(b));
        factors
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .reduce(times)
    };
    Some(Derived::parse(dim)?.renamed(&product)?.to_string())
}

/// So many times a dimension, which may be a multiple already, or derived otherwise.
fn times_of(times: usize, dim: &str) -> String {
    let (factor, base) = multiple(dim);
    let times = times.saturating_mul(factor);
    match Derived::parse(base) {
        Some(Derived::Of(..)) => format!("{times}*({base})"),
        _ => format!("{times}*{base}"),
    }
}

/// So many times fewer of a dimension, if it is such a multiple: `half` for 2 and `2*half`.
pub(crate) fn part_of(times: usize, dim: &str) -> Option<String> {
    let (factor, base) = multiple(dim);
    match factor / times {
        _ if factor % times != 0 => None,
        1 => Some(base.to_string()),
        left => Some(format!("{left}*{base}")),
    }
}

/// Names that mean something already.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeSet<String>);

impl Names {
    /// Takes a name, whether or not it was free.
    pub(crate) fn take(&mut self, name: &str) {
        self.0.insert(name.to_string());
    }

    /// Takes a free name: `name`, after as many `prefix.` as it needs.
    pub(crate) fn fresh(&mut self, prefix: &str, name: &str) -> String {
        let mut name = name.to_string();
        while self.0.contains(&name) {
            name = format!("{prefix}.{name}");
        }
        self.take(&name);
        name
    }
}

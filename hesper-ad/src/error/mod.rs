//! Why an op cannot be built. An op may be a graph, and a graph's nodes are ops, so that each error may hold the other.

mod graph;

pub use graph::GraphError;

use crate::signature::SignatureError;
use hesper_shader::{KernelError, PlanError};

/// Why an op cannot be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OpError {
    /// Its signature makes no sense.
    #[error("{op}: {error}")]
    Signature {
        /// The op.
        op: String,
        /// What is wrong.
        error: SignatureError,
    },
    /// The signature and the arrays of `forward` and `backward` differ.
    #[error("{op}: the signature has {signature} {what}, `DiffOp` has {array}")]
    Count {
        /// The op.
        op: String,
        /// `inputs` or `outputs`.
        what: &'static str,
        /// Length of the array.
        array: usize,
        /// Ports in the signature.
        signature: usize,
    },
    /// A rule or a known point of the op's sampling does not fit its ports.
    #[error("{op}: {message}")]
    Sampling {
        /// The op.
        op: String,
        /// What does not fit.
        message: String,
    },
    /// Two ops do not fit together.
    #[error("{outer} does not compose with {inner}: {message}")]
    Compose {
        /// The op applied last.
        outer: String,
        /// The op applied first.
        inner: String,
        /// Why.
        message: String,
    },
    /// A graph is put together wrongly.
    #[error("{graph}: {}", list(mistakes))]
    Graph {
        /// The graph.
        graph: String,
        /// All that is wrong with it.
        mistakes: Vec<GraphError>,
    },
    /// The plan asks for a dimension that is not there.
    #[error("{op}: the plan asks for the dimension `{dim}`, which no port has")]
    UnknownDim {
        /// The op.
        op: String,
        /// The dimension.
        dim: String,
    },
    /// A temporary with the name of something else.
    #[error("{op}: the temporary `{name}` needs another name; this one is taken")]
    NameTaken {
        /// The op.
        op: String,
        /// The name.
        name: String,
    },
    /// A kernel is wrong in itself.
    #[error("{op}: {error}")]
    Kernel {
        /// The op.
        op: String,
        /// What is wrong.
        error: Box<KernelError>,
    },
    /// A kernel parameter does not bind.
    #[error("{op}, kernel `{kernel}`: `{param}` {message}")]
    Binding {
        /// The op.
        op: String,
        /// The kernel.
        kernel: String,
        /// The parameter.
        param: String,
        /// Why.
        message: String,
    },
    /// A dispatch makes no sense: a type does not fit, an input is written, a slot is bound twice.
    #[error("{op}, {pass}: {error}")]
    Plan {
        /// The op.
        op: String,
        /// `forward` or `backward`.
        pass: &'static str,
        /// What is wrong.
        error: Box<PlanError>,
    },
    /// A result that no kernel writes.
    #[error("{op}: no {pass} kernel writes `{name}`")]
    Unwritten {
        /// The op.
        op: String,
        /// `forward` or `backward`.
        pass: &'static str,
        /// The output, saved result or cotangent.
        name: String,
    },
}

fn list(mistakes: &[GraphError]) -> String {
    let texts: Vec<String> = mistakes.iter().map(GraphError::to_string).collect();
    texts.join("; ")
}

//! What is wrong with a graph.

use super::OpError;

/// A mistake in how a graph is put together. Nodes go by the name of their first output.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GraphError {
    /// A node is no valid op.
    #[error("`{node}` is no valid op: {error}")]
    Node {
        /// The node.
        node: String,
        /// What is wrong with its op.
        error: Box<OpError>,
    },
    /// A value that two nodes define, or an input of the same name.
    #[error("the value `{value}` is defined twice")]
    Twice {
        /// The value.
        value: String,
    },
    /// A node reads what is neither an input nor defined by an earlier node.
    #[error("`{node}` reads `{value}`, which no input and no earlier node defines{help}")]
    Unknown {
        /// The node.
        node: String,
        /// The value.
        value: String,
        /// What may have been meant.
        help: String,
    },
    /// An output of the graph that no node defines.
    #[error("the output `{value}` is defined by no node{help}")]
    UnknownOutput {
        /// The value.
        value: String,
        /// What may have been meant.
        help: String,
    },
    /// An output listed twice.
    #[error("the output `{value}` is listed twice")]
    OutputTwice {
        /// The value.
        value: String,
    },
    /// An input or a node's result of which nothing is made.
    #[error("the value `{value}` is never used")]
    Unused {
        /// The value.
        value: String,
    },
    /// A value with fewer dimensions than the port that reads it, or any value at a port of rank 0.
    #[error(
        "`{node}` reads `{value}` as `{port}`: it has the shape [{got}], which does not fit [{want}]"
    )]
    Rank {
        /// The node.
        node: String,
        /// The value.
        value: String,
        /// The port.
        port: String,
        /// The value's dimensions.
        got: String,
        /// The port's dimensions.
        want: String,
    },
    /// A value that one node keeps in another format than another.
    #[error(
        "`{node}` reads `{value}` as `{port}` and {is}, which it is not before: convert it by `ToF16` or `ToF32`"
    )]
    Format {
        /// The node.
        node: String,
        /// The value.
        value: String,
        /// The port.
        port: String,
        /// What the port keeps.
        is: &'static str,
    },
    /// A dimension of a node that would need two sizes.
    #[error(
        "`{node}` reads `{value}` as `{port}`: its dimension `{dim}` would be both [{before}] and [{now}]"
    )]
    Dim {
        /// The node.
        node: String,
        /// The value.
        value: String,
        /// The port.
        port: String,
        /// The node's dimension.
        dim: String,
        /// What it is by an earlier port.
        before: String,
        /// What it would be by this one.
        now: String,
    },
    /// Integers below a dimension that is a product here.
    #[error("`{node}` bounds `{port}` by `{dim}`, which would be the product of [{product}]")]
    Bound {
        /// The node.
        node: String,
        /// The integer port.
        port: String,
        /// The node's dimension.
        dim: String,
        /// Its factors.
        product: String,
    },
}

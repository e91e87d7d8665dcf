//! Why an op does not run.

use crate::error::OpError;
use crate::tensor::ShapeError;
use hesper_shader::{DeviceError, Error};

/// Why an op does not run on what it is given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RunError {
    /// The op itself is wrong, or has no plan for these sizes.
    #[error(transparent)]
    Op(#[from] OpError),
    /// The device refuses, or is lost; on the reference device, a kernel does what it must not.
    #[error("{op}, {pass}: {error}")]
    Device {
        /// The op.
        op: String,
        /// `forward` or `backward`.
        pass: &'static str,
        /// What is wrong.
        error: Box<Error>,
    },
    /// Memory that cannot be had, filled or read.
    #[error(transparent)]
    Memory(#[from] DeviceError),
    /// A tensor whose elements do not fill its shape.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// An input that what is asked for depends on.
    #[error("{op}: `{port}` is missing; give {what}")]
    Missing {
        /// The op.
        op: String,
        /// The port.
        port: String,
        /// What it takes, and how it is given.
        what: String,
    },
    /// Something given or asked for by a name that the op does not have there.
    #[error("{op}: `{name}` is no {what} of this op{help}")]
    Unknown {
        /// The op.
        op: String,
        /// The name.
        name: String,
        /// What it would have to be.
        what: &'static str,
        /// What there is.
        help: String,
    },
    /// Something given twice.
    #[error("{op}: `{name}` is given twice")]
    Twice {
        /// The op.
        op: String,
        /// The name.
        name: String,
    },
    /// A tensor where a number belongs, or the other way about, or elements of another type.
    #[error("{op}: `{port}` was given {got}; give {what}")]
    Kind {
        /// The op.
        op: String,
        /// The port.
        port: String,
        /// What was given.
        got: &'static str,
        /// What it takes, and how it is given.
        what: String,
    },
    /// A result that is kept in another format than it was asked for in.
    #[error("{op}: `{name}` is kept in {help}")]
    Format {
        /// The op.
        op: String,
        /// The result.
        name: String,
        /// The format, and how to ask for it.
        help: &'static str,
    },
    /// A tensor of another shape than the port or cotangent has.
    #[error("{op}: `{name}` has the shape {got:?}, which does not fit [{want}]")]
    Rank {
        /// The op.
        op: String,
        /// The port or cotangent.
        name: String,
        /// The tensor's shape.
        got: Vec<usize>,
        /// The port's dimensions, with those sizes that are known.
        want: String,
    },
    /// A dimension that would have two sizes, or one that the op does not take, or that nothing tells.
    #[error("{op}: {message}")]
    Size {
        /// The op.
        op: String,
        /// The port and its shape, the dimension, what is wrong with its size, and what to do.
        message: String,
    },
    /// A whole number beyond its bound.
    #[error("{op}: `{port}[{index}]` is {value}, and must be below `{dim}`, which is {size}")]
    Beyond {
        /// The op.
        op: String,
        /// The port.
        port: String,
        /// Which element, in row-major order.
        index: usize,
        /// The number.
        value: u32,
        /// The dimension that bounds it.
        dim: String,
        /// Its size.
        size: usize,
    },
    /// A backward pass without any cotangent to start from.
    #[error("{op}: no cotangent of an output is given; give at least one of {outputs}")]
    NoSeed {
        /// The op.
        op: String,
        /// The cotangents there are.
        outputs: String,
    },
    /// A tensor of another device.
    #[error(
        "{op}: `{name}` is on {other}, and the op runs on {device}, opened separately; make both in one workspace"
    )]
    OtherDevice {
        /// The op.
        op: String,
        /// The port or cotangent.
        name: String,
        /// The device of the run.
        device: String,
        /// The tensor's device.
        other: String,
    },
}

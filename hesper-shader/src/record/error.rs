//! What can go wrong while recording.

use crate::number::NumberError;
use crate::tree::Loc;

/// A mistake in the use of the recorder.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecordProblem {
    /// A value of another kernel or helper function.
    #[error("a value of another function is used here; pass it as an argument")]
    ForeignValue,
    /// A constant the tree cannot hold.
    #[error("{0}")]
    Number(#[from] NumberError),
    /// A host integer beyond `u32`.
    #[error("the host value {0} does not fit `u32`")]
    HostInteger(u64),
    /// `else_`, `end_if`, ... without what it closes.
    #[error("`{found}` without `{needed}` before it")]
    Unbalanced {
        /// The call that was made.
        found: &'static str,
        /// The call it belongs to.
        needed: &'static str,
    },
    /// A label of a loop or block that is not open here.
    #[error("this leaves or repeats a loop that is not around it")]
    ForeignLabel,
    /// Loops that would be written out too often.
    #[error("with this loop more than {0} rounds are unrolled; leave `#[unroll]` out")]
    Unrolled(usize),
    /// An element that a table has not.
    #[error("`{name}` has no element {index}: it has {length}")]
    BeyondTable {
        /// The table.
        name: String,
        /// The element.
        index: u32,
        /// How many there are.
        length: usize,
    },
    /// A block left open.
    #[error("`{0}` is never closed")]
    Unclosed(&'static str),
    /// A helper that calls itself, directly or through others.
    #[error("`{0}` calls itself, and shaders have no recursion; write a loop")]
    Recursion(String),
    /// A step of zero.
    #[error("a step of zero never ends; step by at least 1")]
    ZeroStep,
    /// A parameter declared inside a helper function.
    #[error("parameters belong to the kernel; declare `{0}` before any helper call")]
    ParameterInHelper(String),
    /// A workgroup variable declared inside a helper function would be made anew for each specialisation.
    #[error("workgroup memory belongs to the kernel; declare `{0}` there and pass it on")]
    WorkgroupInHelper(String),
    /// An array whose type says another length.
    #[error("an array of {found} elements where its type says {length}")]
    ArrayLength {
        /// The length of its type.
        length: u32,
        /// Elements it has.
        found: u32,
    },
    /// A workgroup array of another length than the helper's parameter says.
    #[error(
        "`{param}` of `{helper}`, at {declared}, is an array of {length} elements, and one of {found} is handed to it"
    )]
    ArgumentLength {
        /// The helper function.
        helper: String,
        /// Its parameter.
        param: String,
        /// Where the parameter is declared.
        declared: Loc,
        /// The length it says.
        length: u32,
        /// The length of the array.
        found: u32,
    },
}

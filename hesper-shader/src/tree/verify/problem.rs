//! What the verifier refuses.

use crate::tree::{Math, Type};

/// A rule of the tree that is broken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum VerifyProblem {
    /// A workgroup dimension of zero, or more invocations than `u32` counts.
    #[error("workgroup size {0:?} must be at least 1 in each dimension")]
    WorkgroupSize([u32; 3]),
    /// Two parameters of one name.
    #[error("the kernel has two parameters named `{0}`")]
    DuplicateParam(String),
    /// A buffer of a type that memory shared with the host cannot hold.
    #[error("`{name}` cannot be a buffer of `{ty}`; use `u32` for truth values")]
    NotHostShareable {
        /// The parameter.
        name: String,
        /// Its element type.
        ty: Type,
    },
    /// An array without elements.
    #[error("the workgroup array `{0}` has a dimension of zero")]
    EmptyArray(String),
    /// A vector size other than 2, 3 or 4.
    #[error("`{0}` is not a shader type")]
    InvalidType(Type),
    /// The kernel's own body with arguments or a result.
    #[error("a kernel's body takes no arguments and returns nothing")]
    EntrySignature,
    /// A function with a result that can end without one.
    #[error("`{0}` can reach its end without returning a value")]
    MissingReturn(String),
    /// A handle that points nowhere.
    #[error("internal handle out of range ({0})")]
    BadHandle(&'static str),
    /// An operand that comes after what uses it.
    #[error("an operand is defined after the expression that uses it")]
    OperandOrder,
    /// Operand types that do not fit.
    #[error("`{operation}` does not accept {operands}")]
    Operands {
        /// The operation.
        operation: String,
        /// The types it was given.
        operands: String,
    },
    /// An expression whose recorded type is not the type of what it computes.
    #[error("expression is of type `{found}`, recorded as `{recorded}`")]
    WrongType {
        /// What it computes.
        found: Type,
        /// What the tree says.
        recorded: Type,
    },
    /// A builtin function with operands it does not accept.
    #[error("`{}` does not accept {operands}", .function.name())]
    MathOperands {
        /// The function.
        function: Math,
        /// The types it was given.
        operands: String,
    },
    /// A literal that is infinite once rounded.
    #[error("the literal {0} is beyond the range of f32")]
    LiteralRange(String),
    /// A value used where it has not been evaluated.
    #[error("a value is used outside the block that evaluates it")]
    OutOfScope,
    /// A value evaluated at two places.
    #[error("a value is evaluated twice")]
    EvaluatedTwice,
    /// An ambient value or a statement's result in an `Emit`, or another expression as a statement's result.
    #[error("this expression cannot be evaluated by this statement")]
    WrongIntroduction,
    /// A path that does not fit its variable.
    #[error("`{0}`: this path does not lead to a value")]
    BadPath(String),
    /// A store into a buffer declared read-only.
    #[error("cannot store into `{0}`, which is read-only; declare it `&mut [T]`")]
    ReadOnly(String),
    /// A value of another type than expected.
    #[error("{what} is of type `{found}`, not `{expected}`")]
    Mismatch {
        /// Whose type.
        what: &'static str,
        /// The type it has.
        found: Type,
        /// The type needed.
        expected: Type,
    },
    /// `break` or `continue` outside a loop.
    #[error("`{0}` outside of a loop")]
    NoLoop(&'static str),
    /// A loop that nothing leaves.
    #[error("this loop never ends; leave it with `break` or `return`")]
    EndlessLoop,
    /// A statement that can never run.
    #[error("statements follow a `break`, `continue` or `return` in the same block")]
    Unreachable,
    /// A call of a function that is not before the caller.
    #[error("a function can only call functions recorded before it; shaders have no recursion")]
    CallOrder,
    /// A call with the wrong number of arguments, or a result where there is none.
    #[error("the call of `{0}` does not match its signature")]
    CallSignature(String),
    /// Blocks nested too deep.
    #[error("blocks are nested more than {0} deep; move the inner ones to a helper function")]
    Nesting(usize),
}

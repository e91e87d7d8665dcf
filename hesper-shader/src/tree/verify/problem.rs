//! What the verifier refuses.

use crate::tree::{BindingNumber, BuiltinValue, Math, SubgroupOp, Type};

/// A rule of the tree that is broken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum VerifyProblem {
    /// A workgroup dimension of zero, or more invocations than `u32` counts.
    #[error("workgroup size {0:?} must be at least 1 in each dimension")]
    WorkgroupSize([u32; 3]),
    /// Two parameters of one name.
    #[error("the kernel has two parameters named `{0}`")]
    DuplicateParam(String),
    /// Any order is allowed, and nobody says why.
    #[error("`{0}` allows any order without a reason; say why any order is right")]
    NoReason(String),
    /// Any order is allowed for what is not written.
    #[error("`{0}` is only read, so that no order can matter")]
    OrderOfReads(String),
    /// Two parameters at one binding.
    #[error("`{0}` and `{1}` are both bound at {2}")]
    BoundTwice(String, String, BindingNumber),
    /// A number that no device takes.
    #[error(
        "`{0}` is bound at {1}; there are the groups 0 to 3, as any device has them, and the bindings 0 to 999"
    )]
    NoBinding(String, BindingNumber),
    /// A buffer's number for what is by value.
    #[error(
        "`{0}` is by value, and has no binding of its own; where all that is by value is bound says `#[uniforms(0, 3)]` of the kernel"
    )]
    BoundByValue(String),
    /// A buffer of a type that memory shared with the host cannot hold.
    #[error("`{name}` cannot be a buffer of `{ty}`; use `u32` for truth values")]
    NotHostShareable {
        /// The parameter.
        name: String,
        /// Its element type.
        ty: Type,
    },
    /// A buffer whose parts do not fit it.
    #[error("`{name}` cannot be a buffer: {why}")]
    Structured {
        /// The buffer.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// An array without elements.
    #[error("the array `{0}` has a dimension of zero")]
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
    /// A constant index beyond an array's end, which WGSL refuses.
    #[error("index {index} is beyond the end of `{name}`, which has {length} elements")]
    IndexBeyond {
        /// The variable.
        name: String,
        /// The index.
        index: u32,
        /// Elements of the array.
        length: u32,
    },
    /// A store into a buffer declared read-only.
    #[error("cannot store into `{0}`, which is read-only; declare it `&mut [T]`")]
    ReadOnly(String),
    /// A plain load or store of an atomic element.
    #[error("`{0}` is atomic, and read and written by its own operations alone")]
    PlainAccess(String),
    /// An atomic operation on memory that is not atomic.
    #[error("`{0}` is not atomic; declare it of `Atomic<u32>`, `Atomic<i32>` or `Atomic<f32>`")]
    NotAtomic(String),
    /// An operation on bits of an atomic real, or an exchange that compares.
    #[error(
        "an atomic of `f32` is loaded, stored, swapped, added to, subtracted from, raised and lowered; it has no other operation"
    )]
    AtomicReal,
    /// Atomics of anything but 32-bit numbers.
    #[error("`{name}` cannot be atomic of `{ty}`; atomics are `u32`, `i32` and `f32`")]
    AtomicType {
        /// The variable.
        name: String,
        /// The type of its elements.
        ty: Type,
    },
    /// A uniform load of something else than a whole element of workgroup memory.
    #[error("`{0}`: a uniform load reads whole elements of workgroup memory")]
    UniformLoad(String),
    /// A subgroup operation on a value it does not accept.
    #[error("`{}` does not accept `{found}`", .op.name())]
    SubgroupOperand {
        /// The operation.
        op: SubgroupOp,
        /// The value's type.
        found: Type,
    },
    /// A scan of something else than sums and products.
    #[error("a scan within a subgroup is a sum or a product")]
    Scan,
    /// A lane that no subgroup or quad has.
    #[error("`{}`: there is no lane {lane}", .op.name())]
    Lane {
        /// The operation.
        op: SubgroupOp,
        /// The lane.
        lane: u32,
    },
    /// The place in a subgroup where workgroups are not rows of invocations.
    #[error("`{}` needs a workgroup of one dimension, whose size in y and z is 1", .0.name())]
    SubgroupShape(BuiltinValue),
    /// An effect in an aside.
    #[error("a log only evaluates and reads; bind what else it shows with `let` before it")]
    AsideEffect,
    /// A log that a device would have to print.
    #[error("a log outside of an aside")]
    LogOutside,
    /// A log whose text has other gaps than values.
    #[error("a log of {values} values whose text has {gaps} gaps")]
    LogText {
        /// Values given.
        values: usize,
        /// Gaps for values.
        gaps: usize,
    },
    /// More local variables than WGSL allows a function.
    #[error("the local variables of `{name}` take {bytes} bytes, and shaders allow {limit}")]
    LocalBytes {
        /// The function.
        name: String,
        /// What they take.
        bytes: u64,
        /// The most allowed.
        limit: u64,
    },
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

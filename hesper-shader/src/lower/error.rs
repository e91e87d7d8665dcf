//! What can go wrong in lowering, always with the kernel and the line.

use crate::number::Number;
use crate::tree::Loc;

/// Why a kernel has no lowered form, or no text in one language.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LowerError {
    /// naga's validator refuses the module.
    #[error("kernel `{kernel}` is not a valid shader: {message}\n  --> {loc}")]
    Validation {
        /// The kernel.
        kernel: String,
        /// The expression or statement at fault, else the kernel.
        loc: Loc,
        /// naga's message with all its causes.
        message: String,
    },
    /// A constant lies outside the range of `f32`.
    #[error("kernel `{kernel}`: the constant {literal} is too large for `f32`\n  --> {loc}")]
    Literal {
        /// The kernel.
        kernel: String,
        /// Where the constant was written.
        loc: Loc,
        /// The constant.
        literal: Number,
    },
    /// An array has no elements, or more bytes than an address counts.
    #[error(
        "kernel `{kernel}`: variable `{name}` of dimensions {dims:?} is empty or too large to address\n  --> {loc}"
    )]
    ArraySize {
        /// The kernel.
        kernel: String,
        /// Where the variable was declared.
        loc: Loc,
        /// The variable.
        name: String,
        /// Its dimensions.
        dims: Vec<u32>,
    },
    /// Blocks are nested deeper than WGSL allows.
    #[error("kernel `{kernel}`: blocks are nested more than {limit} deep\n  --> {loc}")]
    Nesting {
        /// The kernel.
        kernel: String,
        /// The statement that goes too deep.
        loc: Loc,
        /// The deepest allowed.
        limit: u32,
    },
    /// A target language cannot express the kernel.
    #[error("kernel `{kernel}` cannot be written as {target}: {message}\n  --> {loc}")]
    Writer {
        /// The kernel.
        kernel: String,
        /// Where the kernel was written.
        loc: Loc,
        /// The language: `WGSL`, `SPIR-V`, `MSL`, `HLSL` or `GLSL`.
        target: &'static str,
        /// naga's message with all its causes.
        message: String,
    },
    /// The tree breaks a rule that the verifier checks, or lowering has a fault.
    #[error(
        "kernel `{kernel}`: {what}; a verified kernel never meets this error, please report it\n  --> {loc}"
    )]
    Internal {
        /// The kernel.
        kernel: String,
        /// The expression or statement at fault, else the kernel.
        loc: Loc,
        /// What was found.
        what: String,
    },
}

/// A message with the messages of all its causes.
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        message.push_str(": ");
        message.push_str(&next.to_string());
        cause = next.source();
    }
    message
}

/// Runs `f`; a panic inside becomes its message. The last resort: naga's validator lets through some modules that make
/// its writers panic, though none that the tree's verifier accepts is known.
pub(super) fn catch<T>(f: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).unwrap_or_else(|payload| {
        let what = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(format!("naga panicked, please report it: {what}"))
    })
}

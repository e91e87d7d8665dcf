//! The `shader!` macro: Rust-like kernel code in, calls to `hesper_shader`'s typed recorder out.
//!
//! The stages, in order: `parse` cuts the tokens into functions and statements, recovering where a line is broken;
//! `check` resolves names and refuses what kernel code does not offer; `expand` prints the recorder calls.
//! Types are rustc's business: every call is emitted under the user's operator or name, so that rustc's error lands there.
#![forbid(unsafe_code)]
#![allow(
    clippy::large_enum_variant,
    reason = "the trees are small and live for one expansion"
)]

mod ast;
mod builtins;
mod check;
mod elsewhere;
mod errors;
mod expand;
mod groups;
mod messages;
mod methods;
#[cfg(test)]
mod page_tests;
mod parse;
mod scope;
mod shader;
#[cfg(test)]
mod tests;

use shader::shader;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Turns `[runtime path] items…` into kernels; `shader!` of `hesper-shader` and `hesper-ad` hand their path over.
#[proc_macro]
pub fn expand(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    catch_unwind(AssertUnwindSafe(|| shader(input.into()).into())).unwrap_or_else(|_| {
        let message = "`shader!` failed on this input, which is a bug in it\nplease report it with the kernel's source";
        quote::quote!(::core::compile_error!(#message);).into()
    })
}

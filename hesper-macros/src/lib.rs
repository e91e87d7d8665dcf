//! The `shader!` macro: Rust-like kernel code in, calls to `hesper_shader`'s typed recorder out.
#![forbid(unsafe_code)]

use proc_macro::TokenStream;

/// Expands `shader!`.
#[proc_macro]
pub fn expand(_input: TokenStream) -> TokenStream {
    TokenStream::new()
}

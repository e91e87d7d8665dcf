//! The whole macro, free of the compiler's own token type so that tests, and the fuzzing beside this crate, can call it.

use crate::{check, errors, expand, parse};
use proc_macro2::TokenStream;

/// Kernel code as calls to the recorder; what is wrong with it as compile errors beside stubs.
pub(crate) fn shader(input: TokenStream) -> TokenStream {
    let mut errors = errors::Errors::default();
    let parsed = parse::parse(input, &mut errors);
    let items = check::check(parsed.items, &mut errors);
    let mut output = expand::expand(&parsed.runtime, &items);
    output.extend(errors.into_compile_errors());
    output
}

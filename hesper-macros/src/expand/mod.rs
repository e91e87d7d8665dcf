//! Checked functions to calls of the recorder.
//!
//! Every token carries a span of the user's, so that `#[track_caller]` gives the user's line and rustc's errors stand under the user's
//! operators and names. Paths are absolute. The macro's own names start with `__hesper`, which user code cannot.

mod control;
mod expr;
mod helper;
mod kernel;
mod stmt;
mod stub;
mod types;

use crate::ast::{Function, Item, Ty};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use std::cell::Cell;
use syn::Attribute;

/// Prints the items; a function that is not valid becomes a stub.
pub(crate) fn expand(runtime: &TokenStream, items: &[Item]) -> TokenStream {
    let expand = |item: &Item| match item {
        Item::Verbatim(tokens) => tokens.clone(),
        Item::Kernel(kernel) => {
            let emit = Emit::new(runtime, &kernel.function, None);
            let valid = kernel.function.valid;
            let function = if valid {
                emit.kernel(kernel)
            } else {
                emit.kernel_stub(kernel)
            };
            let args = emit.args_module(kernel);
            quote_spanned! {emit.site=> #function #args }
        }
        Item::Helper(helper) => {
            let emit = Emit::new(runtime, &helper.function, helper.result.as_ref());
            if helper.function.valid {
                emit.helper(helper)
            } else {
                emit.helper_stub(helper)
            }
        }
    };
    items.iter().map(expand).collect()
}

/// Prints one function.
struct Emit<'a> {
    runtime: &'a TokenStream,
    /// Where the macro's own names resolve: one place per function, so that they meet even when the user's tokens come from several macros.
    site: Span,
    /// What `return` gives back.
    result: Option<&'a Ty>,
    /// Whether the body calls builtin functions.
    builtins: Cell<bool>,
}

impl<'a> Emit<'a> {
    fn new(runtime: &'a TokenStream, function: &Function, result: Option<&'a Ty>) -> Self {
        Emit {
            runtime,
            site: function.name.span(),
            result,
            builtins: Cell::new(false),
        }
    }

    /// The library's path, located at `at`.
    fn runtime(&self, at: Span) -> TokenStream {
        let relocate = |mut token: TokenTree| {
            token.set_span(at.resolved_at(token.span()));
            token
        };
        self.runtime.clone().into_iter().map(relocate).collect()
    }

    /// A name of the macro's own.
    fn own(&self, name: &str, at: Span) -> Ident {
        Ident::new(name, at.resolved_at(self.site))
    }

    /// The module of builtin functions, under the name that `imports` gives it.
    fn builtins(&self, at: Span) -> Ident {
        self.builtins.set(true);
        self.own("__hesper_builtins", at)
    }

    /// What a function's body imports, once the rest of it is printed.
    ///
    /// A call by a path from the runtime would count as written where `shader!` starts, since the path's first token comes from there.
    fn imports(&self) -> TokenStream {
        if !self.builtins.get() {
            return TokenStream::new();
        }
        let (runtime, name) = (self.runtime(self.site), self.builtins(self.site));
        quote_spanned! {self.site=> use #runtime::record::builtins as #name; }
    }

    /// The recorder.
    fn recorder(&self, at: Span) -> Ident {
        self.own("__hesper", at)
    }
}

/// What rustc and clippy should not say about generated code. Unused names, shadowing and the like stay: they are the user's.
fn lints(at: Span) -> TokenStream {
    quote_spanned! {at=>
        #[allow(
            clippy::all,
            clippy::nursery,
            clippy::pedantic,
            clippy::restriction,
            unused_braces,
            unused_parens,
            unused_qualifications
        )]
    }
}

/// The attributes that hold for everything a function expands to.
fn shared_attributes(attrs: &[Attribute]) -> TokenStream {
    const SHARED: &[&str] = &["allow", "cfg", "cfg_attr"];
    let shared = |attr: &&Attribute| SHARED.iter().any(|name| attr.path().is_ident(name));
    let shared = attrs.iter().filter(shared);
    shared.map(ToTokens::to_token_stream).collect()
}

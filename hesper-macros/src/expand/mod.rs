//! Checked functions to calls of the recorder.
//!
//! Every token carries a span of the user's, so that `#[track_caller]` gives the user's line and rustc's errors stand under the user's
//! operators and names. Paths are absolute. The macro's own names start with `__hesper`, which user code cannot.

mod assert;
mod control;
mod expr;
mod helper;
mod jumps;
mod kernel;
mod stmt;
mod structure;
mod stub;
mod types;

use crate::ast::{Item, Ty};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, Lifetime};

/// Prints the items; a function that is not valid becomes a stub.
pub(crate) fn expand(runtime: &TokenStream, items: &[Item]) -> TokenStream {
    let expand = |item: &Item| match item {
        Item::Verbatim(tokens) => tokens.clone(),
        Item::Structure(structure) => {
            Emit::new(runtime, &structure.name, None).structure(structure)
        }
        Item::Kernel(kernel) => {
            let emit = Emit::new(runtime, &kernel.function.name, None);
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
            let emit = Emit::new(runtime, &helper.function.name, helper.result.as_ref());
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
    /// The library's path.
    runtime: TokenStream,
    /// Where the macro's own names resolve: one place per function, so that they meet even when the user's tokens come from several macros.
    site: Span,
    /// What `return` gives back.
    result: Option<&'a Ty>,
}

impl<'a> Emit<'a> {
    fn new(runtime: &'a TokenStream, name: &Ident, result: Option<&'a Ty>) -> Self {
        Emit {
            runtime: runtime.clone(),
            site: name.span(),
            result,
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

    /// A lifetime of the macro's own.
    fn lifetime(&self, name: &str, at: Span) -> Lifetime {
        Lifetime::new(name, at.resolved_at(self.site))
    }

    /// The import that opens a function's body or the module of arguments, and what prints inside of it.
    ///
    /// A path that starts with the runtime's own tokens counts as written where `shader!` starts, for locations as for errors.
    /// The import gives the runtime a name that can be written with the user's spans.
    fn within(&self) -> (TokenStream, Emit<'a>) {
        let at = self.site;
        let (runtime, name) = (&self.runtime, self.own("__hesper_runtime", at));
        let import = quote_spanned! {at=> #[allow(unused_imports)] use #runtime as #name; };
        let runtime = name.into_token_stream();
        (import, Emit { runtime, ..*self })
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

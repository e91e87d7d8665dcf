//! Collects errors, so that one compilation shows all of them.

use crate::messages::Message;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The errors so far.
#[derive(Default)]
pub(crate) struct Errors {
    all: Option<syn::Error>,
    count: usize,
}

impl Errors {
    /// Reports `message` over `at`.
    pub(crate) fn push(&mut self, at: impl ToTokens, message: Message) {
        self.push_named(at, message, "");
    }

    /// Reports `message` over `at`, with `name` in its gaps.
    pub(crate) fn push_named(&mut self, at: impl ToTokens, message: Message, name: &str) {
        self.absorb(syn::Error::new_spanned(at, message.render(name)));
    }

    /// Reports `message` at a place that is no token of its own.
    pub(crate) fn push_at(&mut self, at: Span, message: Message, name: &str) {
        self.absorb(syn::Error::new(at, message.render(name)));
    }

    /// Adds an error that syn found.
    pub(crate) fn absorb(&mut self, new: syn::Error) {
        self.count += 1;
        match &mut self.all {
            Some(all) => all.combine(new),
            none => *none = Some(new),
        }
    }

    /// How many were reported: a stage compares before and after to see whether its part is sound.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// All of them as `compile_error!` calls.
    pub(crate) fn into_compile_errors(self) -> TokenStream {
        self.all
            .map(syn::Error::into_compile_error)
            .unwrap_or_default()
    }
}

//! `loop`, labelled blocks, and what leaves them. A name is a handle of the recorder's, a value goes through a slot.

use super::Emit;
use crate::ast::{Block, Exit, Expr, Jump, Labelled, Loop};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

impl Emit<'_> {
    /// `loop` for its effect.
    pub(super) fn loop_(&self, e: &Loop) -> TokenStream {
        let recorded = self.recorded_loop(e);
        quote_spanned! {e.span=> { #recorded } }
    }

    /// `loop` for the value of its `break`.
    pub(super) fn loop_value(&self, e: &Loop) -> TokenStream {
        let (h, slot) = (self.recorder(e.span), self.slot(e.exit.number, e.span));
        let recorded = self.recorded_loop(e);
        quote_spanned! {e.span=> {
            let #slot = #h.slot();
            #recorded
            #slot.take()
        }}
    }

    fn recorded_loop(&self, e: &Loop) -> TokenStream {
        let h = self.recorder(e.span);
        let (label, body) = (self.label(e.span, e.exit), self.block(&e.body));
        quote_spanned! {e.span=>
            #h.loop_();
            #label
            #body
            #h.end_loop();
        }
    }

    /// A labelled block for its effect; one that nothing leaves is a block.
    pub(super) fn labelled(&self, e: &Labelled) -> TokenStream {
        if !e.exit.left {
            return self.block(&e.body);
        }
        let (h, label) = (self.recorder(e.span), self.handle_of(e.exit.number, e.span));
        let body = self.block(&e.body);
        quote_spanned! {e.span=> {
            let #label = #h.block_();
            #body
            #h.end_block();
        }}
    }

    /// A labelled block for its value, which it ends in or which a `break` carries.
    pub(super) fn labelled_value(&self, e: &Labelled) -> TokenStream {
        if !e.exit.left {
            return self.block(&e.body);
        }
        let (h, label) = (self.recorder(e.span), self.handle_of(e.exit.number, e.span));
        let slot = self.slot(e.exit.number, e.span);
        let body = self.block(&e.body);
        let body = match e.body.tail {
            Some(_) => quote_spanned! {e.span=> #slot.set(#body); },
            None => body,
        };
        quote_spanned! {e.span=> {
            let #slot = #h.slot();
            let #label = #h.block_();
            #body
            #h.end_block();
            #slot.take()
        }}
    }

    pub(super) fn break_(&self, span: Span, to: Jump, value: Option<&Expr>) -> TokenStream {
        let jump = self.jump("break", span, to);
        let value = value.map(|value| {
            let (slot, value) = (self.slot(to.number, span), self.expr(value));
            quote_spanned! {span=> #slot.set(#value); }
        });
        quote_spanned! {span=> #value #jump }
    }

    /// `break` or `continue`.
    pub(super) fn jump(&self, keyword: &str, span: Span, to: Jump) -> TokenStream {
        if to.innermost {
            return self.plain(&format!("{keyword}_"), span);
        }
        let h = self.recorder(span);
        // What follows a round of an unrolled loop is the next one.
        let (label, keyword) = match to.unrolled && keyword == "continue" {
            true => (self.next_of(to.number, span), "break"),
            false => (self.handle_of(to.number, span), keyword),
        };
        let name = Ident::new(&format!("{keyword}_to"), span);
        quote_spanned! {span=> #h.#name(#label); }
    }

    /// Names the loop that was just opened, where something inside of another one needs the name.
    pub(super) fn label(&self, span: Span, exit: Exit) -> TokenStream {
        if !exit.named {
            return TokenStream::new();
        }
        let (h, label) = (self.recorder(span), self.handle_of(exit.number, span));
        quote_spanned! {span=> let #label = #h.label(); }
    }

    fn handle_of(&self, number: usize, at: Span) -> Ident {
        self.own(&format!("__hesper_label{number}"), at)
    }

    /// `#[unroll] for`
    pub(super) fn unroll(
        &self,
        span: Span,
        name: Option<&Ident>,
        range: &syn::Expr,
        exit: Exit,
        body: &Block,
    ) -> TokenStream {
        let h = self.recorder(span);
        let body = self.block(body);
        let label = self.handle_of(exit.number, span);
        let begin = exit
            .left
            .then(|| quote_spanned! {span=> let #label = #h.block_(); });
        let end = exit.left.then(|| quote_spanned! {span=> #h.end_block(); });
        let next = self.next_of(exit.number, span);
        let round = exit
            .repeated
            .then(|| quote_spanned! {span=> let #next = #h.block_(); });
        let round_end = exit
            .repeated
            .then(|| quote_spanned! {span=> #h.end_block(); });
        let pattern = match name {
            Some(name) => quote_spanned! {name.span()=> #name },
            None => quote_spanned! {span=> _ },
        };
        quote_spanned! {span=> {
            #begin
            for #pattern in #h.unroll(#range) {
                #round
                #body
                #round_end
            }
            #end
        }}
    }

    /// The rest of a round of an unrolled loop.
    fn next_of(&self, number: usize, at: Span) -> Ident {
        self.own(&format!("__hesper_next{number}"), at)
    }

    fn slot(&self, number: usize, at: Span) -> Ident {
        self.own(&format!("__hesper_slot{number}"), at)
    }
}

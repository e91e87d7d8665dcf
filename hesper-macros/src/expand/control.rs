//! Branches and loops, as flat calls: `begin … else … end`.

use super::Emit;
use super::expr::text;
use crate::ast::{Block, Exit, Expr, If, Range};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

impl Emit<'_> {
    /// An `if` for its effect.
    pub(super) fn if_(&self, branch: &If) -> TokenStream {
        let span = branch.span;
        let h = self.recorder(span);
        let condition = self.expr(&branch.condition);
        let accept = self.block(&branch.accept);
        let reject = branch.reject.as_ref().map(|reject| {
            let reject = self.block(reject);
            quote_spanned! {span=> #h.else_(); #reject }
        });
        quote_spanned! {span=> {
            #h.if_(#condition);
            #accept
            #reject
            #h.end_if();
        }}
    }

    /// An `if` for its value; an arm that leaves has none.
    pub(super) fn if_value(&self, branch: &If) -> TokenStream {
        let span = branch.span;
        let h = self.recorder(span);
        let condition = self.expr(&branch.condition);
        let (a, b) = (self.own("__hesper_a", span), self.own("__hesper_b", span));
        let (a_here, b_here) = (
            self.own("__hesper_a", self.value_span(Some(&branch.accept))),
            self.own("__hesper_b", self.value_span(branch.reject.as_ref())),
        );
        let accept = self.block(&branch.accept);
        let reject = branch.reject.as_ref().map(|reject| self.block(reject));
        let has_value = |block: &Block| block.tail.is_some();
        let rejects = branch.reject.as_ref().is_some_and(has_value);
        let (accept, reject, end) = match (has_value(&branch.accept), rejects) {
            (true, true) => (
                quote_spanned! {span=> let #a = #accept; },
                quote_spanned! {span=> let #b = #reject; },
                quote_spanned! {span=> end_if_value(#a_here, #b_here) },
            ),
            (true, false) => (
                quote_spanned! {span=> let #a = #accept; },
                quote_spanned! {span=> #reject },
                quote_spanned! {span=> end_if_accept(#a_here) },
            ),
            (false, true) => (
                accept,
                quote_spanned! {span=> let #b = #reject; },
                quote_spanned! {span=> end_if_reject(#b_here) },
            ),
            (false, false) => (
                accept,
                quote_spanned! {span=> #reject },
                quote_spanned! {span=> end_if() },
            ),
        };
        quote_spanned! {span=> {
            #h.if_(#condition);
            #accept
            #h.else_();
            #reject
            #h.#end
        }}
    }

    /// Where an arm says its value, for rustc's errors about its type.
    fn value_span(&self, arm: Option<&Block>) -> Span {
        let tail = arm.and_then(|arm| arm.tail.as_ref());
        tail.map_or(self.site, |tail| tail.span())
    }

    pub(super) fn for_(
        &self,
        span: Span,
        name: Option<&Ident>,
        range: &Range,
        exit: Exit,
        body: &Block,
    ) -> TokenStream {
        let h = self.recorder(span);
        let own = self.own("__hesper_range", span);
        let range = self.range(range);
        let (label, body) = (self.label(span, exit), self.block(body));
        let (pattern, text) = match name {
            Some(name) => {
                let text = text(name);
                (quote_spanned! {name.span()=> #name }, text)
            }
            None => (quote_spanned! {span=> _ }, syn::LitStr::new("_", span)),
        };
        quote_spanned! {span=> {
            let #own = #range;
            let #pattern = #h.for_(#text, #own);
            #label
            #body
            #h.end_for();
        }}
    }

    fn range(&self, range: &Range) -> TokenStream {
        let span = range.span;
        let h = self.recorder(span);
        let name = match range.inclusive {
            true => "range_inclusive",
            false => "range",
        };
        let name = Ident::new(name, span);
        let (start, end) = (self.expr(&range.start), self.expr(&range.end));
        let mut tokens = quote_spanned! {span=> #h.#name(#start, #end) };
        for (method, args) in &range.methods {
            let args = self.args(args);
            tokens.extend(quote_spanned! {method.span()=> .#method(#args) });
        }
        tokens
    }

    /// The condition is recorded inside of the loop: it is evaluated before every iteration.
    pub(super) fn while_(
        &self,
        span: Span,
        condition: &Expr,
        exit: Exit,
        body: &Block,
    ) -> TokenStream {
        let h = self.recorder(span);
        let (condition, body) = (self.expr(condition), self.block(body));
        let label = self.label(span, exit);
        quote_spanned! {span=> {
            #h.loop_();
            #label
            #h.while_(#condition);
            #body
            #h.end_loop();
        }}
    }
}

//! `assert!`: what it says is told where its condition does not hold.
//!
//! An aside only evaluates and reads, so `&&` and `||` become branches here; each side may be evaluated more than once.

use super::Emit;
use crate::ast::Expr;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

impl Emit<'_> {
    pub(super) fn assert(
        &self,
        span: Span,
        condition: &Expr,
        text: &[String],
        values: &[Expr],
    ) -> TokenStream {
        let (h, own) = (self.recorder(span), self.own("__hesper_logged", span));
        let values = self.logged(values);
        let fails = quote_spanned! {span=>
            let #own = [#(#values),*];
            #h.fail(&[#(#text),*], &#own);
        };
        let refuted = self.refuted(condition, fails);
        quote_spanned! {span=> {
            #h.assert_();
            #refuted
            #h.end_assert();
        }}
    }

    /// `then` where the condition does not hold.
    fn refuted(&self, condition: &Expr, then: TokenStream) -> TokenStream {
        match condition {
            Expr::Paren(_, inner) => self.refuted(inner, then),
            Expr::Logic {
                left,
                right,
                and: true,
                ..
            } => {
                let mut tokens = self.refuted(left, then.clone());
                tokens.extend(self.given(left, self.refuted(right, then)));
                tokens
            }
            Expr::Logic { left, right, .. } => self.refuted(left, self.refuted(right, then)),
            other => self.branch("unless_", other, then),
        }
    }

    /// `then` where the condition holds.
    fn given(&self, condition: &Expr, then: TokenStream) -> TokenStream {
        match condition {
            Expr::Paren(_, inner) => self.given(inner, then),
            Expr::Logic {
                left,
                right,
                and: true,
                ..
            } => self.given(left, self.given(right, then)),
            Expr::Logic { left, right, .. } => {
                let mut tokens = self.given(left, then.clone());
                tokens.extend(self.refuted(left, self.given(right, then)));
                tokens
            }
            other => self.branch("if_", other, then),
        }
    }

    fn branch(&self, name: &str, condition: &Expr, then: TokenStream) -> TokenStream {
        let tokens = self.expr(condition);
        let span = tokens.span();
        let (h, name) = (self.recorder(span), proc_macro2::Ident::new(name, span));
        quote_spanned! {span=>
            #h.#name(#tokens);
            { #then }
            #h.end_if();
        }
    }
}

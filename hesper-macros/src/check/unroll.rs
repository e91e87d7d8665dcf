//! `#[unroll] for i in 0..N`: the host runs the loop while it records.

use super::Checker;
use super::jumps::Kind;
use super::types::mentions;
use crate::ast::Stmt;
use crate::messages::Message;
use crate::scope::Binding;
use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Attribute, ExprForLoop};

impl Checker<'_> {
    /// Whether `#[unroll]` stands before a loop; other attributes are refused.
    pub(super) fn is_unrolled(&mut self, attrs: &[Attribute]) -> bool {
        let mut unrolled = false;
        for attr in attrs {
            if attr.path().is_ident("unroll") && matches!(attr.meta, syn::Meta::Path(_)) {
                unrolled = true;
            } else {
                self.errors.push(attr, Message::Attribute);
            }
        }
        unrolled
    }

    pub(super) fn unrolled(&mut self, e: &ExprForLoop) -> Option<Stmt> {
        if !is_range(&e.expr) {
            self.errors.push(&e.expr, Message::ForWithoutRange);
        }
        let is_kernel = |name: &Ident| {
            let bound = self.scope.find(name);
            bound.is_some_and(|binding| !binding.is_host())
        };
        if mentions(e.expr.to_token_stream(), &is_kernel) {
            self.errors.push(&e.expr, Message::UnrollRange);
        }
        let name = self.counter(&e.pat);
        self.scope.enter();
        if let Some(name) = &name {
            self.scope.bind(name, Binding::Unrolled);
        }
        let (exit, body) = self.loop_body(Kind::Unrolled, e.label.as_ref(), &e.body);
        self.scope.leave();
        Some(Stmt::Unroll {
            span: e.for_token.span,
            name,
            range: (*e.expr).clone(),
            exit,
            body,
        })
    }
}

/// `a..b`, `a..=b` and methods of them.
fn is_range(e: &syn::Expr) -> bool {
    match e {
        syn::Expr::Range(e) => e.start.is_some() && e.end.is_some(),
        syn::Expr::Paren(e) => is_range(&e.expr),
        syn::Expr::Group(e) => is_range(&e.expr),
        syn::Expr::MethodCall(e) => is_range(&e.receiver),
        _ => false,
    }
}

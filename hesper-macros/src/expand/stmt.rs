//! Statements and blocks.

use super::Emit;
use super::expr::{text, tuple};
use crate::ast::{Array, Block, Expr, Length, Pattern, Place, Stmt, Ty};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, BinOp, Token};

impl Emit<'_> {
    /// The block with its braces.
    pub(super) fn block(&self, block: &Block) -> TokenStream {
        let mut tokens = TokenStream::new();
        block
            .brace
            .surround(&mut tokens, |tokens| tokens.extend(self.inside(block)));
        tokens
    }

    /// The block without its braces.
    pub(super) fn inside(&self, block: &Block) -> TokenStream {
        let mut tokens = self.stmts(block);
        if let Some(tail) = &block.tail {
            tokens.extend(self.expr(tail));
        }
        tokens
    }

    /// The statements before the block's value.
    pub(super) fn stmts(&self, block: &Block) -> TokenStream {
        block.stmts.iter().map(|stmt| self.stmt(stmt)).collect()
    }

    fn stmt(&self, stmt: &Stmt) -> TokenStream {
        match stmt {
            Stmt::Let {
                attrs,
                name: Some(name),
                mutable,
                ty,
                value,
                eq,
            } => self.let_(attrs, name, *mutable, ty.as_ref(), value, *eq),
            Stmt::Let { value, eq, ty, .. } => self.discard(value, ty.as_ref(), *eq),
            Stmt::Fix { name, value } => {
                let value = self.expr(value);
                quote_spanned! {name.span()=> let #name = #value; }
            }
            Stmt::Parts {
                attrs,
                pattern,
                ty,
                value,
                eq,
            } => self.parts(attrs, pattern, ty.as_ref(), value, *eq),
            Stmt::Array {
                attrs,
                name,
                ty,
                array,
            } => self.array(attrs, name, ty.as_ref(), array),
            Stmt::Log { span, text, values } => self.log(*span, text, values),
            Stmt::Assert {
                span,
                condition,
                text,
                values,
            } => self.assert(*span, condition, text, values),
            Stmt::Workgroup {
                name,
                element,
                lengths,
            } => self.workgroup(name, element, lengths),
            Stmt::Store { place, eq, value } => self.store(place, *eq, value),
            Stmt::Update { place, op, value } => self.update(place, *op, value),
            Stmt::Effect(e) => {
                let e = self.expr(e);
                quote_spanned! {e.span()=> let _ = #e; }
            }
            Stmt::If(branch) => self.if_(branch),
            Stmt::For {
                span,
                name,
                range,
                exit,
                body,
            } => self.for_(*span, name.as_ref(), range, *exit, body),
            Stmt::Unroll {
                span,
                name,
                range,
                exit,
                body,
            } => self.unroll(*span, name.as_ref(), range, *exit, body),
            Stmt::While {
                span,
                condition,
                exit,
                body,
            } => self.while_(*span, condition, *exit, body),
            Stmt::Loop(e) => self.loop_(e),
            Stmt::Block(block) => self.block(block),
            Stmt::Labelled(e) => self.labelled(e),
            Stmt::Break { span, to, value } => self.break_(*span, *to, value.as_ref()),
            Stmt::Continue { span, to } => self.jump("continue", *span, *to),
            Stmt::Return { span, value: None } => self.plain("return_", *span),
            Stmt::Return {
                span,
                value: Some(value),
            } => {
                let (h, value) = (self.recorder(*span), self.expr(value));
                let ty = self.result.map(|ty| self.exp("'_", ty));
                quote_spanned! {*span=> #h.return_value::<#ty>(#value); }
            }
            Stmt::Item(item) => item.clone(),
        }
    }

    /// `__hesper.name();`
    pub(super) fn plain(&self, name: &str, span: Span) -> TokenStream {
        let (h, name) = (self.recorder(span), Ident::new(name, span));
        quote_spanned! {span=> #h.#name(); }
    }

    fn let_(
        &self,
        attrs: &[Attribute],
        name: &Ident,
        mutable: bool,
        ty: Option<&Ty>,
        value: &Expr,
        eq: Token![=],
    ) -> TokenStream {
        let span = name.span();
        let (h, text, value) = (self.recorder(span), text(name), self.expr(value));
        if mutable {
            let types = ty.map(|ty| {
                let (at, ty) = (super::types::span_of(ty), self.exp("'_", ty));
                quote_spanned! {at=> ::<#ty> }
            });
            return quote_spanned! {span=> #(#attrs)* let #name #eq #h.var #types (#text, #value); };
        }
        let ty = ty.map(|ty| {
            let ty = self.exp("'_", ty);
            quote_spanned! {span=> : #ty }
        });
        quote_spanned! {span=> #(#attrs)* let #name #ty #eq #h.bind(#text, #value); }
    }

    /// `let _ = value;`
    fn discard(&self, value: &Expr, ty: Option<&Ty>, eq: Token![=]) -> TokenStream {
        let ty = ty.map(|ty| {
            let ty = self.exp("'_", ty);
            quote_spanned! {eq.span=> : #ty }
        });
        let value = self.expr(value);
        quote_spanned! {eq.span=> let _ #ty #eq #value; }
    }

    /// `let (a, mut b) = value;`, each name bound as in a `let` of its own.
    fn parts(
        &self,
        attrs: &[Attribute],
        pattern: &Pattern,
        ty: Option<&Ty>,
        value: &Expr,
        eq: Token![=],
    ) -> TokenStream {
        let value = self.expr(value);
        let ty = ty.map(|ty| {
            let ty = self.exp("'_", ty);
            quote_spanned! {eq.span=> : #ty }
        });
        let mut binds = TokenStream::new();
        let pattern = self.pattern(attrs, pattern, &mut binds);
        quote_spanned! {eq.span=> let #pattern #ty = #value; #binds }
    }

    /// The pattern as it is, and after it the names.
    pub(super) fn pattern(
        &self,
        attrs: &[Attribute],
        pattern: &Pattern,
        binds: &mut TokenStream,
    ) -> TokenStream {
        match pattern {
            Pattern::Wild(wild) => wild.to_token_stream(),
            Pattern::Name { name, mutable } => {
                let (span, text) = (name.span(), text(name));
                let (h, bind) = (self.recorder(span), if *mutable { "var" } else { "bind" });
                let bind = Ident::new(bind, span);
                binds.extend(quote_spanned! {span=>
                    #(#attrs)* let #name = #h.#bind(#text, #name);
                });
                name.to_token_stream()
            }
            Pattern::Structure {
                path,
                fields,
                rest,
                number,
            } => self.structure_pattern(attrs, (path, fields, *rest, *number), binds),
            Pattern::Tuple(paren, parts) => {
                let parts = parts.iter().map(|part| self.pattern(attrs, part, binds));
                tuple(*paren, parts)
            }
        }
    }

    /// The element's type goes to the array, the length beside it to a check of its own.
    fn array(
        &self,
        attrs: &[Attribute],
        name: &Ident,
        ty: Option<&(Ty, syn::Expr)>,
        array: &Array,
    ) -> TokenStream {
        let span = name.span();
        let (h, text) = (self.recorder(span), text(name));
        let types = ty.map(|(ty, _)| {
            let (at, ty) = (super::types::span_of(ty), self.exp("'_", ty));
            quote_spanned! {at=> ::<#ty> }
        });
        let mut array = match array {
            Array::Repeat(value, length) => {
                let value = self.expr(value);
                quote_spanned! {span=> #h.array_of #types (#text, #value, #length) }
            }
            Array::List(elements) => {
                let elements = self.args(elements);
                quote_spanned! {span=> #h.array_from #types (#text, &[#elements]) }
            }
        };
        if let Some((_, length)) = ty {
            array = quote_spanned! {span=> #h.array_length(#array, #length) };
        }
        quote_spanned! {span=> #(#attrs)* let #name = #array; }
    }

    pub(super) fn logged(&self, values: &[Expr]) -> Vec<TokenStream> {
        let logged = values.iter().map(|value| {
            let (h, tokens) = (self.recorder(value.span()), self.expr(value));
            quote_spanned! {value.span()=> #h.logged(#tokens) }
        });
        logged.collect()
    }

    fn log(&self, span: Span, text: &[String], values: &[Expr]) -> TokenStream {
        let (h, own) = (self.recorder(span), self.own("__hesper_logged", span));
        let values = self.logged(values);
        quote_spanned! {span=> {
            #h.log_();
            let #own = [#(#values),*];
            #h.end_log(&[#(#text),*], &#own);
        }}
    }

    fn workgroup(&self, name: &Ident, element: &Ty, lengths: &[Length]) -> TokenStream {
        let span = name.span();
        if let [only] = lengths
            && only.is_constant
        {
            let (h, text, element) = (self.recorder(span), text(name), self.ty(element));
            let length = &only.value;
            return quote_spanned! {span=>
                let #name = #h.workgroup_array_of::<#element, { #length }>(#text);
            };
        }
        let lengths = lengths.iter().map(|length| &length.value);
        let method = match lengths.len() {
            0 => "workgroup_var",
            1 => "workgroup_array",
            _ => "workgroup_array2",
        };
        let method = Ident::new(method, span);
        let (h, text, element) = (self.recorder(span), text(name), self.ty(element));
        quote_spanned! {span=> let #name = #h.#method::<#element>(#text #(, #lengths)*); }
    }

    /// The right side first, then the place, then the store, as in Rust.
    fn store(&self, place: &Place, eq: Span, value: &Expr) -> TokenStream {
        let stored = self.own("__hesper_v", value.span());
        let (value, place) = (self.expr(value), self.place(place));
        let h = self.recorder(eq);
        let (v, p) = (self.own("__hesper_v", eq), self.own("__hesper_p", eq));
        quote_spanned! {eq=> {
            let #v = #value;
            let #p = #place;
            #h.store(#p, #stored);
        }}
    }

    fn update(&self, place: &Place, op: BinOp, value: &Expr) -> TokenStream {
        let span = op.span();
        let (value, place) = (self.expr(value), self.place(place));
        let h = self.recorder(span);
        let (v, p) = (self.own("__hesper_v", span), self.own("__hesper_p", span));
        let op = op.to_token_stream();
        quote_spanned! {span=> {
            let #v = #value;
            let #p = #place;
            #h.store(#p, #p.get() #op #v);
        }}
    }
}

//! Expressions and places.

use super::Emit;
use crate::ast::{Expr, Place};
use crate::groups;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::token;

impl Emit<'_> {
    pub(super) fn expr(&self, e: &Expr) -> TokenStream {
        match e {
            Expr::Int { minus, literal } => {
                self.recorded("int", literal.span(), &quote_pair(minus, literal))
            }
            Expr::Float { text, half, span } => {
                let name = if *half { "half" } else { "float" };
                self.recorded(name, *span, &quote_spanned! {*span=> #text })
            }
            Expr::Bool(value) => self.recorded("boolean", value.span(), &value.to_token_stream()),
            Expr::Name(name) => name.to_token_stream(),
            Expr::Read(place) => {
                let span = place_span(place);
                let place = self.place(place);
                quote_spanned! {span=> #place.get() }
            }
            Expr::Table {
                span,
                table,
                name,
                index,
            } => {
                let (h, index) = (self.recorder(*span), self.expr(index));
                quote_spanned! {*span=> #h.element(#name, &#table, #index) }
            }
            Expr::Lift { span, host } => self.recorded("lift", *span, host),
            Expr::Paren(paren, inner) => {
                let inner = self.expr(inner);
                surround(*paren, inner)
            }
            Expr::Unary(op, operand) => quote_pair(op, &self.expr(operand)),
            Expr::Binary(left, op, right) => {
                let mut tokens = self.expr(left);
                op.to_tokens(&mut tokens);
                tokens.extend(self.expr(right));
                tokens
            }
            Expr::Compare {
                left,
                method,
                right,
            } => self.method(left, method, &TokenStream::new(), self.expr(right)),
            Expr::Logic {
                left,
                and,
                span,
                right,
            } => self.logic(left, *and, *span, right),
            Expr::Cast { value, span, ty } => {
                let ty = self.ty(ty);
                let cast = Ident::new("cast", *span);
                let types = quote_spanned! {*span=> ::<#ty> };
                self.method(value, &cast, &types, TokenStream::new())
            }
            Expr::Tuple(paren, parts) => tuple(*paren, parts.iter().map(|part| self.expr(part))),
            Expr::Part(whole, index) => {
                let (runtime, whole) = (self.runtime(index.span), self.expr(whole));
                let number = syn::LitInt::new(&index.index.to_string(), index.span);
                quote_spanned! {index.span=> #runtime::record::part::<#number, _>(#whole) }
            }
            Expr::Component(vector, component) => {
                self.method(vector, component, &TokenStream::new(), TokenStream::new())
            }
            Expr::Field(value, field) => {
                let value = self.tight(value);
                quote_spanned! {field.span()=> #value.#field }
            }
            Expr::Structure { path, fields, base } => {
                self.structure_value(path, fields, base.as_deref())
            }
            Expr::Array(bracket, array) => self.array_value(*bracket, array),
            Expr::Index { value, index, span } => {
                let (runtime, value) = (self.runtime(*span), self.expr(value));
                let index = self.expr(index);
                quote_spanned! {*span=> #runtime::record::indexed(#value, #index) }
            }
            Expr::Swizzle(vector, components) => self.swizzle(vector, components),
            Expr::Method {
                receiver,
                name,
                types,
                args,
            } => {
                let types = types.iter().map(|ty| self.ty(ty));
                let types = match args_of(types) {
                    none if none.is_empty() => none,
                    types => quote_spanned! {name.span()=> ::<#types> },
                };
                self.method(receiver, name, &types, self.args(args))
            }
            Expr::Atomic(place, name, args) => {
                let (place, args) = (self.place(place), self.args(args));
                quote_spanned! {name.span()=> #place.#name(#args) }
            }
            Expr::Powi(base, name, exponent) => {
                let exponent = exponent.to_token_stream();
                self.method(base, name, &TokenStream::new(), exponent)
            }
            Expr::Recorder(name, args) => {
                let (h, args) = (self.recorder(name.span()), self.args(args));
                quote_spanned! {name.span()=> #h.#name(#args) }
            }
            Expr::Builtin(name, args) => {
                let (runtime, args) = (self.runtime(name.span()), self.args(args));
                quote_spanned! {name.span()=> #runtime::record::builtins::#name(#args) }
            }
            Expr::Lend(place) => self.place(place),
            Expr::Function(path) => path.to_token_stream(),
            Expr::Closure { span, params, body } => {
                let (h, body) = (self.recorder(*span), self.expr(body));
                let params = params.iter().map(|(name, ty)| {
                    let ty = ty.as_ref().map(|ty| self.exp("'_", ty));
                    let ty = ty.map(|ty| quote_spanned! {name.span()=> : #ty });
                    quote_spanned! {name.span()=> #name #ty }
                });
                quote_spanned! {*span=> |#h #(, #params)*| { #body } }
            }
            Expr::Host(host) => host.to_token_stream(),
            Expr::UniformLoad(name, place) => {
                let (h, place) = (self.recorder(name.span()), self.place(place));
                quote_spanned! {name.span()=> #h.#name(#place) }
            }
            Expr::Call(path, args) => {
                let span = path.span();
                let (h, args) = (self.recorder(span), self.args(args));
                quote_spanned! {span=> #path(#h, #args) }
            }
            Expr::If(branch) => self.if_value(branch),
            Expr::Block(block) => self.block(block),
            Expr::Loop(e) => self.loop_value(e),
            Expr::Labelled(e) => self.labelled_value(e),
            Expr::Broken => TokenStream::new(),
        }
    }

    /// `__hesper.name(args)`.
    fn recorded(&self, name: &str, span: Span, args: &TokenStream) -> TokenStream {
        let (h, name) = (self.recorder(span), Ident::new(name, span));
        quote_spanned! {span=> #h.#name(#args) }
    }

    pub(super) fn args(&self, args: &[Expr]) -> TokenStream {
        args_of(args.iter().map(|arg| self.expr(arg)))
    }

    /// `receiver.name::<types>(args)`, with parentheses where the receiver binds less tightly.
    fn method(
        &self,
        receiver: &Expr,
        name: &Ident,
        types: &TokenStream,
        args: TokenStream,
    ) -> TokenStream {
        let (span, receiver) = (name.span(), self.tight(receiver));
        quote_spanned! {span=> #receiver.#name #types (#args) }
    }

    /// The expression as what stands before a dot.
    fn tight(&self, e: &Expr) -> TokenStream {
        let tokens = self.expr(e);
        if is_tight(e) {
            return tokens;
        }
        let at = tokens.span();
        surround(token::Paren(at), tokens)
    }

    /// The right side is recorded between two calls, so that what it does happens only where the left side lets it.
    fn logic(&self, left: &Expr, and: bool, span: Span, right: &Expr) -> TokenStream {
        let (open, close) = if and {
            ("and_", "end_and")
        } else {
            ("or_", "end_or")
        };
        let (open, close) = (Ident::new(open, span), Ident::new(close, span));
        let (left, right) = (self.expr(left), self.expr(right));
        let h = self.recorder(span);
        let result = self.own("__hesper_r", span);
        let result_here = self.own("__hesper_r", right.span());
        quote_spanned! {span=> {
            #h.#open(#left);
            let #result = #right;
            #h.#close(#result_here)
        }}
    }

    fn swizzle(&self, vector: &Expr, components: &[Ident]) -> TokenStream {
        let span = components.first().map_or(self.site, Ident::span);
        let (v, vector) = (self.own("__hesper_v", span), self.expr(vector));
        let runtime = self.runtime(span);
        let name = Ident::new(&format!("vec{}", components.len()), span);
        quote_spanned! {span=> {
            let #v = #vector;
            #runtime::record::builtins::#name(#(#v.#components()),*)
        }}
    }

    pub(super) fn place(&self, place: &Place) -> TokenStream {
        match place {
            Place::Name(name) => name.to_token_stream(),
            Place::At(base, bracket, index) => {
                let span = bracket.span.join();
                let (base, index) = (self.place(base), self.expr(index));
                quote_spanned! {span=> #base.at(#index) }
            }
            Place::Field(base, field) => {
                let base = self.place(base);
                quote_spanned! {field.span()=> #base.#field }
            }
            Place::Component(base, component) => {
                let base = self.place(base);
                quote_spanned! {component.span()=> #base.#component() }
            }
        }
    }
}

/// A name as it stands in texts.
pub(super) fn text(name: &Ident) -> syn::LitStr {
    let text = name.unraw().to_string();
    // A field of a group goes under a name that nobody writes.
    let text = text.strip_prefix(groups::PREFIX).unwrap_or(&text);
    syn::LitStr::new(text, name.span())
}

fn quote_pair(first: &impl ToTokens, second: &impl ToTokens) -> TokenStream {
    let mut tokens = first.to_token_stream();
    second.to_tokens(&mut tokens);
    tokens
}

fn args_of(args: impl Iterator<Item = TokenStream>) -> TokenStream {
    let mut list = TokenStream::new();
    for (at, arg) in args.enumerate() {
        if at > 0 {
            syn::Token![,](arg.span()).to_tokens(&mut list);
        }
        list.extend(arg);
    }
    list
}

/// `(a, b)`, and `(a,)`.
pub(super) fn tuple(paren: token::Paren, parts: impl Iterator<Item = TokenStream>) -> TokenStream {
    let mut list = TokenStream::new();
    for part in parts {
        list.extend(part);
        syn::Token![,](paren.span.close()).to_tokens(&mut list);
    }
    surround(paren, list)
}

pub(super) fn surround(paren: token::Paren, inner: TokenStream) -> TokenStream {
    let mut tokens = TokenStream::new();
    paren.surround(&mut tokens, |tokens| tokens.extend(inner));
    tokens
}

/// Whether a method can be called on the expansion as it stands.
fn is_tight(e: &Expr) -> bool {
    match e {
        Expr::Unary(..)
        | Expr::Binary(..)
        | Expr::Logic { .. }
        | Expr::Swizzle(..)
        | Expr::Structure { .. }
        | Expr::If(_)
        | Expr::Block(_)
        | Expr::Loop(_)
        | Expr::Labelled(_) => false,
        Expr::Int { .. }
        | Expr::Float { .. }
        | Expr::Bool(_)
        | Expr::Name(_)
        | Expr::Read(_)
        | Expr::Table { .. }
        | Expr::Lift { .. }
        | Expr::Paren(..)
        | Expr::Compare { .. }
        | Expr::Cast { .. }
        | Expr::Tuple(..)
        | Expr::Part(..)
        | Expr::Component(..)
        | Expr::Field(..)
        | Expr::Array(..)
        | Expr::Index { .. }
        | Expr::Method { .. }
        | Expr::Atomic(..)
        | Expr::Powi(..)
        | Expr::Recorder(..)
        | Expr::Builtin(..)
        | Expr::Host(_)
        | Expr::Lend(_)
        | Expr::Function(_)
        | Expr::Closure { .. }
        | Expr::UniformLoad(..)
        | Expr::Call(..)
        | Expr::Broken => true,
    }
}

fn place_span(place: &Place) -> Span {
    match place {
        Place::Name(name) | Place::Component(_, name) => name.span(),
        Place::Field(_, field) => field.span(),
        Place::At(_, bracket, _) => bracket.span.join(),
    }
}

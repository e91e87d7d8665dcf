//! A helper: recorded at its first call with given constants and types, called from then on.

use super::expr::text;
use super::{Emit, lints};
use crate::ast::{Helper, Param, ParamKind, Ty};
use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;
use syn::{ConstParam, Lifetime};

impl Emit<'_> {
    pub(super) fn helper(&self, helper: &Helper) -> TokenStream {
        let head = self.helper_head(helper);
        let (import, inside) = self.within();
        let body = inside.call(helper);
        if !has_array(helper) {
            return quote_spanned! {self.site=> #head { #import #body } };
        }
        let (from, record) = (
            self.own("__hesper_from", self.site),
            self.own("__hesper_record", self.site),
        );
        // What a function with `#[track_caller]` calls takes its caller's line for its own; a closure keeps the lines of the body.
        quote_spanned! {self.site=> #head {
            #import
            let #from = ::core::panic::Location::caller();
            let #record = move || { #body };
            #record()
        } }
    }

    fn call(&self, helper: &Helper) -> TokenStream {
        let at = self.site;
        let (h, call) = (self.recorder(at), self.own("__hesper_call", at));
        let key = self.key(&helper.function, []);
        let name = text(&helper.function.name);
        let start = self.start(helper);
        let params = &helper.function.params;
        // Places first: they decide whether the body is recorded in place, which values need to know.
        let is_value = |p: &&Param| matches!(p.kind, ParamKind::Value | ParamKind::MutValue);
        let (values, places): (Vec<_>, Vec<_>) = params.iter().partition(is_value);
        let arguments = places.into_iter().chain(values);
        let arguments = arguments.map(|param| self.argument(param, &call));
        let variables = params.iter().filter(|p| p.kind == ParamKind::MutValue);
        let variables = variables.map(|param| {
            let (name, text) = (&param.name, text(&param.name));
            let h = self.recorder(name.span());
            quote_spanned! {name.span()=> let #name = #h.var(#text, #name); }
        });
        let body = self.helper_body(helper, &call);
        let finish = match &helper.result {
            Some(_) => quote_spanned! {at=> #call.finish() },
            None => quote_spanned! {at=> #call.finish_unit() },
        };
        quote_spanned! {at=>
            let mut #call = #h.#start(
                ::core::concat!(::core::module_path!(), "::", #name, "@", ::core::line!(), ":", ::core::column!()),
                #key,
                #name,
            );
            #(#arguments)*
            if #call.enter() {
                #(#variables)*
                #body
            }
            #finish
        }
    }

    /// How a call begins. Whether a result has one part is seen when its type is known.
    fn start(&self, helper: &Helper) -> TokenStream {
        let at = self.site;
        if in_place(helper) {
            return quote_spanned! {at=> call_in_place };
        }
        match &helper.result {
            Some(result @ (Ty::Other(_) | Ty::Array(..) | Ty::Matrix(..))) => {
                let (span, value) = (super::types::span_of(result), self.exp("'_", result));
                let types = quote_spanned! {span=> ::<#value> };
                quote_spanned! {at=> call_for #types }
            }
            _ => quote_spanned! {at=> call },
        }
    }

    /// Attributes, visibility and signature.
    pub(super) fn helper_head(&self, helper: &Helper) -> TokenStream {
        let at = self.site;
        let function = &helper.function;
        let (attrs, vis, name) = (&function.attrs, &function.vis, &function.name);
        let (runtime, lints) = (self.runtime(at), lints(at));
        let lifetime = self.lifetime("'__hesper_m", at);
        let generics = self.generics(Some(&lifetime), &function.types, &function.consts);
        let params = function.params.iter().map(|param| {
            let name = &param.name;
            let ty = match param.ty {
                Ty::Broken if param.signature.is_none() => {
                    quote_spanned! {at=> impl ::core::marker::Sized }
                }
                _ => self.handle(param),
            };
            quote_spanned! {name.span()=> #name: #ty }
        });
        let result = helper.result.as_ref().map(|ty| {
            let ty = self.exp("'__hesper_m", ty);
            quote_spanned! {at=> -> #ty }
        });
        let h = self.recorder(at);
        // An array of another length is told with the line of the call.
        let tracked = has_array(helper).then(|| quote_spanned! {at=> #[track_caller] });
        quote_spanned! {at=>
            #(#attrs)*
            #lints
            #tracked
            #vis fn #name #generics (#h: &#lifetime #runtime::record::Recorder #(, #params)*) #result
        }
    }

    /// `<'lifetime, T: Float, const N: u32>`.
    pub(super) fn generics(
        &self,
        lifetime: Option<&Lifetime>,
        types: &[Ident],
        consts: &[ConstParam],
    ) -> TokenStream {
        if lifetime.is_none() && types.is_empty() && consts.is_empty() {
            return TokenStream::new();
        }
        let lifetime = lifetime.map(|lifetime| quote_spanned! {self.site=> #lifetime, });
        let types = types.iter().map(|name| self.float(name));
        quote_spanned! {self.site=> <#lifetime #(#types,)* #(#consts),*> }
    }

    /// `T: Float`.
    pub(super) fn float(&self, name: &Ident) -> TokenStream {
        let runtime = self.runtime(name.span());
        quote_spanned! {name.span()=> #name: #runtime::Float }
    }

    fn argument(&self, param: &Param, call: &Ident) -> TokenStream {
        let name = &param.name;
        let at = name.span();
        match param.kind {
            ParamKind::Value | ParamKind::MutValue => {
                let text = text(name);
                quote_spanned! {at=> let #name = #call.value(#text, #name); }
            }
            ParamKind::Read => quote_spanned! {at=> let #name = #call.read_buffer(#name); },
            ParamKind::Write => quote_spanned! {at=> let #name = #call.write_buffer(#name); },
            ParamKind::Place => {
                let ty = self.ty(&param.ty);
                quote_spanned! {at=> let #name = #call.place::<#ty>(#name); }
            }
            ParamKind::ReadPlace => TokenStream::new(),
            ParamKind::Function => TokenStream::new(),
            ParamKind::Array | ParamKind::ReadArray => {
                let (ty, length) = (self.ty(&param.ty), self.length(param.length.as_ref(), at));
                let value = param.length.iter().map(|length| &length.value);
                let (text, from) = (text(name), self.own("__hesper_from", self.site));
                quote_spanned! {at=>
                    let #name = #call.array::<#ty, #length>(#text, #name, #(#value)*, #from);
                }
            }
        }
    }

    fn helper_body(&self, helper: &Helper, call: &Ident) -> TokenStream {
        let body = &helper.function.body;
        let (Some(tail), Some(result)) = (&body.tail, &helper.result) else {
            return self.inside(body);
        };
        let stmts = self.stmts(body);
        let (tail, ty) = (self.expr(tail), self.exp("'_", result));
        let at = super::types::span_of(result);
        quote_spanned! {at=> #stmts #call.returns::<#ty>(#tail); }
    }
}

/// Whether its body is recorded at every call, since no function of a shader has such a signature.
fn in_place(helper: &Helper) -> bool {
    let params = &helper.function.params;
    let several = matches!(helper.result, Some(Ty::Tuple(..)));
    let lends = |param: &Param| matches!(param.kind, ParamKind::Place | ParamKind::Function);
    several || params.iter().any(lends)
}

/// Whether arrays are handed to it.
fn has_array(helper: &Helper) -> bool {
    let params = &helper.function.params;
    params
        .iter()
        .any(|param| matches!(param.kind, ParamKind::Array | ParamKind::ReadArray))
}

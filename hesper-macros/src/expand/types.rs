//! Types.

use super::Emit;
use super::expr::tuple;
use crate::ast::{Length, Param, ParamKind, Signature, Ty};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

impl Emit<'_> {
    /// The type, by a path that no name of the user's can shadow; of a tail, its elements'.
    pub(super) fn ty(&self, ty: &Ty) -> TokenStream {
        match ty {
            Ty::Scalar(name) => quote_spanned! {name.span()=> ::core::primitive::#name },
            Ty::Half(name) => {
                let runtime = self.runtime(name.span());
                quote_spanned! {name.span()=> #runtime::#name }
            }
            Ty::Generic(name) => name.to_token_stream(),
            Ty::Vector(name, component)
            | Ty::Matrix(name, component)
            | Ty::Atomic(name, component) => {
                let runtime = self.runtime(name.span());
                let component = self.ty(component);
                quote_spanned! {name.span()=> #runtime::#name<#component> }
            }
            Ty::Tuple(paren, parts) => tuple(*paren, parts.iter().map(|ty| self.ty(ty))),
            Ty::Array(bracket, element, length) => {
                let (span, element) = (bracket.span.open(), self.ty(element));
                let length = usize(length);
                quote_spanned! {span=> [#element; #length] }
            }
            Ty::Tail(_, element) => self.ty(element),
            Ty::Other(ty) => ty.to_token_stream(),
            // What stands for it has to be Rust, else the compiler tells its own error alone.
            Ty::Broken => quote_spanned! {self.site=> () },
        }
    }

    /// The type on the host: of an atomic, that of what it holds.
    pub(super) fn host_ty(&self, ty: &Ty) -> TokenStream {
        match ty {
            Ty::Atomic(_, element) => self.ty(element),
            Ty::Array(bracket, element, length) => {
                let (span, element) = (bracket.span.open(), self.host_ty(element));
                let length = usize(length);
                quote_spanned! {span=> [#element; #length] }
            }
            Ty::Tail(bracket, element) => {
                let (span, element) = (bracket.span.open(), self.host_ty(element));
                let runtime = self.runtime(span);
                quote_spanned! {span=> #runtime::__private::Vec<#element> }
            }
            ty => self.ty(ty),
        }
    }

    /// `Exp<'lifetime, T>`, and a tuple of them for a tuple. What may be a structure is asked for what stands for its values.
    pub(super) fn exp(&self, lifetime: &str, ty: &Ty) -> TokenStream {
        let span = span_of(ty);
        if let Ty::Tuple(paren, parts) = ty {
            return tuple(*paren, parts.iter().map(|ty| self.exp(lifetime, ty)));
        }
        let runtime = self.runtime(span);
        let lifetime = self.lifetime(lifetime, span);
        let tokens = self.ty(ty);
        match ty {
            Ty::Other(syn::Type::Infer(_)) => {
                quote_spanned! {span=> #runtime::Exp<#lifetime, #tokens> }
            }
            Ty::Other(_) | Ty::Array(..) | Ty::Matrix(..) => quote_spanned! {span=>
                <#tokens as #runtime::record::ValueType>::Value<#lifetime>
            },
            _ => quote_spanned! {span=> #runtime::Exp<#lifetime, #tokens> },
        }
    }

    /// The type that holds an array's length: `Len<64>`, or `AnyLength`.
    pub(super) fn length(&self, length: Option<&Length>, span: Span) -> TokenStream {
        let runtime = self.runtime(span);
        match length {
            Some(Length {
                value,
                is_constant: true,
            }) => quote_spanned! {span=> #runtime::record::Len<{ #value }> },
            _ => quote_spanned! {span=> #runtime::record::AnyLength },
        }
    }

    /// The type of a helper's parameter.
    pub(super) fn handle(&self, param: &Param) -> TokenStream {
        const LIFETIME: &str = "'__hesper_m";
        let span = span_of(&param.ty);
        let (runtime, ty) = (self.runtime(span), self.ty(&param.ty));
        let lifetime = self.lifetime(LIFETIME, span);
        if let Some(signature) = &param.signature {
            let function = self.function(signature, LIFETIME);
            return quote_spanned! {signature.span=> impl #function };
        }
        let name = match param.kind {
            ParamKind::Function => return TokenStream::new(),
            ParamKind::Value | ParamKind::MutValue => return self.exp(LIFETIME, &param.ty),
            ParamKind::Write => "WriteBuffer",
            ParamKind::Read => return self.argument_trait("ReadArgument", param),
            // Kernels alone have them.
            ParamKind::ReadPlace => return TokenStream::new(),
            ParamKind::Place => return self.argument_trait("PlaceArgument", param),
            ParamKind::Array | ParamKind::ReadArray => {
                let length = self.length(param.length.as_ref(), span);
                return quote_spanned! {span=>
                    impl #runtime::record::ArrayArgument<#lifetime, #ty, #length>
                };
            }
        };
        let name = Ident::new(name, span);
        quote_spanned! {span=> #runtime::record::#name<#lifetime, #ty> }
    }

    /// What a function must be to be handed over.
    pub(super) fn function(&self, signature: &Signature, lifetime: &str) -> TokenStream {
        let span = signature.span;
        let runtime = self.runtime(span);
        let inputs = signature.inputs.iter().map(|ty| self.exp(lifetime, ty));
        let output = signature.output.as_ref().map(|ty| {
            let ty = self.exp(lifetime, ty);
            quote_spanned! {span=> -> #ty }
        });
        let lifetime = self.lifetime(lifetime, span);
        quote_spanned! {span=>
            ::core::ops::Fn(&#lifetime #runtime::record::Recorder #(, #inputs)*) #output + ::core::marker::Copy
        }
    }

    /// What may be handed to a parameter, as a bound whose message is the language's.
    fn argument_trait(&self, name: &str, param: &Param) -> TokenStream {
        let span = span_of(&param.ty);
        let (runtime, ty) = (self.runtime(span), self.ty(&param.ty));
        let (name, lifetime) = (Ident::new(name, span), self.lifetime("'__hesper_m", span));
        quote_spanned! {span=> impl #runtime::record::#name<#lifetime, #ty> }
    }
}

/// A length as Rust's arrays have it; a literal is one as it stands.
pub(super) fn usize(length: &syn::Expr) -> TokenStream {
    match length {
        syn::Expr::Lit(_) => length.to_token_stream(),
        length => quote_spanned! {length.span()=> { (#length) as ::core::primitive::usize } },
    }
}

/// Where the type was written.
pub(super) fn span_of(ty: &Ty) -> Span {
    match ty {
        Ty::Scalar(name)
        | Ty::Half(name)
        | Ty::Generic(name)
        | Ty::Vector(name, _)
        | Ty::Matrix(name, _)
        | Ty::Atomic(name, _) => name.span(),
        Ty::Tuple(paren, _) => paren.span.open(),
        Ty::Array(bracket, ..) | Ty::Tail(bracket, _) => bracket.span.open(),
        Ty::Other(ty) => ty.span(),
        Ty::Broken => Span::call_site(),
    }
}

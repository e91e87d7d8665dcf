//! How the host's type goes to a device and comes back.

use super::Emit;
use crate::ast::{Structure, Ty};
use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

impl Emit<'_> {
    /// How the host's type goes to a device.
    pub(super) fn transfer(&self, structure: &Structure) -> TokenStream {
        let (at, runtime, name) = (self.site, self.runtime(self.site), &structure.name);
        let names: Vec<&Ident> = structure.fields.iter().map(|f| &f.name).collect();
        let tys: Vec<_> = structure
            .fields
            .iter()
            .map(|f| self.host_ty(&f.ty))
            .collect();
        let shape = self.shape(structure, &tys, "Transfer");
        let (v, parts) = (self.own("__hesper_v", at), self.own("__hesper_parts", at));
        quote_spanned! {at=>
            impl #runtime::Element for #name {}
            impl #runtime::Transfer for #name {
                #shape
                fn to_memory<'a>(
                    #v: impl ::core::iter::Iterator<Item = &'a Self> + ::core::clone::Clone,
                ) -> #runtime::__private::Vec<#runtime::Memory<::core::primitive::f32>> {
                    let mut #parts = #runtime::__private::Vec::new();
                    #(#parts.extend(<#tys as #runtime::Transfer>::to_memory(#v.clone().map(|#v| &#v.#names)));)*
                    #parts
                }
                fn from_memory(
                    #parts: &mut dyn ::core::iter::Iterator<Item = #runtime::Memory<::core::primitive::f32>>,
                ) -> ::core::option::Option<#runtime::__private::Vec<Self>> {
                    #(let mut #names = <#tys as #runtime::Transfer>::from_memory(#parts)?.into_iter();)*
                    let mut #v = #runtime::__private::Vec::new();
                    while let (#(::core::option::Option::Some(#names),)*) = (#(#names.next(),)*) {
                        #v.push(Self { #(#names),* });
                    }
                    ::core::option::Option::Some(#v)
                }
                fn scalars(
                    &self,
                    #parts: &mut #runtime::__private::Vec<(#runtime::ScalarValue, #runtime::tree::Scalar)>,
                ) {
                    #(<#tys as #runtime::Transfer>::scalars(&self.#names, #parts);)*
                }
            }
        }
    }

    /// The same of one that ends in an array of runtime length: it goes as a whole, its array being a `Vec`.
    pub(super) fn transfer_tailed(&self, structure: &Structure) -> TokenStream {
        let (at, runtime, name) = (self.site, self.runtime(self.site), &structure.name);
        let (v, parts) = (self.own("self", at), self.own("__hesper_parts", at));
        let elements = structure.fields.iter().map(|field| match &field.ty {
            Ty::Tail(_, element) => self.host_ty(element),
            ty => self.host_ty(ty),
        });
        let elements: Vec<_> = elements.collect();
        let shape = self.shape(structure, &elements, "Transfer");
        let fields = structure.fields.iter().zip(&elements);
        let (values, made): (Vec<_>, Vec<_>) = fields
            .map(|(field, ty)| {
                let name = &field.name;
                let back = quote_spanned! {at=> <#ty as #runtime::Transfer>::from_memory(#parts)? };
                match field.ty {
                    Ty::Tail(..) => (
                        quote_spanned! {at=> <#ty as #runtime::Transfer>::to_memory(#v.#name.iter()) },
                        quote_spanned! {at=> #name: #back },
                    ),
                    _ => (
                        quote_spanned! {at=> <#ty as #runtime::Transfer>::to_memory(::core::iter::once(&#v.#name)) },
                        quote_spanned! {at=> #name: #back.into_iter().next()? },
                    ),
                }
            })
            .unzip();
        let tail = structure.fields.last().map(|field| &field.name);
        quote_spanned! {at=>
            impl #runtime::Tailed for #name {
                #shape
                fn tail_len(&#v) -> ::core::primitive::usize { #v.#tail.len() }
                fn to_memory(&#v) -> #runtime::__private::Vec<#runtime::Memory<::core::primitive::f32>> {
                    let mut #parts = #runtime::__private::Vec::new();
                    #(#parts.extend(#values);)*
                    #parts
                }
                fn from_memory(
                    #parts: &mut dyn ::core::iter::Iterator<Item = #runtime::Memory<::core::primitive::f32>>,
                ) -> ::core::option::Option<Self> {
                    ::core::option::Option::Some(Self { #(#made),* })
                }
            }
        }
    }
}

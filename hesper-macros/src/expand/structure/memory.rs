//! What memory of a structure is made of, and what stands for its places.

use super::{Emit, skipped};
use crate::ast::{Structure, Ty};
use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

impl Emit<'_> {
    /// What memory of it is made of, and what stands for its places.
    pub(super) fn memory(&self, structure: &Structure) -> TokenStream {
        let (at, runtime, name) = (self.site, self.runtime(self.site), &structure.name);
        let place = self.stands_for(structure, "Place");
        let vis = &structure.vis;
        let names: Vec<&Ident> = structure.fields.iter().map(|f| &f.name).collect();
        let tys: Vec<_> = structure.fields.iter().map(|f| self.ty(&f.ty)).collect();
        let skipped = skipped(self, &tys);
        let shape = self.shape(structure, &tys, "Stored");
        let (m, whole) = (
            self.lifetime("'__hesper_m", at),
            self.own("__hesper_whole", at),
        );
        let fields = structure.fields.iter().zip(&tys).zip(&skipped);
        let (types, places): (Vec<_>, Vec<_>) = fields
            .map(|((field, ty), skipped)| match field.ty {
                Ty::Tail(..) => (
                    quote_spanned! {at=> #runtime::record::WriteBuffer<#m, #ty> },
                    quote_spanned! {at=> #whole.tail(#skipped) },
                ),
                _ => (
                    quote_spanned! {at=> <#ty as #runtime::record::Placed>::Place<#m> },
                    quote_spanned! {at=> <#ty as #runtime::record::Placed>::place(#whole.field(#skipped)) },
                ),
            })
            .unzip();
        let components = self.components(structure, &place, &types, &TokenStream::new());
        let made_of = match structure.tail() {
            Some(_) => quote_spanned! {at=> impl #runtime::Bindable for #name { #shape } },
            None => quote_spanned! {at=>
                impl #runtime::Stored for #name {
                    const LEAVES: ::core::primitive::u32 = 0 #(+ <#tys as #runtime::Stored>::LEAVES)*;
                    #shape
                }
                impl #runtime::record::InMemory for #name {}
            },
        };
        quote_spanned! {at=>
            #vis struct #place<#m> {
                #(pub #names: #types,)*
                #whole: #runtime::record::Place<#m, #name>,
            }
            impl ::core::clone::Clone for #place<'_> {
                fn clone(&self) -> Self { *self }
            }
            impl ::core::marker::Copy for #place<'_> {}
            #components
            #made_of
            impl #runtime::record::Placed for #name {
                type Place<#m> = #place<#m>;
                fn place<#m>(#whole: #runtime::record::Place<#m, Self>) -> #place<#m> {
                    #place {
                        #(#names: #places,)*
                        #whole,
                    }
                }
            }
            impl<#m> #runtime::record::PlaceArgument<#m, #name> for #place<#m> {
                fn place(self) -> #runtime::record::Place<#m, #name> { self.#whole }
            }
        }
    }
}

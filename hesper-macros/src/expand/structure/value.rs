//! What stands for the values of a structure.

use super::{Emit, skipped};
use crate::ast::Structure;
use crate::expand::expr::text;
use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

impl Emit<'_> {
    /// What stands for its values.
    pub(super) fn value(&self, structure: &Structure) -> TokenStream {
        let (at, runtime, name) = (self.site, self.runtime(self.site), &structure.name);
        let (value, place) = (
            self.stands_for(structure, "Value"),
            self.stands_for(structure, "Place"),
        );
        let vis = &structure.vis;
        let names: Vec<&Ident> = structure.fields.iter().map(|f| &f.name).collect();
        let texts: Vec<_> = names.iter().map(|name| text(name)).collect();
        let tys: Vec<_> = structure.fields.iter().map(|f| self.ty(&f.ty)).collect();
        let skipped = skipped(self, &tys);
        let (m, whole) = (
            self.lifetime("'__hesper_m", at),
            self.own("__hesper_whole", at),
        );
        let (h, v, loc) = (
            self.recorder(at),
            self.own("__hesper_v", at),
            self.own("__hesper_at", at),
        );
        let (parts, base) = (
            self.own("__hesper_parts", at),
            self.own("__hesper_name", at),
        );
        let types = tys.iter().map(|ty| {
            quote_spanned! {at=> <#ty as #runtime::record::ValueType>::Value<#m> }
        });
        let types: Vec<_> = types.collect();

        let name_of = |text| quote_spanned! {at=> &#runtime::__private::part_name(#base, #text) };
        let part_names: Vec<_> = texts.iter().map(name_of).collect();
        // Only what the host can copy is lifted, and only a structure whose fields are values is one; some of them may be declared elsewhere. A bound for all lifetimes is not
        // asked for here, but where the value is wanted.
        let any = self.lifetime("'__hesper_any", at);
        let unsure = structure.fields.iter().zip(&tys);
        let unsure = unsure.filter(|(field, _)| field.unsure).map(|(_, ty)| ty);
        let bounds = quote_spanned! {at=> #(for<#any> #unsure: #runtime::record::ValueType,)* };
        let components = self.components(structure, &value, &types, &bounds);
        let copies = quote_spanned! {at=>
            #bounds for<#any> #name: ::core::marker::Copy
            #(, for<#any> #tys: #runtime::record::Lift<#m, Value = #types>)*
        };
        let lift = quote_spanned! {at=>
            impl<#m> #runtime::record::Lift<#m> for #name where #copies {
                type Value = #value<#m>;
                fn lifted(self, #h: &#m #runtime::record::Recorder, #loc: #runtime::tree::Loc) -> #value<#m> {
                    #value { #(#names: #runtime::record::Lift::lifted(self.#names, #h, #loc),)* }
                }
            }
        };
        quote_spanned! {at=>
            #vis struct #value<#m> where #bounds { #(pub #names: #types,)* }
            impl ::core::clone::Clone for #value<'_> where #bounds {
                fn clone(&self) -> Self { *self }
            }
            impl ::core::marker::Copy for #value<'_> where #bounds {}
            #components
            impl<#m> #runtime::record::Value<#m> for #value<#m> where #bounds {
                const COUNT: ::core::primitive::usize = 0 #(+ <#types as #runtime::record::Value<#m>>::COUNT)*;
                fn parts(
                    self,
                    #h: &#runtime::record::Recorder,
                    #loc: #runtime::tree::Loc,
                    #parts: &mut #runtime::__private::Vec<(#runtime::tree::ExprId, #runtime::tree::Type)>,
                ) {
                    #(#runtime::record::Value::parts(self.#names, #h, #loc, #parts);)*
                }
                fn made_of(#parts: &mut #runtime::record::Parts<#m, '_>) -> Self {
                    #value { #(#names: #runtime::record::Value::made_of(#parts),)* }
                }
                fn names(
                    #base: &::core::primitive::str,
                    #parts: &mut #runtime::__private::Vec<#runtime::__private::String>,
                ) {
                    #(<#types as #runtime::record::Value<#m>>::names(#part_names, #parts);)*
                }
                fn named(self, #h: &#m #runtime::record::Recorder, #base: &::core::primitive::str) -> Self {
                    #value { #(#names: #runtime::record::Value::named(self.#names, #h, #part_names),)* }
                }
            }
            impl<#m> #runtime::record::Held<#m> for #value<#m> where #bounds {
                type Type = #name;
            }
            impl #runtime::record::ValueType for #name where #bounds {
                type Value<#m> = #value<#m>;
                fn load<#m>(#whole: #runtime::record::Place<#m, Self>, #loc: #runtime::tree::Loc) -> #value<#m> {
                    #value { #(#names: <#tys as #runtime::record::ValueType>::load(#whole.field(#skipped), #loc),)* }
                }
                fn save<#m>(
                    #whole: #runtime::record::Place<#m, Self>,
                    #h: &#m #runtime::record::Recorder,
                    #v: #value<#m>,
                    #loc: #runtime::tree::Loc,
                ) {
                    #(<#tys as #runtime::record::ValueType>::save(#whole.field(#skipped), #h, #v.#names, #loc);)*
                }
            }
            #lift
            impl<#m> #runtime::record::Assign<#m, #value<#m>> for #place<#m> where #bounds {
                fn assign(self, #h: &#m #runtime::record::Recorder, #v: #value<#m>, #loc: #runtime::tree::Loc) {
                    <#name as #runtime::record::ValueType>::save(self.#whole, #h, #v, #loc);
                }
            }
            impl<#m> #place<#m> {
                #[track_caller]
                pub fn get(self) -> #value<#m> where #bounds {
                    <#name as #runtime::record::ValueType>::load(self.#whole, #runtime::tree::Loc::caller())
                }
            }
        }
    }

    /// Of one that is memory and no value: a place that is read as a whole is told so. A bound for all lifetimes is asked for where it is used alone.
    pub(super) fn no_value(&self, structure: &Structure) -> TokenStream {
        let (at, runtime, name) = (self.site, self.runtime(self.site), &structure.name);
        let place = self.stands_for(structure, "Place");
        let any = self.lifetime("'__hesper_any", at);
        quote_spanned! {at=>
            impl #place<'_> {
                pub fn get(self) where for<#any> #name: #runtime::record::ValueType {}
            }
        }
    }
}

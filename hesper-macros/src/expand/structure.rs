//! A structure: the host's type, and what stands for its values and places while a kernel is recorded.

use super::expr::text;
use super::{Emit, lints, types};
use crate::ast::{Array, Expr, Field, Pattern, Structure};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Path, Token, token};

/// Components of vectors, which are read by methods; a field of such a name has the method too.
const COMPONENTS: &[&str] = &["x", "y", "z", "w", "r", "g", "b", "a"];

/// The parts of a pattern `S { .. }`.
type Fields<'a> = (&'a Path, &'a [(Ident, Pattern)], Option<Token![..]>, usize);

impl Emit<'_> {
    pub(super) fn structure(&self, structure: &Structure) -> TokenStream {
        let at = self.site;
        let Structure {
            attrs,
            vis,
            name,
            fields,
            ..
        } = structure;
        let declared = fields.iter().map(|field| {
            let Field {
                attrs,
                vis,
                name,
                ty,
            } = field;
            let ty = self.host_ty(ty);
            quote_spanned! {name.span()=> #(#attrs)* #vis #name: #ty }
        });
        let host = quote_spanned! {at=> #(#attrs)* #vis struct #name { #(#declared),* } };
        if !structure.valid {
            return host;
        }
        let (import, inside) = self.within();
        let lints = lints(at);
        let (transfer, memory) = (inside.transfer(structure), inside.memory(structure));
        let value = (!structure.atomic).then(|| inside.value(structure));
        quote_spanned! {at=>
            #host
            #lints
            #[allow(dead_code, missing_debug_implementations, missing_docs, non_snake_case, private_interfaces, unreachable_pub)]
            const _: () = { #import #transfer #memory #value };
        }
    }

    /// How the host's type goes to a device.
    fn transfer(&self, structure: &Structure) -> TokenStream {
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

    fn shape(&self, structure: &Structure, tys: &[TokenStream], of: &str) -> TokenStream {
        let (at, runtime, name) = (self.site, self.runtime(self.site), text(&structure.name));
        let of = Ident::new(of, at);
        let names = structure.fields.iter().map(|f| text(&f.name));
        quote_spanned! {at=>
            fn shape() -> #runtime::tree::Shape {
                #runtime::__private::structure(#name, [#((#names, <#tys as #runtime::#of>::shape())),*])
            }
        }
    }

    /// What memory of it is made of, and what stands for its places.
    fn memory(&self, structure: &Structure) -> TokenStream {
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
        let types = tys.iter().map(|ty| {
            quote_spanned! {at=> <#ty as #runtime::record::InMemory>::Place<#m> }
        });
        let types: Vec<_> = types.collect();
        let components = self.components(structure, &place, &types);
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
            impl #runtime::Stored for #name {
                const LEAVES: ::core::primitive::u32 = 0 #(+ <#tys as #runtime::Stored>::LEAVES)*;
                #shape
            }
            impl #runtime::record::InMemory for #name {
                type Place<#m> = #place<#m>;
                fn place<#m>(#whole: #runtime::record::Place<#m, Self>) -> #place<#m> {
                    #place {
                        #(#names: <#tys as #runtime::record::InMemory>::place(#whole.field(#skipped)),)*
                        #whole,
                    }
                }
            }
            impl<#m> #runtime::record::PlaceArgument<#m, #name> for #place<#m> {
                fn place(self) -> #runtime::record::Place<#m, #name> { self.#whole }
            }
        }
    }

    /// What stands for its values.
    fn value(&self, structure: &Structure) -> TokenStream {
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
        let components = self.components(structure, &value, &types);
        let name_of = |text| quote_spanned! {at=> &#runtime::__private::part_name(#base, #text) };
        let part_names: Vec<_> = texts.iter().map(name_of).collect();
        // Only what the host can copy is lifted. A bound for all lifetimes is not asked for here, but where the value is wanted.
        let any = self.lifetime("'__hesper_any", at);
        let copies = quote_spanned! {at=>
            for<#any> #name: ::core::marker::Copy
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
            #vis struct #value<#m> { #(pub #names: #types,)* }
            impl ::core::clone::Clone for #value<'_> {
                fn clone(&self) -> Self { *self }
            }
            impl ::core::marker::Copy for #value<'_> {}
            #components
            impl<#m> #runtime::record::Value<#m> for #value<#m> {
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
            impl<#m> #runtime::record::Held<#m> for #value<#m> {
                type Type = #name;
            }
            impl #runtime::record::ValueType for #name {
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
            impl<#m> #runtime::record::Assign<#m, #value<#m>> for #place<#m> {
                fn assign(self, #h: &#m #runtime::record::Recorder, #v: #value<#m>, #loc: #runtime::tree::Loc) {
                    <#name as #runtime::record::ValueType>::save(self.#whole, #h, #v, #loc);
                }
            }
            impl<#m> #place<#m> {
                #[track_caller]
                pub fn get(self) -> #value<#m> {
                    <#name as #runtime::record::ValueType>::load(self.#whole, #runtime::tree::Loc::caller())
                }
            }
        }
    }

    /// `ParticleValue`, `ParticlePlace`: names that only messages show.
    fn stands_for(&self, structure: &Structure, kind: &str) -> Ident {
        let name = text(&structure.name).value();
        self.own(&format!("{name}{kind}"), self.site)
    }

    fn components(&self, structure: &Structure, of: &Ident, types: &[TokenStream]) -> TokenStream {
        let fields = structure.fields.iter().zip(types);
        let fields = fields.filter(|(f, _)| COMPONENTS.iter().any(|c| f.name == c));
        let methods = fields.map(|(field, ty)| {
            let name = &field.name;
            quote_spanned! {self.site=> pub fn #name(self) -> #ty { self.#name } }
        });
        let m = self.lifetime("'__hesper_m", self.site);
        quote_spanned! {self.site=> impl<#m> #of<#m> { #(#methods)* } }
    }

    /// `S { a: x, ..base }`, by an alias, since no expression makes what an associated type is.
    pub(super) fn structure_value(
        &self,
        path: &Path,
        fields: &[(Ident, Expr)],
        base: Option<&Expr>,
    ) -> TokenStream {
        let span = path.span();
        let fields = fields.iter().map(|(name, value)| {
            let value = self.expr(value);
            quote_spanned! {name.span()=> #name: #value }
        });
        let base = base.map(|base| {
            let base = self.expr(base);
            quote_spanned! {span=> ..#base }
        });
        let (alias, name) = self.alias(path);
        quote_spanned! {span=> { #alias #name { #(#fields,)* #base } } }
    }

    /// A name for what stands for values of a structure.
    fn alias(&self, path: &Path) -> (TokenStream, Ident) {
        let span = path.span();
        let (runtime, name) = (self.runtime(span), self.own("__HesperValue", span));
        let lifetime = self.lifetime("'__hesper_v", span);
        let alias = quote_spanned! {span=>
            type #name<#lifetime> = <#path as #runtime::record::ValueType>::Value<#lifetime>;
        };
        (alias, name)
    }

    /// The value under a name of its own; its fields are bound after it, and rustc sees whether all are there.
    pub(super) fn structure_pattern(
        &self,
        attrs: &[Attribute],
        (path, fields, rest, number): Fields<'_>,
        binds: &mut TokenStream,
    ) -> TokenStream {
        let span = path.span();
        let whole = self.own(&format!("__hesper_s{number}"), span);
        let (alias, name) = self.alias(path);
        let names = fields.iter().map(|(name, _)| name);
        let rest = rest.to_token_stream();
        binds.extend(
            quote_spanned! {span=> { #alias let #name { #(#names: _,)* #rest } = #whole; } },
        );
        for (field, pattern) in fields {
            let mut inner = TokenStream::new();
            let pattern = self.pattern(attrs, pattern, &mut inner);
            binds.extend(quote_spanned! {field.span()=> let #pattern = #whole.#field; });
            binds.extend(inner);
        }
        whole.to_token_stream()
    }

    /// `[a, b]` and `[a; N]` as values.
    pub(super) fn array_value(&self, bracket: token::Bracket, array: &Array) -> TokenStream {
        let span = bracket.span.open();
        match array {
            Array::Repeat(value, length) => {
                let (value, length) = (self.expr(value), types::usize(length));
                quote_spanned! {span=> [#value; #length] }
            }
            Array::List(elements) => {
                let elements = self.args(elements);
                quote_spanned! {span=> [#elements] }
            }
        }
    }
}

/// For each field, how many leaves lie before it.
fn skipped(emit: &Emit<'_>, tys: &[TokenStream]) -> Vec<TokenStream> {
    let runtime = emit.runtime(emit.site);
    let before = (0..tys.len()).map(|n| {
        let before = tys.iter().take(n);
        quote_spanned! {emit.site=> 0 #(+ <#before as #runtime::Stored>::LEAVES)* }
    });
    before.collect()
}

//! A structure: the host's type, and what stands for its values and places while a kernel is recorded.

mod memory;
mod transfer;
mod value;

use super::expr::text;
use super::{Emit, lints, types};
use crate::ast::{Array, Expr, Field, Pattern, Structure, Ty};
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
                ..
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
        let transfer = match structure.tail() {
            Some(_) => inside.transfer_tailed(structure),
            None => inside.transfer(structure),
        };
        let memory = inside.memory(structure);
        let value = match structure.atomic || structure.tail().is_some() {
            true => inside.no_value(structure),
            false => inside.value(structure),
        };
        quote_spanned! {at=>
            #host
            #lints
            #[allow(dead_code, missing_debug_implementations, missing_docs, non_snake_case, private_interfaces, unreachable_pub)]
            const _: () = { #import #transfer #memory #value };
        }
    }

    fn shape(&self, structure: &Structure, tys: &[TokenStream], of: &str) -> TokenStream {
        let (at, runtime, name) = (self.site, self.runtime(self.site), text(&structure.name));
        let of = Ident::new(of, at);
        let fields = structure.fields.iter().zip(tys).map(|(field, ty)| {
            let shape = quote_spanned! {at=> <#ty as #runtime::#of>::shape() };
            let shape = match field.ty {
                Ty::Tail(..) => quote_spanned! {at=> #runtime::__private::tail(#shape) },
                _ => shape,
            };
            let name = text(&field.name);
            quote_spanned! {at=> (#name, #shape) }
        });
        quote_spanned! {at=>
            fn shape() -> #runtime::tree::Shape {
                #runtime::__private::structure(#name, [#(#fields),*])
            }
        }
    }

    /// `ParticleValue`, `ParticlePlace`: names that only messages show.
    fn stands_for(&self, structure: &Structure, kind: &str) -> Ident {
        let name = text(&structure.name).value();
        self.own(&format!("{name}{kind}"), self.site)
    }

    fn components(
        &self,
        structure: &Structure,
        of: &Ident,
        types: &[TokenStream],
        bounds: &TokenStream,
    ) -> TokenStream {
        let fields = structure.fields.iter().zip(types);
        let fields = fields.filter(|(f, _)| COMPONENTS.iter().any(|c| f.name == c));
        let methods = fields.map(|(field, ty)| {
            let name = &field.name;
            quote_spanned! {self.site=> pub fn #name(self) -> #ty { self.#name } }
        });
        let m = self.lifetime("'__hesper_m", self.site);
        quote_spanned! {self.site=> impl<#m> #of<#m> where #bounds { #(#methods)* } }
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

//! A kernel: a function that gives the kernel, and beside it a module with its arguments.

use super::expr::text;
use super::types::span_of;
use super::{Emit, lints, shared_attributes};
use crate::ast::{Comptime, Function, Kernel, Numbers, Param, ParamKind, Ty};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, LitStr};

impl Emit<'_> {
    /// The function; it records once per set of constants.
    pub(super) fn kernel(&self, kernel: &Kernel) -> TokenStream {
        let head = self.head(kernel);
        let (import, inside) = self.within();
        let body = inside.recording(kernel);
        quote_spanned! {self.site=> #head { #import #body } }
    }

    fn recording(&self, kernel: &Kernel) -> TokenStream {
        let at = self.site;
        let runtime = self.runtime(at);
        let (cache, h) = (self.own("__HESPER_CACHE", at), self.recorder(at));
        let comptime = kernel
            .comptime
            .iter()
            .filter_map(|comptime| match comptime {
                Comptime::Value(name, _) => Some(name),
                Comptime::Function(..) => None,
            });
        let key = self.key(&kernel.function, comptime);
        let functions = kernel
            .comptime
            .iter()
            .filter_map(|comptime| match comptime {
                Comptime::Value(..) => None,
                Comptime::Function(name, _) => Some(quote_spanned! {name.span()=>
                    #runtime::__private::function_key(&#name)
                }),
            });
        let functions: Vec<_> = functions.collect();
        let cached = match functions.is_empty() {
            true => quote_spanned! {at=> #cache.get },
            false => quote_spanned! {at=> #cache.of(&[#(#functions),*]).get },
        };
        let name = self.recorded_name(&kernel.function);
        let docs = docs(&kernel.function.attrs);
        let size = (0..3).map(|axis| match kernel.size.get(axis) {
            Some(size) => size.to_token_stream(),
            None => quote_spanned! {at=> 1 },
        });
        let any_order = kernel.any_order.as_ref().map(|reason| {
            let at = reason.span();
            let h = self.recorder(at);
            quote_spanned! {at=> #h.any_order(#reason); }
        });
        let params = kernel.function.params.iter().map(|p| self.declaration(p));
        let bound = kernel.function.params.iter().filter_map(|param| {
            let Numbers { group, binding } = param.binding.as_ref()?;
            let (at, name) = (param.name.span(), text(&param.name));
            let h = self.recorder(at);
            Some(quote_spanned! {at=> #h.bound_at(#name, #group, #binding); })
        });
        let block = kernel.uniforms.as_ref().map(|Numbers { group, binding }| {
            quote_spanned! {at=> #h.uniforms_at(#group, #binding); }
        });
        let body = self.inside(&kernel.function.body);
        quote_spanned! {at=>
            static #cache: #runtime::__private::KernelCache = #runtime::__private::KernelCache::new();
            #cached(#key, || #runtime::record::Recorder::record(
                #name,
                &[#(#docs),*],
                [#(#size),*],
                |#h| {
                    #any_order
                    #(#params)*
                    #(#bound)*
                    #block
                    #body
                },
            ))
        }
    }

    /// What the kernel is called once it is recorded: after its function, and after its types where it is not for `f32` alone.
    fn recorded_name(&self, function: &Function) -> TokenStream {
        let name = text(&function.name);
        if function.types.is_empty() {
            return name.to_token_stream();
        }
        let runtime = self.runtime(self.site);
        let types = function.types.iter().map(type_name);
        quote_spanned! {self.site=> &#runtime::__private::kernel_name(#name, &[#(#types),*]) }
    }

    /// Attributes, visibility and signature.
    pub(super) fn head(&self, kernel: &Kernel) -> TokenStream {
        let Function {
            attrs,
            vis,
            name,
            types,
            consts,
            ..
        } = &kernel.function;
        let (runtime, lints) = (self.runtime(self.site), lints(self.site));
        let comptime = kernel.comptime.iter().map(|comptime| match comptime {
            Comptime::Value(name, ty) => quote_spanned! {name.span()=> #name: #ty },
            Comptime::Function(name, signature) => {
                const LIFETIME: &str = "'__hesper_m";
                let lifetime = self.lifetime(LIFETIME, name.span());
                let function = self.function(signature, LIFETIME);
                quote_spanned! {name.span()=> #name: impl for<#lifetime> #function + 'static }
            }
        });
        let generics = self.generics(None, types, consts);
        quote_spanned! {self.site=>
            #(#attrs)*
            #lints
            #vis fn #name #generics (#(#comptime),*) -> #runtime::Kernel
        }
    }

    /// What tells one specialisation from another: its types, its constants, and `others`.
    pub(super) fn key<'a>(
        &self,
        function: &'a Function,
        others: impl IntoIterator<Item = &'a Ident>,
    ) -> TokenStream {
        let types = function.types.iter().map(type_name);
        let constants = function.consts.iter().map(|param| &param.ident);
        let values = constants.chain(others).map(ToTokens::to_token_stream);
        let told: Vec<_> = types.chain(values).collect();
        if told.is_empty() {
            return quote_spanned! {self.site=> "" };
        }
        let runtime = self.runtime(self.site);
        let text = vec!["{:?}"; told.len()].join(", ");
        quote_spanned! {self.site=> &#runtime::__private::format!(#text #(, #told)*) }
    }

    fn declaration(&self, param: &Param) -> TokenStream {
        let at = param.name.span();
        let (name, text, ty) = (&param.name, text(&param.name), self.ty(&param.ty));
        let h = self.recorder(at);
        let declare = match param.kind {
            ParamKind::Read => "storage",
            ParamKind::Write => "storage_mut",
            ParamKind::ReadPlace => "storage_one",
            ParamKind::Place => "storage_one_mut",
            ParamKind::Value
            | ParamKind::MutValue
            | ParamKind::Array
            | ParamKind::ReadArray
            | ParamKind::Function => "uniform",
        };
        let declare = Ident::new(declare, at);
        let ty = quote_spanned! {span_of(&param.ty)=> ::<#ty> };
        match param.kind {
            ParamKind::MutValue => {
                quote_spanned! {at=> let #name = #h.var(#text, #h.#declare #ty (#text)); }
            }
            _ => {
                let any_order = param.any_order.as_ref().map(|reason| {
                    quote_spanned! {reason.span()=> .any_order(#reason) }
                });
                quote_spanned! {at=> let #name = #h.#declare #ty (#text) #any_order; }
            }
        }
    }

    /// The module beside the function, with one named field per parameter.
    ///
    /// A parameter whose type was refused becomes generic, so that whatever a caller hands to it is accepted.
    pub(super) fn args_module(&self, kernel: &Kernel) -> TokenStream {
        let Function {
            attrs, vis, name, ..
        } = &kernel.function;
        let at = self.site;
        let (shared, lints) = (shared_attributes(attrs), lints(at));
        let doc = format!(" Arguments of the kernel `{name}`.");
        let (import, inside) = self.within();
        let args = inside.args_type(kernel, &doc);
        quote_spanned! {at=>
            #[doc = #doc]
            #shared
            #lints
            #[allow(dead_code, missing_debug_implementations, non_camel_case_types, non_snake_case, unreachable_pub)]
            #vis mod #name {
                #import
                #args
            }
        }
    }

    fn args_type(&self, kernel: &Kernel, doc: &str) -> TokenStream {
        let at = self.site;
        let params = &kernel.function.params;
        let runtime = self.runtime(at);
        let is_alias = |param: &Param| matches!(param.ty.innermost(), Ty::Other(_));
        let aliases = params.iter().any(is_alias).then(|| {
            quote_spanned! {at=> #[allow(unused_imports)] use super::*; }
        });
        let borrows = |p: &Param| is_read(p) || is_written(p);
        let borrowed = params.iter().any(|p| borrows(p) && !is_broken(p));
        let lifetime = borrowed.then(|| quote_spanned! {at=> 'a, });
        // Rust wants every parameter of a type to stand in it.
        let stands = |name: &&Ident| params.iter().any(|param| param.ty.names(name));
        let types: Vec<_> = kernel.function.types.iter().filter(stands).collect();
        let floats: Vec<_> = types.iter().map(|name| self.float(name)).collect();
        let broken = params.iter().filter(|p| is_broken(p));
        let broken: Vec<_> = broken.map(|param| self.generic(param)).collect();
        let fields = params.iter().map(|param| self.field(param));
        let collect = self.collect(params);
        let name = text(&kernel.function.name);
        quote_spanned! {at=>
            #aliases
            #[doc = #doc]
            pub struct Args<#lifetime #(#floats,)* #(#broken),*> { #(#fields),* }
            impl<'a, #(#floats,)* #(#broken),*> #runtime::KernelArgs<'a> for Args<#lifetime #(#types,)* #(#broken),*> {
                const KERNEL: &'static ::core::primitive::str = #name;
                fn collect(self) -> #runtime::__private::Vec<(&'static ::core::primitive::str, #runtime::Argument<'a>)> {
                    #collect
                }
            }
        }
    }

    fn field(&self, param: &Param) -> TokenStream {
        let at = param.name.span();
        let (name, docs) = (&param.name, &param.docs);
        let (runtime, a) = (self.runtime(at), self.lifetime("'a", at));
        let kind = match param.kind {
            _ if is_read(param) => "read by the kernel",
            _ if is_written(param) => "written by the kernel",
            _ if matches!(param.ty, Ty::Scalar(_) | Ty::Half(_)) => "a scalar",
            _ => "a value",
        };
        let generated = format!(" `{name}`, {kind}.");
        let docs = match docs.is_empty() {
            true => quote_spanned! {at=> #[doc = #generated] },
            false => quote_spanned! {at=> #(#docs)* },
        };
        // What is bound is an ordinary buffer.
        let ty = self.host_ty(&param.ty);
        let ty = match param.kind {
            _ if is_broken(param) => self.generic(param).to_token_stream(),
            _ if is_read(param) => quote_spanned! {at=> &#a #runtime::Buffer<#ty> },
            _ if is_written(param) => quote_spanned! {at=> &#a mut #runtime::Buffer<#ty> },
            _ => ty,
        };
        quote_spanned! {at=> #docs pub #name: #ty }
    }

    fn collect(&self, params: &[Param]) -> TokenStream {
        let at = self.site;
        let runtime = self.runtime(at);
        if params.is_empty() || params.iter().any(is_broken) {
            return quote_spanned! {at=> #runtime::__private::Vec::new() };
        }
        let own = self.own("__hesper_arguments", at);
        let pushes = params.iter().map(|param| {
            let at = param.name.span();
            let (name, text) = (&param.name, text(&param.name));
            let (runtime, this) = (self.runtime(at), self.own("self", at));
            let argument = match param.kind {
                _ if is_read(param) => {
                    quote_spanned! {at=> #runtime::Argument::read(#this.#name) }
                }
                _ if is_written(param) => {
                    quote_spanned! {at=> #runtime::Argument::write(#this.#name) }
                }
                _ if matches!(param.ty, Ty::Scalar(_) | Ty::Half(_)) => {
                    quote_spanned! {at=> ::core::convert::From::from(#this.#name) }
                }
                _ => quote_spanned! {at=> #runtime::Argument::value(&#this.#name) },
            };
            quote_spanned! {at=> #own.push((#text, #argument)); }
        });
        quote_spanned! {at=>
            let mut #own = #runtime::__private::Vec::new();
            #(#pushes)*
            #own
        }
    }

    /// The type parameter that stands for a type that was refused.
    fn generic(&self, param: &Param) -> Ident {
        let name = format!("__hesper_{}", text(&param.name).value());
        self.own(&name, param.name.span())
    }
}

fn is_read(param: &Param) -> bool {
    matches!(param.kind, ParamKind::Read | ParamKind::ReadPlace)
}

fn is_written(param: &Param) -> bool {
    matches!(param.kind, ParamKind::Write | ParamKind::Place)
}

fn is_broken(param: &Param) -> bool {
    matches!(param.ty, Ty::Broken)
}

/// The lines of the doc comment.
fn docs(attrs: &[Attribute]) -> Vec<LitStr> {
    let lines = attrs.iter().filter_map(|attr| {
        let doc = attr.meta.require_name_value().ok()?;
        match &doc.value {
            syn::Expr::Lit(value) if doc.path.is_ident("doc") => match &value.lit {
                syn::Lit::Str(line) => Some(line),
                _ => None,
            },
            _ => None,
        }
    });
    let trim = |line: &LitStr| {
        let text = line.value();
        LitStr::new(text.strip_prefix(' ').unwrap_or(&text), line.span())
    };
    lines.map(trim).collect()
}

/// The name of the type that a parameter stands for.
fn type_name(parameter: &Ident) -> TokenStream {
    quote_spanned! {parameter.span()=> ::core::any::type_name::<#parameter>() }
}

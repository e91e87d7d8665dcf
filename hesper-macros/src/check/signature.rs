//! Qualifiers, generics and parameters.

use super::Checker;
use crate::ast::{Comptime, Length, Param, ParamKind, Ty};
use crate::messages::Message;
use crate::parse::RawParam;
use crate::scope::Binding;
use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::{
    ConstParam, FnArg, GenericParam, Generics, Pat, PatIdent, PatType, Type, TypeParam,
    TypeParamBound, TypeReference,
};

impl Checker<'_> {
    pub(super) fn qualifiers(&mut self, qualifiers: &[TokenStream]) {
        for qualifier in qualifiers {
            let name = qualifier.to_string();
            self.errors.push_named(qualifier, Message::Qualifier, &name);
        }
    }

    /// Binds the constants and the types, which are reals.
    pub(super) fn generics(&mut self, generics: Generics) -> Vec<ConstParam> {
        if let Some(clause) = &generics.where_clause {
            self.errors.push(clause, Message::WhereClause);
        }
        let mut consts = Vec::new();
        for param in generics.params {
            match param {
                GenericParam::Const(param) => {
                    self.scope.bind(&param.ident, Binding::Host);
                    self.generic.push(param.ident.clone());
                    consts.push(param);
                }
                GenericParam::Type(param) if is_float(&param) => self.types.push(param.ident),
                GenericParam::Type(param) => self.errors.push(param, Message::TypeGeneric),
                GenericParam::Lifetime(param) => {
                    let name = param.lifetime.to_string();
                    self.errors
                        .push_named(param, Message::LifetimeGeneric, &name);
                }
            }
        }
        consts
    }

    /// Binds the parameters, and parts those of the device from those of the host.
    pub(super) fn params(
        &mut self,
        raw: Vec<RawParam>,
        kernel: bool,
    ) -> (Vec<Param>, Vec<Comptime>) {
        let mut params = Vec::new();
        let mut comptime = Vec::new();
        for param in raw {
            match param {
                RawParam::Parsed(FnArg::Typed(param)) => {
                    self.param(param, kernel, &mut params, &mut comptime);
                }
                RawParam::Parsed(FnArg::Receiver(receiver)) => {
                    self.errors.push(receiver, Message::SelfParameter);
                }
                RawParam::Broken(name) => {
                    self.scope.bind(&name, Binding::Unknown);
                    params.push(broken(name));
                }
            }
        }
        (params, comptime)
    }

    fn param(
        &mut self,
        param: PatType,
        kernel: bool,
        params: &mut Vec<Param>,
        comptime: &mut Vec<Comptime>,
    ) {
        let attrs = self.parameter_attributes(param.attrs);
        let Some((name, mutable)) = self.param_name(*param.pat) else {
            return;
        };
        if let Some(attr) = attrs.comptime {
            if !kernel {
                self.errors.push(&attr, Message::ComptimeInHelper);
            } else if mutable {
                let text = name.to_string();
                self.errors.push_named(&name, Message::ComptimeMut, &text);
            }
            if let Some(attr) = attrs.any_order {
                self.reason(&attr, false);
            }
            if let Some(attr) = attrs.binding {
                self.numbers(&attr, false);
            }
            self.scope.bind(&name, Binding::Host);
            self.comptime.push(name.clone());
            comptime.push(Comptime::Value(name, *param.ty));
            return;
        }
        if let Type::ImplTrait(ty) = *param.ty {
            let Some(signature) = self.signature(ty) else {
                self.scope.bind(&name, Binding::Unknown);
                return;
            };
            self.scope.bind(&name, Binding::Function);
            if kernel {
                comptime.push(Comptime::Function(name, signature));
            } else {
                params.push(Param {
                    kind: ParamKind::Function,
                    signature: Some(signature),
                    ..broken(name)
                });
            }
            return;
        }
        let length = self.array_length(&param.ty);
        let (kind, ty) = self.param_type(*param.ty, mutable, kernel);
        let binding = match (&ty, kind) {
            (Ty::Broken, _) => Binding::Unknown,
            (Ty::Atomic(..), ParamKind::Write) => Binding::AtomicBuffer,
            (Ty::Atomic(..), ParamKind::Array) => Binding::AtomicArray,
            (_, ParamKind::ReadArray) => Binding::ReadArray,
            (_, ParamKind::Place) => Binding::Reference,
            (_, ParamKind::ReadPlace) => Binding::ReadReference,
            (_, ParamKind::Function) => Binding::Function,
            (_, ParamKind::Read) => Binding::ReadBuffer,
            (_, ParamKind::Write) => Binding::WriteBuffer,
            (_, ParamKind::Array) => Binding::WorkgroupArray,
            (_, ParamKind::Value) => Binding::Param,
            (_, ParamKind::MutValue) => Binding::Mut,
        };
        self.scope.bind(&name, binding);
        let allowed = kernel && kind == ParamKind::Write;
        let any_order = attrs.any_order.as_ref();
        let is_buffer = matches!(
            kind,
            ParamKind::Read | ParamKind::Write | ParamKind::ReadPlace | ParamKind::Place
        );
        let number = attrs.binding.as_ref();
        params.push(Param {
            docs: attrs.docs,
            name,
            kind,
            ty,
            length,
            signature: None,
            any_order: any_order.and_then(|attr| self.reason(attr, allowed)),
            binding: number.and_then(|attr| self.numbers(attr, kernel && is_buffer)),
        });
    }

    /// The `N` of `&mut [T; N]`.
    fn array_length(&self, ty: &Type) -> Option<Length> {
        match ty {
            Type::Reference(reference) => match &*reference.elem {
                Type::Array(array) => Some(self.length(&array.len)),
                _ => None,
            },
            _ => None,
        }
    }

    fn param_name(&mut self, pat: Pat) -> Option<(Ident, bool)> {
        match pat {
            Pat::Ident(PatIdent {
                by_ref: None,
                subpat: None,
                mutability,
                ident,
                ..
            }) => Some((ident, mutability.is_some())),
            other => {
                self.errors.push(other, Message::ParameterPattern);
                None
            }
        }
    }

    fn param_type(&mut self, ty: Type, mutable: bool, kernel: bool) -> (ParamKind, Ty) {
        match ty {
            Type::Reference(reference) => self.reference(reference, kernel),
            Type::Tuple(tuple) => {
                self.errors.push(tuple, Message::TupleParameter);
                (ParamKind::Value, Ty::Broken)
            }
            other => {
                let kind = if mutable {
                    ParamKind::MutValue
                } else {
                    ParamKind::Value
                };
                (kind, self.ty(other))
            }
        }
    }

    /// `&[T]`, `&mut [T]` and, in helpers, `&[T; N]`, `&mut [T; N]` and `&mut T`.
    fn reference(&mut self, reference: TypeReference, kernel: bool) -> (ParamKind, Ty) {
        if let Some(lifetime) = &reference.lifetime {
            let name = lifetime.to_string();
            self.errors
                .push_named(lifetime, Message::LifetimeGeneric, &name);
        }
        match (*reference.elem, reference.mutability) {
            (Type::Slice(slice), Some(_)) => (ParamKind::Write, self.element(*slice.elem)),
            (Type::Slice(slice), None) => match self.element(*slice.elem) {
                Ty::Atomic(name, _) => {
                    self.errors.push(name, Message::AtomicReadOnly);
                    (ParamKind::Read, Ty::Broken)
                }
                ty => (ParamKind::Read, ty),
            },
            (Type::Array(array), Some(_)) if !kernel => {
                (ParamKind::Array, self.stored(*array.elem))
            }
            (Type::Array(array), None) if !kernel => match self.stored(*array.elem) {
                Ty::Atomic(name, _) => {
                    self.errors.push(name, Message::AtomicReadOnly);
                    (ParamKind::ReadArray, Ty::Broken)
                }
                ty => (ParamKind::ReadArray, ty),
            },
            (Type::Array(array), _) => {
                self.errors.push(array, Message::ArrayParameter);
                (ParamKind::Value, Ty::Broken)
            }
            (value, mutable) if self.is_tailed(&value) => match mutable {
                Some(_) => (ParamKind::Place, Ty::Other(value)),
                None if kernel => (ParamKind::ReadPlace, Ty::Other(value)),
                None => (ParamKind::Value, self.ty(value)),
            },
            (value @ (Type::Path(_) | Type::Paren(_)), Some(_)) if !kernel => {
                (ParamKind::Place, self.ty(value))
            }
            (value @ Type::Path(_), mutable) if kernel => {
                let (kind, message) = match mutable {
                    Some(_) => (ParamKind::Place, Message::PlaceParameter),
                    None => (ParamKind::ReadPlace, Message::SharedReference),
                };
                match self.ty(value.clone()) {
                    ty @ Ty::Other(_) => (kind, ty),
                    Ty::Broken => (kind, Ty::Broken),
                    _ => {
                        self.errors.push(value, message);
                        (kind, Ty::Broken)
                    }
                }
            }
            (value @ (Type::Path(_) | Type::Paren(_)), Some(_)) => {
                self.errors.push(value, Message::PlaceParameter);
                (ParamKind::Value, Ty::Broken)
            }
            (value @ (Type::Path(_) | Type::Paren(_)), None) => {
                self.errors.push(value, Message::SharedReference);
                (ParamKind::Value, Ty::Broken)
            }
            (other, _) => {
                self.errors.push(other, Message::CompoundType);
                (ParamKind::Value, Ty::Broken)
            }
        }
    }

    /// Whether it is a structure of this `shader!` that ends in an array of runtime length.
    fn is_tailed(&self, ty: &Type) -> bool {
        let Type::Path(path) = ty else {
            return false;
        };
        let name = path.path.get_ident().map(|name| name.unraw().to_string());
        name.is_some_and(|name| self.known.tailed.contains(&name))
    }

    fn element(&mut self, ty: Type) -> Ty {
        let ty = self.stored(ty);
        match truth_value(&ty) {
            Some(name) => {
                self.errors.push(name, Message::BoolBuffer);
                Ty::Broken
            }
            None => ty,
        }
    }
}

/// The `bool` that a type of memory ends in.
fn truth_value(ty: &Ty) -> Option<&Ident> {
    match ty {
        Ty::Scalar(name) if name == "bool" => Some(name),
        Ty::Array(_, element, _) => truth_value(element),
        _ => None,
    }
}

fn broken(name: Ident) -> Param {
    Param {
        docs: Vec::new(),
        name,
        kind: ParamKind::Value,
        ty: Ty::Broken,
        length: None,
        signature: None,
        any_order: None,
        binding: None,
    }
}

/// Whether it is `T: Float`, and nothing more.
fn is_float(param: &TypeParam) -> bool {
    let bounds: Vec<_> = param.bounds.iter().collect();
    let float = match bounds.as_slice() {
        [TypeParamBound::Trait(bound)] => bound.path.segments.last(),
        _ => None,
    };
    param.default.is_none() && float.is_some_and(|name| name.ident == "Float")
}

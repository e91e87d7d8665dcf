//! Types that kernel code names.

use super::Checker;
use super::call::is_named;
use crate::ast::{Length, Ty};
use crate::messages::Message;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{GenericArgument, PathArguments, PathSegment, Type};

impl Checker<'_> {
    /// Sorts a type; one that could be an alias is left to rustc.
    pub(super) fn ty(&mut self, ty: Type) -> Ty {
        match ty {
            Type::Paren(inner) => self.ty(*inner.elem),
            Type::Group(inner) => self.ty(*inner.elem),
            Type::Infer(_) => Ty::Other(ty),
            Type::Path(ref path) if path.qself.is_none() => match path.path.segments.last() {
                Some(segment) if path.path.segments.len() == 1 => self.named(segment.clone(), ty),
                _ => Ty::Other(ty),
            },
            Type::Path(_) => Ty::Other(ty),
            Type::Array(array) => match self.ty(*array.elem) {
                Ty::Broken => Ty::Broken,
                element => Ty::Array(array.bracket_token, Box::new(element), array.len),
            },
            _ => {
                self.errors.push(ty, Message::CompoundType);
                Ty::Broken
            }
        }
    }

    /// Sorts the type of what a `let` binds or a helper returns, which may be a tuple.
    pub(super) fn value_ty(&mut self, ty: Type) -> Ty {
        match ty {
            Type::Paren(inner) => self.value_ty(*inner.elem),
            Type::Tuple(tuple) if !tuple.elems.is_empty() => {
                let paren = tuple.paren_token;
                let parts: Vec<_> = tuple
                    .elems
                    .into_iter()
                    .map(|ty| self.value_ty(ty))
                    .collect();
                match parts.iter().any(|ty| matches!(ty, Ty::Broken)) {
                    true => Ty::Broken,
                    false => Ty::Tuple(paren, parts),
                }
            }
            other => self.ty(other),
        }
    }

    /// Sorts a type of memory: a value's, `Atomic<T>`, or an array of either.
    pub(super) fn stored(&mut self, ty: Type) -> Ty {
        if let Type::Array(array) = ty {
            return match self.stored(*array.elem) {
                Ty::Broken => Ty::Broken,
                element => Ty::Array(array.bracket_token, Box::new(element), array.len),
            };
        }
        let atomic = match &ty {
            Type::Path(path) if path.qself.is_none() && is_named(&path.path, "Atomic") => {
                path.path.segments.last().cloned()
            }
            _ => None,
        };
        let Some((name, inner)) =
            atomic.and_then(|s| Some((s.ident, component_type(s.arguments)?)))
        else {
            return self.ty(ty);
        };
        match self.ty(inner) {
            Ty::Broken => Ty::Broken,
            Ty::Scalar(element) if element == "u32" || element == "i32" || element == "f32" => {
                Ty::Atomic(name, Box::new(Ty::Scalar(element)))
            }
            Ty::Other(element) => Ty::Atomic(name, Box::new(Ty::Other(element))),
            _ => {
                self.errors.push(ty, Message::AtomicElement);
                Ty::Broken
            }
        }
    }

    /// Sorts a length: a type holds a constant, and a generic constant as it is, but nothing computed from one.
    pub(super) fn length(&self, value: &syn::Expr) -> Length {
        let is_generic = |name: &Ident| self.generic.contains(name);
        let alone = super::place::ident(value).is_some_and(is_generic);
        let holds = |name: &Ident| is_generic(name) || self.comptime.contains(name);
        Length {
            value: value.clone(),
            is_constant: alone || !mentions(value.to_token_stream(), &holds),
        }
    }

    fn named(&mut self, segment: PathSegment, whole: Type) -> Ty {
        if self.types.contains(&segment.ident) {
            return Ty::Generic(segment.ident);
        }
        let name = segment.ident.to_string();
        if self
            .known
            .tailed
            .contains(&segment.ident.unraw().to_string())
        {
            self.errors.push_named(whole, Message::TailType, &name);
            return Ty::Broken;
        }
        match name.as_str() {
            "f32" | "i32" | "u32" | "bool" => Ty::Scalar(segment.ident),
            "f16" => Ty::Half(segment.ident),
            "Vec2" | "Vec3" | "Vec4" => match component_type(segment.arguments) {
                Some(inner) => Ty::Vector(segment.ident, Box::new(self.ty(inner))),
                None => Ty::Other(whole),
            },
            "Mat2" | "Mat3" | "Mat4" | "Mat2x3" | "Mat2x4" | "Mat3x2" | "Mat3x4" | "Mat4x2"
            | "Mat4x3" => match component_type(segment.arguments) {
                Some(inner) => Ty::Matrix(segment.ident, Box::new(self.ty(inner))),
                None => Ty::Other(whole),
            },
            "Atomic" => {
                self.errors.push(whole, Message::AtomicValue);
                Ty::Broken
            }
            "f64" => {
                self.errors.push_named(whole, Message::DoubleType, &name);
                Ty::Broken
            }
            "u8" | "u16" | "u64" | "u128" | "usize" | "i8" | "i16" | "i64" | "i128" | "isize" => {
                self.errors.push_named(whole, Message::IntegerType, &name);
                Ty::Broken
            }
            "Self" | "str" | "char" | "String" | "Vec" => {
                self.errors.push(whole, Message::CompoundType);
                Ty::Broken
            }
            _ => Ty::Other(whole),
        }
    }
}

/// Whether one of these names stands anywhere.
pub(super) fn mentions(tokens: TokenStream, is_one: &impl Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => is_one(&name),
        TokenTree::Group(group) => mentions(group.stream(), is_one),
        _ => false,
    })
}

/// The `T` of `<T>`.
fn component_type(arguments: PathArguments) -> Option<Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    let mut arguments = arguments.args.into_iter();
    match (arguments.next(), arguments.next()) {
        (Some(GenericArgument::Type(ty)), None) => Some(ty),
        _ => None,
    }
}

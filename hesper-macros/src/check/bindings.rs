//! `let`: values, variables and workgroup memory.

use super::Checker;
use super::call::is_named;
use crate::ast::{Expr, Stmt};
use crate::messages::Message;
use crate::scope::Binding;
use proc_macro2::Ident;
use syn::{Attribute, GenericArgument, Local, Pat, PathArguments, Type};

impl Checker<'_> {
    pub(super) fn local(&mut self, local: Local) -> Option<Stmt> {
        let attrs = self.lint_attributes(local.attrs);
        let (pat, ty) = match local.pat {
            Pat::Type(typed) => (*typed.pat, Some(*typed.ty)),
            pat => (pat, None),
        };
        let (name, mutable) = match pat {
            Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
                (Some(pat.ident), pat.mutability.is_some())
            }
            Pat::Wild(_) => (None, false),
            other => {
                self.errors.push(other, Message::LetPattern);
                return None;
            }
        };
        let Some(init) = local.init else {
            let text = name.as_ref().map(ToString::to_string).unwrap_or_default();
            self.errors
                .push_named(local.let_token, Message::LetWithoutValue, &text);
            self.bind(name.as_ref(), Binding::Unknown);
            return None;
        };
        if let Some((else_token, _)) = init.diverge {
            self.errors.push(else_token, Message::LetElse);
        }
        if let (Some(name), Some(arguments)) = (&name, workgroup_call(&init.expr)) {
            return self.workgroup(name, mutable || ty.is_some(), arguments);
        }
        let ty = ty.map(|ty| self.ty(ty));
        let value = self.expr(&init.expr);
        let binding = match (&value, mutable) {
            (Expr::Broken, _) => Binding::Unknown,
            (_, true) => Binding::Mut,
            (_, false) => Binding::Let,
        };
        self.bind(name.as_ref(), binding);
        Some(Stmt::Let {
            attrs,
            name,
            mutable,
            ty,
            value,
            eq: init.eq_token,
        })
    }

    /// `let name = workgroup::<…>();`
    fn workgroup(&mut self, name: &Ident, adorned: bool, call: &syn::ExprCall) -> Option<Stmt> {
        let ty = workgroup_type(call);
        if let (Some(ty), false, true) = (ty, adorned, call.args.is_empty()) {
            let (element, lengths) = nested_array(ty);
            let binding = match lengths.len() {
                0 => Binding::WorkgroupVar,
                1 | 2 => Binding::WorkgroupArray,
                _ => {
                    self.errors.push(ty, Message::WorkgroupDimensions);
                    self.scope.bind(name, Binding::Unknown);
                    return None;
                }
            };
            self.scope.bind(name, binding);
            return Some(Stmt::Workgroup {
                name: name.clone(),
                element: self.ty(element.clone()),
                lengths: lengths.into_iter().cloned().collect(),
            });
        }
        let text = name.to_string();
        self.errors
            .push_named(call, Message::WorkgroupDeclaration, &text);
        self.scope.bind(name, Binding::Unknown);
        None
    }

    fn bind(&mut self, name: Option<&Ident>, binding: Binding) {
        if let Some(name) = name {
            self.scope.bind(name, binding);
        }
    }

    /// Keeps what is said to rustc about a `let`.
    fn lint_attributes(&mut self, attrs: Vec<Attribute>) -> Vec<Attribute> {
        const LEVELS: &[&str] = &["allow", "expect", "warn", "deny"];
        let (kept, refused): (Vec<_>, Vec<_>) = attrs
            .into_iter()
            .partition(|attr| LEVELS.iter().any(|level| attr.path().is_ident(level)));
        self.no_attributes(&refused);
        kept
    }
}

fn workgroup_call(e: &syn::Expr) -> Option<&syn::ExprCall> {
    match e {
        syn::Expr::Call(call) => match &*call.func {
            syn::Expr::Path(path) if is_named(&path.path, "workgroup") => Some(call),
            _ => None,
        },
        _ => None,
    }
}

/// The `T` of `workgroup::<T>()`.
fn workgroup_type(call: &syn::ExprCall) -> Option<&Type> {
    let syn::Expr::Path(path) = &*call.func else {
        return None;
    };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    match (arguments.args.first(), arguments.args.len()) {
        (Some(GenericArgument::Type(ty)), 1) => Some(ty),
        _ => None,
    }
}

/// The element type and the lengths, outermost first.
fn nested_array(mut ty: &Type) -> (&Type, Vec<&syn::Expr>) {
    let mut lengths = Vec::new();
    while let Type::Array(array) = ty {
        lengths.push(&array.len);
        ty = &array.elem;
    }
    (ty, lengths)
}

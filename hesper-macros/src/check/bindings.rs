//! `let`: values, variables and workgroup memory.

use super::Checker;
use super::call::is_named;
use super::place::ident;
use crate::ast::{Expr, Pattern, Stmt, Ty};
use crate::groups;
use crate::messages::Message;
use crate::scope::Binding;
use proc_macro2::Ident;
use syn::{Attribute, GenericArgument, Local, LocalInit, Pat, PatIdent, PathArguments, Type};

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
            pat @ (Pat::Tuple(_) | Pat::Struct(_)) => {
                return self.parts(attrs, pat, ty, local.init);
            }
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
        if let (Some(name), syn::Expr::Reference(value)) = (&name, &*init.expr)
            && name.to_string().starts_with(groups::PREFIX)
        {
            return self.borrowed(name, &value.expr);
        }
        if let (Some(name), Some(arguments)) = (&name, workgroup_call(&init.expr)) {
            return self.workgroup(name, mutable || ty.is_some(), arguments);
        }
        if let (Some(name), syn::Expr::Array(_) | syn::Expr::Repeat(_)) = (&name, &*init.expr) {
            return self.array(attrs, (name, mutable), ty, &init.expr);
        }
        let ty = ty.map(|ty| self.value_ty(ty));
        let value = self.expr(&init.expr);
        if mutable
            && matches!(
                (&value, &ty),
                (Expr::Tuple(..), _) | (_, Some(Ty::Tuple(..)))
            )
        {
            self.errors.push(&init.expr, Message::TupleMut);
        }
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

    /// The field of a [group](groups) that borrows memory: another name for it.
    fn borrowed(&mut self, name: &Ident, value: &syn::Expr) -> Option<Stmt> {
        if let syn::Expr::Reference(value) = value {
            return self.borrowed(name, &value.expr);
        }
        let memory = ident(value).and_then(|memory| Some((memory, self.scope.find(memory)?)));
        match memory {
            Some((memory, binding)) if binding.is_handed_on() => {
                self.scope.bind(name, binding);
                Some(Stmt::Fix {
                    name: name.clone(),
                    value: Expr::Name(memory.clone()),
                })
            }
            other => {
                if !matches!(other, Some((_, Binding::Unknown))) {
                    self.errors.push(value, Message::GroupBorrow);
                }
                self.scope.bind(name, Binding::Unknown);
                None
            }
        }
    }

    /// `let name = workgroup::<…>();`
    fn workgroup(&mut self, name: &Ident, adorned: bool, call: &syn::ExprCall) -> Option<Stmt> {
        let ty = workgroup_type(call);
        if let (Some(ty), false, true) = (ty, adorned, call.args.is_empty()) {
            let (element, lengths) = nested_array(ty);
            let atomic = |checked: &Ty| matches!(checked.innermost(), Ty::Atomic(..));
            let element = self.stored(element.clone());
            let binding = match (lengths.len(), atomic(&element)) {
                (0, false) => Binding::WorkgroupVar,
                (0, true) => Binding::AtomicVar,
                (_, true) => Binding::AtomicArray,
                (_, false) => Binding::WorkgroupArray,
            };
            self.scope.bind(name, binding);
            return Some(Stmt::Workgroup {
                name: name.clone(),
                element,
                lengths: lengths.into_iter().map(|n| self.length(n)).collect(),
            });
        }
        let text = name.to_string();
        self.errors
            .push_named(call, Message::WorkgroupDeclaration, &text);
        self.scope.bind(name, Binding::Unknown);
        None
    }

    /// `let (a, mut b) = value;`
    fn parts(
        &mut self,
        attrs: Vec<Attribute>,
        pat: Pat,
        ty: Option<Type>,
        init: Option<LocalInit>,
    ) -> Option<Stmt> {
        let Some(init) = init else {
            self.errors.push(&pat, Message::LetParts);
            self.pattern(pat, true);
            return None;
        };
        if let Some((else_token, _)) = init.diverge {
            self.errors.push(else_token, Message::LetElse);
        }
        let ty = ty.map(|ty| self.value_ty(ty));
        let value = self.expr(&init.expr);
        let broken = matches!(value, Expr::Broken);
        Some(Stmt::Parts {
            attrs,
            pattern: self.pattern(pat, broken)?,
            ty,
            value,
            eq: init.eq_token,
        })
    }

    /// Binds the names of a pattern.
    pub(super) fn pattern(&mut self, pat: Pat, broken: bool) -> Option<Pattern> {
        match pat {
            Pat::Ident(PatIdent {
                by_ref: None,
                subpat: None,
                mutability,
                ident: name,
                ..
            }) => {
                let mutable = mutability.is_some();
                let binding = match (broken, mutable) {
                    (true, _) => Binding::Unknown,
                    (false, true) => Binding::Mut,
                    (false, false) => Binding::Let,
                };
                self.scope.bind(&name, binding);
                Some(Pattern::Name { name, mutable })
            }
            Pat::Wild(wild) => Some(Pattern::Wild(wild.underscore_token)),
            Pat::Paren(inner) => self.pattern(*inner.pat, broken),
            Pat::Tuple(tuple) => {
                let parts: Vec<_> = tuple.elems.into_iter().collect();
                let parts = parts.into_iter().map(|pat| self.pattern(pat, broken));
                let parts: Vec<_> = parts.collect();
                let parts = parts.into_iter().collect::<Option<_>>()?;
                Some(Pattern::Tuple(tuple.paren_token, parts))
            }
            Pat::Struct(pat) => self.structure_pattern(pat, broken),
            other => {
                self.errors.push(other, Message::LetPattern);
                None
            }
        }
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

/// The element type and up to two lengths, outermost first. Elements of a longer nest are arrays themselves, and then one length is taken off.
fn nested_array(ty: &Type) -> (&Type, Vec<&syn::Expr>) {
    let Type::Array(outer) = ty else {
        return (ty, Vec::new());
    };
    match &*outer.elem {
        Type::Array(inner) if !matches!(*inner.elem, Type::Array(_)) => {
            (&*inner.elem, vec![&outer.len, &inner.len])
        }
        element => (element, vec![&outer.len]),
    }
}

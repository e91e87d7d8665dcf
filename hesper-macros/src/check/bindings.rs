//! `let`: values, variables and workgroup memory.

use super::Checker;
use super::call::is_named;
use crate::ast::{Expr, Stmt, Ty};
use crate::messages::Message;
use crate::scope::Binding;
use proc_macro2::Ident;
use syn::{
    Attribute, GenericArgument, Local, LocalInit, Pat, PatIdent, PatTuple, PathArguments, Type,
};

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
            Pat::Tuple(tuple) if ty.is_none() && self.is_pair(local.init.as_ref()) => {
                return self.pair_let(attrs, tuple, local.init?);
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
        if let (Some(name), Some(arguments)) = (&name, workgroup_call(&init.expr)) {
            return self.workgroup(name, mutable || ty.is_some(), arguments);
        }
        if let (Some(name), syn::Expr::Array(_) | syn::Expr::Repeat(_)) = (&name, &*init.expr) {
            return self.array(attrs, (name, mutable), ty, &init.expr);
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
            let element = self.stored(element.clone());
            let atomic = matches!(element, Ty::Atomic(..));
            let binding = match (lengths.len(), atomic) {
                (0, false) => Binding::WorkgroupVar,
                (0, true) => Binding::AtomicVar,
                (1 | 2, false) => Binding::WorkgroupArray,
                (1 | 2, true) => Binding::AtomicArray,
                _ => {
                    self.errors.push(ty, Message::WorkgroupDimensions);
                    self.scope.bind(name, Binding::Unknown);
                    return None;
                }
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

    /// `let (old, exchanged) = place.compare_exchange_weak(expected, new);`, `let (f, e) = frexp(x);`
    fn pair_let(
        &mut self,
        attrs: Vec<Attribute>,
        tuple: PatTuple,
        init: LocalInit,
    ) -> Option<Stmt> {
        let value = match &*init.expr {
            syn::Expr::MethodCall(call) => self.atomic(call).unwrap_or_else(|| self.method(call)),
            syn::Expr::Call(call) => self.pair(call).unwrap_or_else(|| self.call(call)),
            other => self.expr(other),
        };
        let names: Vec<Option<Option<Ident>>> = tuple.elems.iter().map(plain_name).collect();
        let [Some(first), Some(second)] = names.as_slice() else {
            self.errors.push(&tuple, Message::LetPattern);
            return None;
        };
        let binding = match value {
            Expr::Broken => Binding::Unknown,
            _ => Binding::Let,
        };
        for name in [first, second] {
            self.bind(name.as_ref(), binding);
        }
        Some(Stmt::Pair {
            attrs,
            names: [first.clone(), second.clone()],
            value,
            eq: init.eq_token,
        })
    }

    /// Whether a `let` takes two values: those of a compare-exchange, or of a function.
    fn is_pair(&self, init: Option<&LocalInit>) -> bool {
        match init.map(|init| &*init.expr) {
            Some(syn::Expr::MethodCall(call)) => call.method == "compare_exchange_weak",
            Some(syn::Expr::Call(call)) => self.yields_pair(call),
            _ => false,
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

/// The name that a pattern is, `Some(None)` for `_`; `None` for other patterns.
fn plain_name(pat: &Pat) -> Option<Option<Ident>> {
    match pat {
        Pat::Ident(PatIdent {
            by_ref: None,
            subpat: None,
            mutability: None,
            ident,
            ..
        }) => Some(Some(ident.clone())),
        Pat::Wild(_) => Some(None),
        _ => None,
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

//! What is handed to helpers other than values: buffers and arrays as a whole, and places by `&mut`.

use super::Checker;
use super::place::ident;
use crate::ast::Expr;
use crate::messages::Message;
use crate::scope::Binding;
use proc_macro2::Ident;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{ExprReference, Member, Token};

/// What one argument lends.
struct Loan<'a> {
    root: Ident,
    /// The component, of one that is lent alone.
    part: Option<&'a Member>,
    /// Whether by `&mut`.
    mutable: bool,
}

impl Checker<'_> {
    /// A value, or something handed on.
    pub(super) fn helper_arg(&mut self, arg: &syn::Expr) -> Expr {
        match arg {
            syn::Expr::Reference(reference) => return self.reference_arg(reference),
            syn::Expr::Closure(closure) => return self.closure(closure),
            syn::Expr::Path(path) if self.is_helper(path) => {
                return Expr::Function(path.path.clone());
            }
            _ => {}
        }
        let Some((name, binding)) = ident(arg).and_then(|n| Some((n, self.scope.find(n)?))) else {
            return self.expr(arg);
        };
        match binding {
            Binding::LocalArray => {
                let text = name.to_string();
                self.errors
                    .push_named(name, Message::LocalArrayArgument, &text);
                Expr::Broken
            }
            Binding::Reference | Binding::ReadReference | Binding::Function => {
                Expr::Name(name.clone())
            }
            binding if binding.is_indexable() => Expr::Name(name.clone()),
            _ => self.expr(arg),
        }
    }

    /// `&mut place`, `&mut array`, `&array`.
    fn reference_arg(&mut self, reference: &ExprReference) -> Expr {
        let whole = &*reference.expr;
        let (name, binding) = match self.root(whole) {
            Some((_, Binding::Unknown)) => return Expr::Broken,
            Some(root) => root,
            None => return self.no_reference(reference),
        };
        let is_name = ident(whole).is_some();
        let is_array = matches!(
            binding,
            Binding::LocalArray
                | Binding::ReadArray
                | Binding::WorkgroupArray
                | Binding::AtomicArray
        );
        let is_row = match whole {
            syn::Expr::Index(row) => is_array && ident(&row.expr).is_some(),
            _ => false,
        };
        let mutable = reference.mutability.is_some();
        match (is_name, mutable) {
            (true, true) if is_array && binding == Binding::ReadArray => {
                let text = name.to_string();
                self.errors
                    .push_named(whole, Message::AssignReadBuffer, &text);
                Expr::Broken
            }
            (true, _) if is_array => Expr::Name(name),
            (true, _) if binding.is_indexable() || binding.is_reference() => {
                self.no_reference(reference)
            }
            (false, false) if is_row => self.place(whole).map_or(Expr::Broken, Expr::Lend),
            (false, true) if is_row && binding == Binding::AtomicArray => {
                self.place(whole).map_or(Expr::Broken, Expr::Lend)
            }
            (_, true) => self.writable(whole).map_or(Expr::Broken, Expr::Lend),
            _ => self.no_reference(reference),
        }
    }

    /// Refuses a `&` that nothing needs.
    pub(super) fn no_reference(&mut self, reference: &ExprReference) -> Expr {
        let inner = reference.expr.to_token_stream().to_string();
        self.errors
            .push_named(reference, Message::BufferReference, &inner);
        Expr::Broken
    }

    /// Refuses to lend the same place twice where one of the two is written through, as Rust does. Components of one vector are apart.
    pub(super) fn lent_once(&mut self, args: &Punctuated<syn::Expr, Token![,]>) {
        let mut loans: Vec<Loan<'_>> = Vec::new();
        for arg in args {
            let Some(loan) = self.loan(arg) else {
                continue;
            };
            let meets = |other: &Loan<'_>| {
                let apart = loan.part.is_some() && other.part.is_some() && loan.part != other.part;
                loan.root == other.root && (loan.mutable || other.mutable) && !apart
            };
            if loans.iter().any(meets) {
                let name = loan.root.to_string();
                self.errors.push_named(arg, Message::LentTwice, &name);
            }
            loans.push(loan);
        }
    }

    fn loan<'a>(&self, arg: &'a syn::Expr) -> Option<Loan<'a>> {
        let (place, mutable) = match arg {
            syn::Expr::Reference(e) => (&*e.expr, e.mutability.is_some()),
            other => {
                let binding = self.scope.find(ident(other)?)?;
                let lent = binding.is_indexable() || binding == Binding::Reference;
                (lent.then_some(other)?, binding == Binding::Reference)
            }
        };
        let part = match place {
            syn::Expr::Field(field) => Some(&field.member),
            _ => None,
        };
        let (root, _) = self.root(place)?;
        Some(Loan {
            root,
            part,
            mutable,
        })
    }

    /// Whether the name is a parameter `&mut T`.
    pub(super) fn is_reference(&self, name: &Ident) -> bool {
        self.scope.find(name).is_some_and(Binding::is_reference)
    }
}

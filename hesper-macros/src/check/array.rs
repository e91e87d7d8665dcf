//! Arrays: variables, `let mut a = [0.0; N];`, and values inside of others.

use super::Checker;
use crate::ast::{Array, Expr, Stmt};
use crate::messages::Message;
use crate::scope::Binding;
use proc_macro2::Ident;
use syn::{Attribute, Type, token};

impl Checker<'_> {
    /// A `let` whose value is an array.
    pub(super) fn array(
        &mut self,
        attrs: Vec<Attribute>,
        (name, mutable): (&Ident, bool),
        ty: Option<Type>,
        value: &syn::Expr,
    ) -> Option<Stmt> {
        let (_, array) = self.elements(value)?;
        let ty = match ty {
            None | Some(Type::Infer(_)) => None,
            Some(Type::Array(array)) => Some((self.ty(*array.elem), array.len)),
            Some(other) => {
                self.errors.push(other, Message::CompoundType);
                None
            }
        };
        let binding = if mutable {
            Binding::LocalArray
        } else {
            Binding::ReadArray
        };
        self.scope.bind(name, binding);
        Some(Stmt::Array {
            attrs,
            name: name.clone(),
            ty,
            array,
        })
    }

    /// An array that is part of something else.
    pub(super) fn array_value(&mut self, e: &syn::Expr) -> Expr {
        match self.elements(e) {
            Some((bracket, array)) => Expr::Array(bracket, Box::new(array)),
            None => Expr::Broken,
        }
    }

    fn elements(&mut self, e: &syn::Expr) -> Option<(token::Bracket, Array)> {
        match e {
            syn::Expr::Repeat(e) => {
                let array = Array::Repeat(self.expr(&e.expr), (*e.len).clone());
                Some((e.bracket_token, array))
            }
            syn::Expr::Array(e) => {
                let elements = e.elems.iter().map(|e| self.expr(e)).collect();
                Some((e.bracket_token, Array::List(elements)))
            }
            _ => None,
        }
    }
}

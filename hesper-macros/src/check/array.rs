//! Local arrays: `let mut a = [0.0; N];`.

use super::Checker;
use crate::ast::{Array, Stmt};
use crate::messages::Message;
use crate::scope::Binding;
use proc_macro2::Ident;
use syn::{Attribute, Type};

impl Checker<'_> {
    /// A `let` whose value is an array.
    pub(super) fn array(
        &mut self,
        attrs: Vec<Attribute>,
        (name, mutable): (&Ident, bool),
        ty: Option<Type>,
        value: &syn::Expr,
    ) -> Option<Stmt> {
        if !mutable {
            self.errors
                .push_named(value, Message::ArrayLet, &name.to_string());
            self.scope.bind(name, Binding::Unknown);
            return None;
        }
        let array = match value {
            syn::Expr::Repeat(e) => Array::Repeat(self.expr(&e.expr), (*e.len).clone()),
            syn::Expr::Array(e) => Array::List(e.elems.iter().map(|e| self.expr(e)).collect()),
            _ => return None,
        };
        let ty = match ty {
            None | Some(Type::Infer(_)) => None,
            Some(Type::Array(array)) => Some((self.ty(*array.elem), array.len)),
            Some(other) => {
                self.errors.push(other, Message::CompoundType);
                None
            }
        };
        self.scope.bind(name, Binding::LocalArray);
        Some(Stmt::Array {
            attrs,
            name: name.clone(),
            ty,
            array,
        })
    }
}

//! Attributes of functions and parameters.

use super::Checker;
use crate::ast::Numbers;
use crate::messages::Message;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, LitStr, Token};

/// What stands before a parameter.
#[derive(Default)]
pub(super) struct ParameterAttributes {
    pub(super) docs: Vec<Attribute>,
    pub(super) comptime: Option<Attribute>,
    pub(super) any_order: Option<Attribute>,
    pub(super) binding: Option<Attribute>,
}

impl Checker<'_> {
    /// Takes `#[workgroup_size(..)]` out of a function's attributes; a function without one is a helper.
    pub(super) fn workgroup_size(
        &mut self,
        attrs: Vec<Attribute>,
    ) -> (Vec<Attribute>, Option<Vec<Expr>>) {
        let mut size = None;
        let (sizes, kept): (Vec<_>, _) = attrs
            .into_iter()
            .partition(|attr| attr.path().is_ident("workgroup_size"));
        for attr in sizes {
            if size.is_some() {
                self.errors.push(&attr, Message::WorkgroupSizeTwice);
            }
            size = Some(self.sizes(&attr));
        }
        (kept, size)
    }

    /// Takes `#[any_order("..")]` out of a kernel's attributes, with its reason; a helper has none.
    pub(super) fn any_order(
        &mut self,
        attrs: Vec<Attribute>,
        kernel: bool,
    ) -> (Vec<Attribute>, Option<LitStr>) {
        let (found, kept): (Vec<_>, _) = attrs.into_iter().partition(is_any_order);
        let mut reason = None;
        for attr in found {
            reason = self.reason(&attr, kernel);
        }
        (kept, reason)
    }

    /// The reason that an `#[any_order("..")]` gives.
    pub(super) fn reason(&mut self, attr: &Attribute, allowed: bool) -> Option<LitStr> {
        if !allowed {
            self.errors.push(attr, Message::AnyOrderPlace);
            return None;
        }
        let reason = attr.parse_args::<LitStr>().ok();
        let reason = reason.filter(|reason| !reason.value().trim().is_empty());
        if reason.is_none() {
            self.errors.push(attr, Message::AnyOrder);
        }
        reason
    }

    fn sizes(&mut self, attr: &Attribute) -> Vec<Expr> {
        let list = attr.parse_args_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        match list {
            Ok(list) if (1..=3).contains(&list.len()) => list.into_iter().collect(),
            _ => {
                self.errors.push(attr, Message::WorkgroupSize);
                Vec::new()
            }
        }
    }

    /// Takes `#[uniforms(..)]` out of a kernel's attributes; a helper has none.
    pub(super) fn uniforms(
        &mut self,
        attrs: Vec<Attribute>,
        kernel: bool,
    ) -> (Vec<Attribute>, Option<Numbers>) {
        let is_it = |attr: &Attribute| attr.path().is_ident("uniforms");
        let (found, kept): (Vec<_>, _) = attrs.into_iter().partition(is_it);
        let mut numbers = None;
        for attr in found {
            numbers = self.numbers(&attr, kernel);
        }
        (kept, numbers)
    }

    /// The group and the binding that an attribute gives.
    pub(super) fn numbers(&mut self, attr: &Attribute, allowed: bool) -> Option<Numbers> {
        if !allowed {
            self.errors.push(attr, Message::BindingPlace);
            return None;
        }
        let list = attr.parse_args_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        let mut list = list.unwrap_or_default().into_iter();
        match (list.next(), list.next(), list.next()) {
            (Some(group), Some(binding), None) => Some(Numbers { group, binding }),
            _ => {
                self.errors.push(attr, Message::BindingNumbers);
                None
            }
        }
    }

    /// Splits a parameter's attributes into its docs, whether it is `#[comptime]`, its `#[any_order(..)]` and its `#[binding(..)]`.
    pub(super) fn parameter_attributes(&mut self, attrs: Vec<Attribute>) -> ParameterAttributes {
        let mut found = ParameterAttributes::default();
        for attr in attrs {
            if attr.path().is_ident("doc") {
                found.docs.push(attr);
            } else if attr.path().is_ident("comptime") {
                found.comptime = Some(attr);
            } else if is_any_order(&attr) {
                found.any_order = Some(attr);
            } else if attr.path().is_ident("binding") {
                found.binding = Some(attr);
            } else {
                self.errors.push(&attr, Message::ParameterAttribute);
            }
        }
        found
    }

    /// Refuses attributes on statements and expressions.
    pub(super) fn no_attributes(&mut self, attrs: &[Attribute]) {
        for attr in attrs {
            self.errors.push(attr, Message::Attribute);
        }
    }
}

fn is_any_order(attr: &Attribute) -> bool {
    attr.path().is_ident("any_order")
}

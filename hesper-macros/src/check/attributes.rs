//! Attributes of functions and parameters.

use super::Checker;
use crate::messages::Message;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Token};

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

    /// Splits a parameter's attributes into its docs and whether it is `#[comptime]`.
    pub(super) fn parameter_attributes(
        &mut self,
        attrs: Vec<Attribute>,
    ) -> (Vec<Attribute>, Option<Attribute>) {
        let mut docs = Vec::new();
        let mut comptime = None;
        for attr in attrs {
            if attr.path().is_ident("doc") {
                docs.push(attr);
            } else if attr.path().is_ident("comptime") {
                comptime = Some(attr);
            } else {
                self.errors.push(&attr, Message::ParameterAttribute);
            }
        }
        (docs, comptime)
    }

    /// Refuses attributes on statements and expressions.
    pub(super) fn no_attributes(&mut self, attrs: &[Attribute]) {
        for attr in attrs {
            self.errors.push(attr, Message::Attribute);
        }
    }
}

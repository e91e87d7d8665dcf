//! Structures: their declarations, their values, and what takes them apart.

use super::Checker;
use super::place::{Named, named};
use crate::ast::{Expr, Field, Pattern, Structure};
use crate::messages::Message;
use crate::parse::RawItem;
use proc_macro2::Ident;
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::{ExprStruct, Fields, ItemStruct, Member, Pat, PatStruct};

/// The structures of this `shader!` that have an atomic in them, by name.
pub(super) fn with_atomics(items: &[RawItem]) -> HashSet<String> {
    let structures: Vec<&ItemStruct> = items
        .iter()
        .filter_map(|item| match item {
            RawItem::Other(syn::Item::Struct(item)) => Some(item),
            _ => None,
        })
        .collect();
    let mut found = HashSet::from(["Atomic".to_string()]);
    loop {
        let before = found.len();
        for item in &structures {
            let holds = |name: &Ident| found.contains(&name.to_string());
            let fields = item.fields.iter();
            if fields
                .into_iter()
                .any(|field| super::types::mentions(quote::quote!(#field), &holds))
            {
                found.insert(item.ident.unraw().to_string());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

impl Checker<'_> {
    /// `struct S { a: T }`
    pub(super) fn structure(mut self, item: ItemStruct, atomics: &HashSet<String>) -> Structure {
        let before = self.errors.count();
        if !item.generics.params.is_empty() {
            self.errors.push(&item.generics, Message::StructureGeneric);
        }
        if !matches!(item.fields, Fields::Named(_)) || item.fields.is_empty() {
            self.errors.push(&item.ident, Message::StructureFields);
        }
        let atomic = atomics.contains(&item.ident.unraw().to_string());
        let fields = item.fields.into_iter().filter_map(|field| {
            let name = field.ident?;
            if matches!(named(&name), Named::Swizzle(_)) {
                let text = name.to_string();
                self.errors.push_named(&name, Message::FieldName, &text);
            }
            Some(Field {
                attrs: field.attrs,
                vis: field.vis,
                name,
                ty: self.stored(field.ty),
            })
        });
        let fields = fields.collect();
        Structure {
            attrs: item.attrs,
            vis: item.vis,
            name: item.ident,
            fields,
            atomic,
            valid: self.errors.count() == before,
        }
    }

    /// `S { a: x, ..base }`
    pub(super) fn structure_value(&mut self, e: &ExprStruct) -> Expr {
        let mut fields = Vec::new();
        for field in &e.fields {
            let value = self.expr(&field.expr);
            match &field.member {
                Member::Named(name) => fields.push((name.clone(), value)),
                Member::Unnamed(index) => self.errors.push(index, Message::StructureFields),
            }
        }
        let base = e.rest.as_ref().map(|base| self.boxed(base));
        if e.dot2_token.is_some() && base.is_none() {
            self.errors.push(e.dot2_token, Message::StructureBase);
        }
        Expr::Structure {
            path: e.path.clone(),
            fields,
            base,
        }
    }

    /// `let S { a, b: pattern, .. } = value;`
    pub(super) fn structure_pattern(&mut self, pat: PatStruct, broken: bool) -> Option<Pattern> {
        let number = self.exits;
        self.exits += 1;
        let mut fields = Vec::new();
        for field in pat.fields {
            let Member::Named(name) = field.member else {
                self.errors.push(field.member, Message::StructureFields);
                continue;
            };
            fields.push((name, self.pattern(*field.pat, broken)?));
        }
        Some(Pattern::Structure {
            path: pat.path,
            fields,
            rest: pat.rest.map(|rest| rest.dot2_token),
            number,
        })
    }
}

/// The fields of a pattern, less those that have no name.
pub(super) fn fields(pat: &PatStruct) -> impl Iterator<Item = (&Ident, &Pat)> {
    pat.fields.iter().filter_map(|field| match &field.member {
        Member::Named(name) => Some((name, &*field.pat)),
        Member::Unnamed(_) => None,
    })
}

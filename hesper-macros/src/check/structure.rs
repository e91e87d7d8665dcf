//! Structures: their declarations, their values, and what takes them apart.

use super::Checker;
use super::place::{Named, named};
use crate::ast::{Expr, Field, Item, Pattern, Structure, Ty};
use crate::messages::Message;
use crate::parse::RawItem;
use proc_macro2::Ident;
use std::collections::{HashMap, HashSet};
use syn::ext::IdentExt;
use syn::{ExprStruct, Fields, ItemStruct, Member, Pat, PatStruct, Type, TypeSlice};

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

/// The structures of this `shader!` that end in an array of runtime length, by name.
pub(super) fn with_tails(items: &[RawItem]) -> HashSet<String> {
    let tailed = items.iter().filter_map(|item| match item {
        RawItem::Other(syn::Item::Struct(item)) => {
            let last = item.fields.iter().next_back();
            let is_tail = last.is_some_and(|field| matches!(field.ty, Type::Slice(_)));
            is_tail.then(|| item.ident.unraw().to_string())
        }
        _ => None,
    });
    tailed.collect()
}

/// Marks the fields of which rustc alone knows whether they are values: those of types that are declared elsewhere, and of structures with such fields.
pub(super) fn mark_unsure(items: &mut [Item]) {
    let mut known: HashMap<String, bool> = HashMap::new();
    for item in items.iter() {
        if let Item::Structure(structure) = item {
            known.insert(structure.name.unraw().to_string(), false);
        }
    }
    loop {
        let mut changed = false;
        for item in items.iter_mut() {
            let Item::Structure(structure) = item else {
                continue;
            };
            for field in structure.fields.iter_mut().filter(|field| !field.unsure) {
                field.unsure = is_unsure(&field.ty, &known);
                changed |= field.unsure;
            }
            if structure.fields.iter().any(|field| field.unsure) {
                known.insert(structure.name.unraw().to_string(), true);
            }
        }
        if !changed {
            return;
        }
    }
}

fn is_unsure(ty: &Ty, known: &HashMap<String, bool>) -> bool {
    let Ty::Other(ty) = ty.innermost() else {
        return false;
    };
    let name = match ty {
        Type::Path(path) => path.path.get_ident(),
        _ => None,
    };
    let declared = name.and_then(|name| known.get(&name.unraw().to_string()));
    declared.copied().unwrap_or(true)
}

impl Checker<'_> {
    /// `struct S { a: T }`
    pub(super) fn structure(mut self, item: ItemStruct) -> Structure {
        let before = self.errors.count();
        if !item.generics.params.is_empty() {
            self.errors.push(&item.generics, Message::StructureGeneric);
        }
        if !matches!(item.fields, Fields::Named(_)) || item.fields.is_empty() {
            self.errors.push(&item.ident, Message::StructureFields);
        }
        let atomic = self.known.atomics.contains(&item.ident.unraw().to_string());
        let last = item.fields.len().saturating_sub(1);
        let fields = item.fields.into_iter().enumerate();
        let fields = fields.filter_map(|(at, field)| {
            let name = field.ident?;
            if name == "_" {
                self.errors.push(&name, Message::StructureFields);
                return None;
            }
            if matches!(named(&name), Named::Swizzle(_)) {
                let text = name.to_string();
                self.errors.push_named(&name, Message::FieldName, &text);
            }
            let ty = match field.ty {
                Type::Slice(slice) => self.tail_ty(slice, &name, at == last),
                ty => self.stored(ty),
            };
            Some(Field {
                attrs: field.attrs,
                vis: field.vis,
                name,
                ty,
                unsure: false,
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

    /// `items: [T]`
    fn tail_ty(&mut self, slice: TypeSlice, field: &Ident, is_last: bool) -> Ty {
        if !is_last {
            let name = field.to_string();
            self.errors.push_named(slice, Message::TailPlace, &name);
            return Ty::Broken;
        }
        match self.stored(*slice.elem) {
            Ty::Broken => Ty::Broken,
            element => Ty::Tail(slice.bracket_token, Box::new(element)),
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

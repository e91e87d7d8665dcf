//! Groups: what helpers are handed as one, a structure of borrowed memory and of values.
//!
//! ```text
//! struct Rows<'a> { x: &'a [f32], len: u32 }       no item: it stands for its fields
//! fn sum(rows: Rows<'_>, i: u32) -> f32            fn sum(rows_x: &[f32], rows_len: u32, i: u32) -> f32
//! let rows = Rows { x, len: n + 1 };               let rows_x = &x; let rows_len: u32 = n + 1;
//! rows.x[i]                                        rows_x[i]
//! sum(rows, i)                                     sum(rows_x, rows_len, i)
//! ```
//!
//! This is done to the tokens, before anything else sees them; the new names cannot be written by hand. What a name refers to is
//! seen later, as that of any other, and so is what is wrong with it.

mod tokens;
mod write;

use crate::errors::Errors;
use crate::messages::Message;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::{HashMap, HashSet};
use syn::{Fields, GenericParam, ItemStruct, Type};
use tokens::{is_end, is_punct};

/// What the names of fields begin with.
pub(crate) const PREFIX: &str = "__hesper_";

/// A declared group.
struct Group {
    fields: Vec<Field>,
}

struct Field {
    name: Ident,
    /// As a parameter has it: without the lifetime.
    ty: TokenStream,
    /// Whether it is memory, else a value.
    borrowed: bool,
}

/// The tokens with fields for groups, and the functions in which something was wrong.
pub(crate) fn expand(input: TokenStream, errors: &mut Errors) -> (TokenStream, HashSet<String>) {
    let tokens: Vec<TokenTree> = input.clone().into_iter().collect();
    let Some((tokens, groups)) = declared(tokens, errors) else {
        return (input, HashSet::new());
    };
    write::fields(tokens, &groups, errors)
}

/// The groups, and the tokens without them; `None` where there are none.
fn declared(
    tokens: Vec<TokenTree>,
    errors: &mut Errors,
) -> Option<(Vec<TokenTree>, HashMap<String, Group>)> {
    let mut groups = HashMap::new();
    let mut rest: Vec<TokenTree> = Vec::new();
    // Where the item that is being read begins: the first token is the path of the library.
    let mut start = 1;
    for token in tokens {
        let ends = is_end(&token);
        rest.push(token);
        let item = rest.get(start..).unwrap_or_default();
        if ends && is_group(item) {
            let item: TokenStream = rest.drain(start..).collect();
            match syn::parse2::<ItemStruct>(item) {
                Ok(item) => {
                    groups.insert(item.ident.to_string(), group(item, errors));
                }
                Err(error) => errors.absorb(error),
            }
        } else if ends {
            start = rest.len();
        }
    }
    (!groups.is_empty()).then_some((rest, groups))
}

/// Whether it is `struct Name<'a> ..`.
fn is_group(item: &[TokenTree]) -> bool {
    let at = item
        .iter()
        .position(|token| matches!(token, TokenTree::Ident(name) if name == "struct"));
    let after = at.and_then(|at| item.get(at + 2..)).unwrap_or_default();
    matches!(after, [open, quote, ..] if is_punct(open, '<') && is_punct(quote, '\''))
}

fn group(item: ItemStruct, errors: &mut Errors) -> Group {
    let mut generics = item.generics.params.iter();
    let one = matches!(
        (generics.next(), generics.next()),
        (Some(GenericParam::Lifetime(_)), None)
    );
    if !one || item.generics.where_clause.is_some() {
        errors.push_named(&item.ident, Message::GroupGeneric, &item.ident.to_string());
    }
    if !matches!(item.fields, Fields::Named(_)) || item.fields.is_empty() {
        errors.push(&item.ident, Message::StructureFields);
    }
    let fields = item.fields.into_iter().filter_map(|field| {
        let mut ty = field.ty;
        let borrowed = matches!(ty, Type::Reference(_));
        if let Type::Reference(reference) = &mut ty {
            reference.lifetime = None;
        }
        let name = field.ident?;
        if name == "_" {
            errors.push(&name, Message::StructureFields);
            return None;
        }
        Some(Field {
            name,
            ty: ty.into_token_stream(),
            borrowed,
        })
    });
    Group {
        fields: fields.collect(),
    }
}

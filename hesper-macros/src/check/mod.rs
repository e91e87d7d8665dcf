//! Parsed functions to checked ones: names resolved, everything that kernel code does not offer refused.
//!
//! Types are left to rustc, which sees the recorder's. What is wrong is reported and the check goes on.

mod array;
mod atomic;
mod attributes;
mod bindings;
mod call;
mod control;
mod expr;
mod forgotten;
mod functions;
mod jumps;
mod lend;
mod log;
mod pattern;
mod place;
mod signature;
mod stmt;
mod structure;
mod types;
mod unroll;

use crate::ast::{Block, Function, Helper, Item, Kernel, Ty};
use crate::errors::Errors;
use crate::messages::Message;
use crate::parse::{RawBody, RawFunction, RawItem, RawStmt};
use crate::scope::{Binding, Scope};
use proc_macro2::Ident;
use quote::ToTokens;
use std::collections::HashSet;
use syn::ext::IdentExt;

/// Checks the items; a function with an error stays, marked as not valid.
pub(crate) fn check(items: Vec<RawItem>, errors: &mut Errors) -> Vec<Item> {
    let functions = items.iter().filter_map(|item| match item {
        RawItem::Function(function) => Some(function.name.unraw().to_string()),
        RawItem::Other(_) => None,
    });
    let functions = functions.collect();
    let bodies = items.iter().filter_map(|item| match item {
        RawItem::Function(function) => Some(&function.body),
        RawItem::Other(_) => None,
    });
    let called = forgotten::named(bodies);
    let known = Known {
        functions,
        called,
        atomics: structure::with_atomics(&items),
        tailed: structure::with_tails(&items),
    };
    let check = |item| match item {
        RawItem::Function(raw) => Checker::new(errors, &known).function(raw),
        RawItem::Other(syn::Item::Struct(item)) => {
            Item::Structure(Checker::new(errors, &known).structure(item))
        }
        RawItem::Other(item) => {
            if !matches!(item, syn::Item::Const(_)) {
                errors.push(&item, Message::ItemNotOffered);
            }
            Item::Verbatim(item.into_token_stream())
        }
    };
    let mut items: Vec<Item> = items.into_iter().map(check).collect();
    structure::mark_unsure(&mut items);
    items
}

/// What the function being checked gives back.
enum Returns {
    Nothing,
    Value,
    /// A closure gives back what it ends in.
    Closure,
}

/// The names of one `shader!`.
struct Known {
    /// Its functions, which shadow builtins.
    functions: HashSet<String>,
    /// What stands in their bodies.
    called: HashSet<String>,
    /// Its structures that have an atomic in them.
    atomics: HashSet<String>,
    /// Its structures that end in an array of runtime length.
    tailed: HashSet<String>,
}

/// Checks one function or structure.
struct Checker<'a> {
    errors: &'a mut Errors,
    known: &'a Known,
    scope: Scope,
    /// Generic constants, and `#[comptime]` parameters.
    generic: Vec<Ident>,
    /// Type parameters.
    types: Vec<Ident>,
    comptime: Vec<Ident>,
    returns: Returns,
    /// The loops and labelled blocks around the line, innermost last.
    around: Vec<jumps::Around>,
    /// How many there were so far.
    exits: usize,
    /// Whether all of the function parsed; what is missing from one that did not is no further mistake.
    whole: bool,
}

impl<'a> Checker<'a> {
    fn new(errors: &'a mut Errors, known: &'a Known) -> Self {
        Checker {
            errors,
            known,
            scope: Scope::default(),
            generic: Vec::new(),
            types: Vec::new(),
            comptime: Vec::new(),
            returns: Returns::Nothing,
            around: Vec::new(),
            exits: 0,
            whole: true,
        }
    }

    fn function(mut self, raw: RawFunction) -> Item {
        let before = self.errors.count();
        self.whole = raw.whole;
        let (attrs, size) = self.workgroup_size(raw.attrs);
        let (attrs, any_order) = self.any_order(attrs, size.is_some());
        let (attrs, uniforms) = self.uniforms(attrs, size.is_some());
        let (attrs, helper) = self.helper_attribute(attrs, size.is_some());
        self.qualifiers(&raw.qualifiers);
        self.scope.enter();
        let consts = self.generics(raw.generics);
        let (params, comptime) = self.params(raw.params, size.is_some());
        let result = self.result(raw.output, size.is_some());
        let is_helper = helper || size.is_some() || result.is_some();
        let size = match size {
            None if !is_helper && self.looks_like_kernel(&raw.name, &params, &raw.body) => {
                let name = raw.name.to_string();
                self.errors
                    .push_named(&raw.name, Message::NoWorkgroupSize, &name);
                Some(Vec::new())
            }
            size => size,
        };
        let body = self.body(raw.body);
        self.scope.leave();
        let function = Function {
            attrs,
            vis: raw.vis,
            name: raw.name,
            types: self.types,
            consts,
            params,
            body,
            valid: raw.whole && self.errors.count() == before,
        };
        match size {
            Some(size) => Item::Kernel(Kernel {
                function,
                size,
                comptime,
                any_order,
                uniforms,
            }),
            None => Item::Helper(Helper { function, result }),
        }
    }

    fn body(&mut self, raw: RawBody) -> Block {
        let mut stmts = Vec::new();
        for stmt in raw.stmts {
            match stmt {
                RawStmt::Parsed(stmt) => stmts.push(stmt),
                RawStmt::BrokenLet(name) => self.scope.bind(&name, Binding::Unknown),
            }
        }
        let value = matches!(self.returns, Returns::Value);
        self.statements(raw.brace, stmts, value)
    }

    fn result(&mut self, output: syn::ReturnType, kernel: bool) -> Option<Ty> {
        let syn::ReturnType::Type(_, ty) = output else {
            return None;
        };
        if matches!(&*ty, syn::Type::Tuple(tuple) if tuple.elems.is_empty()) {
            return None;
        }
        self.returns = Returns::Value;
        if kernel {
            self.errors.push(&ty, Message::KernelResult);
            return None;
        }
        Some(self.value_ty(*ty))
    }
}

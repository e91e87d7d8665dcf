//! A kernel whose `#[workgroup_size(..)]` was forgotten would be a helper, and a launch of it a riddle.

use super::Checker;
use crate::ast::{Param, ParamKind};
use crate::messages::Message;
use crate::parse::{RawBody, RawStmt};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::HashSet;
use syn::Attribute;
use syn::ext::IdentExt;

/// What asks for a position in the dispatch, as kernels do first.
const POSITIONS: &[&str] = &[
    "global_index",
    "global_invocation_id",
    "workgroup_id",
    "workgroup_index",
];

impl Checker<'_> {
    /// Takes `#[helper]` out of a function's attributes.
    pub(super) fn helper_attribute(
        &mut self,
        attrs: Vec<Attribute>,
        kernel: bool,
    ) -> (Vec<Attribute>, bool) {
        let (found, kept): (Vec<_>, _) = attrs
            .into_iter()
            .partition(|attr| attr.path().is_ident("helper"));
        if let Some(attr) = found.first().filter(|_| kernel) {
            self.errors.push(attr, Message::HelperKernel);
        }
        (kept, !found.is_empty())
    }

    /// Whether a function without a workgroup size looks like a kernel: it writes buffers, takes and gives nothing that a kernel does not, asks for
    /// its position, and nobody calls it.
    pub(super) fn looks_like_kernel(&self, name: &Ident, params: &[Param], body: &RawBody) -> bool {
        let kinds = || params.iter().map(|param| param.kind);
        let fits = |kind| {
            matches!(
                kind,
                ParamKind::Read | ParamKind::Write | ParamKind::Value | ParamKind::MutValue
            )
        };
        let named = named(std::iter::once(body));
        kinds().all(fits)
            && kinds().any(|kind| kind == ParamKind::Write)
            && !self.known.called.contains(&name.unraw().to_string())
            && POSITIONS.iter().any(|position| named.contains(*position))
    }
}

/// The names that stand in functions' bodies.
pub(super) fn named<'a>(bodies: impl Iterator<Item = &'a RawBody>) -> HashSet<String> {
    let statements = bodies.flat_map(|body| &body.stmts).map(|stmt| match stmt {
        RawStmt::Parsed(stmt) => stmt.to_token_stream(),
        RawStmt::BrokenLet(_) => TokenStream::new(),
    });
    names(statements.collect()).collect()
}

fn names(tokens: TokenStream) -> Box<dyn Iterator<Item = String>> {
    Box::new(tokens.into_iter().flat_map(|token| match token {
        TokenTree::Ident(name) => Box::new(std::iter::once(name.unraw().to_string())),
        TokenTree::Group(group) => names(group.stream()),
        _ => Box::new(std::iter::empty()) as Box<dyn Iterator<Item = String>>,
    }))
}

//! Finding the next boundary after an error: the item's end, the next comma, the next statement.

use super::{RawBody, RawStmt};
use crate::errors::Errors;
use crate::messages::Message;
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};
use syn::parse::ParseStream;
use syn::{Block, Stmt, token};

/// The tokens after the item that starts here: it ends with braces or a semicolon.
pub(super) fn after_item(start: ParseStream<'_>) -> syn::Result<TokenStream> {
    let tokens: TokenStream = start.parse()?;
    let mut tokens = tokens.into_iter();
    for token in tokens.by_ref() {
        if is_brace(&token) || is_punct(&token, ';') {
            break;
        }
    }
    Ok(tokens.collect())
}

/// The parts between commas; a comma inside `<…>` separates nothing.
pub(super) fn split_at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![Vec::new()];
    let mut depth = 0_usize;
    let mut arrow = false;
    for token in tokens {
        match &token {
            TokenTree::Punct(p) if p.as_char() == '<' => depth += 1,
            TokenTree::Punct(p) if p.as_char() == '>' && !arrow => depth = depth.saturating_sub(1),
            TokenTree::Punct(p) if p.as_char() == ',' && depth == 0 => {
                parts.push(Vec::new());
                continue;
            }
            _ => {}
        }
        arrow = matches!(&token, TokenTree::Punct(p) if is_arrow_head(p));
        if let Some(part) = parts.last_mut() {
            part.push(token);
        }
    }
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.map(TokenStream::from_iter).collect()
}

fn is_arrow_head(p: &Punct) -> bool {
    p.as_char() == '-' && p.spacing() == Spacing::Joint
}

/// The name that a broken parameter most likely has: the identifier before its colon. A keyword is none.
pub(super) fn param_name(tokens: TokenStream) -> Option<Ident> {
    let mut idents = tokens.into_iter().filter_map(|token| match token {
        TokenTree::Ident(ident) if ident != "mut" => Some(TokenTree::Ident(ident)),
        _ => None,
    });
    syn::parse2(idents.next()?.into()).ok()
}

/// A function's body; statements that do not parse are reported and left out, at any depth.
pub(super) fn body(group: Group, errors: &mut Errors) -> RawBody {
    let brace = brace_of(&group);
    let error = match block(group.clone()) {
        Ok(block) => {
            let stmts = block.stmts.into_iter().map(RawStmt::Parsed).collect();
            return RawBody { brace, stmts };
        }
        Err(error) => error,
    };
    let before = errors.count();
    let mut stmts = Vec::new();
    for statement in statements(group.stream()) {
        match repair(&statement, errors) {
            Some(parsed) => stmts.extend(parsed.into_iter().map(RawStmt::Parsed)),
            None => stmts.extend(let_name(&statement).map(RawStmt::BrokenLet)),
        }
    }
    if errors.count() == before {
        // Each statement is sound alone: what fails is how they follow each other, a missing semicolon.
        errors.absorb(error);
    }
    RawBody { brace, stmts }
}

/// Parses one statement. Where that fails, its blocks are repaired first and the rest is tried again.
fn repair(statement: &[TokenTree], errors: &mut Errors) -> Option<Vec<Stmt>> {
    let error = match block(braced(statement)) {
        Ok(block) => return Some(block.stmts),
        Err(error) => error,
    };
    let before = errors.count();
    let mended: Vec<_> = statement.iter().map(|t| mend(t, errors)).collect();
    let found_inside = errors.count() > before;
    match block(braced(&mended)) {
        Ok(block) => Some(block.stmts),
        Err(_) if found_inside => None,
        Err(_) => {
            match cast_before_less(statement.iter().cloned().collect()) {
                Some(less) => errors.push(less, Message::CastBeforeLess),
                None => errors.absorb(error),
            }
            None
        }
    }
}

/// The `<` after `as T`, which starts generic arguments, as in all of Rust.
fn cast_before_less(tokens: TokenStream) -> Option<Punct> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let inside = tokens.iter().find_map(|token| match token {
        TokenTree::Group(group) => cast_before_less(group.stream()),
        _ => None,
    });
    let here = |window: &[TokenTree]| match window {
        [cast, TokenTree::Ident(ty), TokenTree::Punct(less)]
            if is_word(cast, &["as"])
                && less.as_char() == '<'
                && !ty.to_string().starts_with("Vec") =>
        {
            Some(less.clone())
        }
        _ => None,
    };
    inside.or_else(|| tokens.windows(3).find_map(here))
}

/// A block without the statements that do not parse; other tokens as they are.
fn mend(token: &TokenTree, errors: &mut Errors) -> TokenTree {
    let TokenTree::Group(group) = token else {
        return token.clone();
    };
    let error = match block(group.clone()) {
        Err(error) if group.delimiter() == Delimiter::Brace => error,
        _ => return token.clone(),
    };
    let before = errors.count();
    let mut kept = TokenStream::new();
    for statement in statements(group.stream()) {
        if let Some(parsed) = repair(&statement, errors) {
            kept.extend(parsed.iter().map(quote::ToTokens::to_token_stream));
        }
    }
    if errors.count() == before {
        errors.absorb(error);
    }
    let mut mended = Group::new(Delimiter::Brace, kept);
    mended.set_span(group.span());
    TokenTree::Group(mended)
}

/// Cuts a body into statements without understanding them.
fn statements(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut all = vec![Vec::new()];
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let Some(current) = all.last_mut() else { break };
        let ends = is_punct(&token, ';')
            || is_brace(&token)
                && starts_with_block(current)
                && !tokens.peek().is_some_and(|next| is_word(next, &["else"]));
        let guard = is_word(&token, &["if", "while"]) || is_punct(&token, '&');
        current.push(token);
        let new_let = !guard && tokens.peek().is_some_and(|next| is_word(next, &["let"]));
        if ends || new_let {
            all.push(Vec::new());
        }
    }
    all.retain(|statement| !statement.is_empty());
    all
}

/// Whether the statement begun so far is one that its block ends.
fn starts_with_block(begun: &[TokenTree]) -> bool {
    const KEYWORDS: &[&str] = &["if", "for", "while", "loop", "match", "unsafe"];
    let begun = match begun {
        [quote, _, colon, rest @ ..] if is_punct(quote, '\'') && is_punct(colon, ':') => rest,
        begun => begun,
    };
    begun.first().is_none_or(|first| is_word(first, KEYWORDS))
}

/// The name after `let` or `let mut`.
fn let_name(statement: &[TokenTree]) -> Option<Ident> {
    let (first, rest) = statement.split_first()?;
    if !is_word(first, &["let"]) {
        return None;
    }
    param_name(rest.iter().cloned().collect())
}

fn block(group: Group) -> syn::Result<Block> {
    syn::parse2(TokenTree::Group(group).into())
}

/// The tokens as a block of their own, which ends where they end.
fn braced(tokens: &[TokenTree]) -> Group {
    let mut group = Group::new(Delimiter::Brace, tokens.iter().cloned().collect());
    if let Some(last) = tokens.last() {
        group.set_span(last.span());
    }
    group
}

fn brace_of(group: &Group) -> token::Brace {
    token::Brace {
        span: group.delim_span(),
    }
}

fn is_brace(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(p) if p.as_char() == character)
}

fn is_word(token: &TokenTree, words: &[&str]) -> bool {
    matches!(token, TokenTree::Ident(ident) if words.iter().any(|word| ident == word))
}

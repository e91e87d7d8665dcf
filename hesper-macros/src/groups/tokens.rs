//! Questions about tokens.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// Whether an item ends here.
pub(super) fn is_end(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    }
}

pub(super) fn delimited(like: &Group, stream: TokenStream) -> TokenTree {
    let mut group = Group::new(like.delimiter(), stream);
    group.set_span(like.span());
    TokenTree::Group(group)
}

pub(super) fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

/// The dot before a field, not one of a range.
pub(super) fn is_lone_dot(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.' && punct.spacing() == Spacing::Alone)
}

/// Whether what comes is a variable: no field or method of what stands before, no end of a path, no label, and no field that is given a value.
pub(super) fn stands_alone(before: &[TokenTree], rest: &[TokenTree]) -> bool {
    let given = matches!(rest, [colon, ..] if is_punct(colon, ':'));
    let follows = match before {
        [.., one, two] if is_punct(two, '.') => !is_punct(one, '.'),
        [.., one, two] if is_punct(two, ':') => is_punct(one, ':'),
        [.., last] => is_punct(last, '.') || is_punct(last, '\''),
        [] => false,
    };
    !given && !follows
}

/// Whether it is a whole argument, of which `&` and `&mut` are left out.
pub(super) fn is_argument(before: &mut Vec<TokenTree>, rest: &[TokenTree]) -> bool {
    let borrow = match before.as_slice() {
        [.., and, TokenTree::Ident(word)] if is_punct(and, '&') && word == "mut" => 2,
        [.., and] if is_punct(and, '&') => 1,
        _ => 0,
    };
    let start = before.len() - borrow;
    let begins = before[..start]
        .last()
        .is_none_or(|token| is_punct(token, ','));
    let is_argument = begins && rest.first().is_none_or(|token| is_punct(token, ','));
    if is_argument {
        before.truncate(start);
    }
    is_argument
}

/// Whether the attribute has this name.
pub(super) fn begins(attribute: &Group, name: &str) -> bool {
    let first = attribute.stream().into_iter().next();
    matches!(first, Some(TokenTree::Ident(word)) if word == name)
}

/// What commas part, but for those between `<` and `>`; among expressions, where these compare too, only after `::`.
pub(super) fn split(tokens: TokenStream, types: bool) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    let mut depth = 0usize;
    let mut before = ' ';
    for token in tokens {
        let character = match &token {
            TokenTree::Punct(punct) => punct.as_char(),
            _ => ' ',
        };
        match character {
            '<' if types || depth > 0 || before == ':' => depth += 1,
            // Not the arrow of a function's type.
            '>' if before != '-' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = character;
        match (character, depth, parts.last_mut()) {
            (',', 0, _) => parts.push(Vec::new()),
            (.., Some(part)) => part.push(token),
            _ => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

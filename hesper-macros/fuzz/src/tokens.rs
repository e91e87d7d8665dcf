//! Token streams as flat lists, which may be cut and joined anywhere.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// A token; groups are their two delimiters.
#[derive(Clone)]
pub(crate) enum Token {
    Open(Delimiter),
    Close,
    Leaf(TokenTree),
}

/// Appends the tokens of a stream.
pub(crate) fn flatten(tokens: TokenStream, to: &mut Vec<Token>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                to.push(Token::Open(group.delimiter()));
                flatten(group.stream(), to);
                to.push(Token::Close);
            }
            mut leaf => {
                // Positions in the corpus's text would only cost time.
                leaf.set_span(Span::call_site());
                to.push(Token::Leaf(leaf));
            }
        }
    }
}

/// The stream of any list: what closes nothing is left out, what is open at the end is closed there.
pub(crate) fn stream(tokens: &[Token]) -> TokenStream {
    let mut open: Vec<(Delimiter, Vec<TokenTree>)> = vec![(Delimiter::None, Vec::new())];
    let close = |open: &mut Vec<(Delimiter, Vec<TokenTree>)>| {
        if open.len() > 1
            && let Some((delimiter, inside)) = open.pop()
            && let Some((_, outside)) = open.last_mut()
        {
            let group = Group::new(delimiter, inside.into_iter().collect());
            outside.push(TokenTree::Group(group));
        }
    };
    for token in tokens {
        match (token, open.last_mut()) {
            (Token::Open(delimiter), _) => open.push((*delimiter, Vec::new())),
            (Token::Close, _) => close(&mut open),
            (Token::Leaf(leaf), Some((_, inside))) => inside.push(leaf.clone()),
            (Token::Leaf(_), None) => {}
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().into_iter().flat_map(|(_, all)| all).collect()
}

/// The stream as text.
pub(crate) fn text(tokens: &[Token]) -> String {
    stream(tokens).to_string()
}

/// A name.
pub(crate) fn name(name: &str) -> Token {
    Token::Leaf(Ident::new(name, Span::call_site()).into())
}

/// Signs of Rust, each of one or more characters.
pub(crate) fn signs(signs: &str) -> Vec<Token> {
    let last = signs.chars().count().saturating_sub(1);
    let sign = |(i, sign)| {
        let spacing = if i < last {
            Spacing::Joint
        } else {
            Spacing::Alone
        };
        Token::Leaf(Punct::new(sign, spacing).into())
    };
    signs.chars().enumerate().map(sign).collect()
}

/// A literal, of its text.
pub(crate) fn literal(text: &str) -> Option<Token> {
    Some(Token::Leaf(text.parse::<Literal>().ok()?.into()))
}

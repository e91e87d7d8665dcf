//! `log!("x = {}", x);`, the one macro of kernel code.

use super::Checker;
use crate::ast::Stmt;
use crate::messages::Message;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Lit, LitStr, Macro, Token};

/// What stands for a value in the text; in messages too, whose own gaps it fills.
const GAP: &str = "{}";

impl Checker<'_> {
    /// A macro for its effect.
    pub(super) fn macro_call(&mut self, call: &Macro, whole: impl ToTokens) -> Option<Stmt> {
        if !call.path.is_ident("log") {
            self.errors.push(whole, Message::MacroCall);
            return None;
        }
        let args = call.parse_body_with(Punctuated::<syn::Expr, Token![,]>::parse_terminated);
        let args = match args {
            Ok(args) => args,
            Err(error) => {
                self.errors.absorb(error);
                return None;
            }
        };
        let mut args = args.iter();
        let Some(text) = args.next().and_then(literal) else {
            self.errors.push_named(whole, Message::LogText, GAP);
            return None;
        };
        let values: Vec<_> = args.map(|e| self.expr(e)).collect();
        let Some(pieces) = pieces(&text.value()) else {
            self.errors.push_named(text, Message::LogGap, GAP);
            return None;
        };
        if pieces.len() != values.len() + 1 {
            self.errors.push_named(text, Message::LogCount, GAP);
            return None;
        }
        Some(Stmt::Log {
            span: call.path.span(),
            text: pieces,
            values,
        })
    }
}

fn literal(e: &syn::Expr) -> Option<&LitStr> {
    match e {
        syn::Expr::Lit(e) => match &e.lit {
            Lit::Str(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// The text around its gaps; `None` where a brace is neither a gap nor doubled.
fn pieces(text: &str) -> Option<Vec<String>> {
    let mut pieces = vec![String::new()];
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (c, matches!(c, '{' | '}').then(|| rest.next())) {
            ('{', Some(Some('}'))) => pieces.push(String::new()),
            (c, Some(next)) if next != Some(c) => return None,
            _ => pieces.last_mut()?.push(c),
        }
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn gaps_part_the_text() {
        let cases: [(&str, Option<&[&str]>); 8] = [
            ("", Some(&[""])),
            ("a", Some(&["a"])),
            ("{}", Some(&["", ""])),
            ("a {} b {}", Some(&["a ", " b ", ""])),
            ("{{}} {}", Some(&["{} ", ""])),
            ("{x}", None),
            ("{", None),
            ("a }", None),
        ];
        for (text, expected) in cases {
            let found = pieces(text);
            let expected = expected.map(|e| e.iter().map(ToString::to_string).collect());
            assert_eq!(found, expected, "{text:?}");
        }
    }
}

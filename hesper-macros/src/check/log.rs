//! `log!("x = {}", x);` and `assert!(x > 0.0, "x = {}", x);`, the macros of kernel code.

use super::Checker;
use crate::ast::{Expr, Stmt};
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
        let asserts = call.path.is_ident("assert");
        if !asserts && !call.path.is_ident("log") {
            self.errors.push(whole, Message::MacroCall);
            return None;
        }
        let args = call.parse_body_with(Punctuated::<syn::Expr, Token![,]>::parse_terminated);
        let args: Vec<_> = match args {
            Ok(args) => args.into_iter().collect(),
            Err(error) => {
                self.errors.absorb(error);
                return None;
            }
        };
        let span = call.path.span();
        if !asserts {
            let (text, values) = self.text(&args, whole)?;
            return Some(Stmt::Log { span, text, values });
        }
        let Some((condition, rest)) = args.split_first() else {
            self.errors.push_named(whole, Message::AssertCondition, GAP);
            return None;
        };
        let checked = self.expr(condition);
        let (text, values) = match rest {
            [] => {
                let condition = source(condition);
                (vec![format!("assertion failed: {condition}")], Vec::new())
            }
            rest => self.text(rest, whole)?,
        };
        Some(Stmt::Assert {
            span,
            condition: checked,
            text,
            values,
        })
    }

    /// A text with its values: the pieces around them, and the values.
    fn text(
        &mut self,
        args: &[syn::Expr],
        whole: impl ToTokens,
    ) -> Option<(Vec<String>, Vec<Expr>)> {
        let Some((text, values)) = args.split_first().and_then(|(text, values)| {
            let text = literal(text)?;
            Some((text, values))
        }) else {
            self.errors.push_named(whole, Message::LogText, GAP);
            return None;
        };
        let values: Vec<_> = values.iter().map(|e| self.expr(e)).collect();
        let Some(pieces) = pieces(&text.value()) else {
            self.errors.push_named(text, Message::LogGap, GAP);
            return None;
        };
        if pieces.len() != values.len() + 1 {
            self.errors.push_named(text, Message::LogCount, GAP);
            return None;
        }
        Some((pieces, values))
    }
}

/// The text of an expression, without the spaces that tokens are printed with around what binds tightly.
fn source(e: &syn::Expr) -> String {
    const TIGHT: &[char] = &['(', '[', '.', '!'];
    let mut text = String::new();
    for c in e.to_token_stream().to_string().chars() {
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | ']');
        let joins = matches!(c, '[' | '(' | '.' | ',' | ')' | ']');
        if joins && text.trim_end().ends_with(word) {
            text.truncate(text.trim_end().len());
        }
        if c != ' ' || !text.ends_with(TIGHT) {
            text.push(c);
        }
    }
    text
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
    use super::{pieces, source};

    #[test]
    fn conditions_read_as_they_were_written() {
        for text in [
            "i < 1000 && x[i] != 7.0",
            "!(a.max(b, c) > t.x) || (n & 1) == 0",
        ] {
            let e: syn::Expr = syn::parse_str(text).unwrap();
            assert_eq!(source(&e), text);
        }
    }

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

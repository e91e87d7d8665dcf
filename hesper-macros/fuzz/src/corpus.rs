//! What inputs are made of: the kernel code of the repository's sources, and words.

use crate::tokens::{Token, flatten, literal, name, signs};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::path::Path;

/// Items of more tokens are left out: they cost the time of many.
const LONGEST: usize = 250;

const FOLDERS: [&str; 4] = ["examples", "hesper-ad/src", "hesper-shader/src", "tests"];

const NAMES: &str = "fn let mut if else for while loop break continue return match in as pub const struct impl use self Self crate super unsafe async move ref \
    true false type where enum static mod dyn extern trait r#fn workgroup workgroup_size helper any_order unroll comptime f32 f64 f16 i32 u32 usize bool Vec2 Vec3 Vec4 Mat3 \
    Atomic global_index local_invocation_index workgroup_barrier subgroup_add subgroup_broadcast workgroup_uniform_load frexp modf log assert len load store fetch_add \
    compare_exchange_weak wrapping_add powi mul_add clamp x y n i a b _";
const SIGNS: [&str; 34] = [
    "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "&&", "||", "!", "==", "!=", "<", "<=",
    ">", ">=", "=", "+=", "<<=", "..", "..=", ".", ",", ";", ":", "::", "->", "=>", "#", "?", "@",
];
const LITERALS: [&str; 20] = [
    "0",
    "1",
    "2u32",
    "0xff_i32",
    "4294967295",
    "4294967296u32",
    "99999999999999999999999999999999999999999",
    "1.0",
    "1e400",
    "1.5e-3_f32",
    "1f32",
    "1f16",
    "1f64",
    "0b1",
    "\"text\"",
    "\"{} {{ {x}\"",
    "\"{\"",
    "'c'",
    "b'c'",
    "b\"bytes\"",
];

pub(crate) struct Corpus {
    /// Items of kernel code: functions, structures, constants.
    pub(crate) kernels: Vec<Vec<Token>>,
    /// One or a few tokens that belong together.
    pub(crate) words: Vec<Vec<Token>>,
}

impl Corpus {
    pub(crate) fn read() -> Corpus {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut kernels = Vec::new();
        for folder in FOLDERS {
            read_folder(&root.join(folder), &mut kernels);
        }
        let mut words: Vec<Vec<Token>> = Vec::new();
        for word in NAMES.split_whitespace() {
            words.push(match word.strip_prefix("r#") {
                Some(raw) => vec![Token::Leaf(
                    proc_macro2::Ident::new_raw(raw, proc_macro2::Span::call_site()).into(),
                )],
                None => vec![name(word)],
            });
        }
        words.extend(SIGNS.map(signs));
        words.extend(
            LITERALS
                .iter()
                .filter_map(|text| Some(vec![literal(text)?])),
        );
        words.push(lifetime());
        for delimiter in [
            Delimiter::Parenthesis,
            Delimiter::Brace,
            Delimiter::Bracket,
            Delimiter::None,
        ] {
            words.push(vec![Token::Open(delimiter)]);
            words.push(vec![Token::Open(delimiter), Token::Close]);
        }
        words.push(vec![Token::Close]);
        Corpus { kernels, words }
    }
}

/// `'a`.
fn lifetime() -> Vec<Token> {
    let mut tokens = Vec::new();
    if let Ok(stream) = "'a".parse() {
        flatten(stream, &mut tokens);
    }
    tokens
}

fn read_folder(folder: &Path, kernels: &mut Vec<Vec<Token>>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read_folder(&path, kernels);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && let Ok(text) = std::fs::read_to_string(&path)
            && text.contains("shader!")
            && let Ok(tokens) = text.parse()
        {
            read_tokens(tokens, kernels);
        }
    }
}

/// The items of each `shader! { … }`.
fn read_tokens(tokens: TokenStream, kernels: &mut Vec<Vec<Token>>) {
    let mut before = [None, None];
    for token in tokens {
        let text = token.to_string();
        if let TokenTree::Group(group) = token {
            if before == [Some("shader".to_string()), Some("!".to_string())] {
                read_items(group.stream(), kernels);
            } else {
                read_tokens(group.stream(), kernels);
            }
        }
        before = [before[1].take(), Some(text)];
    }
}

/// An item ends with braces or a semicolon.
fn read_items(tokens: TokenStream, kernels: &mut Vec<Vec<Token>>) {
    let mut item = Vec::new();
    for token in tokens {
        let ends = match &token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(punct) => punct.as_char() == ';',
            _ => false,
        };
        flatten(token.into(), &mut item);
        if ends {
            let item = std::mem::take(&mut item);
            if item.len() <= LONGEST {
                kernels.push(item);
            }
        }
    }
}

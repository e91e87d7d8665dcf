//! Tokens to functions and statements, recovering at item, parameter and statement boundaries.

mod recover;

use crate::errors::Errors;
use crate::groups;
use crate::messages::Message;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Abi, Attribute, FnArg, Generics, Item, ReturnType, Token, Visibility, bracketed, token};

/// The macro's input, cut up.
pub(crate) struct Parsed {
    /// The path under which the library is reached.
    pub runtime: TokenStream,
    pub items: Vec<RawItem>,
}

pub(crate) enum RawItem {
    Function(RawFunction),
    Other(Item),
}

/// A function as written.
pub(crate) struct RawFunction {
    pub attrs: Vec<Attribute>,
    pub vis: Visibility,
    /// `async`, `unsafe` and the like, none of which is offered.
    pub qualifiers: Vec<TokenStream>,
    pub name: Ident,
    pub generics: Generics,
    pub params: Vec<RawParam>,
    pub output: ReturnType,
    pub body: RawBody,
    /// Whether every part of it parsed.
    pub whole: bool,
}

pub(crate) enum RawParam {
    Parsed(FnArg),
    /// It did not parse, but its name could be made out.
    Broken(Ident),
}

/// A body, less the statements that did not parse.
pub(crate) struct RawBody {
    pub brace: token::Brace,
    pub stmts: Vec<RawStmt>,
}

pub(crate) enum RawStmt {
    Parsed(syn::Stmt),
    /// A broken `let` and the name it would have bound.
    BrokenLet(Ident),
}

/// Parses `[runtime] items…`; what cannot be parsed is reported and left out.
pub(crate) fn parse(input: TokenStream, errors: &mut Errors) -> Parsed {
    reserved_names(input.clone(), errors);
    let (input, broken) = groups::expand(input, errors);
    let parser = |input: ParseStream<'_>| {
        let runtime;
        bracketed!(runtime in input);
        let runtime = runtime.parse()?;
        Ok(Parsed {
            runtime,
            items: items(input, errors)?,
        })
    };
    match parser.parse2(input) {
        Ok(mut parsed) => {
            for item in &mut parsed.items {
                if let RawItem::Function(function) = item {
                    function.whole &= !broken.contains(&function.name.to_string());
                }
            }
            parsed
        }
        Err(error) => {
            errors.absorb(error);
            Parsed {
                runtime: TokenStream::new(),
                items: Vec::new(),
            }
        }
    }
}

/// Refuses names that could meet the expansion's own.
fn reserved_names(tokens: TokenStream, errors: &mut Errors) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) if is_reserved(&name) => {
                errors.push_named(&name, Message::ReservedName, &name.to_string());
            }
            TokenTree::Group(group) => reserved_names(group.stream(), errors),
            _ => {}
        }
    }
}

fn is_reserved(name: &Ident) -> bool {
    let name = name.unraw().to_string().to_lowercase();
    name.starts_with("__hesper")
}

fn items(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<RawItem>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        let start = input.fork();
        match item(input, errors) {
            Ok(item) => items.push(item),
            Err(error) => {
                errors.absorb(error);
                // A fork that ran ahead cannot be wound back, so the rest goes through a second one.
                let rest = recover::after_item(&start)?;
                let parser = |input: ParseStream<'_>| self::items(input, errors);
                items.extend(parser.parse2(rest)?);
                input.parse::<TokenStream>()?;
            }
        }
    }
    Ok(items)
}

fn item(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<RawItem> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    ahead.parse::<Visibility>()?;
    qualifiers(&ahead)?;
    if ahead.peek(Token![fn]) {
        function(input, errors).map(RawItem::Function)
    } else {
        input.parse().map(RawItem::Other)
    }
}

fn function(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<RawFunction> {
    let before = errors.count();
    let attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse()?;
    let qualifiers = qualifiers(input)?;
    input.parse::<Token![fn]>()?;
    let name: Ident = input.parse()?;
    let mut generics: Generics = input.parse()?;
    let params = params(group(input, Delimiter::Parenthesis, "`(`")?, errors);
    let output = input.parse()?;
    generics.where_clause = input.parse()?;
    if let Some(semi) = input.parse::<Option<Token![;]>>()? {
        return Err(syn::Error::new_spanned(
            semi,
            Message::MissingBody.render(""),
        ));
    }
    let body = recover::body(group(input, Delimiter::Brace, "`{`")?, errors);
    Ok(RawFunction {
        attrs,
        vis,
        qualifiers,
        name,
        generics,
        params,
        output,
        body,
        whole: errors.count() == before,
    })
}

fn qualifiers(input: ParseStream<'_>) -> syn::Result<Vec<TokenStream>> {
    fn one<T: Parse + quote::ToTokens>(
        input: ParseStream<'_>,
        found: &mut Vec<TokenStream>,
    ) -> syn::Result<()> {
        let token: T = input.parse()?;
        found.push(token.into_token_stream());
        Ok(())
    }
    let mut found = Vec::new();
    if input.peek(Token![const]) && !input.peek2(syn::Ident) && !input.peek2(Token![_]) {
        one::<Token![const]>(input, &mut found)?;
    }
    if input.peek(Token![async]) {
        one::<Token![async]>(input, &mut found)?;
    }
    if input.peek(Token![unsafe]) && !input.peek2(Token![impl]) {
        one::<Token![unsafe]>(input, &mut found)?;
    }
    if input.peek(Token![extern]) && !input.peek2(Token![crate]) {
        one::<Abi>(input, &mut found)?;
    }
    Ok(found)
}

/// The next token, which must be a group.
fn group(input: ParseStream<'_>, delimiter: Delimiter, expected: &str) -> syn::Result<Group> {
    input.step(|cursor| match cursor.token_tree() {
        Some((TokenTree::Group(group), rest)) if group.delimiter() == delimiter => {
            Ok((group, rest))
        }
        _ => Err(cursor.error(format_args!("expected {expected}"))),
    })
}

fn params(list: Group, errors: &mut Errors) -> Vec<RawParam> {
    let mut params = Vec::new();
    for tokens in recover::split_at_commas(list.stream()) {
        let name = recover::param_name(tokens.clone());
        match syn::parse2(tokens) {
            Ok(param) => params.push(RawParam::Parsed(param)),
            Err(error) => {
                errors.absorb(error);
                params.extend(name.map(RawParam::Broken));
            }
        }
    }
    params
}

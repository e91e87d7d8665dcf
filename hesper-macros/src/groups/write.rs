//! Functions with fields where groups stood.

use super::tokens::{
    begins, delimited, is_argument, is_end, is_lone_dot, is_punct, split, stands_alone,
};
use super::{Group, PREFIX};
use crate::errors::Errors;
use crate::messages::Message;
use proc_macro2::{Delimiter, Group as Delimited, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use std::collections::{HashMap, HashSet};
use syn::ext::IdentExt;

/// Names that stand for groups here, and what those are.
type Locals<'g> = HashMap<String, &'g Group>;

/// The items less the groups, and the names of functions in which something was wrong.
pub(super) fn fields(
    tokens: Vec<TokenTree>,
    groups: &HashMap<String, Group>,
    errors: &mut Errors,
) -> (TokenStream, HashSet<String>) {
    let mut writer = Writer {
        groups,
        errors,
        broken: HashSet::new(),
    };
    (writer.items(tokens), writer.broken)
}

struct Writer<'g, 'e> {
    groups: &'g HashMap<String, Group>,
    errors: &'e mut Errors,
    broken: HashSet<String>,
}

/// How much of a function was read.
#[derive(PartialEq)]
enum Read {
    Nothing,
    Keyword,
    Name,
    Parameters,
}

impl<'g> Writer<'g, '_> {
    /// Functions have their parameters and bodies written anew; all else stays.
    fn items(&mut self, tokens: Vec<TokenTree>) -> TokenStream {
        let mut output = TokenStream::new();
        let mut locals = Locals::new();
        let (mut read, mut kernel, mut name) = (Read::Nothing, false, String::new());
        let mut before = self.errors.count();
        for token in tokens {
            let ends = is_end(&token);
            let token = match (token, &read) {
                (TokenTree::Ident(word), Read::Nothing) if word == "fn" => {
                    (read, before) = (Read::Keyword, self.errors.count());
                    TokenTree::Ident(word)
                }
                (TokenTree::Ident(word), Read::Keyword) => {
                    (read, name) = (Read::Name, word.to_string());
                    TokenTree::Ident(word)
                }
                (TokenTree::Group(inner), Read::Name)
                    if inner.delimiter() == Delimiter::Parenthesis =>
                {
                    read = Read::Parameters;
                    delimited(&inner, self.params(inner.stream(), kernel, &mut locals))
                }
                (TokenTree::Group(inner), Read::Parameters)
                    if inner.delimiter() == Delimiter::Brace =>
                {
                    delimited(&inner, self.body(&inner, &locals))
                }
                (TokenTree::Group(inner), _) => {
                    kernel |= begins(&inner, "workgroup_size");
                    TokenTree::Group(inner)
                }
                (token, _) => token,
            };
            output.extend([token]);
            if ends {
                if read != Read::Nothing && self.errors.count() > before {
                    self.broken.insert(std::mem::take(&mut name));
                }
                (read, kernel) = (Read::Nothing, false);
                locals.clear();
            }
        }
        output
    }

    /// A parameter of a group becomes one for each field.
    fn params(
        &mut self,
        params: TokenStream,
        kernel: bool,
        locals: &mut Locals<'g>,
    ) -> TokenStream {
        let mut output = TokenStream::new();
        for param in split(params, true) {
            let of = match param.as_slice() {
                [TokenTree::Ident(name), colon, ty @ ..] if is_punct(colon, ':') => {
                    self.type_name(ty).map(|(ty, group)| (name, ty, group))
                }
                _ => None,
            };
            let Some((name, ty, group)) = of else {
                output.extend(param);
                output.extend(quote!(,));
                continue;
            };
            if kernel {
                let name = name.to_string();
                self.errors.push_named(ty, Message::GroupKernel, &name);
            }
            locals.insert(name.to_string(), group);
            for field in &group.fields {
                let (field, ty) = (field_name(name, &field.name), &field.ty);
                output.extend(quote!(#field: #ty,));
            }
        }
        output
    }

    /// The group that a type names: `Name`, `Name<'_>`, or a reference to one.
    fn type_name<'t>(&self, mut ty: &'t [TokenTree]) -> Option<(&'t Ident, &'g Group)> {
        while let [first, rest @ ..] = ty {
            match first {
                TokenTree::Punct(punct) if punct.as_char() == '&' => ty = rest,
                TokenTree::Ident(name) if name == "mut" => ty = rest,
                TokenTree::Ident(name) => {
                    let whole = rest.is_empty()
                        || matches!(rest, [open, quote, _, close] if is_punct(open, '<') && is_punct(quote, '\'') && is_punct(close, '>'));
                    return whole
                        .then_some(name)
                        .zip(self.groups.get(&name.to_string()));
                }
                _ => return None,
            }
        }
        None
    }

    /// Statements and expressions; groups that are bound in a block are forgotten where it ends.
    fn body(&mut self, body: &Delimited, outside: &Locals<'g>) -> TokenStream {
        let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
        let mut locals = outside.clone();
        let mut output: Vec<TokenTree> = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let rest = tokens.get(at + 1..).unwrap_or_default();
            at += 1;
            match token {
                TokenTree::Ident(word) if word == "let" => {
                    let Some((name, of, group, value)) = self.construction(rest) else {
                        output.push(token.clone());
                        continue;
                    };
                    output.extend(self.constructed(name, of, group, value, &locals));
                    locals.insert(name.to_string(), group);
                    at += 5;
                }
                TokenTree::Ident(name) if stands_alone(&output, rest) => {
                    let Some(group) = locals.get(&name.to_string()) else {
                        output.push(token.clone());
                        continue;
                    };
                    match rest {
                        [dot, TokenTree::Ident(field), ..] if is_lone_dot(dot) => {
                            output.push(self.field(name, field, group));
                            at += 2;
                        }
                        _ if body.delimiter() == Delimiter::Parenthesis
                            && is_argument(&mut output, rest) =>
                        {
                            let fields = group
                                .fields
                                .iter()
                                .map(|field| field_name(name, &field.name));
                            output.extend(quote!(#(#fields),*));
                        }
                        _ => {
                            let text = name.to_string();
                            self.errors.push_named(name, Message::GroupUse, &text);
                            output.push(token.clone());
                        }
                    }
                }
                TokenTree::Group(inner) => {
                    let stream = self.body(inner, &locals);
                    output.push(delimited(inner, stream));
                }
                token => output.push(token.clone()),
            }
        }
        output.into_iter().collect()
    }

    /// `name = Group { .. };` after a `let`.
    fn construction<'t>(
        &self,
        rest: &'t [TokenTree],
    ) -> Option<(&'t Ident, &'t Ident, &'g Group, &'t Delimited)> {
        match rest {
            [
                TokenTree::Ident(name),
                equals,
                TokenTree::Ident(of),
                TokenTree::Group(value),
                end,
                ..,
            ] if is_punct(equals, '=')
                && is_punct(end, ';')
                && value.delimiter() == Delimiter::Brace =>
            {
                Some((name, of, self.groups.get(&of.to_string())?, value))
            }
            _ => None,
        }
    }

    /// A `let` for each field.
    fn constructed(
        &mut self,
        name: &Ident,
        of: &Ident,
        group: &Group,
        value: &Delimited,
        locals: &Locals<'g>,
    ) -> TokenStream {
        let mut given: HashMap<String, TokenStream> = HashMap::new();
        let mut wrong = false;
        for part in split(value.stream(), false) {
            let (field, value) = match part.as_slice() {
                [TokenTree::Ident(field)] => (field, field.to_token_stream()),
                [TokenTree::Ident(field), colon, value @ ..] if is_punct(colon, ':') => {
                    let value = Delimited::new(Delimiter::None, value.iter().cloned().collect());
                    (field, self.body(&value, locals))
                }
                _ => {
                    wrong = true;
                    continue;
                }
            };
            let known = group.fields.iter().any(|known| known.name == *field);
            wrong |= !known || given.insert(field.to_string(), value).is_some();
        }
        if wrong || given.len() < group.fields.len() {
            let names: Vec<String> = group
                .fields
                .iter()
                .map(|field| field.name.to_string())
                .collect();
            let whole = format!("{of} {{ {} }}", names.join(", "));
            self.errors.push_named(of, Message::GroupFields, &whole);
        }
        let lets = group.fields.iter().map(|field| {
            let (own, ty) = (field_name(name, &field.name), &field.ty);
            match (given.remove(&field.name.to_string()), field.borrowed) {
                // What is borrowed is known by its name, which a reference to it tells from a value.
                (Some(value), true) => quote_spanned! {name.span()=> let #own = & #value; },
                (Some(value), false) => quote_spanned! {name.span()=> let #own: #ty = #value; },
                (None, _) => TokenStream::new(),
            }
        });
        lets.collect()
    }

    /// `name.field`
    fn field(&mut self, name: &Ident, field: &Ident, group: &Group) -> TokenTree {
        if !group.fields.iter().any(|known| known.name == *field) {
            let names = group
                .fields
                .iter()
                .map(|field| format!("`{name}.{}`", field.name));
            let names: Vec<String> = names.collect();
            self.errors
                .push_named(field, Message::GroupField, &names.join(", "));
        }
        TokenTree::Ident(field_name(name, field))
    }
}

/// The name under which a field of a group goes.
fn field_name(group: &Ident, field: &Ident) -> Ident {
    let name = format!("{PREFIX}{}_{}", group.unraw(), field.unraw());
    Ident::new(&name, field.span())
}

//! The paths that a source text names, wherever Rust lets one stand.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, File, ImplItem, Item, ItemUse, Macro, Meta, Path, UseTree, Visibility};

/// A path as it is written, and the module it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// Names from the root of the crate to the module around it.
    pub here: Vec<String>,
    /// Its segments; the last is `*` where it names all there is.
    pub segments: Vec<String>,
    pub line: usize,
}

/// A module whose text is in a file of its own.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    /// Names from the root of the crate.
    pub module: Vec<String>,
    /// What `#[path]` says.
    pub path: Option<String>,
}

/// What is found in a file. Tests and prose do not count, nor does whom something is visible to.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub paths: Vec<Written>,
    pub modules: Vec<Declared>,
    /// Macros that are named from the root of the crate wherever they are written.
    pub macros: Vec<String>,
    here: Vec<String>,
}

/// All paths of a file that is this module.
pub(super) fn paths(module: &[String], file: &File) -> Found {
    let mut found = Found {
        here: module.to_vec(),
        ..Found::default()
    };
    found.visit_file(file);
    found
}

impl Found {
    fn add(&mut self, segments: Vec<String>, line: usize) {
        self.paths.push(Written {
            here: self.here.clone(),
            segments,
            line,
        });
    }

    fn add_use(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: String| [before, &[name]].concat();
        let line = tree.span().start().line;
        match tree {
            UseTree::Path(path) => self.add_use(&with(path.ident.to_string()), &path.tree),
            UseTree::Name(name) => self.add(with(name.ident.to_string()), line),
            UseTree::Rename(name) => self.add(with(name.ident.to_string()), line),
            UseTree::Glob(_) => self.add(with("*".to_string()), line),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_use(before, tree);
                }
            }
        }
    }

    /// Paths in tokens that no parser has read: arguments of macros, their definitions, attributes.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                TokenTree::Ident(first) if is_colons(&tokens, at + 1) => {
                    at = self.add_spelled(vec![first.to_string()], &tokens, at);
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// The path whose last name so far is at `at`, with the paths in braces after it; where to go on.
    fn add_spelled(&mut self, mut names: Vec<String>, tokens: &[TokenTree], at: usize) -> usize {
        let line = tokens[at].span().start().line;
        let mut at = at + 1;
        while is_colons(tokens, at) {
            match tokens.get(at + 2) {
                Some(TokenTree::Ident(name)) => names.push(name.to_string()),
                Some(TokenTree::Punct(star)) if star.as_char() == '*' => names.push("*".into()),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    for part in inner
                        .split(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ','))
                    {
                        if let Some(TokenTree::Ident(name)) = part.first() {
                            let names = [names.as_slice(), &[name.to_string()]].concat();
                            self.add_spelled(names, part, 0);
                        }
                    }
                    return at + 3;
                }
                _ => break,
            }
            at += 3;
        }
        self.add(names, line);
        at
    }
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    let is_colon =
        |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    is_colon(at) && is_colon(at + 1)
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes = match item {
            ImplItem::Fn(item) => &item.attrs[..],
            ImplItem::Const(item) => &item.attrs,
            _ => &[],
        };
        if !is_test(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.here.push(item.ident.to_string());
        if item.content.is_none() {
            self.modules.push(Declared {
                module: self.here.clone(),
                path: item.attrs.iter().find_map(path_attribute),
            });
        }
        visit::visit_item_mod(self, item);
        self.here.pop();
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if let Some(name) = &item.ident
            && item.attrs.iter().any(|a| a.path().is_ident("macro_export"))
        {
            self.macros.push(name.to_string());
        }
        visit::visit_item_macro(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add_use(&[], &item.tree);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.add(vec![item.ident.to_string()], item.span().start().line);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        self.add(names.collect(), path.span().start().line);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        self.add_tokens(item.tokens.clone());
        visit::visit_macro(self, item);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta
            && !attribute.path().is_ident("doc")
        {
            self.add_tokens(list.tokens.clone());
        }
    }

    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

fn path_attribute(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("path") => match &meta.value {
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            }) => Some(text.value()),
            _ => panic!("a `#[path]` that this test does not know"),
        },
        _ => None,
    }
}

/// Whether something is compiled for tests only.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string().replace(' ', "");
            condition == "test" || condition == "doctest" || condition.starts_with("all(test,")
        }
        _ => false,
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

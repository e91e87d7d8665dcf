//! A crate as it is compiled without tests: the modules that `lib.rs` leads to, and what they name.

use super::paths::{Declared, Found, Written, paths};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Something that a module names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    /// A top-level module of the crate, or what `lib.rs` hands on from it.
    Module(String),
    /// The crate as a whole.
    Crate,
    /// The first name of any other path: another crate, or something of the module's own.
    Other(String),
}

/// Where a module names something.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    /// File, from the crate's `src` on.
    pub file: String,
    pub line: usize,
    /// Top-level module that it stands in; empty for `lib.rs` itself.
    pub from: String,
    pub to: Named,
}

/// A crate's top-level modules and all that is named in them.
#[derive(Debug, Default)]
pub(super) struct Crate {
    pub modules: Vec<String>,
    pub mentions: Vec<Mention>,
}

/// A file and what it names.
struct Read {
    file: String,
    module: Vec<String>,
    found: Found,
}

impl Crate {
    pub(super) fn read(folder: &Path) -> Crate {
        let mut files = Vec::new();
        let source = folder.join("src");
        read_module(&source, &source.join("lib.rs"), &[], &mut files);
        Crate::of(&files)
    }

    /// A crate of these files, each a name like `a/b.rs` and a text, for tests of the test.
    pub(super) fn planted(texts: &[(&[&str], &str)]) -> Crate {
        let files = texts.iter().map(|(module, text)| {
            let module: Vec<String> = module.iter().map(|name| name.to_string()).collect();
            Read {
                file: module.join("/"),
                found: paths(&module, &syn::parse_file(text).unwrap()),
                module,
            }
        });
        Crate::of(&files.collect::<Vec<_>>())
    }

    fn of(files: &[Read]) -> Crate {
        let root = &files.first().expect("a crate has a root").found;
        let is_top = |declared: &&Declared| declared.module.len() == 1;
        let tops = root.modules.iter().filter(is_top);
        let modules: Vec<String> = tops.map(|top| top.module[0].clone()).collect();
        let homes = homes(root, &modules, files);
        let mut mentions = Vec::new();
        for file in files {
            for path in &file.found.paths {
                let named = resolve(path, &homes)
                    .unwrap_or_else(|| panic!("{}:{}: what is {path:?}?", file.file, path.line));
                mentions.extend(named.map(|to| Mention {
                    file: file.file.clone(),
                    line: path.line,
                    from: path.here.first().cloned().unwrap_or_default(),
                    to,
                }));
            }
        }
        Crate { modules, mentions }
    }
}

/// The top-level module of each name that the root of the crate has; empty for what is of another crate.
fn homes(root: &Found, modules: &[String], files: &[Read]) -> BTreeMap<String, String> {
    let mut homes: BTreeMap<String, String> = BTreeMap::new();
    for module in modules {
        homes.insert(module.clone(), module.clone());
    }
    for file in files {
        let home = file.module.first().cloned().unwrap_or_default();
        for name in &file.found.macros {
            homes.insert(name.clone(), home.clone());
        }
    }
    for path in root.paths.iter().filter(|path| path.here.is_empty()) {
        let (Some(first), Some(last)) = (path.segments.first(), path.segments.last()) else {
            continue;
        };
        if modules.contains(first) {
            assert_ne!(last, "*", "lib.rs hands on `{first}::*`: nobody sees what");
            homes.insert(last.clone(), first.clone());
        } else if first != "crate" {
            homes.entry(last.clone()).or_default();
        }
    }
    homes
}

/// What a path names. `Some(None)` for what is in no module of this crate, `None` where nothing is known of it.
#[expect(clippy::option_option, reason = "not known, and known to be elsewhere")]
fn resolve(path: &Written, homes: &BTreeMap<String, String>) -> Option<Option<Named>> {
    let mut at: Option<Vec<String>> = None;
    let mut rest = path.segments.iter().peekable();
    while let Some(segment) = rest.next_if(|s| ["crate", "self", "super"].contains(&s.as_str())) {
        match segment.as_str() {
            "crate" => at = Some(Vec::new()),
            "self" => at = Some(at.unwrap_or_else(|| path.here.clone())),
            _ => {
                let mut module = at.unwrap_or_else(|| path.here.clone());
                module.pop()?;
                at = Some(module);
            }
        }
    }
    let Some(at) = at else {
        let first = path.segments.first()?;
        return Some(Some(Named::Other(first.clone())));
    };
    let Some(first) = at.first().or(rest.peek().copied()) else {
        return Some(Some(Named::Crate));
    };
    if first == "*" {
        return Some(Some(Named::Crate));
    }
    let home = homes.get(first)?;
    Some((!home.is_empty()).then(|| Named::Module(home.clone())))
}

fn read_module(source: &Path, file: &Path, module: &[String], files: &mut Vec<Read>) {
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let parsed = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let found = paths(module, &parsed);
    let declared = found.modules.clone();
    files.push(Read {
        file: file.strip_prefix(source).unwrap().display().to_string(),
        module: module.to_vec(),
        found,
    });
    for child in declared {
        read_module(source, &file_of(file, module, &child), &child.module, files);
    }
}

/// Where rustc looks for a module's text.
fn file_of(parent: &Path, module: &[String], child: &Declared) -> PathBuf {
    let folder = parent.parent().unwrap();
    if let Some(path) = &child.path {
        return folder.join(path);
    }
    let is_folder = ["lib.rs", "mod.rs"]
        .iter()
        .any(|name| parent.ends_with(name));
    let mut folder = if is_folder {
        folder.to_path_buf()
    } else {
        parent.with_extension("")
    };
    let (name, between) = child.module[module.len()..].split_last().unwrap();
    folder.extend(between);
    let file = folder.join(format!("{name}.rs"));
    if file.exists() {
        file
    } else {
        folder.join(name).join("mod.rs")
    }
}

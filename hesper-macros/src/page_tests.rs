//! The page of the language and the tables of functions say the same.

use crate::builtins::{is_atomic_method, names as builtin_names};
use crate::{builtins, methods};
use std::collections::BTreeSet;
use std::path::Path;

/// The sections whose tables list functions.
const SECTIONS: &[&str] = &[
    "Methods",
    "Builtin functions and values",
    "Atomics",
    "Subgroups",
];

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/kernel-language.md");
    std::fs::read_to_string(path).unwrap()
}

/// What stands between backticks in these lines, blocks of code left out.
fn code<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut inside = false;
    let prose = lines.filter(move |line| {
        let fence = line.starts_with("```");
        inside ^= fence;
        !inside && !fence
    });
    prose
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect()
}

/// The names in it: paths of words.
fn names(code: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    code.split(move |c| !is_part(c))
        .filter(|word| !word.is_empty())
}

/// The names that are called in it.
fn called(code: &str) -> impl Iterator<Item = &str> {
    let before = code.match_indices('(').filter_map(|(at, _)| code.get(..at));
    before.filter_map(|text| {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let start = text.trim_end_matches(is_part).len();
        text.get(start..).filter(|name| !name.is_empty())
    })
}

#[test]
fn every_function_is_on_the_page() {
    let page = page();
    let code = code(page.lines());
    let said: BTreeSet<&str> = code.iter().flat_map(|code| names(code)).collect();
    let missing: Vec<&str> = builtin_names()
        .chain(methods::names())
        .filter(|name| !said.contains(name))
        .collect();
    assert_eq!(missing, [""; 0], "missing from docs/kernel-language.md");
}

#[test]
fn every_function_on_the_page_is_one() {
    let page = page();
    let mut calls = 0;
    for section in SECTIONS {
        let (_, from) = page.split_once(&format!("\n## {section}\n")).unwrap();
        let section = from.split("\n## ").next().unwrap_or_default();
        let rows = section.lines().filter(|line| line.starts_with('|'));
        for name in code(rows).into_iter().flat_map(called) {
            calls += 1;
            let known = builtins::find(name).is_some()
                || methods::is_known(name)
                || is_atomic_method(name)
                // Of a type.
                || name.contains("::");
            assert!(
                known,
                "docs/kernel-language.md has `{name}`, which is no function"
            );
        }
    }
    assert!(calls > 100, "{calls}");
}

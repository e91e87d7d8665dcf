//! Who may know whom. The sources are parsed, so that no way of writing a path escapes.

mod graph;
mod paths;
mod planted;
mod sources;
mod table;

use graph::{Edges, cycle, edges};
use sources::{Crate, Named};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(name: &str) -> Crate {
    Crate::read(&root().join(name))
}

/// The edges of a crate, of which there are some.
fn edges_of(name: &str) -> Edges {
    let edges = edges(&read(name));
    let count: usize = edges.values().map(|to| to.len()).sum();
    assert!(
        count > 5,
        "{name} has {count} edges: this check checks nothing"
    );
    edges
}

#[test]
fn modules_make_no_cycle() {
    for name in ["hesper-macros", "hesper-shader", "hesper-ad"] {
        if let Some(cycle) = cycle(&edges_of(name)) {
            panic!("modules of {name} that know each other:\n{cycle}");
        }
    }
}

#[test]
fn modules_know_those_that_the_architecture_lists() {
    for name in ["hesper-shader", "hesper-ad"] {
        let wrong = table::compare(&table::read(name), &edges_of(name));
        assert!(
            wrong.is_empty(),
            "{name} is not as docs/architecture.md says:\n{}",
            wrong.join("\n")
        );
    }
}

/// Asserts that a crate is named in these files of hesper-shader alone, each the beginning of a path below `src`.
fn named_only_in(word: &str, allowed: &[&str]) {
    let mut seen = BTreeSet::new();
    for name in ["hesper-macros", "hesper-shader", "hesper-ad"] {
        for mention in read(name).mentions {
            if mention.to != Named::Other(word.to_string()) {
                continue;
            }
            let file = mention.file.replace('\\', "/");
            let place = allowed.iter().find(|a| file.starts_with(**a));
            let (true, Some(place)) = (name == "hesper-shader", place) else {
                panic!("{name}/src/{file}:{} names {word}", mention.line);
            };
            seen.insert(*place);
        }
    }
    assert_eq!(
        seen.len(),
        allowed.len(),
        "{word} is named in {seen:?} alone"
    );
}

#[test]
fn only_lowering_names_naga_and_only_the_gpu_names_wgpu() {
    named_only_in("naga", &["lower/"]);
    named_only_in("wgpu", &["device/gpu/"]);
}

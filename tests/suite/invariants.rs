//! The rules of docs/architecture.md that reading the sources can check.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All Rust files below a folder of the workspace, with their code: comments are cut, since prose may name anything.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path
                    .strip_prefix(root())
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/");
                let text = fs::read_to_string(&path).unwrap();
                let code: Vec<&str> = text
                    .lines()
                    .filter_map(|line| line.split("//").next())
                    .collect();
                files.push((name, code.join("\n")));
            }
        }
    }
    assert!(!files.is_empty(), "no sources in {folder}");
    files
}

/// Asserts that `word` occurs in the code of `folder` only in files whose name contains one of `allowed`.
fn only_in(folder: &str, word: &str, allowed: &[&str]) {
    let mut seen = allowed.is_empty();
    for (name, code) in sources(folder) {
        if code.contains(word) {
            assert!(
                allowed.iter().any(|a| name.contains(a)),
                "{name} names `{word}`"
            );
            seen = true;
        }
    }
    assert!(
        seen,
        "`{word}` occurs nowhere in {folder}: this check checks nothing"
    );
}

#[test]
fn only_lowering_names_naga_and_only_the_gpu_names_wgpu() {
    only_in(
        "hesper-shader/src",
        "naga::",
        &["src/lower/", "src/device/gpu/"],
    );
    only_in(
        "hesper-shader/src",
        "wgpu::",
        &["src/device/gpu/", "src/device/mod.rs"],
    );
    for word in ["naga::", "wgpu::"] {
        only_in("hesper-macros/src", word, &[]);
        only_in("hesper-ad/src", word, &[]);
    }
}

#[test]
fn the_tree_and_its_meanings_do_not_know_each_other() {
    for (folder, words) in [
        (
            "reference",
            &["crate::lower", "crate::device", "crate::plan"][..],
        ),
        (
            "lower",
            &[
                "crate::reference",
                "crate::device",
                "crate::plan",
                "crate::domain",
            ],
        ),
        (
            "tree",
            &[
                "crate::lower",
                "crate::reference",
                "crate::device",
                "crate::plan",
                "crate::domain",
            ],
        ),
        (
            "domain",
            &[
                "crate::lower",
                "crate::reference",
                "crate::device",
                "crate::record",
                "crate::tree",
            ],
        ),
        (
            "record",
            &[
                "crate::lower",
                "crate::reference",
                "crate::device",
                "crate::plan",
                "crate::domain",
            ],
        ),
    ] {
        for word in words {
            only_in(&format!("hesper-shader/src/{folder}"), word, &[]);
        }
    }
}

#[test]
fn no_crate_allows_unsafe_code() {
    for name in ["hesper-macros", "hesper-shader", "hesper-ad", "examples"] {
        let lib = fs::read_to_string(root().join(name).join("src/lib.rs")).unwrap();
        assert!(
            lib.contains("#![forbid(unsafe_code)]"),
            "{name} does not forbid unsafe code"
        );
    }
}

#[test]
fn lists_are_in_order() {
    let ops = fs::read_to_string(root().join("hesper-ad/src/ops/mod.rs")).unwrap();
    let modules: Vec<&str> = ops.lines().filter(|l| l.starts_with("pub mod ")).collect();
    assert!(modules.len() >= 5 && modules.is_sorted(), "{modules:?}");
    let decisions = fs::read_to_string(root().join("docs/decisions/README.md")).unwrap();
    for entry in fs::read_dir(root().join("docs/decisions")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().to_string();
        assert!(
            name == "README.md" || decisions.contains(&name),
            "docs/decisions/README.md does not list {name}"
        );
    }
}

#[test]
fn the_example_data_is_whole() {
    let text = fs::read_to_string(root().join("examples/data/digits.csv")).unwrap();
    assert_eq!(text.lines().count(), 1797);
    assert!(root().join("examples/data/README.md").exists());
}

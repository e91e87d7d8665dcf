//! Rules of docs/architecture.md that reading files can check; who may know whom is in `layering`.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
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

#[test]
fn the_language_reference_names_every_builtin_function() {
    let page = fs::read_to_string(root().join("docs/kernel-language.md")).unwrap();
    for math in hesper_shader::tree::Math::ALL {
        // Both halves of `frexp` have a name of their own in texts.
        let name = math.name().trim_end_matches("_exponent");
        let name = name.trim_end_matches("_fraction");
        let called = [format!("{name}("), format!(".{name}()")];
        assert!(called.iter().any(|text| page.contains(text)), "{name}");
    }
}

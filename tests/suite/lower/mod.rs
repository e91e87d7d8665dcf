//! Lowering: every kind of expression and statement becomes a module that independent tools accept.

mod build;
pub(crate) mod cases;
mod errors;
mod texts;

use hesper_shader::lower::{Lowered, lower};
use hesper_shader::tree::Tree;
use tests::tools;

#[track_caller]
fn lowered(tree: &Tree) -> Lowered {
    lower(tree).unwrap_or_else(|e| panic!("{e}"))
}

fn for_each_case(check: impl Fn(&str, Lowered)) {
    for (name, case) in cases::CASES {
        check(name, lowered(&case()));
    }
}

#[test]
fn the_verifier_accepts_every_case() {
    for (name, case) in cases::CASES {
        let verdict = hesper_shader::tree::verify::verify(&case());
        assert!(verdict.is_ok(), "{name}: {verdict:?}");
    }
}

#[test]
fn wgsl_parses_again() {
    for_each_case(|name, lowered| {
        tools::naga_parses(&lowered.wgsl().expect(name)).require(name);
    });
}

#[test]
fn tint_accepts_the_wgsl() {
    for_each_case(|name, lowered| {
        let text = lowered.wgsl().expect(name);
        tools::tint(&text).require(&format!("{name} as WGSL\n{text}"));
    });
}

#[test]
fn spirv_val_accepts_the_spirv() {
    for_each_case(|name, lowered| {
        let words = lowered.spirv().expect(name);
        tools::spirv_val(&words).require(&format!("{name} as SPIR-V"));
    });
}

#[test]
fn other_texts_are_written() {
    for_each_case(|name, lowered| {
        for text in [lowered.msl(), lowered.hlsl(), lowered.glsl()] {
            assert!(!text.expect(name).is_empty(), "{name}");
        }
    });
}

//! Lowering: every kind of expression and statement becomes a module that independent tools accept.

pub(crate) mod build;
pub(crate) mod cases;
mod errors;
mod texts;
mod uniformity;

use hesper_shader::lower::{Lowered, lower};
use hesper_shader::tree::Tree;
use hesper_shader::tree::verify::{Verified, verify};
use tests::tools;

#[track_caller]
fn verified(tree: Tree) -> Verified {
    verify(tree).unwrap_or_else(|problems| panic!("{problems:?}"))
}

#[track_caller]
fn lowered(tree: &Tree) -> Lowered {
    lower(&verified(tree.clone())).unwrap_or_else(|e| panic!("{e}"))
}

/// Has a tool judge every case.
#[track_caller]
fn judge(tool: &str, verdict: impl Fn(&Lowered) -> tools::Verdict) {
    let judged = cases::CASES
        .iter()
        .map(|(name, case)| (name.to_string(), verdict(&lowered(&case()))));
    tools::require_all(tool, judged);
}

fn for_each_case(check: impl Fn(&str, Lowered)) {
    for (name, case) in cases::CASES {
        check(name, lowered(&case()));
    }
}

#[test]
fn the_verifier_accepts_every_case() {
    for (name, case) in cases::CASES {
        let verdict = verify(case());
        assert!(verdict.is_ok(), "{name}: {verdict:?}");
    }
}

#[test]
fn wgsl_parses_again() {
    judge("naga", |lowered| {
        tools::naga_parses(&lowered.wgsl().unwrap())
    });
}

#[test]
fn tint_accepts_the_wgsl() {
    judge("tint", |lowered| tools::tint(&lowered.wgsl().unwrap()));
}

#[test]
fn spirv_val_accepts_the_spirv() {
    judge("spirv-val", |lowered| {
        tools::spirv_val(&lowered.spirv().unwrap())
    });
}

#[test]
fn glslang_accepts_the_glsl() {
    judge("glslang", |lowered| {
        tools::glslang(&lowered.glsl().unwrap())
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

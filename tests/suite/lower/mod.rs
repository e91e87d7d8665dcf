//! Lowering: every kind of expression and statement becomes a module that independent tools accept.

pub(crate) mod build;
pub(crate) mod cases;
mod errors;
mod partings;
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

#[test]
fn the_verifier_accepts_every_case() {
    for (name, case) in cases::CASES {
        let verdict = verify(case());
        assert!(verdict.is_ok(), "{name}: {verdict:?}");
    }
}

#[test]
fn every_judge_accepts_every_case() {
    for (tool, verdict) in tools::JUDGES {
        let judged = cases::CASES
            .iter()
            .map(|(name, case)| (name.to_string(), verdict(&lowered(&case())).expect(name)));
        tools::require_all(tool, judged);
    }
}

//! Wrong variants of the corpus: of right ways to compute the same, of which the catalogue has one.

use crate::faults::right_ops;
use hesper_ad::mutate::{Equal, Study};
use hesper_ad::prelude::*;

/// Mutants of the corpus that mean the same as their ops.
const EQUAL: &str = include_str!("equal.txt");

/// Of each op every so many-th mutant, and no rewriting; `HESPER_MUTANTS=1` for all of them.
const EVERY: usize = 401;

#[test]
fn a_sample_of_the_corpus() {
    let every = std::env::var("HESPER_MUTANTS")
        .ok()
        .and_then(|n| n.parse().ok());
    let every: usize = every.unwrap_or(EVERY);
    let equal = Equal::parse(EQUAL).unwrap();
    let options = Options {
        progress: false,
        ..Options::default()
    };
    let (mut studied, mut survivors) = (0, Vec::new());
    for (turn, op) in right_ops().iter().enumerate() {
        // Other tests verify the ops themselves.
        let share = 1 + turn % every.max(2);
        let study = Study::new(&**op, &options).equal(&equal);
        let report = study
            .of(|m| !m.words.contains(" in "))
            .share(share, every)
            .run();
        studied += report.mutants.len();
        survivors.extend((!report.is_pass()).then(|| report.to_string()));
    }
    assert!(studied > 10, "{studied}");
    assert!(survivors.is_empty(), "{}", survivors.join("\n"));
}

//! Random kernels: whoever understands the tree gives it the same meaning.

mod functions;
mod parts;
mod planted;

use hesper_shader::tree::Block;
use std::fs;
use tests::differential::{
    Case, Choices, Executor, Judges, Search, check, generate, known, on_device, subgroup_size,
};
use tests::tools::{self, Verdict};

/// Cases that every run of the tests checks.
const CASES: u64 = 200;

fn tint() -> bool {
    match tools::tint("@compute @workgroup_size(1) fn f() {}") {
        Verdict::Absent(reason) => {
            tests::tell(&format!("SKIPPED: {reason}"));
            false
        }
        _ => true,
    }
}

#[test]
fn random_kernels_mean_the_same_to_all() {
    let device = tests::gpu("random kernels");
    let on_it = device.map(|device| move |case: &Case| on_device(device, case));
    let judges = Judges {
        tint: tint(),
        executor: on_it.as_ref().map(|executor| executor as &Executor<'_>),
        subgroup_size: device.and_then(subgroup_size),
    };
    let search = Search {
        seed: 1,
        cases: CASES,
        attempts: 500,
    };
    let summary = search
        .run(&judges, |_| {})
        .unwrap_or_else(|finding| panic!("{finding}"));
    assert_eq!(summary.cases, CASES);
    let tally = summary.tally;
    assert!(tally.exact > 20 * CASES as usize, "{summary}");
    assert!(tally.bounded > CASES as usize, "{summary}");
    assert!(tally.unbounded * 10 < tally.compared(), "{summary}");
}

/// Statements, those inside others included.
fn count(block: &Block) -> usize {
    let inner = |stmt: &hesper_shader::tree::Stmt| stmt.kind.blocks().map(count).sum::<usize>();
    block.iter().map(|stmt| 1 + inner(stmt)).sum()
}

/// The kernel of no choices is the smallest there is, and holds.
#[test]
fn the_simplest_case_holds() {
    let case = generate(&mut Choices::replay(&[]));
    let judges = Judges {
        tint: tint(),
        executor: None,
        subgroup_size: None,
    };
    let tally = check(&case, &judges).unwrap_or_else(|failure| panic!("{failure}\n{case}"));
    assert_eq!(tally.compared(), 1);
    assert!(count(&case.tree.entry.body) <= 3, "{case}");
}

/// What kernels leave out for the sake of drivers is written up.
#[test]
fn avoided_constructs_are_on_the_page() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/known-driver-issues.md"
    );
    let page = fs::read_to_string(path).unwrap();
    for avoided in known::AVOIDED {
        let heading = format!("## {}\n", avoided.issue);
        assert!(page.contains(&heading), "no {heading}");
    }
}

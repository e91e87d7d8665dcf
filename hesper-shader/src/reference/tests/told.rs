//! What a run tells beside its result: the trace, lines of `log!` and warnings, also when it fails.

use super::record;
use crate::domain::F32;
use crate::reference::{Binding, ExecError, Fault, Options, Outcome, Warning, run_with};
use crate::{Atomic, Kernel, Memory};

/// All make an integer of NaN, log their number, and take the next place in `x`, of which there are three beside `next`.
fn kernel() -> Kernel {
    record([4, 1, 1], |h| {
        let next = h.storage_mut::<Atomic<u32>>("next");
        let x = h.storage_mut::<u32>("x");
        let i = h.bind("i", h.global_index());
        let negative = i.cast::<f32>() - h.float("9.0");
        h.bind("n", negative.sqrt().cast::<u32>());
        h.log_();
        let logged = h.logged(i);
        h.end_log(&["i is ", ""], &[logged]);
        let place = h.bind("place", next.at(h.int(0u32)).fetch_add(h.int(1u32)));
        h.if_(place.gt(h.int(1u32)));
        h.store(x.at(place + h.int(1u32)), i);
        h.end_if();
    })
}

fn run(length: usize) -> Result<Outcome, ExecError> {
    let kernel = kernel();
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    let options = Options {
        trace: Some([3, 0, 0]),
        print_log: false,
        reruns: 0,
        ..Options::default()
    };
    let (mut next, mut x) = (Memory::U32(vec![0]), Memory::U32(vec![0; length]));
    let mut bindings = [Binding::Write(&mut next), Binding::Write(&mut x)];
    run_with(&F32, tree, [1, 1, 1], &mut bindings, &options)
}

const LOG: [&str; 4] = [
    "k: invocation (0, 0, 0) of workgroup (0, 0, 0): i is 0",
    "k: invocation (1, 0, 0) of workgroup (0, 0, 0): i is 1",
    "k: invocation (2, 0, 0) of workgroup (0, 0, 0): i is 2",
    "k: invocation (3, 0, 0) of workgroup (0, 0, 0): i is 3",
];

const TRACE: [&str; 8] = [
    "3.0 from 3 as f32 [4 of 4]",
    "-6.0 from 3.0 - 9.0 [4 of 4]",
    "NaN from sqrt(-6.0) [4 of 4]",
    "n = 0 from NaN as u32 [4 of 4]",
    "place = 3 from next[0].fetch_add(1) [4 of 4]",
    "true from 3 > 1 [4 of 4]",
    "if true [4 of 4]",
    "4 from 3 + 1 [2 of 4]",
];

/// The trace without lines.
fn trace(outcome: &Outcome) -> Vec<String> {
    let line = |line: &super::super::TraceLine| {
        format!("{} [{} of {}]", line.text, line.active, line.invocations)
    };
    outcome.trace.iter().map(line).collect()
}

#[track_caller]
fn check_warning(outcome: &Outcome) {
    let [Warning::DeviceChoice { kernel, loc, .. }] = outcome.warnings.as_slice() else {
        panic!("{:?}", outcome.warnings);
    };
    assert_eq!(kernel, "k");
    let text = outcome.warnings[0].to_string();
    let start = format!("{loc}: warning: in kernel `k`, ");
    assert!(text.starts_with(&start), "{text}");
}

#[test]
fn a_run_tells_what_was_asked_for() {
    let outcome = run(5).unwrap_or_else(|error| panic!("{error}"));
    let whole = [TRACE.as_slice(), &["x[4] = 3 [2 of 4]"]].concat();
    assert_eq!(trace(&outcome), whole);
    assert_eq!(outcome.log, LOG);
    check_warning(&outcome);
}

#[test]
fn a_run_that_fails_tells_what_it_did_before() {
    let Err(error) = run(4) else {
        panic!("no error was reported");
    };
    assert!(
        matches!(&error.fault, Fault::OutOfBounds { index: 4, .. }),
        "{error}"
    );
    assert_eq!(trace(&error.so_far), TRACE);
    assert_eq!(error.so_far.log, LOG);
    check_warning(&error.so_far);
}

#[test]
fn where_results_depend_on_order_the_first_run_has_told() {
    let kernel = record([4, 1, 1], |h| {
        let next = h.storage_mut::<Atomic<u32>>("next");
        let place = h.bind("place", next.at(h.int(0u32)).swap(h.global_index()));
        h.log_();
        let logged = h.logged(place);
        h.end_log(&["had ", ""], &[logged]);
    });
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    let options = Options {
        trace: Some([2, 0, 0]),
        print_log: false,
        ..Options::default()
    };
    let mut next = Memory::U32(vec![9]);
    let ran = run_with(
        &F32,
        tree,
        [1, 1, 1],
        &mut [Binding::Write(&mut next)],
        &options,
    );
    let Err(error) = ran else {
        panic!("no error was reported");
    };
    assert!(
        matches!(error.fault, Fault::OrderDependent { .. }),
        "{error}"
    );
    assert_eq!(
        trace(&error.so_far),
        ["place = 1 from next[0].swap(2) [4 of 4]"]
    );
    let had = error
        .so_far
        .log
        .iter()
        .filter_map(|line| line.rsplit(' ').next());
    assert_eq!(had.collect::<Vec<_>>(), ["9", "0", "1", "2"]);
}

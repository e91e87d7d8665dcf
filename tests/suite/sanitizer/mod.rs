//! The sanitizer against kernels with one mistake each.
//!
//! A kernel takes the number of its fault as a constant: 0 is the correct one, which must run without a word, and every other is a small
//! change to it, which must be found, as the row says.

mod counts;
mod examples;
mod exchange;
mod indices;
mod page;
mod reduction;
mod tiles;

use hesper_shader::reference::{ExecError, Fault, Options, Outcome, Warning};
use hesper_shader::{Device, Error};

/// A row: the fault's number, what it is, what is found, and words its report has.
type Row = (u32, &'static str, &'static str, &'static [&'static str]);

/// Runs a kernel with a fault on a device.
type Run = fn(&Device, u32) -> Result<(), Error>;

/// The names of what a run found: one for an error, else those of its warnings.
fn found(device: &Device, ran: Result<(), Error>) -> Vec<(&'static str, String)> {
    let outcome: Outcome = device.take_outcome();
    match ran {
        Err(Error::Exec(error)) => vec![(name(&error), error.to_string())],
        Err(other) => panic!("{other}"),
        Ok(()) => {
            let warnings = outcome.warnings.iter();
            warnings.map(|w| (warning_name(w), w.to_string())).collect()
        }
    }
}

fn warning_name(warning: &Warning) -> &'static str {
    match warning {
        Warning::SameValue(_) => "same value",
    }
}

fn name(error: &ExecError) -> &'static str {
    match &error.fault {
        Fault::Race(_) => "race",
        Fault::OutOfBounds { .. } => "out of bounds",
        Fault::Unwritten { .. } => "unwritten",
        Fault::DivergentBarrier { .. } => "divergent barrier",
        Fault::UnequalUniformLoad { .. } => "unequal uniform load",
        Fault::InactiveLane { .. } => "inactive lane",
        Fault::Wrapped { .. } => "wrapped",
        Fault::DivisionByZero { .. } => "division by zero",
        Fault::BeyondLimits(_) => "beyond limits",
        Fault::Endless { .. } => "endless",
        Fault::NoProgress { .. } => "no progress",
        Fault::OrderDependent { .. } => "order dependent",
        _ => "something else",
    }
}

/// Checks the correct kernel and every row; how many faults there were.
#[track_caller]
fn check(run: Run, rows: &[Row]) -> usize {
    let device = Device::reference_with(Options {
        step_budget: 10_000,
        ..Options::default()
    });
    let correct = run(&device, 0);
    assert_eq!(found(&device, correct), [], "the correct kernel");
    let mut amiss = String::new();
    for (fault, what, expected, words) in rows {
        let ran = run(&device, *fault);
        let found = found(&device, ran);
        let as_told = match found.as_slice() {
            [(name, report)] => name == expected && words.iter().all(|w| report.contains(w)),
            _ => false,
        };
        if !as_told {
            amiss += &format!("\n{fault}, {what}: not {expected} {words:?} but {found:#?}");
        }
    }
    assert!(amiss.is_empty(), "{amiss}");
    rows.len()
}

#[test]
fn each_mistake_is_found() {
    let faults = [
        reduction::check_all(),
        tiles::check_all(),
        counts::check_all(),
        exchange::check_all(),
        indices::check_all(),
    ];
    let all: usize = faults.iter().sum();
    assert!(all >= 40, "{all} faulty kernels");
}

//! What the exact check refuses and what it lets pass: wrong variants of right programs, each refused by a named tie, and other ways
//! to compute the same, none of them refused. [`table`] sets the wrong ones beside the classic criteria.
//!
//! An op stands once in [`ops`], with all its variants, right and wrong; [`mutants`] and [`rewritings`] name them, a line for each.

mod mutants;
mod ops;
mod rewritings;
mod table;

use crate::witness::{Classic, classic, classic_spec};
use hesper_ad::check;
use hesper_ad::prelude::*;
use hesper_ad::{Finding, Spec};

/// The random numbers of all checks follow from it.
const SEED: u64 = 1;

/// Which of its variants an op is: in the VJP of its spec, and in its kernels. The plain one is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Variant {
    spec: u32,
    kernel: u32,
}

/// The plain variant of an op.
const PLAIN: Variant = Variant { spec: 0, kernel: 0 };

/// A variant of the spec's VJP.
const fn spec(way: u32) -> Variant {
    Variant { spec: way, ..PLAIN }
}

/// A variant of the kernels.
const fn kernel(way: u32) -> Variant {
    Variant {
        kernel: way,
        ..PLAIN
    }
}

/// What the exact check finds.
fn exact(op: &dyn Op) -> Result<Vec<Finding>, OpError> {
    Ok(check::exact(&Spec::new(op)?, SEED))
}

/// What the classic criteria say of an op's kernels, and of its spec.
fn judged(op: &dyn Op) -> [Classic; 2] {
    [classic(op, SEED), classic_spec(op, SEED)]
}

/// A line for each finding.
fn lines(findings: &[Finding]) -> String {
    let line = |f: &Finding| format!("  {} {f}\n", f.verdict.word());
    findings.iter().map(line).collect()
}

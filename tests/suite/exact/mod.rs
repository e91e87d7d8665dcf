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

/// Any op: a list of ops erases all but this.
trait Erased {
    fn op(&self) -> String;

    /// What the exact check finds.
    fn exact(&self) -> Result<Vec<Finding>, OpError>;

    /// What the classic criteria say of its kernels, and of its spec.
    fn classic(&self) -> [Classic; 2];
}

impl<O: DiffOp> Erased for O {
    fn op(&self) -> String {
        self.signature().name().to_string()
    }

    fn exact(&self) -> Result<Vec<Finding>, OpError> {
        Ok(check::exact(&Spec::new(self)?, SEED))
    }

    fn classic(&self) -> [Classic; 2] {
        [classic(self, SEED), classic_spec(self, SEED)]
    }
}

/// A line for each finding.
fn lines(findings: &[Finding]) -> String {
    let line = |f: &Finding| format!("  {} {f}\n", f.verdict.word());
    findings.iter().map(line).collect()
}

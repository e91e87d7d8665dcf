//! Whether every branch of every kernel went both ways in some run.

use crate::certificate::{Finding, Tally};
use crate::spec::Spec;
use hesper_shader::tree::BranchWay;

/// The check's name in reports.
const NAME: &str = "branches of kernels";

/// Where kernels are watched.
const PLACE: &str = "reference";

/// Whether every branch of the op's kernels went both ways in some run of the checks before.
pub(crate) fn branches(spec: &Spec<'_>, seed: u64) -> Finding {
    let mut tally = Tally::new(NAME, PLACE, seed);
    let taken = spec.taken();
    let (mut all, mut both, mut missing) = (0, 0, Vec::new());
    for (kernel, branches) in taken.kernels() {
        for branch in branches {
            all += 1;
            let never = BranchWay::BOTH.into_iter().filter(|way| !branch.ways.went(*way));
            let never: Vec<String> = never.map(|way| branch.branch.never(way)).collect();
            if never.is_empty() {
                both += 1;
            }
            missing.extend(never.iter().map(|what| format!("`{kernel}`: {what}")));
        }
    }
    for dims in taken.sizes() {
        tally.point(dims);
    }
    tally.equal(2 * all);
    tally.note(format!("{both} of {all} both ways"));
    match missing.as_slice() {
        [] => tally.finish(),
        missing => tally.incomplete(missing.join("\n       ")),
    }
}

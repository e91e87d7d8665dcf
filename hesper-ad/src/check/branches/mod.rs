//! Whether every branch of every kernel went both ways in some run.

mod dead;
mod kinds;
#[cfg(test)]
mod tests;

use crate::certificate::{Finding, Tally};
use crate::spec::Spec;
use dead::{Missing, Proof, missing};
pub(crate) use kinds::Switches;
use kinds::kinds;

/// The check's name in reports.
const NAME: &str = "branches of kernels";

/// Where kernels are watched.
const PLACE: &str = "reference";

/// Whether every branch of the op's kernels went both ways in some run of the checks before, but for ways that none can take.
///
/// `switches` are the sizes of each dimension alone from which on the plan is of another kind: each kind must have run.
pub(crate) fn branches(spec: &Spec<'_>, switches: &Switches, seed: u64) -> Finding {
    let mut tally = Tally::new(NAME, PLACE, seed);
    let taken = spec.taken();
    if taken.sizes().is_empty() {
        return tally.inconclusive("no kernel ran where it is known which way branches go");
    }
    for dims in taken.sizes() {
        tally.point(dims);
    }
    let all: usize = taken
        .kernels()
        .map(|(_, kernel)| kernel.branches.len())
        .sum();
    let missing = missing(spec, &taken);
    // Each way is one thing seen; the runs themselves, where there is no branch.
    tally.equal((2 * all - missing.len()).max(1));
    tally.note(note(all, &missing));
    let (kinds, not_run) = kinds(spec, switches, taken.sizes());
    let end = if kinds == 1 { "" } else { "s" };
    tally.note_also(Some(format!("plans of {kinds} kind{end}")));
    let mut open: Vec<String> = missing
        .iter()
        .filter(|m| m.proof.is_none())
        .map(told)
        .collect();
    open.extend(not_run);
    match open.as_slice() {
        [] => tally.finish(),
        open => tally.incomplete(open.join("\n       ")),
    }
}

fn told(missing: &Missing) -> String {
    format!("{}, and could", missing.told())
}

/// `12 of 14 both ways, 2 cannot`.
fn note(all: usize, missing: &[Missing]) -> String {
    let mut places: Vec<_> = missing
        .iter()
        .map(|m| (&m.kernel, m.branch.function, m.branch.expr))
        .collect();
    places.dedup();
    let proved = |proof: Proof| missing.iter().filter(|m| m.proof == Some(proof)).count();
    let mut note = format!("{} of {all} both ways", all - places.len());
    for (proof, what) in [
        (Proof::Always, "cannot"),
        (Proof::EachPlan, "cannot with the numbers of any plan made"),
        (Proof::Ranges, "cannot wherever the numbers lie"),
        (Proof::Declared, "are not, as declared"),
    ] {
        match proved(proof) {
            0 => {}
            n => note += &format!(", {n} {what}"),
        }
    }
    note
}

//! Planted faults: wrong variants of right programs, each refused by the check that is there for it; and other ways to compute the same,
//! which nobody refuses.
//!
//! [`table`] has a line for each: what is wrong, the op, who must refuse it, and what is said. The ops are in [`ops`], each with all its
//! variants. A new fault is a variant there and a line here. What has to reach into `hesper-ad` stays with the unit that it tests: how the
//! check of singular points ends at kinks, in `hesper-ad/src/check/singular`.

mod judges;
mod ops;
mod page;
mod table;
mod told;
mod wrong;

use hesper_ad::Finding;
use hesper_ad::check::Tie;
use hesper_ad::prelude::*;
use judges::refusals;

/// A line of the table.
pub(crate) struct Row {
    /// What is wrong; or how the same is computed, where nothing is.
    what: &'static str,
    op: fn() -> Box<dyn Op>,
    by: By,
    /// What each refusal says, after the name of its check.
    says: &'static [&'static str],
}

/// Who must refuse an op. No other check is run than this takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum By {
    /// Nobody: the numeric checks all let it pass.
    Nobody,
    /// Nobody: the exact check lets it pass, with every tie.
    NoTie,
    /// Not the comparison of forward kernels with the spec in binary32.
    NotForward,
    /// What stops verification before most of its checks, by name; no other finding fails.
    Stopped(&'static str),
    /// Nobody, the exact check among them; or it leaves some ties open, and says why.
    NobodyAtAll,
    Differences,
    /// Slopes at zeros, ties and kinks.
    Singular,
    DualNumbers,
    KnownPoint,
    SecondOrder,
    /// A tie of the exact check; or the same at one shape, where ties between other programs hold.
    Exact(Tie),
    ExactAt(Tie, &'static [(&'static str, usize)]),
    /// What the shadows of the exact check show.
    Undefined,
    /// The comparison of one pass's kernels with the spec in binary32, where those of the other pass agree; or only that in binary64.
    Forward,
    Forward64,
    Backward,
    Backward64,
    /// The same of both passes, in binary32.
    BothPasses,
    /// This comparison of kernels, in both number domains; no other numeric check.
    Alone(&'static str),
    /// The largest sizes that are declared, without a run; or there it is told what ranges cannot decide.
    Largest,
    LargestOpen,
    /// What no run has seen, and no proof shows to be none, where all else passes.
    Unseen,
    /// The comparison of kernels with the spec, not far from this size.
    Beyond(usize),
    /// Differences in 512-bit floats.
    BigFloats,
    /// Of the classic criteria those that are `false`: differences, the Jacobian, dual numbers; on the kernels, and on the spec.
    Classic([bool; 3], [bool; 3]),
}

/// Lines of the table: what is wrong, the op, who must refuse it, and what is said.
macro_rules! rows {
    ($($what:literal, $op:expr, $by:expr $(, $says:literal)*;)*) => {
        &[$($crate::faults::Row { what: $what, op: || Box::new($op), by: $by, says: &[$($says),*] }),*]
    };
}
use rows;

/// Panics unless every op is refused by whom its line says, and for the reason that it says.
fn hold(rows: &[Row]) {
    assert!(!rows.is_empty());
    let wrong: Vec<String> = rows.iter().filter_map(|row| broken(row).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How a line of the table does not hold.
fn broken(row: &Row) -> Result<(), String> {
    let op = (row.op)();
    let (what, by) = (row.what, row.by);
    let here = |why: String| format!("`{what}` in {}, by {by:?}: {why}", op.type_name());
    let refusals = refusals(&*op, by).map_err(here)?;
    let silent = |says: &&&str| !refusals.iter().any(|text| text.contains(**says));
    match row.says.iter().find(silent) {
        Some(says) => Err(here(format!(
            "nothing says `{says}`:\n{}",
            refusals.join("\n")
        ))),
        None => Ok(()),
    }
}

/// A line for each finding.
fn lines(findings: &[Finding]) -> String {
    let line = |f: &Finding| format!("  {} {f}\n", f.verdict.word());
    findings.iter().map(line).collect()
}

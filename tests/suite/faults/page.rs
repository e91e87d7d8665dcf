//! What the classic criteria say of every wrong variant, beside the exact check.
//!
//! The table is kept as `docs/exact-table.md`; `HESPER_UPDATE=1 cargo test -p tests faults::page` writes it anew.

use super::judges::SEED;
use super::table::TIES;
use super::{By, Row, broken};
use crate::witness::{Classic, classic, classic_spec};
use hesper_ad::check::Tie;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::{env, fs};
use tests::tell;

const HEAD: &str = "\
# Wrong variants, and who refuses them

Each line is a right program with one small change. The three classic criteria look at one small shape with numbers of order 1:
central differences at a relative error of 10⁻³; the whole Jacobian within 10⁻⁵ + 10⁻³ of its entries; and inner products of
dual numbers at eight points within rounding and 10⁻¹⁰. Where the spec's VJP is wrong they judge the spec, else the kernels.
Dual numbers take the forward function from the spec, so a wrong forward kernel is invisible to them. Memory is zero before kernels
run, as it usually is in such tests. The last column is the exact check. The variants are in `tests/suite/faults`; this file is written by its tests.

";

/// A wrong variant, and what was said of it.
struct Judged {
    what: &'static str,
    op: String,
    tie: Tie,
    /// How the tie does not refuse it.
    broken: Option<String>,
    /// The classic criteria: on the spec where its VJP is wrong, else on the kernels.
    classic: Classic,
}

/// All of them, judged once.
static JUDGED: LazyLock<Vec<Judged>> = LazyLock::new(|| TIES.iter().map(judge).collect());

fn judge(row: &Row) -> Judged {
    let By::Exact(tie) = row.by else {
        panic!("`{}` is not for the exact check", row.what);
    };
    let op = (row.op)();
    Judged {
        what: row.what,
        op: op.name(),
        tie,
        broken: broken(row).err(),
        classic: match tie {
            Tie::Vjp => classic_spec(&*op, SEED),
            _ => classic(&*op, SEED),
        },
    }
}

/// The cells of one line.
type Cells = [String; 6];

fn header() -> Cells {
    let names = [
        "wrong variant",
        "op",
        "differences",
        "Jacobian",
        "dual numbers",
        "exact check",
    ];
    names.map(str::to_string)
}

fn cells(judged: &Judged) -> Cells {
    let [differences, jacobian, dual] = verdicts(&judged.classic);
    let exact = match judged.broken {
        None => format!("refused: {}", judged.tie.name()),
        Some(_) => PASSES.to_string(),
    };
    let (what, op) = (judged.what.to_string(), judged.op.clone());
    [what, op, differences, jacobian, dual, exact]
}

const PASSES: &str = "**passes**";

fn verdicts(classic: &Classic) -> [String; 3] {
    let word = |passes| match (passes, &classic.stopped) {
        (true, _) => PASSES,
        (false, None) => "refused",
        (false, Some(_)) => "not judged",
    };
    classic.passes().map(|passes| word(passes).to_string())
}

/// How many lines each criterion lets pass.
fn footer(lines: &[Cells]) -> Cells {
    let passes = |column: usize| lines.iter().filter(|cells| cells[column] == PASSES).count();
    let count = |column: usize| format!("{} pass", passes(column));
    let all = format!("all {}", lines.len());
    [all, String::new(), count(2), count(3), count(4), count(5)]
}

/// A table of aligned columns.
fn markdown(lines: &[Cells]) -> String {
    let width = |column: usize| {
        lines
            .iter()
            .map(|cells| cells[column].chars().count())
            .max()
    };
    let widths: [usize; 6] = std::array::from_fn(|column| width(column).unwrap_or(0));
    let line = |cells: &Cells| -> String {
        let padded = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("| {cell:<width$} "));
        padded.collect::<String>() + "|\n"
    };
    let rule: String = widths
        .iter()
        .map(|width| format!("|{}", "-".repeat(width + 2)))
        .collect();
    let mut lines = lines.iter().map(line);
    let head = lines.next().unwrap_or_default();
    format!("{head}{rule}|\n{}", lines.collect::<String>())
}

#[test]
fn what_is_wrong_is_refused_exactly() {
    let passes: Vec<&str> = JUDGED.iter().filter_map(|j| j.broken.as_deref()).collect();
    assert!(passes.is_empty(), "{}", passes.join("\n"));
}

#[test]
fn the_table_is_as_it_was() {
    let lines: Vec<Cells> = JUDGED.iter().map(cells).collect();
    let last = footer(&lines);
    let table = markdown(&[vec![header()], lines, vec![last]].concat());
    tell(&table);
    let text = format!("{HEAD}{table}");
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/exact-table.md");
    if env::var_os("HESPER_UPDATE").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        text, kept,
        "docs/exact-table.md differs; HESPER_UPDATE=1 writes it anew"
    );
}

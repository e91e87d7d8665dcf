//! The proofs in `hesper-ad/proofs` are about what the recorder records, and hold where Coq is there to check them.

use hesper_shader::domain::{RealBinary, RealUnary};
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};
use tests::tell;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn folder() -> PathBuf {
    root().join("hesper-ad/proofs")
}

#[test]
fn the_tapes_in_the_proofs_are_those_that_are_recorded() {
    let recorded = hesper_ad::proofs::recorded().unwrap();
    let file = folder().join("Recorded.v");
    if env::var_os("HESPER_UPDATE").is_some() {
        fs::write(&file, &recorded).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        recorded == kept,
        "hesper-ad/proofs/Recorded.v is not what is recorded now; HESPER_UPDATE=1 writes it anew, and the proofs have to hold for it"
    );
}

/// The constructors of an inductive type in Coq.
fn constructors(text: &str, of: &str) -> Vec<String> {
    let start = text.find(&format!("Inductive {of} :="));
    let start = start.unwrap_or_else(|| panic!("there is no inductive type `{of}`"));
    let (_, body) = text[start..].split_once(":=").unwrap();
    let (body, _) = body.split_once(".\n").unwrap();
    let words = body.split('|').map(|case| case.split_whitespace().next());
    words.flatten().map(str::to_string).collect()
}

/// The variants of an enum in a Rust source.
fn variants(file: &str, of: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let items = syn::parse_file(&text).unwrap().items;
    let found = items.iter().find_map(|item| match item {
        syn::Item::Enum(item) if item.ident == of => Some(item),
        _ => None,
    });
    let found = found.unwrap_or_else(|| panic!("{file} has no enum `{of}`"));
    found.variants.iter().map(|v| v.ident.to_string()).collect()
}

fn names(all: &[impl Debug]) -> Vec<String> {
    all.iter().map(|op| format!("{op:?}")).collect()
}

/// What the proofs know of the recorder's and the table's kinds, against what there is: each that differs.
fn differences(tape: &str, table: &str) -> Vec<String> {
    let comparison = variants("hesper-shader/src/domain/mod.rs", "Comparison");
    let pairs = [
        ("node", variants("hesper-ad/src/tape/mod.rs", "Node"), tape),
        ("unary", names(&RealUnary::ALL), table),
        ("binary", names(&RealBinary::ALL), table),
        ("comparison", comparison, table),
    ];
    let differ = pairs.into_iter().filter_map(|(of, code, text)| {
        assert!(!code.is_empty(), "there are no kinds of {of}");
        let proofs = constructors(text, of);
        (proofs != code).then(|| format!("{of}: {proofs:?}, in the code {code:?}"))
    });
    differ.collect()
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

#[test]
fn the_proofs_know_every_kind_of_node_and_every_primitive() {
    let found = differences(&read("Tape.v"), &read("Table.v"));
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_kind_that_the_proofs_do_not_know_is_told() {
    let (tape, table) = (read("Tape.v"), read("Table.v"));
    for (from, to, told) in [
        ("  | Powi (x : nat) (n : Z)\n", "", "node"),
        (" | Log2", "", "unary"),
        (" | Min", " | Min | Hypot", "binary"),
        (" | GreaterEqual.", ".", "comparison"),
    ] {
        assert!(tape.contains(from) != table.contains(from), "{from}");
        let found = differences(&tape.replacen(from, to, 1), &table.replacen(from, to, 1));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(told), "{found:?}");
    }
}

/// What `check.sh` says of the proofs in a folder, and whether it accepts them; nothing where Coq is absent, which is told.
fn checked(folder: &Path) -> Option<(bool, String)> {
    let script = folder.join("check.sh");
    let output = match Command::new("bash").arg(&script).output() {
        Ok(output) => output,
        Err(error) => {
            tell(&format!("SKIPPED: the proofs: bash does not run: {error}"));
            return None;
        }
    };
    let text =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let text = text.concat();
    if let Some(line) = text.lines().find(|line| line.starts_with("SKIP: ")) {
        tell(&format!("SKIPPED: the proofs: {line}"));
        return None;
    }
    Some((output.status.success(), text))
}

#[test]
fn the_proofs_hold() {
    if let Some((holds, text)) = checked(&folder()) {
        assert!(holds, "{text}");
        assert!(text.contains("axioms: "), "{text}");
        tell("the proofs in hesper-ad/proofs hold");
    }
}

/// A file, what is changed in it, and what `check.sh` then says.
type Fault = (&'static str, fn(&str) -> String, &'static str);

const FAULTS: [Fault; 7] = [
    // softmax without the subtracted term
    (
        "Softmax.v",
        |text| {
            let term = " - total cols (fun k => y (fst at_, k) * dy (fst at_, k))";
            text.replacen(term, "", 1)
        },
        "Softmax.v does not compile",
    ),
    // the same in the code: the tape that would be recorded
    (
        "Recorded.v",
        |text| {
            let (before, rest) = text.split_once("Definition softmax_backward :").unwrap();
            let (tape, after) = rest.split_once("Definition softmax_backward_dx").unwrap();
            let tape = tape.replace("Binary Subtract 6 ", "Binary Add 6 ");
            format!(
                "{before}Definition softmax_backward :{tape}Definition softmax_backward_dx{after}"
            )
        },
        "RecordedProofs.v does not compile",
    ),
    // a derivative of the table
    (
        "Table.v",
        |text| text.replacen("| Cos => Some (neg (", "| Cos => Some ((", 1),
        "Derivatives.v does not compile",
    ),
    (
        "Sums.v",
        |text| text.replacen("Qed.", "Admitted.", 1),
        "leaves something open",
    ),
    (
        "Sums.v",
        |text| text.replacen("(** The sum", "Hypothesis false : False.\n\n(** The sum", 1),
        "assumes something outside of a section",
    ),
    (
        "Check.v",
        |text| text.replacen("Print Assumptions vjp_chain.\n", "", 1),
        "vjp_chain is not in Check.v",
    ),
    // a proof that needs more than the reals
    (
        "Check.v",
        |text| {
            format!("From Coq Require Import ClassicalEpsilon.\n{text}Print Assumptions epsilon.\n")
        },
        "not among the axioms that are allowed",
    ),
];

#[test]
fn wrong_proofs_and_wrong_code_are_refused() {
    for (number, (file, change, told)) in FAULTS.iter().enumerate() {
        let copy = env::temp_dir().join(format!("hesper-proofs-{}-{number}", std::process::id()));
        fs::create_dir_all(&copy).unwrap();
        for entry in fs::read_dir(folder()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
        }
        let text = read(file);
        let wrong = change(&text);
        assert_ne!(wrong, text, "{file}: the fault {number} is not planted");
        fs::write(copy.join(file), wrong).unwrap();
        let verdict = checked(&copy);
        fs::remove_dir_all(&copy).unwrap();
        let Some((holds, text)) = verdict else { return };
        assert!(
            !holds && text.contains(told),
            "{file}, not \"{told}\": {text}"
        );
    }
}

//! The lists of docs/architecture.md: for each module, from the bottom up, the modules that it knows.

use super::graph::Edges;
use super::root;
use std::collections::BTreeSet;
use std::fs;

/// A module and those it may name.
pub(super) type Row = (String, BTreeSet<String>);

/// The list of a crate: what stands between ` ```text modules of NAME ` and the next fence.
pub(super) fn read(name: &str) -> Vec<Row> {
    let text = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let lines = text.lines().map(str::trim_end);
    let list = lines
        .skip_while(|line| *line != format!("```text modules of {name}"))
        .skip(1)
        .take_while(|line| *line != "```");
    let rows: Vec<Row> = list.map(row).collect();
    assert!(
        !rows.is_empty(),
        "docs/architecture.md lists no modules of {name}"
    );
    rows
}

pub(super) fn row(line: &str) -> Row {
    let mut names = line.split_whitespace().map(str::to_string);
    let module = names.next().expect("a row begins with a module");
    (module, names.collect())
}

/// What is in the code and not in the list, or the other way round, a line each; and what stands in the list before what it knows.
pub(super) fn compare(rows: &[Row], edges: &Edges) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut below = BTreeSet::new();
    for (module, listed) in rows {
        let Some(named) = edges.get(module) else {
            wrong.push(format!("  there is no module {module}"));
            continue;
        };
        // One that knows all knows none that could know it.
        let all = listed.contains("*");
        let allowed = |to: &String| listed.contains(to) || all && below.contains(to);
        for (to, place) in named.iter().filter(|(to, _)| !allowed(to)) {
            wrong.push(format!("  {module} must not know {to} ({place})"));
        }
        for to in listed.iter().filter(|to| *to != "*") {
            if !named.contains_key(to) {
                wrong.push(format!("  {module} does not know {to} any more"));
            }
            if !below.contains(to) {
                wrong.push(format!("  {module} is listed before {to}, which it knows"));
            }
        }
        below.insert(module.clone());
    }
    let unlisted = edges.keys().filter(|module| !below.contains(*module));
    wrong.extend(unlisted.map(|module| format!("  {module} is not listed")));
    wrong
}

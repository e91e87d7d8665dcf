//! Which top-level module names which, and cycles among them.

use super::sources::{Crate, Named};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// For each module the modules that it names, each with a place where it does.
pub(super) type Edges = BTreeMap<String, BTreeMap<String, String>>;

pub(super) fn edges(parsed: &Crate) -> Edges {
    let mut edges: Edges = parsed
        .modules
        .iter()
        .map(|m| (m.clone(), BTreeMap::new()))
        .collect();
    for mention in parsed.mentions.iter().filter(|m| !m.from.is_empty()) {
        let to: Vec<&String> = match &mention.to {
            Named::Module(to) => vec![to],
            Named::Crate => parsed.modules.iter().collect(),
            Named::Other(_) => continue,
        };
        for to in to.into_iter().filter(|to| **to != mention.from) {
            let place = format!("{}:{}", mention.file, mention.line);
            edges
                .entry(mention.from.clone())
                .or_default()
                .entry(to.clone())
                .or_insert(place);
        }
    }
    edges
}

/// A cycle as text, one edge a line with a place where it is made: a shortest one through the first module that is on any.
pub(super) fn cycle(edges: &Edges) -> Option<String> {
    let way = edges
        .keys()
        .filter_map(|module| way_back(edges, module))
        .min_by_key(Vec::len)?;
    let mut text = String::new();
    for pair in way.windows(2) {
        let place = &edges[&pair[0]][&pair[1]];
        let _ = writeln!(text, "  {} names {} ({place})", pair[0], pair[1]);
    }
    Some(text)
}

/// The shortest way from a module to itself.
fn way_back(edges: &Edges, module: &str) -> Option<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut ways = vec![vec![module.to_string()]];
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in &ways {
            for next in edges.get(way.last()?).into_iter().flat_map(BTreeMap::keys) {
                let way = [way.as_slice(), std::slice::from_ref(next)].concat();
                if next == module {
                    return Some(way);
                }
                if seen.insert(next.clone()) {
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}

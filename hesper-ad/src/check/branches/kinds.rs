//! Which kinds of plans there are, and which of them ran.
//!
//! A plan is code of the host, of which nothing is known but what it yields. Two plans are of one kind where they have the same steps, and
//! what of grids, arguments and constants is the same far out is so in both; from which size of a dimension alone on it is of another kind was
//! found by making plans.

use crate::dims::Dims;
use crate::spec::Spec;
use std::collections::{BTreeMap, BTreeSet};

/// The sizes of each dimension alone from which on the plan is of another kind.
pub(crate) type Switches = BTreeMap<String, BTreeSet<usize>>;

/// How many kinds of plans were seen, and those that never ran.
pub(super) fn kinds(spec: &Spec<'_>, switches: &Switches, ran: &[Dims]) -> (usize, Vec<String>) {
    let least = spec.least_shape();
    let mut not_run = Vec::new();
    for (dim, sizes) in switches {
        let alone = |dims: &&Dims| {
            let mut others = dims.iter().filter(|(other, _)| other != dim);
            others.all(|(other, size)| least.get(other) == Some(size))
        };
        let ran: BTreeSet<usize> = ran
            .iter()
            .filter(alone)
            .filter_map(|d| d.get(dim))
            .collect();
        let ends = sizes.iter().skip(1).map(Some).chain([None]);
        for (from, to) in sizes.iter().zip(ends) {
            let here = |size: &usize| size >= from && to.is_none_or(|to| size < to);
            if !ran.iter().any(here) {
                let end = to.map_or(" on".to_string(), |to| format!(" to {}", to - 1));
                not_run.push(format!(
                    "the plan is another for {dim} from {from}{end}, and was run for no such size"
                ));
            }
        }
    }
    let switches: usize = switches.values().map(BTreeSet::len).sum();
    (1 + switches, not_run)
}

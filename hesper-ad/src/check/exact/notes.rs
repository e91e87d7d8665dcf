//! What all findings of an exact check say: what was covered, and what was not.

use crate::certificate::{Exactness, Finding, Tally};
use crate::field::{MANY, Site};
use std::collections::{BTreeMap, BTreeSet};

/// What all findings say.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) paths: usize,
    pub(super) thresholds: usize,
    pub(super) unmet_pairs: usize,
    pub(super) loops: BTreeMap<Site, BTreeSet<u64>>,
    pub(super) one_sided: Vec<String>,
    pub(super) advice: Vec<String>,
    pub(super) declared: Option<String>,
}

impl Notes {
    /// Loops whose body never ran are not covered.
    pub(super) fn idle_loops(&mut self) {
        let idle = |counts: &BTreeSet<u64>| counts.iter().all(|n| *n == 0);
        let idle = self.loops.iter().filter(|(_, counts)| idle(counts));
        let texts: Vec<String> = idle
            .map(|(site, _)| format!("the {site} never ran"))
            .collect();
        self.one_sided.extend(texts);
    }

    /// How often loops ran: `loops ran 0, 1, 2, 3 or more times`.
    pub(super) fn loops(&self) -> Option<String> {
        let counts: BTreeSet<u64> = self.loops.values().flatten().copied().collect();
        let texts: Vec<String> = counts.iter().map(u64::to_string).collect();
        let many = if counts.contains(&MANY) {
            " or more"
        } else {
            ""
        };
        (!texts.is_empty()).then(|| format!("loops ran {}{many} times", texts.join(", ")))
    }

    pub(super) fn finish(&self, mut tally: Tally, exact: Exactness) -> Finding {
        tally.exact(exact);
        let mut note = format!("{} paths", self.paths);
        if self.thresholds > 0 {
            note += &format!(", {} thresholds bisected", self.thresholds);
        }
        if let Some(loops) = self.loops() {
            note += &format!(", {loops}");
        }
        if self.unmet_pairs > 0 {
            note += &format!(", {} pairs of decisions never met", self.unmet_pairs);
        }
        match (self.one_sided.as_slice(), &self.declared) {
            ([], _) => {
                tally.note(note);
                tally.finish()
            }
            ([first, more @ ..], None) => {
                tally.note(note);
                let more = match more.len() {
                    0 => String::new(),
                    n => format!(", and {n} more"),
                };
                tally.incomplete(format!("{first}{more}"))
            }
            (all, Some(reason)) => {
                tally.note(format!(
                    "{note}, {} went one way only, as declared: {reason}",
                    all.len()
                ));
                tally.finish()
            }
        }
    }
}

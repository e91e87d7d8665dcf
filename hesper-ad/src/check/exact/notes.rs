//! What all findings of an exact check say: what was covered, and what was not.

use super::coverage::Program;
use super::trial::Tie;
use crate::certificate::{Exactness, Finding, Tally};
use crate::field::{MANY, Site};
use std::collections::{BTreeMap, BTreeSet};

/// What all findings say.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) paths: usize,
    pub(super) thresholds: usize,
    pub(super) unmet_pairs: usize,
    /// Whether `backward` is derived from `forward`.
    pub(super) derived: bool,
    pub(super) loops: BTreeMap<(Program, Site), BTreeSet<u64>>,
    /// What went one way only, in which program.
    pub(super) one_sided: Vec<(Program, String)>,
    /// The same at shapes where a dimension is as small as it gets.
    pub(super) at_least: Vec<(Program, Site, String)>,
    /// What went both ways at some shape.
    pub(super) both_ways: BTreeSet<(Program, Site)>,
    pub(super) advice: Vec<String>,
    pub(super) declared: Option<String>,
}

impl Notes {
    /// Loops whose body never ran are not covered.
    pub(super) fn idle_loops(&mut self) {
        let idle = |counts: &BTreeSet<u64>| counts.iter().all(|n| *n == 0);
        let idle = self.loops.iter().filter(|(_, counts)| idle(counts));
        let texts = idle.map(|((program, site), _)| (*program, format!("the {site} never ran")));
        self.one_sided.extend(texts);
    }

    /// At least sizes only what went one way at all shapes is not covered.
    pub(super) fn least_shapes(&mut self) {
        for (program, site, text) in std::mem::take(&mut self.at_least) {
            if !self.both_ways.contains(&(program, site)) {
                self.one_sided.push((program, text));
            }
        }
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

    /// What one tie's finding says: of the decisions, those of programs that the tie compares.
    pub(super) fn finish(&self, tie: Tie, mut tally: Tally, exact: Exactness) -> Finding {
        tally.exact(exact);
        let mut note = format!("{} paths", self.paths);
        if self.derived && tie == Tie::Vjp {
            note = format!("`backward` is derived from `forward`; {note}");
        }
        if self.thresholds > 0 {
            note += &format!(", {} thresholds bisected", self.thresholds);
        }
        if let Some(loops) = self.loops() {
            note += &format!(", {loops}");
        }
        if self.unmet_pairs > 0 {
            note += &format!(", {} pairs of decisions never met", self.unmet_pairs);
        }
        let one_sided = self.one_sided.iter();
        let one_sided = one_sided.filter(|(program, _)| program.concerns(tie));
        let one_sided: Vec<&String> = one_sided.map(|(_, what)| what).collect();
        match (one_sided.as_slice(), &self.declared) {
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

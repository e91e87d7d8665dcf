//! What all findings of an exact check say: what was covered, and what was not.

use super::coverage::Program;
use super::trial::Tie;
use crate::certificate::{Exactness, Finding, Tally};
use crate::field::{MANY, Site};
use crate::sample::Unreachable;
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
    pub(super) one_sided: Vec<(Program, Site, String)>,
    /// The same at shapes where a dimension is as small as it gets.
    pub(super) at_least: Vec<(Program, Site, String)>,
    /// What went both ways at some shape.
    pub(super) both_ways: BTreeSet<(Program, Site)>,
    pub(super) advice: Vec<String>,
    /// What cannot go another way, at some shape.
    pub(super) cannot: BTreeSet<(Program, Site)>,
    pub(super) declared: Vec<Unreachable>,
}

impl Notes {
    /// Loops that never went round here, as what is left over beyond 65 536 numbers: the check of branches wants them to, in some run.
    fn idle(&self, tie: Tie) -> usize {
        let idle = |counts: &BTreeSet<u64>| counts.iter().all(|n| *n == 0);
        let here = self.loops.iter();
        let here = here.filter(|((program, _), counts)| program.concerns(tie) && idle(counts));
        here.count()
    }

    /// At least sizes only what went one way at all shapes is not covered.
    pub(super) fn least_shapes(&mut self) {
        for (program, site, text) in std::mem::take(&mut self.at_least) {
            if !self.both_ways.contains(&(program, site)) {
                self.one_sided.push((program, site, text));
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
        match self.idle(tie) {
            0 => {}
            1 => note += ", one loop never",
            n => note += &format!(", {n} loops never"),
        }
        if self.unmet_pairs > 0 {
            note += &format!(", {} pairs of decisions never met", self.unmet_pairs);
        }
        let here = self.one_sided.iter();
        let here = here.filter(|(program, ..)| program.concerns(tie));
        let (mut open, mut declared) = (Vec::new(), BTreeMap::new());
        for (_, site, what) in here {
            match self.declaration(*site) {
                Some(known) => *declared.entry(&known.reason).or_insert(0) += 1,
                None => open.push(what),
            }
        }
        let cannot = self.cannot.iter();
        let cannot = cannot.filter(|(program, _)| program.concerns(tie)).count();
        if cannot > 0 {
            note += &format!(", {cannot} decisions cannot go another way");
        }
        for (reason, count) in declared {
            note += &format!(", {count} went one way only, as declared: {reason}");
        }
        tally.note(note);
        match open.as_slice() {
            [] => tally.finish(),
            [first, more @ ..] => {
                let more = match more.len() {
                    0 => String::new(),
                    n => format!(", and {n} more"),
                };
                tally.incomplete(format!("{first}{more}"))
            }
        }
    }

    /// What the op declares of a decision: a declaration is of one decision, and says nothing where it names several.
    fn declaration(&self, site: Site) -> Option<&Unreachable> {
        let names = |known: &&Unreachable, site: &Site| site.to_string().contains(&known.decision);
        let known = self.declared.iter().find(|known| names(known, &site))?;
        let all = self.one_sided.iter().map(|(_, site, _)| site);
        let named: BTreeSet<&Site> = all.filter(|site| names(&known, site)).collect();
        (named.len() == 1).then_some(known)
    }
}

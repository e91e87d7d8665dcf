//! What became of an op's mutants.

use super::find::{Mutant, Place};
use crate::certificate::{Certificate, Finding};
use std::collections::BTreeMap;
use std::fmt;

/// What became of one op's mutants.
#[derive(Clone, Debug)]
pub struct Report {
    /// The op's name.
    pub op: String,
    /// What is wrong with the op itself; then it was not studied.
    pub broken: Option<String>,
    /// Its mutants, each with what became of it.
    pub mutants: Vec<Outcome>,
    /// Other ways to write its kernels, which ought to pass.
    pub rewritings: Vec<Outcome>,
    /// Changes that broke a rule of a tree: a compiler would refuse them.
    pub ill_typed: usize,
    /// Changes that make no difference, as one size for another that is always the same: they are no mutants either.
    pub unchanged: usize,
}

/// A mutant and what became of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The mutant.
    pub mutant: Mutant,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// A check refused it.
    Refused {
        /// The check: `backward kernel = spec`.
        check: String,
        /// Where it was made: a number domain or a device.
        place: String,
        /// `FAIL`, or `PART` where the check found nothing wrong and something that it could not see.
        verdict: &'static str,
        /// What it says.
        message: String,
    },
    /// It survived, and means the same, for this reason.
    Equal(String),
    /// It survived.
    Survived,
}

impl Fate {
    pub(super) fn refused(finding: Finding) -> Fate {
        Fate::Refused {
            verdict: finding.verdict.word(),
            message: finding.verdict.message().unwrap_or_default().to_string(),
            check: finding.check,
            place: finding.place,
        }
    }

    /// The check that refused it, and where.
    fn refused_by(&self) -> Option<(String, String)> {
        match self {
            Fate::Refused {
                check,
                place,
                verdict,
                ..
            } => {
                let part = if *verdict == "PART" { ", PART" } else { "" };
                Some((format!("{check}{part}"), place.clone()))
            }
            Fate::Equal(_) | Fate::Survived => None,
        }
    }
}

impl Report {
    pub(super) fn broken(op: &str, why: impl Into<String>) -> Report {
        Report {
            op: op.to_string(),
            broken: Some(why.into()),
            mutants: Vec::new(),
            rewritings: Vec::new(),
            ill_typed: 0,
            unchanged: 0,
        }
    }

    pub(super) fn not_verified(certificate: &Certificate) -> Report {
        let failures = certificate
            .checks
            .iter()
            .find(|f| f.verdict.message().is_some());
        let why = failures.map_or(String::new(), |f| format!(": {f}"));
        Report::broken(&certificate.op, format!("it is not verified{why}"))
    }

    /// The mutants that no check refused, and that are not known to mean the same.
    pub fn survivors(&self) -> Vec<&Outcome> {
        let all = self.mutants.iter();
        all.filter(|o| o.fate == Fate::Survived).collect()
    }

    /// The right ways to write it that some check refused.
    pub fn false_alarms(&self) -> Vec<&Outcome> {
        let all = self.rewritings.iter();
        all.filter(|o| matches!(o.fate, Fate::Refused { .. }))
            .collect()
    }

    /// Whether the op is verified, no mutant survived but those known to mean the same, and no check refused what is right.
    pub fn is_pass(&self) -> bool {
        self.broken.is_none() && self.survivors().is_empty() && self.false_alarms().is_empty()
    }

    /// Takes over what became of survivors in another op that has the same kernel; of plans and specs nothing.
    pub fn refused_in(&mut self, other: &Report) {
        let is_open =
            |o: &Outcome| o.fate == Fate::Survived && matches!(o.mutant.place, Place::Kernel(..));
        for survivor in self.mutants.iter_mut().filter(|o| is_open(o)) {
            let is_same = |o: &&Outcome| {
                (&o.mutant.place, &o.mutant.words)
                    == (&survivor.mutant.place, &survivor.mutant.words)
            };
            if let Some(Fate::Refused {
                check,
                place,
                verdict,
                message,
            }) = other.mutants.iter().find(is_same).map(|o| &o.fate)
            {
                survivor.fate = Fate::Refused {
                    check: check.clone(),
                    place: place.clone(),
                    verdict,
                    message: format!("in {}: {message}", other.op),
                };
            }
        }
    }

    /// Adds what became of the mutants of another share.
    pub fn join(&mut self, other: Report) {
        self.broken = self.broken.take().or(other.broken);
        self.mutants.extend(other.mutants);
        self.rewritings.extend(other.rewritings);
    }

    /// How many mutants each check refused, the most first.
    pub fn by_check(&self) -> Vec<((String, String), usize)> {
        count(self.mutants.iter().filter_map(|o| o.fate.refused_by()))
    }

    /// How many mutants were made of each kind.
    pub fn by_kind(&self) -> Vec<(String, usize)> {
        count(self.mutants.iter().map(|o| o.mutant.kind.clone()))
    }

    /// How many mutants are known to mean the same.
    pub fn equal(&self) -> usize {
        let all = self.mutants.iter();
        all.filter(|o| matches!(o.fate, Fate::Equal(_))).count()
    }

    /// The numbers in one line.
    pub fn summary(&self) -> String {
        if let Some(why) = &self.broken {
            return format!("{}: not studied, {why}", self.op);
        }
        let refused = self.mutants.len() - self.survivors().len() - self.equal();
        format!(
            "{}: {} mutants, {refused} refused, {} equal, {} survived; {} rewritings, {} refused; of other changes {} are no program, {} no change",
            self.op,
            self.mutants.len(),
            self.equal(),
            self.survivors().len(),
            self.rewritings.len(),
            self.false_alarms().len(),
            self.ill_typed,
            self.unchanged
        )
    }
}

/// How often each thing is there, the most first.
pub(super) fn count<T: Ord>(all: impl IntoIterator<Item = T>) -> Vec<(T, usize)> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    let mut counts: Vec<(T, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts
}

impl fmt::Display for Report {
    /// The numbers, which check refused how many, survivors, and false alarms.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.summary())?;
        for ((check, place), n) in self.by_check() {
            writeln!(f, "  {n:5} {check}, {place}")?;
        }
        for outcome in &self.mutants {
            match &outcome.fate {
                Fate::Survived => writeln!(f, "  SURVIVED {}", outcome.mutant)?,
                Fate::Equal(reason) => writeln!(f, "  equal    {}: {reason}", outcome.mutant)?,
                Fate::Refused { .. } => {}
            }
        }
        for outcome in self.false_alarms() {
            if let Fate::Refused {
                check,
                message,
                verdict,
                ..
            } = &outcome.fate
            {
                writeln!(
                    f,
                    "  {verdict} of a right one, {}: {check}: {message}",
                    outcome.mutant
                )?;
            }
        }
        Ok(())
    }
}

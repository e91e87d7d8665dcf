//! Mutants that are known to mean the same as their op.

use super::find::Mutant;
use super::report::{Fate, Report};

/// A reviewed list of mutants that mean the same as their op, each with the reason.
///
/// One a line: `op | place | words | reason`, where `*` stands for any op, for any words, and in a place for any part of it, as in `kernel *, end` for a helper of any kernel; `#`
/// begins a comment. Lines of the source do not count, so that the list outlives changes elsewhere in a file.
///
/// ```
/// use hesper_ad::mutate::Equal;
///
/// let text = "Softmax | kernel softmax | `x - m` becomes `x` | the shift cancels";
/// assert_eq!(Equal::parse(text)?.len(), 1);
/// assert!(Equal::parse("Softmax | kernel softmax | without a reason").is_err());
/// # Ok::<(), hesper_ad::mutate::EqualError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Equal(Vec<Entry>);

#[derive(Clone, Debug)]
struct Entry {
    line: usize,
    op: String,
    place: String,
    words: String,
    reason: String,
}

/// A line that is no entry of such a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the list of equal mutants is not `op | place | words | reason`: {text}")]
pub struct EqualError {
    /// The line, counted from 1.
    pub line: usize,
    /// What it says.
    pub text: String,
}

impl Equal {
    /// Reads a list.
    ///
    /// # Errors
    /// The first line that is no entry.
    pub fn parse(text: &str) -> Result<Equal, EqualError> {
        let lines = (1..).zip(text.lines());
        let lines = lines.filter(|(_, text)| !text.trim().is_empty() && !text.starts_with('#'));
        let entry = |(line, text): (usize, &str)| {
            // Words may have bars of their own, as `a | b`, but not between blanks beside a code.
            let parts: Vec<&str> = text.split(" | ").map(str::trim).collect();
            match parts[..] {
                [op, place, words, reason] if !reason.is_empty() => Ok(Entry {
                    line,
                    op: op.to_string(),
                    place: place.to_string(),
                    words: words.to_string(),
                    reason: reason.to_string(),
                }),
                _ => Err(EqualError {
                    line,
                    text: text.to_string(),
                }),
            }
        };
        Ok(Equal(lines.map(entry).collect::<Result<_, _>>()?))
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ops that it speaks of by name.
    pub fn ops(&self) -> impl Iterator<Item = &str> {
        let names = self.0.iter().map(|entry| entry.op.as_str());
        names.filter(|name| *name != "*")
    }

    /// Why a mutant of an op means the same.
    pub(super) fn reason(&self, op: &str, mutant: &Mutant) -> Option<&str> {
        let found = self.0.iter().find(|entry| entry.speaks_of(op, mutant));
        found.map(|entry| entry.reason.as_str())
    }

    /// The lines that no report needed: nothing of the kind was made, or some check refuses it. Of reports on every op that the list speaks of.
    pub fn unused(&self, reports: &[Report]) -> Vec<String> {
        let mut equal = Vec::new();
        for report in reports {
            let all = report.mutants.iter();
            let all = all.filter(|o| matches!(o.fate, Fate::Equal(_)));
            equal.extend(all.map(|o| (report.op.as_str(), &o.mutant)));
        }
        let idle = |entry: &&Entry| !equal.iter().any(|(op, mutant)| entry.speaks_of(op, mutant));
        let idle = self.0.iter().filter(idle);
        idle.map(|e| format!("line {}: {} | {} | {}", e.line, e.op, e.place, e.words))
            .collect()
    }
}

impl Entry {
    fn speaks_of(&self, op: &str, mutant: &Mutant) -> bool {
        let fits = |pattern: &str, text: &str| pattern == "*" || pattern == text;
        fits(&self.op, op)
            && fits(&self.words, &mutant.words)
            && self.is_at(&mutant.place.to_string())
    }

    fn is_at(&self, place: &str) -> bool {
        match self.place.split_once('*') {
            None => self.place == place,
            Some((before, after)) => place
                .strip_prefix(before)
                .is_some_and(|rest| rest.ends_with(after)),
        }
    }
}

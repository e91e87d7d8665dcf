//! Mutants that are known to mean the same as their op.

use super::find::Mutant;

/// A reviewed list of mutants that mean the same as their op, each with the reason.
///
/// One a line: `op | place | words | reason`, where `*` stands for any op, and for any words; `#` begins a comment. Lines of the source do not
/// count, so that the list outlives changes elsewhere in a file.
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

    /// Why a mutant of an op means the same, and the line that says so.
    pub(super) fn reason(&self, op: &str, mutant: &Mutant) -> Option<(usize, &str)> {
        let place = mutant.place.to_string();
        let fits = |pattern: &str, text: &str| pattern == "*" || pattern == text;
        let found = self.0.iter().find(|e| {
            fits(&e.op, op) && e.place == place && fits(&e.words, &mutant.words)
        });
        found.map(|e| (e.line, e.reason.as_str()))
    }

    /// The lines that were of no use, each with its text.
    pub(super) fn unused(&self, used: &[usize], op: Option<&str>) -> Vec<String> {
        let idle = self.0.iter().filter(|e| !used.contains(&e.line));
        let idle = idle.filter(|e| op.is_none_or(|op| e.op == op));
        idle.map(|e| format!("line {}: {} | {} | {}", e.line, e.op, e.place, e.words))
            .collect()
    }
}

//! Many cases, and the smallest that fails.

use super::check::{Failure, Judges, check};
use super::choices::Choices;
use super::compare::Tally;
use super::generate::{Case, generate};
use super::shrink::shrink;
use hesper_shader::lower::lower;
use std::fmt;

/// A search through the cases of consecutive seeds.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// The first seed.
    pub seed: u64,
    /// How many cases.
    pub cases: u64,
    /// Cases that are tried to make a failing one smaller.
    pub attempts: usize,
}

/// What a search went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Cases checked.
    pub cases: u64,
    /// Numbers compared.
    pub tally: Tally,
}

/// A case that fails, as small as it was made.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The seed it was found at.
    pub seed: u64,
    /// The choices that make it.
    pub choices: Vec<u32>,
    /// The kernel and its arguments.
    pub case: Case,
    /// What fails.
    pub failure: Failure,
}

impl Search {
    /// Checks all cases; `done` hears of each.
    ///
    /// # Errors
    /// The first that fails, made smaller.
    pub fn run(
        &self,
        judges: &Judges<'_>,
        mut done: impl FnMut(u64),
    ) -> Result<Summary, Box<Finding>> {
        let mut summary = Summary::default();
        for seed in (self.seed..).take(self.cases as usize) {
            let mut choices = Choices::random(seed);
            let case = generate(&mut choices);
            match check(&case, judges) {
                Ok(tally) => {
                    summary.cases += 1;
                    summary.tally.add(tally);
                }
                Err(failure) => {
                    return Err(Box::new(self.smallest(
                        Finding {
                            seed,
                            choices: choices.into_taken(),
                            case,
                            failure,
                        },
                        judges,
                    )));
                }
            }
            done(seed);
        }
        Ok(summary)
    }

    fn smallest(&self, mut finding: Finding, judges: &Judges<'_>) -> Finding {
        let start = finding.choices.clone();
        let stage = finding.failure.stage;
        let smallest = shrink(start, self.attempts, |values| {
            let mut choices = Choices::replay(values);
            let case = generate(&mut choices);
            let failure = check(&case, judges).err()?;
            (failure.stage == stage).then(|| choices.into_taken())
        });
        let case = generate(&mut Choices::replay(&smallest));
        if let Err(failure) = check(&case, judges) {
            finding.case = case;
            finding.failure = failure;
            finding.choices = smallest;
        }
        finding
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "seed {} fails; smaller, from the choices {:?}:",
            self.seed, self.choices
        )?;
        writeln!(f, "\n{}\n\n{}", self.failure, self.case)?;
        let verified = match self.case.verified() {
            Ok(verified) => verified,
            Err(problems) => return writeln!(f, "not verified: {problems}"),
        };
        match lower(&verified).map(|lowered| lowered.wgsl()) {
            Ok(Ok(wgsl)) => writeln!(f, "{wgsl}"),
            Ok(Err(error)) => writeln!(f, "no WGSL: {error}"),
            Err(error) => writeln!(f, "not lowered: {error}"),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally {
            exact,
            bounded,
            unbounded,
        } = self.tally;
        write!(
            f,
            "{} cases: {exact} numbers exactly as they must be, {bounded} within WGSL's accuracy, {unbounded} without bound",
            self.cases
        )
    }
}

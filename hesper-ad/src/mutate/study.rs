//! The study of one op.

use super::equal::Equal;
use super::find::{Change, Found, Made, Mutant, find};
use super::host::Host;
use super::judge::{quick_refusal, refusal};
use super::report::{Fate, Outcome, Report};
use crate::op::Op;
use crate::options::Options;
use crate::progress::Progress;
use crate::spec::{Spec, panic_message};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Makes wrong variants of an op's kernels, plan and spec, and says which check refuses each; and other ways to write its kernels, which none
/// ought to refuse.
///
/// The checks are those of [`verify`](crate::DiffOp::verify) with these options, each variant's in the order of what they cost, up to the first that
/// refuses it. The op itself has to pass.
///
/// ```no_run
/// use hesper_ad::mutate::study;
/// use hesper_ad::ops::Relu;
/// use hesper_ad::prelude::*;
///
/// let report = study(&Relu, &Options::default());
/// assert!(report.survivors().is_empty(), "{report}");
/// ```
pub fn study(op: &dyn Op, options: &Options) -> Report {
    Study::new(op, options).run()
}

/// A study that is not of everything, or that says how far it is.
pub struct Study<'s> {
    op: &'s dyn Op,
    options: &'s Options,
    of: Box<dyn Fn(&Mutant) -> bool + 's>,
    share: (usize, usize),
    equal: Option<&'s Equal>,
    tell: Box<dyn Fn(usize, usize) + 's>,
}

impl<'s> Study<'s> {
    /// Of all mutants of an op.
    pub fn new(op: &'s dyn Op, options: &'s Options) -> Study<'s> {
        Study {
            op,
            options,
            of: Box::new(|_| true),
            share: (0, 1),
            equal: None,
            tell: Box::new(|_, _| {}),
        }
    }

    /// Of some of the mutants alone.
    pub fn of(mut self, of: impl Fn(&Mutant) -> bool + 's) -> Study<'s> {
        self.of = Box::new(of);
        self
    }

    /// Of every `of`-th mutant and rewriting, from number `turn` on: what several threads share.
    pub fn share(mut self, turn: usize, of: usize) -> Study<'s> {
        self.share = (turn, of.max(1));
        self
    }

    /// With a list of mutants that are known to mean the same. Of these only the quickest checks are asked, which may still refuse one.
    pub fn equal(mut self, equal: &'s Equal) -> Study<'s> {
        self.equal = Some(equal);
        self
    }

    /// Calls `tell` with the number of mutants that were judged, and of all that are to be.
    pub fn tell(mut self, tell: impl Fn(usize, usize) + 's) -> Study<'s> {
        self.tell = Box::new(tell);
        self
    }

    /// Judges them. An op that is not verified is not studied.
    pub fn run(self) -> Report {
        let host = Host::new(self.op);
        let name = match catch_unwind(AssertUnwindSafe(|| self.op.name())) {
            Ok(name) => name,
            Err(payload) => {
                return Report::broken(self.op.type_name(), panic_message(&*payload));
            }
        };
        if self.share.0 == 0 {
            let certificate = self.op.verify(self.options);
            if !certificate.is_pass() {
                return Report::not_verified(&certificate);
            }
        }
        let spec = match Spec::new(&host) {
            Ok(spec) => spec,
            Err(error) => return Report::broken(&name, error.to_string()),
        };
        match find(&spec) {
            Ok(found) => self.judge(name, &host, &spec, found),
            Err(error) => Report::broken(&name, error),
        }
    }

    fn judge(&self, op: String, host: &Host<'_>, spec: &Spec<'_>, found: Found) -> Report {
        let mutants = self.chosen(found.mutants);
        let rewritings = self.chosen(found.rewritings);
        let (all, mut done) = (mutants.len() + rewritings.len(), 0);
        (self.tell)(0, all);
        let progress = Progress::new(&op, self.options.progress);
        let mut outcomes = |made: Vec<Made>| -> Vec<Outcome> {
            let outcome = |made: Made| {
                progress.at(&format!("mutant {} of {all}", done + 1));
                let fate = self.fate(&op, host, spec, &made);
                done += 1;
                (self.tell)(done, all);
                let mutant = made.mutant;
                Outcome { mutant, fate }
            };
            made.into_iter().map(outcome).collect()
        };
        let (mutants, rewritings) = (outcomes(mutants), outcomes(rewritings));
        Report {
            op,
            broken: None,
            mutants,
            rewritings,
            ill_typed: found.ill_typed,
            unchanged: found.unchanged,
        }
    }

    /// Those to be judged here.
    fn chosen(&self, made: Vec<Made>) -> Vec<Made> {
        let (turn, of) = self.share;
        let made = made.into_iter().filter(|made| (self.of)(&made.mutant));
        made.skip(turn).step_by(of).collect()
    }

    fn fate(&self, op: &str, host: &Host<'_>, spec: &Spec<'_>, made: &Made) -> Fate {
        match &made.change {
            Change::Plan(change) => host.change(Some(change.clone())),
            Change::Spec(part, edit) => spec.edit(Some((*part, *edit))),
        }
        spec.forget();
        let equal = self.equal.and_then(|equal| equal.reason(op, &made.mutant));
        let refusal = match equal {
            None => refusal(spec, made, self.options),
            Some(_) => quick_refusal(spec, made, self.options),
        };
        host.change(None);
        spec.edit(None);
        match (refusal, equal) {
            (Some(finding), _) => Fate::refused(finding),
            (None, Some(reason)) => Fate::Equal(reason.to_string()),
            (None, None) => Fate::Survived,
        }
    }
}

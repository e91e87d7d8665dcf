//! What was found of a pass.

use super::cases::NAMED;
use crate::certificate::{Finding, Tally};
use crate::check::target::Target;
use crate::op_plan::Pass;
use crate::sample::Numbers;
use crate::spec::{Missed, Spec};

/// What was found of a pass so far.
pub(super) struct Judged {
    pub(super) pass: Pass,
    /// Numbers at which the op was not defined anywhere.
    pub(super) undefined: Vec<Numbers>,
    pub(super) tally: Tally,
    pub(super) missed: Missed,
    /// Set where it stopped.
    pub(super) ended: Option<Finding>,
}

/// Why a check stopped.
pub(super) enum StopReason {
    Fail(String),
    Skip(String),
}

impl Judged {
    pub(super) fn new(spec: &Spec<'_>, pass: Pass, target: &Target, seed: u64) -> Judged {
        let name = format!("{} kernel = spec", pass.name());
        Judged {
            pass,
            undefined: NAMED.iter().map(|(numbers, _)| *numbers).collect(),
            tally: Tally::new(&name, target.name(), seed),
            missed: spec.missed(),
            ended: None,
        }
    }

    /// Ends the pass; says at which sizes or point.
    pub(super) fn stop(&mut self, stop: StopReason, at: &str) {
        let tally = self.tally.clone();
        self.ended = Some(match stop {
            StopReason::Fail(message) => tally.fail(format!("{message} ({at})")),
            StopReason::Skip(reason) => tally.skip(format!("{reason} ({at})")),
        });
    }

    pub(super) fn finish(mut self, notes: &[String]) -> Finding {
        if let Some(ended) = self.ended {
            return ended;
        }
        let undefined = NAMED.iter().filter(|(n, _)| self.undefined.contains(n));
        let names: Vec<&str> = undefined.map(|(_, name)| *name).collect();
        let mut notes = notes.to_vec();
        if !names.is_empty() {
            notes.insert(0, format!("undefined at {} numbers", names.join(" and ")));
        }
        self.tally.note(notes.join("; "));
        self.tally.note_also(self.missed.note());
        self.tally.finish()
    }
}

/// Does something with each pass that has not ended; an error ends it.
pub(super) fn each(
    passes: &mut [Judged; 2],
    at: &str,
    mut act: impl FnMut(Pass, &mut Tally) -> Result<(), StopReason>,
) {
    for judged in passes.iter_mut().filter(|judged| judged.ended.is_none()) {
        if let Err(stop) = act(judged.pass, &mut judged.tally) {
            judged.stop(stop, at);
        }
    }
}

//! What an exact check has found so far, tie by tie.

use super::coverage::Coverage;
use super::point::Point;
use super::trial::{Compared, Silence, Tie};
use crate::certificate::{Finding, Tally};
use crate::dims::Dims;
use crate::field::{Demands, Oddity};
use crate::op::DiffOp;
use crate::sample::Rng;
use crate::spec::Spec;

/// Where the check takes place, in reports.
const PLACE: &str = "exact field";

/// Trials of one path, at least.
const TRIALS: usize = 4;
/// Trials where the sign of a sum under a root may decide: each has an even chance.
const TRIALS_WITH_ROOTS: usize = 8;

/// The findings in the making.
pub(super) struct Tallies {
    pub(super) rng: Rng,
    pub(super) demands: Demands,
    ties: Vec<(Tie, State)>,
    watch: State,
    operations: usize,
    notes: Notes,
}

/// A finding in the making, or ended.
struct State {
    tally: Option<Tally>,
    ended: Option<Finding>,
    /// Where it failed.
    failure: Option<(Dims, Point)>,
}

/// What all findings say.
#[derive(Default)]
struct Notes {
    paths: usize,
    thresholds: usize,
    unmet_pairs: usize,
    one_sided: Vec<String>,
    advice: Vec<String>,
    declared: Option<String>,
}

impl State {
    fn new(check: &str, seed: u64) -> State {
        State {
            tally: Some(Tally::new(check, PLACE, seed)),
            ended: None,
            failure: None,
        }
    }

    fn end(&mut self, verdict: impl FnOnce(Tally) -> Finding) {
        if let Some(tally) = self.tally.take() {
            self.ended = Some(verdict(tally));
        }
    }
}

impl Tallies {
    pub(super) fn new<O: DiffOp>(spec: &Spec<O>, seed: u64) -> Tallies {
        Tallies {
            rng: Rng::new(seed),
            demands: Demands::default(),
            ties: Tie::ALL
                .map(|tie| (tie, State::new(tie.name(), seed)))
                .into(),
            watch: State::new("defined and in range", seed),
            operations: 0,
            notes: Notes {
                declared: spec.sampling().unreachable_reason().map(str::to_string),
                ..Notes::default()
            },
        }
    }

    /// Trials of one path.
    pub(super) fn trials(&self) -> usize {
        if self.demands.roots {
            TRIALS_WITH_ROOTS
        } else {
            TRIALS
        }
    }

    /// Whether a tie is still open.
    pub(super) fn is_open(&self, tie: Tie) -> bool {
        self.ties
            .iter()
            .any(|(t, state)| *t == tie && state.tally.is_some())
    }

    /// Whether nothing is open any more.
    pub(super) fn over(&self) -> bool {
        self.ties.iter().all(|(_, state)| state.tally.is_none())
    }

    /// The kernels cannot be run.
    pub(super) fn end_kernels(&mut self, error: &str) {
        for (tie, state) in &mut self.ties {
            if *tie != Tie::Vjp {
                state.end(|tally| tally.fail(error));
            }
        }
    }

    /// A point at which a tie held in every trial.
    pub(super) fn hold(&mut self, tie: Tie, compared: &Compared, dims: &Dims) {
        if let Some(tally) = self.tally(tie) {
            tally.equal(compared.elements);
            tally.point(dims);
        }
    }

    /// A point at which a tie broke in some trials of several.
    pub(super) fn broke(
        &mut self,
        tie: Tie,
        compared: &Compared,
        broken: usize,
        trials: usize,
        point: &Point,
    ) {
        let Some(difference) = &compared.difference else {
            return;
        };
        let dims = point.primals.dims.clone();
        let roots = self.demands.roots;
        let message = format!("{} ({dims})", difference.text);
        if let Some(state) = self.state(tie) {
            state.end(|tally| {
                if broken == trials || !roots {
                    tally.fail(message)
                } else {
                    tally.inconclusive(format!(
                        "the sign of a square root's argument decides, in {broken} of {trials} fields: {message}"
                    ))
                }
            });
            state.failure = Some((dims, point.clone()));
        }
    }

    /// A point at which a tie could not be judged.
    pub(super) fn silent(&mut self, tie: Tie, silence: &Silence, dims: &Dims) {
        if let Some(state) = self.state(tie) {
            state.end(|tally| match silence {
                Silence::Outside(trouble) => {
                    tally.inconclusive(format!("{trouble} lies outside what the field can judge"))
                }
                Silence::Redraw(reason) | Silence::Fault(reason) => {
                    tally.fail(format!("{reason} ({dims})"))
                }
            });
        }
    }

    pub(super) fn watched(&mut self, oddities: &[Oddity], operations: usize, dims: &Dims) {
        self.operations += operations;
        for oddity in oddities {
            if oddity.severe {
                self.watch
                    .end(|tally| tally.fail(format!("{oddity} ({dims})")));
            } else if !self.notes.advice.contains(&oddity.to_string()) {
                self.notes.advice.push(oddity.to_string());
            }
        }
        if let Some(tally) = &mut self.watch.tally {
            tally.point(dims);
        }
    }

    pub(super) fn bisected(&mut self, thresholds: usize) {
        self.notes.thresholds += thresholds;
    }

    /// Takes note of what a shape's decisions did.
    pub(super) fn covered(&mut self, coverage: &Coverage, dims: &Dims) {
        self.notes.paths += coverage.paths();
        self.notes.unmet_pairs += coverage.unmet_pairs();
        for (site, open, all) in coverage.one_sided() {
            let text = format!("{site} went one way only in {open} of {all} places ({dims})");
            self.notes.one_sided.push(text);
        }
    }

    pub(super) fn not_covered(&mut self, what: String) {
        self.notes.one_sided.push(what);
    }

    fn state(&mut self, tie: Tie) -> Option<&mut State> {
        self.ties
            .iter_mut()
            .find(|(t, _)| *t == tie)
            .map(|(_, state)| state)
    }

    fn tally(&mut self, tie: Tie) -> Option<&mut Tally> {
        self.state(tie)?.tally.as_mut()
    }

    /// The points at which ties broke.
    pub(super) fn failures(&self) -> impl Iterator<Item = (Tie, &Point)> {
        let failed = self.ties.iter();
        failed.filter_map(|(tie, state)| Some((*tie, &state.failure.as_ref()?.1)))
    }

    /// All findings.
    pub(super) fn finish(self) -> Vec<Finding> {
        let Tallies {
            ties,
            mut watch,
            operations,
            notes,
            ..
        } = self;
        let trials = if self.demands.roots {
            TRIALS_WITH_ROOTS
        } else {
            TRIALS
        };
        let mut findings: Vec<Finding> = ties
            .into_iter()
            .map(|(_, mut state)| {
                state.end(|tally| notes.finish(tally, trials));
                state.ended
            })
            .chain([{
                watch.end(|mut tally| {
                    tally.equal(operations);
                    if !notes.advice.is_empty() {
                        tally.note(format!("but see {}", notes.advice.join(", ")));
                    }
                    tally.finish()
                });
                watch.ended
            }])
            .flatten()
            .collect();
        findings.sort_by_key(|f| f.check == "defined and in range");
        findings
    }
}

impl Notes {
    fn finish(&self, mut tally: Tally, trials: usize) -> Finding {
        let mut note = format!("{} paths, {trials} fields each", self.paths);
        if self.thresholds > 0 {
            note += &format!(", {} thresholds bisected", self.thresholds);
        }
        if self.unmet_pairs > 0 {
            note += &format!(", {} pairs of decisions never met", self.unmet_pairs);
        }
        tally.note(note);
        match (self.one_sided.first(), &self.declared) {
            (None, _) => tally.finish(),
            (Some(first), None) => {
                let more = self.one_sided.len() - 1;
                let more = if more > 0 {
                    format!(", and {more} more")
                } else {
                    String::new()
                };
                tally.incomplete(format!("{first}{more}"))
            }
            (Some(_), Some(reason)) => {
                tally.note(format!(
                    "{} decisions one-sided, as declared: {reason}",
                    self.one_sided.len()
                ));
                tally.finish()
            }
        }
    }
}

//! What an exact check has found so far, tie by tie.

use super::coverage::{Coverage, OneSided, Program};
use super::near::{self, Near};
use super::notes::Notes;
use super::point::RealPoint;
use super::trial::{Compared, Silence, Tie};
use crate::certificate::{Exactness, Finding, Tally, Verdict};
use crate::check::budget::{Budget, EXACT};
use crate::check::target::Speed;
use crate::dims::Dims;
use crate::field::{Demands, Oddity, Site, Trouble};
use crate::sample::Rng;
use crate::spec::Spec;

/// Where the check takes place, in reports.
const PLACE: &str = "exact field";

/// Trials of one path, at least.
const TRIALS: usize = 2;
/// Trials where it is not known what one is worth, and of what broke, for how often it does.
const TRIALS_UNMEASURED: usize = 4;
/// Trials where the sign of a sum under a root may decide: each has an even chance.
const TRIALS_WITH_ROOTS: usize = 8;

/// Bits that all trials of a path are worth together.
const SURE: f64 = 48.0;
/// Trials of one path, at most.
const MOST_TRIALS: usize = 64;

/// The findings in the making.
pub(super) struct Tallies {
    pub(super) budget: Budget,
    pub(super) rng: Rng,
    pub(super) demands: Demands,
    ties: Vec<(Tie, State)>,
    watch: State,
    /// The first operation that the field does not have.
    pub(super) outside: Option<Trouble>,
    operations: usize,
    /// Trials of one path, at most.
    fields: usize,
    notes: Notes,
    /// Whether one trial of a path is enough while nothing breaks.
    brief: bool,
    /// Whether nothing is looked at any more once a tie broke.
    hasty: bool,
    /// Whether decisions are driven both ways elsewhere.
    covered: bool,
}

/// A finding in the making, or ended.
struct State {
    tally: Option<Tally>,
    ended: Option<Finding>,
    /// Where it failed.
    failure: Option<RealPoint>,
    /// What no field can tell, and what binary32 cannot.
    opaque: Option<Near>,
    approximate: Option<Near>,
    /// The first size at which what is to be compared takes too many operations.
    too_long: Option<String>,
    /// What all trials of a path are worth together, at the shape where it is least; `None` before the first, `Some(None)`
    /// where there is no bound.
    bits: Option<Option<f64>>,
}

impl State {
    fn new(check: &str, seed: u64) -> State {
        State {
            tally: Some(Tally::new(check, PLACE, seed)),
            ended: None,
            failure: None,
            opaque: None,
            approximate: None,
            too_long: None,
            bits: None,
        }
    }

    fn end(&mut self, verdict: impl FnOnce(Tally) -> Finding) {
        if let Some(tally) = self.tally.take() {
            self.ended = Some(verdict(tally));
        }
    }
}

impl Tallies {
    pub(super) fn new(spec: &Spec<'_>, seed: u64) -> Tallies {
        Tallies {
            budget: Budget::of(spec, EXACT),
            rng: Rng::new(seed),
            demands: Demands::default(),
            ties: Tie::ALL
                .map(|tie| (tie, State::new(tie.name(), seed)))
                .into(),
            watch: State::new("defined and in range", seed),
            outside: None,
            operations: 0,
            fields: 0,
            notes: Notes {
                declared: spec.sampling().unreachable_decisions().to_vec(),
                ..Notes::default()
            },
            brief: false,
            hasty: false,
            covered: false,
        }
    }

    /// The same, for programs whose decisions are driven both ways elsewhere.
    pub(super) fn of_covered(self) -> Tallies {
        let covered = true;
        Tallies { covered, ..self }
    }

    /// The same, with nothing but some ties open.
    pub(super) fn of(ties: &[Tie], spec: &Spec<'_>, seed: u64) -> Tallies {
        let mut tallies = Tallies::new(spec, seed);
        let others = tallies.ties.iter_mut().filter(|(t, _)| !ties.contains(t));
        others.for_each(|(_, state)| state.tally = None);
        tallies
    }

    /// The same, until one of them breaks.
    pub(super) fn until_one_breaks(ties: &[Tie], spec: &Spec<'_>, seed: u64) -> Tallies {
        let hasty = true;
        Tallies {
            hasty,
            ..Tallies::of(ties, spec, seed)
        }
    }

    /// The same, with one trial of a path while nothing breaks.
    pub(super) fn brief(ties: &[Tie], spec: &Spec<'_>, seed: u64) -> Tallies {
        let brief = true;
        Tallies {
            brief,
            ..Tallies::until_one_breaks(ties, spec, seed)
        }
    }

    /// Whether nothing counts but that a tie breaks.
    pub(super) fn is_hasty(&self) -> bool {
        self.hasty
    }

    /// How closely the first run at a point is looked at.
    pub(super) fn speed(&self) -> Speed {
        match self.brief {
            true => Speed::Brief,
            false => Speed::Watched,
        }
    }

    /// The first tie that broke.
    pub(super) fn broken(&self) -> Option<&Finding> {
        let ended = self.ties.iter().filter_map(|(_, s)| s.ended.as_ref());
        let watched = self.watch.ended.iter();
        let mut all = ended.chain(watched);
        all.find(|finding| matches!(finding.verdict, Verdict::Fail(_)))
    }

    /// Trials of one path, where one is worth so many bits for each tie; so many where one broke something.
    pub(super) fn trials(&self, bits: &[(Tie, Option<f64>)], broke: bool) -> usize {
        if self.brief && !broke {
            return 1;
        }
        let open = bits.iter().filter(|(tie, _)| self.is_open(*tie));
        let is_known = !bits.is_empty() && open.clone().all(|(_, bits)| bits.is_some());
        let least = match self.demands.roots {
            true => TRIALS_WITH_ROOTS,
            false if is_known && !broke => TRIALS,
            false => TRIALS_UNMEASURED,
        };
        let needed = open.filter_map(|(_, bits)| Some((SURE / (*bits)?).ceil() as usize));
        needed.max().unwrap_or(least).clamp(least, MOST_TRIALS)
    }

    /// Takes note of what the trials of a path are worth.
    pub(super) fn worth(&mut self, bits: &[(Tie, Option<f64>)], trials: usize) {
        self.fields = self.fields.max(trials);
        if trials == 0 {
            return;
        }
        for (tie, bits) in bits {
            let all = bits.map(|bits| bits * trials as f64);
            if let Some(state) = self.state(*tie) {
                state.bits = Some(match state.bits {
                    None => all,
                    Some(before) => before.zip(all).map(|(x, y)| x.min(y)),
                });
            }
        }
    }

    /// Whether a tie is still open.
    pub(super) fn is_open(&self, tie: Tie) -> bool {
        self.ties
            .iter()
            .any(|(t, state)| *t == tie && state.tally.is_some())
    }

    /// Whether a program's decisions still matter.
    pub(super) fn needs(&self, program: Program) -> bool {
        program.tie().map_or(!self.over(), |tie| self.is_open(tie))
    }

    /// Whether nothing is open any more.
    pub(super) fn over(&self) -> bool {
        let all = self.ties.iter().all(|(_, state)| state.tally.is_none());
        all || (self.hasty && self.broken().is_some())
    }

    /// The kernels cannot be run.
    pub(super) fn end_kernels(&mut self, error: &str) {
        for (tie, state) in &mut self.ties {
            if !tie.is_of_spec() {
                state.end(|tally| tally.fail(error));
            }
        }
    }

    /// What is derived is not compared with itself; the finding on the VJP says so.
    pub(super) fn derived(&mut self) {
        self.notes.derived = true;
        if let Some(state) = self.state(Tie::Derived) {
            state.tally = None;
        }
    }

    /// A point at which a tie held in every trial.
    pub(super) fn hold(&mut self, tie: Tie, compared: &Compared, dims: &Dims) {
        let Some(state) = self.state(tie) else {
            return;
        };
        let Some(tally) = &mut state.tally else {
            return;
        };
        tally.equal(compared.elements);
        tally.point(dims);
        let found = [&compared.opaque, &compared.approximate];
        let kept = [&mut state.opaque, &mut state.approximate];
        for (kept, found) in kept.into_iter().zip(found) {
            if let Some(near) = found {
                near::add(kept, near.clone());
            }
        }
    }

    /// A point at which a tie broke in some trials of several.
    pub(super) fn broke(
        &mut self,
        tie: Tie,
        compared: &Compared,
        broken: usize,
        trials: usize,
        point: &RealPoint,
    ) {
        let Some(difference) = &compared.difference else {
            return;
        };
        let dims = point.reals.dims.clone();
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
            state.failure = Some(point.clone());
        }
    }

    /// A point at which a tie could not be judged.
    pub(super) fn silent(
        &mut self,
        tie: Tie,
        silence: &Silence,
        dims: &Dims,
        point: Option<&RealPoint>,
    ) {
        if let Some(state) = self.state(tie) {
            state.end(|tally| match silence {
                Silence::Outside(_) => tally.inconclusive(silence.to_string()),
                _ => tally.fail(format!("{silence} ({dims})")),
            });
            if matches!(silence, Silence::Fault(_) | Silence::Unlucky(_)) {
                state.failure = point.cloned();
            }
        }
    }

    /// A size at which what is to be compared takes too many operations: others may tell.
    pub(super) fn too_long(&mut self, tie: Tie, why: &str, dims: &Dims) {
        if let Some(state) = self.state(tie) {
            state.too_long.get_or_insert(format!("{why} ({dims})"));
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

    /// Takes note of what a shape's decisions did. Where a dimension is as small as it gets, a decision may have no other way, as whether a
    /// single number varies: there it is enough that it goes both ways at another shape.
    pub(super) fn covered(
        &mut self,
        coverage: &Coverage,
        one_sided: &[OneSided],
        dims: &Dims,
        is_least: bool,
    ) {
        self.notes.paths += coverage.paths();
        self.notes.unmet_pairs += coverage.unmet_pairs();
        for (at, counts) in coverage.loops() {
            self.notes.loops.entry(*at).or_default().extend(counts);
        }
        self.notes.both_ways.extend(coverage.both_ways());
        let one_sided = if self.covered { &[] } else { one_sided };
        for OneSided {
            program,
            site,
            open,
            all,
        } in one_sided
        {
            let text = format!("{site} went one way only in {open} of {all} places ({dims})");
            match is_least {
                true => self.notes.at_least.push((*program, *site, text)),
                false => self.not_covered(*program, *site, text),
            }
        }
    }

    /// Takes note of decisions that cannot go another way.
    pub(super) fn proved(&mut self, sites: Vec<(Program, Site)>) {
        self.notes.cannot.extend(sites);
    }

    /// The ties of which both sides differ by less than binary32 can tell.
    pub(super) fn approximate(&self) -> Vec<Tie> {
        let all = self.ties.iter();
        let all = all.filter(|(_, state)| state.approximate.is_some() && state.tally.is_some());
        all.map(|(tie, _)| *tie).collect()
    }

    /// Decisions that were proved to have one way only, wherever they were not seen to go both.
    pub(super) fn cannot(&self) -> Vec<Site> {
        // A line is as open as all that it decides.
        let open = |at: &(Program, Site)| {
            let line = |site: &Site| (site.file, site.at.0);
            let mut all = self.notes.one_sided.iter();
            all.any(|(_, site, _)| line(site) == line(&at.1)) || self.notes.both_ways.contains(at)
        };
        let all = self.notes.cannot.iter().filter(|at| !open(at));
        all.map(|(_, site)| *site).collect()
    }

    pub(super) fn not_covered(&mut self, program: Program, site: Site, what: String) {
        self.notes.one_sided.push((program, site, what));
    }

    fn state(&mut self, tie: Tie) -> Option<&mut State> {
        self.ties
            .iter_mut()
            .find(|(t, _)| *t == tie)
            .map(|(_, state)| state)
    }

    /// The points at which ties broke.
    pub(super) fn failures(&self) -> Vec<(Tie, RealPoint)> {
        let failed = self.ties.iter();
        let failed = failed.filter_map(|(tie, state)| Some((*tie, state.failure.clone()?)));
        failed.collect()
    }

    /// Adds how to repeat a failure.
    pub(super) fn explain(&mut self, tie: Tie, how: &str) {
        if let Some(Finding {
            verdict: Verdict::Fail(message),
            ..
        }) = self.state(tie).and_then(|state| state.ended.as_mut())
        {
            message.push_str(how);
        }
    }

    /// All findings.
    pub(super) fn finish(self) -> Vec<Finding> {
        let mut this = self;
        this.notes.least_shapes();
        let Tallies {
            ties,
            mut watch,
            operations,
            outside,
            fields,
            notes,
            ..
        } = this;
        let ended = ties.into_iter().filter_map(|(tie, mut state)| {
            let bits = state.bits.flatten();
            let exact = Exactness {
                fields,
                paths: notes.paths,
                bits,
            };
            let too_long = state.too_long.take();
            let opaque = state.opaque.take().zip(outside.clone());
            let approximate = state.approximate.take();
            state.end(|tally| match too_long {
                Some(why) if tally.count() == 0 => tally.inconclusive(why),
                why => {
                    let mut finding = notes.finish(tie, tally, exact);
                    finding.note_also(why);
                    let said = near::said(opaque.as_ref(), approximate.as_ref());
                    match said {
                        Some(said) if finding.verdict == Verdict::Pass => {
                            finding.verdict = Verdict::Inconclusive(said);
                        }
                        Some(said) => finding.note_also(Some(said)),
                        None => finding.note_also(
                            outside
                                .as_ref()
                                .map(|trouble| format!("{trouble} is taken for any function")),
                        ),
                    }
                    finding
                }
            });
            state.ended
        });
        let mut findings: Vec<Finding> = ended.collect();
        let open = findings.iter().find_map(|f| match &f.verdict {
            Verdict::Inconclusive(reason) => Some(reason.clone()),
            _ => None,
        });
        watch.end(|mut tally| {
            if let (0, Some(reason)) = (operations, open) {
                return tally.inconclusive(reason);
            }
            tally.equal(operations);
            if !notes.advice.is_empty() {
                tally.note(format!("but see {}", notes.advice.join(", ")));
            }
            tally.finish()
        });
        findings.extend(watch.ended);
        findings
    }
}

//! All points of one shape.

use super::bisect::bisect;
use super::bits::bits;
use super::coverage::{Coverage, Program};
use super::point::{Draw, RealPoint};
use super::tally::Tallies;
use super::trial::{Compared, Observed, Silence, Tie, Trial};
use crate::check::kernels::built_plans;
use crate::check::target::Speed;
use crate::dims::Dims;
use crate::field::{Demands, Oddity, Site};
use crate::op_plan::{Pass, Plans};
use crate::spec::Spec;

/// Points drawn in search of decisions that go another way.
const SEARCH: usize = 100;
/// Points after which those that are left may have no other way.
const HOPEFUL: usize = 8;
/// Elements of all ports together, at most, for each single decision to be seen both ways.
pub(super) const THOROUGH: usize = 400;
/// Fields tried until one gives all that is asked a value.
const REDRAWS: usize = 64;

/// One shape of an op.
pub(super) struct Shape<'s> {
    pub(super) spec: &'s Spec<'s>,
    pub(super) dims: Dims,
    pub(super) plans: Option<Plans>,
    pub(super) coverage: Coverage,
    pub(super) points: Vec<RealPoint>,
    /// What one trial is worth, once that is known.
    bits: Option<Vec<(Tie, Option<f64>)>>,
    /// Whether anyone asks for that.
    measures: bool,
}

/// What one trial at a point found.
pub(super) struct TrialOutcome {
    pub(super) ties: Vec<(Tie, Result<Compared, Silence>)>,
    pub(super) runs: Vec<(Program, Observed)>,
    pub(super) ordinary: bool,
    pub(super) watched: usize,
    pub(super) bits: Option<Vec<(Tie, Option<f64>)>>,
}

/// The passes of kernels, each with the tie that compares what it yields.
pub(super) const PASSES: [(Tie, Pass, Program); 2] = [
    (Tie::Forward, Pass::Forward, Program::ForwardKernels),
    (Tie::Backward, Pass::Backward, Program::BackwardKernels),
];

/// What primes must fulfil after some kernels ran: where they differ from the spec, also that what they count is a square, for
/// that may be all the difference; unless it is too much to ask.
fn needs(trial: &Trial<'_>, result: &Result<(Compared, Observed), Silence>) -> Demands {
    let differs = matches!(result, Ok((compared, _)) if compared.difference.is_some());
    let all = trial.domain.needs_of_counters();
    if differs && trial.domain.beyond(&all).is_none() {
        all
    } else {
        trial.domain.needs()
    }
}

/// Why a trial says nothing, and about which tie.
pub(super) type Silent = (Option<Tie>, Silence);

impl<'s> Shape<'s> {
    pub(super) fn new(spec: &'s Spec<'s>, dims: Dims) -> Shape<'s> {
        Shape {
            spec,
            plans: built_plans(spec, &dims, false).ok(),
            dims,
            coverage: Coverage::default(),
            points: Vec::new(),
            bits: None,
            measures: true,
        }
    }

    /// The same, for whether a tie breaks, and not how sure that is.
    pub(super) fn unmeasured(spec: &'s Spec<'s>, dims: Dims) -> Shape<'s> {
        Shape {
            measures: false,
            ..Shape::new(spec, dims)
        }
    }

    /// Checks at a point or two, and does not ask what else there is to see.
    pub(super) fn glance(mut self, tallies: &mut Tallies) {
        self.measures = false;
        self.visit(Draw::Plain, tallies);
        if self.coverage.has_decisions() && !tallies.over() {
            self.visit(Draw::Ties, tallies);
        }
    }

    /// Checks at points until every decision went both ways; at home, also until nothing new shows, and at every threshold. At large
    /// shapes it is enough that a decision went both ways somewhere.
    pub(super) fn check(mut self, home: bool, tallies: &mut Tallies) {
        let thorough = home || self.spec.elements(&self.dims) <= THOROUGH;
        self.visit(Draw::Plain, tallies);
        if self.coverage.has_decisions() {
            self.visit(Draw::Ties, tallies);
            if thorough {
                self.visit(Draw::Rising, tallies);
                self.visit(Draw::Falling, tallies);
                self.turn(home, tallies);
            }
            // What guards rows of zeros, or of equal numbers, goes its other way there alone.
            for draw in [Draw::Zeros, Draw::Equal] {
                if !self.coverage.one_sided(thorough).is_empty() {
                    self.visit(draw, tallies);
                }
            }
            let draws = [
                Draw::Plain,
                Draw::Spread,
                Draw::Scale(100.0),
                Draw::Scale(10.0),
                Draw::Scale(1e4),
            ];
            for (drawn, draw) in draws.into_iter().cycle().take(SEARCH).enumerate() {
                // What has no other way need not be looked for longer.
                if drawn == HOPEFUL {
                    self.prove(thorough);
                }
                if self.coverage.one_sided(thorough).is_empty() || self.is_over(tallies) {
                    break;
                }
                self.look(draw, tallies);
            }
        }
        if home {
            if self.spec.varies() {
                self.visit(Draw::Varied, tallies);
            }
            for draw in [
                Draw::Scale(100.0),
                Draw::Scale(1e-6),
                Draw::Equal,
                Draw::Zeros,
            ] {
                self.visit(draw, tallies);
            }
            self.explore(tallies);
            bisect(&mut self, tallies);
        }
        self.coverage.forget(|program| !tallies.needs(program));
        let proved = self.prove(thorough);
        tallies.proved(proved);
        let one_sided = self.coverage.one_sided(thorough);
        let least = self.spec.least_shape();
        let mut sizes = self.dims.iter();
        let is_least = sizes.any(|(dim, size)| least.get(dim) == Some(size));
        tallies.covered(&self.coverage, &one_sided, &self.dims, is_least);
    }

    /// Takes note of decisions that were seen one way only and cannot go another on any path seen so far. The sites where none is left that can.
    fn prove(&mut self, thorough: bool) -> Vec<(Program, Site)> {
        self.coverage.unprove();
        match self.coverage.one_sided(thorough).is_empty() {
            true => Vec::new(),
            false => {
                let cannot = self.cannot();
                self.coverage.prove(&cannot)
            }
        }
    }

    /// Whether there is nothing left to judge, or nothing to spend on it.
    pub(super) fn is_over(&self, tallies: &Tallies) -> bool {
        tallies.over() || tallies.budget.is_spent(self.spec)
    }

    fn visit(&mut self, draw: Draw, tallies: &mut Tallies) {
        // The op need not be defined at numbers that its rules do not speak of.
        let optional = draw != Draw::Plain;
        for _ in 0..REDRAWS {
            let point = RealPoint::draw(self.spec, draw, &self.dims, &mut tallies.rng);
            if self.visit_point(&point, optional, tallies) || optional {
                return;
            }
        }
        let silence = match tallies.outside.clone() {
            Some(trouble) => Silence::Outside(trouble),
            None => Silence::Undecided(None),
        };
        for tie in Tie::ALL {
            tallies.silent(tie, &silence, &self.dims, None);
        }
    }

    /// All trials at a point; whether every comparison could be decided there.
    pub(super) fn visit_point(
        &mut self,
        point: &RealPoint,
        optional: bool,
        tallies: &mut Tallies,
    ) -> bool {
        let mut held: Vec<(Tie, Compared)> = Vec::new();
        let mut broken: Vec<(Tie, usize, Compared)> = Vec::new();
        let mut done = 0;
        while done < self.trials(tallies, !broken.is_empty()) && !tallies.over() {
            // In other fields lanes do the same.
            let speed = match done {
                0 => tallies.speed(),
                _ => Speed::Fast,
            };
            let outcome = match self.trial(point, speed, tallies) {
                Ok(outcome) => outcome,
                Err((_, Silence::Undecided(trouble))) => {
                    tallies.outside = tallies.outside.take().or(trouble);
                    return false;
                }
                Err((Some(tie), silence)) => {
                    tallies.silent(tie, &silence, &self.dims, Some(point));
                    continue;
                }
                Err(_) if optional => return true,
                Err((None, silence)) => {
                    let dims = &self.dims;
                    Tie::ALL
                        .into_iter()
                        .for_each(|tie| tallies.silent(tie, &silence, dims, None));
                    return true;
                }
            };
            if optional && !outcome.ordinary {
                return true;
            }
            if outcome.bits.is_some() {
                self.bits.clone_from(&outcome.bits);
            }
            if done == 0 {
                self.absorb(&outcome, point);
                self.watch(&outcome, point, tallies);
            }
            done += 1;
            for (tie, result) in outcome.ties {
                match result {
                    Err(silence) => tallies.silent(tie, &silence, &self.dims, Some(point)),
                    Ok(compared) if compared.difference.is_none() => held.push((tie, compared)),
                    Ok(compared) => match broken.iter_mut().find(|(t, ..)| *t == tie) {
                        Some((_, count, _)) => *count += 1,
                        None => broken.push((tie, 1, compared)),
                    },
                }
            }
        }
        tallies.worth(self.bits.as_deref().unwrap_or_default(), done);
        for tie in Tie::ALL {
            let found = broken.iter().find(|(t, ..)| *t == tie);
            match (found, held.iter().find(|(t, _)| *t == tie)) {
                (Some((_, count, compared)), _) => {
                    tallies.broke(tie, compared, *count, done, point)
                }
                (None, Some((_, compared))) => tallies.hold(tie, compared, &self.dims),
                (None, None) => {}
            }
        }
        true
    }

    fn trials(&self, tallies: &Tallies, broke: bool) -> usize {
        tallies.trials(self.bits.as_deref().unwrap_or_default(), broke)
    }

    /// One trial at a point, in the first field that gives everything a value; else which tie's kernels have none, if not the spec.
    pub(super) fn trial(
        &self,
        point: &RealPoint,
        speed: Speed,
        tallies: &mut Tallies,
    ) -> Result<TrialOutcome, Silent> {
        let mut last = (None, Silence::Undecided(None));
        for _ in 0..REDRAWS {
            match self.try_field(point, speed, tallies) {
                Ok(Some(outcome)) => return Ok(outcome),
                Ok(None) => {}
                Err(silent @ (_, Silence::Unlucky(_))) => last = silent,
                Err(silent) => return Err(silent),
            }
        }
        Err(last)
    }

    /// Whether what ran needs another kind of field; then fields of that kind are drawn from now on.
    fn asks_for_more(
        &self,
        trial: &Trial<'_>,
        tie: Tie,
        needs: Demands,
        tallies: &mut Tallies,
    ) -> Result<bool, Silent> {
        if needs == tallies.demands {
            return Ok(false);
        }
        if let Some(trouble) = trial.domain.beyond(&needs) {
            return Err((Some(tie), Silence::Outside(trouble)));
        }
        tallies.demands = needs;
        Ok(true)
    }

    /// One trial in one field; `None` where the kernels need another kind of field.
    fn try_field(
        &self,
        point: &RealPoint,
        speed: Speed,
        tallies: &mut Tallies,
    ) -> Result<Option<TrialOutcome>, Silent> {
        let trial = Trial::new(self.spec, point, &mut tallies.demands, &mut tallies.rng);
        let trial = trial.map_err(|silence| (None, silence))?;
        let mut ties = Vec::new();
        let mut runs = trial.spec_runs();
        // At ties the function may have no derivative.
        if !point.ties && tallies.is_open(Tie::Vjp) {
            ties.push((Tie::Vjp, Ok(trial.check_vjp())));
        }
        if !point.ties && tallies.is_open(Tie::Derived) {
            let result = trial.check_derived();
            if self.asks_for_more(&trial, Tie::Derived, trial.domain.needs(), tallies)? {
                return Ok(None);
            }
            match result {
                Err(Silence::TooLong(why)) => tallies.too_long(Tie::Derived, &why, &self.dims),
                result => ties.push((Tie::Derived, result)),
            }
        }
        for (tie, pass, program) in PASSES {
            let Some(plans) = self.plans.as_ref().filter(|_| tallies.is_open(tie)) else {
                continue;
            };
            let result = trial.check_plan(plans, pass, speed, &mut tallies.rng);
            let needs = needs(&trial, &result);
            if self.asks_for_more(&trial, tie, needs, tallies)? {
                return Ok(None);
            }
            match result {
                Err(silence @ Silence::Undecided(_)) => return Err((None, silence)),
                Err(silence @ Silence::Unlucky(_)) => {
                    let tie = trial.is_ordinary().then_some(tie);
                    return Err((tie, silence));
                }
                Err(silence) => ties.push((tie, Err(silence))),
                Ok((mut compared, run)) => {
                    if tallies.is_hasty() {
                        compared.be_strict();
                    }
                    runs.push((program, run));
                    ties.push((tie, Ok(compared)));
                }
            }
        }
        if let Some(trouble) = trial.domain.outside() {
            tallies.outside.get_or_insert(trouble);
        }
        // Of what the field does not have no size is known.
        let is_known = trial.domain.outside().is_none();
        let sound = is_known && ties.iter().all(|(_, result)| result.is_ok());
        let bits = (self.measures && self.bits.is_none() && sound)
            .then(|| bits(&trial, self.plans.as_ref()));
        Ok(Some(TrialOutcome {
            bits,
            ordinary: trial.is_ordinary(),
            watched: trial.domain.operations() + trial.results(),
            ties,
            runs,
        }))
    }

    /// Takes note of the decisions at a point; whether any is new that points without ties show.
    pub(super) fn absorb(&mut self, outcome: &TrialOutcome, point: &RealPoint) -> bool {
        let number = (!point.ties).then_some(self.points.len());
        let mut new = false;
        for (program, run) in &outcome.runs {
            new |= self.coverage.absorb(*program, &run.trace, number);
        }
        if new {
            self.points.push(point.clone());
        }
        new
    }

    /// Takes note of what is odd: in the kernels where the spec's results are ordinary, in the spec where they ought to be.
    fn watch(&self, outcome: &TrialOutcome, point: &RealPoint, tallies: &mut Tallies) {
        let kernels = |program: &Program| {
            matches!(program, Program::ForwardKernels | Program::BackwardKernels)
        };
        let watched = outcome
            .runs
            .iter()
            .filter(|(program, _)| kernels(program) == outcome.ordinary);
        let mut oddities: Vec<Oddity> = watched
            .flat_map(|(_, run)| run.watch.oddities().to_vec())
            .collect();
        let severe = || oddities.iter().filter(|o| o.severe);
        let overflows = severe().next().is_some() && severe().all(|o| o.site.kind == "overflow");
        if overflows && outcome.ordinary && self.is_harmless(point) {
            oddities.retain(|o| !o.severe);
        }
        tallies.watched(&oddities, outcome.watched, &self.dims);
    }
}

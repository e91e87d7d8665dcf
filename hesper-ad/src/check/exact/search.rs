//! The search for points at which programs decide anew: points are scouted by their shadows, and checked where they show something.

use super::point::{Draw, RealPoint};
use super::shape::{PASSES, Shape, Silent, TrialOutcome};
use super::tally::Tallies;
use super::trial::{Silence, Trial};
use crate::check::target::Speed;

/// Random points in a row that show nothing new, before nothing new is expected.
const NOTHING_NEW: usize = 300;

impl Shape<'_> {
    /// What stands at one place, moved to every other: maxima for one. At home each is checked, elsewhere those that decide anew.
    pub(super) fn turn(&mut self, home: bool, tallies: &mut Tallies) {
        let Some(start) = self.points.first().cloned() else {
            return;
        };
        let dims: Vec<(String, usize)> =
            self.dims.iter().map(|(d, n)| (d.to_string(), n)).collect();
        for (dim, size) in dims {
            for by in 1..size {
                if self.is_over(tallies) {
                    return;
                }
                let point = start.turned(self.spec, &dim, by);
                if home {
                    self.visit_point(&point, true, tallies);
                } else if !self.coverage.one_sided(true).is_empty() {
                    self.look_at(&point, tallies);
                }
            }
        }
    }

    /// Draws a point and checks there if any decision is new; whether one is.
    pub(super) fn look(&mut self, draw: Draw, tallies: &mut Tallies) -> bool {
        let point = RealPoint::draw(self.spec, draw, &self.dims, &mut tallies.rng);
        self.look_at(&point, tallies)
    }

    fn look_at(&mut self, point: &RealPoint, tallies: &mut Tallies) -> bool {
        let new = self
            .scout(point, tallies)
            .is_ok_and(|outcome| outcome.ordinary && self.absorb(&outcome, point));
        if new {
            self.visit_point(point, true, tallies);
        }
        new
    }

    /// Random points until many in a row show nothing new.
    pub(super) fn explore(&mut self, tallies: &mut Tallies) {
        let mut idle = 0;
        while self.coverage.has_decisions() && idle < NOTHING_NEW && !self.is_over(tallies) {
            let draw = if idle % 2 == 0 {
                Draw::Spread
            } else {
                Draw::Plain
            };
            idle = if self.look(draw, tallies) {
                0
            } else {
                idle + 1
            };
        }
    }

    /// What is decided at a point, in any field; nothing is compared.
    pub(super) fn scout(
        &self,
        point: &RealPoint,
        tallies: &mut Tallies,
    ) -> Result<TrialOutcome, Silent> {
        let (demands, rng) = (&tallies.demands, &mut tallies.rng);
        let scouted = Trial::scouting(self.spec, point, demands, rng)
            .and_then(|trial| self.decisions(&trial, tallies));
        // Where an exponential is taken of a root, there has to be one.
        scouted.or_else(|_| self.trial(point, Speed::Fast, tallies))
    }

    fn decisions(&self, trial: &Trial<'_>, tallies: &mut Tallies) -> Result<TrialOutcome, Silence> {
        let mut runs = trial.spec_runs();
        for (tie, pass, program) in PASSES {
            if let Some(plans) = self.plans.as_ref().filter(|_| tallies.is_open(tie)) {
                let (_, run) = trial.check_plan(plans, pass, Speed::Fast, &mut tallies.rng)?;
                runs.push((program, run));
            }
        }
        Ok(TrialOutcome {
            ties: Vec::new(),
            runs,
            ordinary: trial.is_ordinary(),
            watched: 0,
            bits: None,
        })
    }
}

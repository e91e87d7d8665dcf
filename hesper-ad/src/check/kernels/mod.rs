//! Kernels against the spec.
//!
//! ```text
//! point    everything the spec computes somewhere    reach    which sizes are reached
//! ```

mod point;
mod reach;

use super::shapes::{broad_shapes, kernel_shapes};
use super::target::{Speed, Target, is_limit};
use crate::binding::Pass;
use crate::certificate::{Finding, Tally};
use crate::compare::{Tolerance, compare};
use crate::dims::Dims;
use crate::op_plan::{Plans, op_plan};
use crate::sample::{Known, Numbers, Rng};
use crate::spec::{Spec, panic_message};
use crate::tensor::Tensor;
use crate::tracked::Bounded;
use hesper_shader::Role;
use point::Point;
use reach::Reach;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Rounding granted to a kernel's operations, in units of the target's: WGSL may round either way, which is 2, and a kernel
/// may go about a formula differently than its spec.
const ROUNDINGS: f64 = 4.0;

/// Checks that the forward and the backward kernels compute the spec on `target`, at shapes around their workgroup sizes.
///
/// The spec runs in f64 on the same binary32 inputs, and tracks how far rounding like the target's could take it there: an
/// element beyond the op's tolerance is granted so much, since a difference of nearly equal numbers is not the kernel's
/// fault; how many were is said, and they do not count. Backward kernels are given the spec's outputs and saved results, so
/// that each pass is judged alone. Everything a kernel must write holds huge numbers before. Points at which rounding
/// could turn a comparison are drawn anew.
///
/// Every plan runs again with more workgroups than needed, over two dimensions: so it would on more data. Where two dimensions are
/// large, kernels are checked also at equal numbers and at large ones, wherever the spec has binary32 results there.
///
/// What the kernels compare sizes, indices and counts with is read from their trees: each dimension goes just below, at and beyond each such
/// number. In the end each dimension alone is far beyond, 100 000, on the reference executor without its sanitizer; where the work
/// grows too fast for that, or comparisons there are always within rounding, the finding says so.
pub fn kernels(spec: &Spec<'_>, target: &Target, seed: u64) -> [Finding; 2] {
    let reach = Reach::of(spec, target, seed);
    [Pass::Forward, Pass::Backward].map(|pass| {
        let check = Check {
            spec,
            target,
            pass,
            reach: &reach,
        };
        check.run(seed)
    })
}

/// One pass on one target.
struct Check<'s> {
    spec: &'s Spec<'s>,
    target: &'s Target,
    pass: Pass,
    reach: &'s Reach,
}

/// Numbers at certain sizes.
struct Case {
    dims: Dims,
    numbers: Numbers,
}

/// Why a check stopped.
enum Stop {
    Fail(String),
    Skip(String),
}

impl Stop {
    /// The finding that says so, and at which sizes or point.
    fn finding(self, tally: Tally, at: impl Display) -> Finding {
        match self {
            Stop::Fail(message) => tally.fail(format!("{message} ({at})")),
            Stop::Skip(reason) => tally.skip(format!("{reason} ({at})")),
        }
    }
}

impl Check<'_> {
    fn run(&self, seed: u64) -> Finding {
        let name = format!("{} kernel = spec", self.pass.name());
        let mut tally = Tally::new(&name, self.target.name(), seed);
        let cases = match self.cases() {
            Ok(cases) => cases,
            Err(error) => return tally.fail(error),
        };
        let mut rng = Rng::new(seed);
        let mut undefined = [Numbers::Equal, Numbers::Large].to_vec();
        for Case { dims, numbers } in &cases {
            match self.check_case(dims, *numbers, &mut rng, &mut tally) {
                Ok(true) => {
                    tally.point(dims);
                    undefined.retain(|n| n != numbers);
                }
                Ok(false) => {}
                Err(stop) => return stop.finding(tally, dims),
            }
        }
        for far in &self.reach.far {
            let granted = tally.granted();
            match self.check_plans(&far.dims, false, &far.point, Speed::Fast, &mut tally) {
                Ok(()) => tally.far(&far.dims, granted),
                Err(stop) => return stop.finding(tally, &far.dims),
            }
        }
        for known in self.spec.sampling().known_points() {
            match self.check_known(known, &mut rng, &mut tally) {
                Ok(()) => tally.point(&known.dims),
                Err(stop) => {
                    return stop.finding(tally, format!("known point `{}`", known.label));
                }
            }
        }
        let names = undefined.iter().map(|numbers| match numbers {
            Numbers::Large => "large",
            Numbers::Equal | Numbers::Plain => "equal",
        });
        let names: Vec<&str> = names.collect();
        let mut notes = self.reach.notes.clone();
        if !names.is_empty() {
            notes.insert(0, format!("undefined at {} numbers", names.join(" and ")));
        }
        tally.note(notes.join("; "));
        tally.finish()
    }

    /// The shapes, and the numbers at each.
    fn cases(&self) -> Result<Vec<Case>, String> {
        let plans = built_plans(self.spec, &self.spec.least_shape(), false)?;
        let plans = [&plans.forward, &plans.backward];
        let (names, sampling) = (self.spec.signature().dims(), self.spec.sampling());
        let mut plain = kernel_shapes(&names, sampling, &plans);
        for dims in &self.reach.shapes {
            if !plain.contains(dims) {
                plain.push(dims.clone());
            }
        }
        let case = |dims: &Dims, numbers| Case {
            dims: dims.clone(),
            numbers,
        };
        let mut cases: Vec<Case> = plain.iter().map(|d| case(d, Numbers::Plain)).collect();
        for dims in broad_shapes(&names, sampling, &plans) {
            let every = [Numbers::Plain, Numbers::Equal, Numbers::Large];
            cases.extend(every.map(|numbers| case(&dims, numbers)));
        }
        Ok(cases)
    }

    /// Whether the op is defined at such numbers; if so, the kernels are right there.
    fn check_case(
        &self,
        dims: &Dims,
        numbers: Numbers,
        rng: &mut Rng,
        tally: &mut Tally,
    ) -> Result<bool, Stop> {
        let point = Point::draw(self.spec, self.target, dims, numbers, rng)
            .map_err(|e| Stop::Fail(e.to_string()))?;
        let Some(point) = point else {
            return Ok(false);
        };
        self.check_point(dims, &point, tally)?;
        Ok(true)
    }

    fn check_known(&self, known: &Known, rng: &mut Rng, tally: &mut Tally) -> Result<(), Stop> {
        let (domain, sample) = (
            self.target.tracked(ROUNDINGS),
            self.spec.complete(known, rng),
        );
        let point = Point::at(self.spec, &domain, sample, rng.below(2) == 0);
        let point = point.map_err(|e| Stop::Fail(e.to_string()))?;
        self.check_point(&known.dims, &point, tally)
    }

    fn check_point(&self, dims: &Dims, point: &Point, tally: &mut Tally) -> Result<(), Stop> {
        let speed = speed(dims);
        self.check_plans(dims, false, point, speed, tally)?;
        let more = |stop| match stop {
            Stop::Fail(message) => Stop::Fail(format!(
                "with more workgroups than needed, over two dimensions: {message}"
            )),
            skip => skip,
        };
        let mut other = tally.clone();
        self.check_plans(dims, true, point, speed, &mut other)
            .map_err(more)?;
        tally.warn_as(&other);
        Ok(())
    }

    fn check_plans(
        &self,
        dims: &Dims,
        folded: bool,
        point: &Point,
        speed: Speed,
        tally: &mut Tally,
    ) -> Result<(), Stop> {
        let plans = built_plans(self.spec, dims, folded).map_err(Stop::Fail)?;
        let (plan, wanted) = match self.pass {
            Pass::Forward => (plans.forward, &point.results),
            Pass::Backward => (plans.backward, &point.cotangents),
        };
        let ran = self.target.run(&plan, &point.given(self.pass), speed);
        let ran = ran.map_err(|error| {
            let kind = if is_limit(&error) {
                Stop::Skip
            } else {
                Stop::Fail
            };
            kind(error.to_string())
        })?;
        tally.warn(&ran.warnings);
        let mut results = ran.reals;
        let tolerance = self.spec.op().tolerance().scaled(self.target.precision());
        for (name, want) in wanted {
            let got = results.remove(name).unwrap_or_default();
            self.compare(name, got, want, tolerance, tally)?;
        }
        Ok(())
    }

    fn compare(
        &self,
        name: &str,
        got: Vec<f64>,
        want: &Tensor<Bounded>,
        tolerance: Tolerance,
        tally: &mut Tally,
    ) -> Result<(), Stop> {
        let fail = |error: String| Stop::Fail(format!("{name}: {error}"));
        let got = Tensor::new(want.shape(), got).map_err(|e| fail(e.to_string()))?;
        let agreement = compare(&got, want, tolerance).map_err(|e| fail(e.to_string()))?;
        tally.agreed(&agreement);
        Ok(())
    }
}

/// Sizes beyond this run without the sanitizer: what it looks for shows at smaller ones.
const WATCHED: usize = 4200;

fn speed(dims: &Dims) -> Speed {
    match dims.iter().all(|(_, size)| size <= WATCHED) {
        true => Speed::Watched,
        false => Speed::Fast,
    }
}

/// An op's plans with results as in-out slots; `folded` ones have more workgroups than needed.
pub(super) fn built_plans(spec: &Spec<'_>, dims: &Dims, folded: bool) -> Result<Plans, String> {
    let build = || {
        let plan = op_plan(spec.op(), dims)?;
        let plan = if folded { plan.folded() } else { plan };
        plan.build(Role::InOut)
    };
    match catch_unwind(AssertUnwindSafe(build)) {
        Ok(plans) => plans.map_err(|error| error.to_string()),
        Err(payload) => Err(format!("plan panicked: {}", panic_message(&*payload))),
    }
}

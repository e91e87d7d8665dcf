//! Kernels against the spec.
//!
//! ```text
//! cases    at which sizes and numbers                reach    which sizes are reached
//! point    everything the spec computes somewhere    way      how plans run
//! judge    whether results are what is allowed       element  whether one number is
//! judged   what was found of a pass
//! ```

mod cases;
#[cfg(test)]
mod close_tests;
mod element;
#[cfg(test)]
mod half_tests;
mod judge;
#[cfg(test)]
mod judge_tests;
mod judged;
mod point;
mod reach;
mod way;

use super::target::{Bounds, Speed, Target, is_limit};
use crate::accuracy::{Allowed, Profile};
use crate::certificate::{Finding, Tally};
use crate::compare::{Agreement, Tolerance};
use crate::dims::Dims;
use crate::op::op_plan;
use crate::op_plan::{Pass, Plans};
use crate::progress::Running;
use crate::sample::{Known, Numbers, Rng};
use crate::spec::{Spec, SpecError, panic_message};
use crate::tensor::Tensor;
use crate::tracked::{Bounded, UNIT_F32};
use cases::{Case, cases, here};
use hesper_shader::{Plan, Role};
use judge::judge;
use judged::{Judged, StopReason, each};
use point::SpecPoint;
pub(crate) use reach::Reach;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use way::Way;

/// Rounding granted to a formula's operations in binary64, in its units: a kernel may go about a formula differently than its spec.
const ROUNDINGS: f64 = 4.0;

/// Checks that the forward and the backward kernels compute the spec on `target`, at shapes around their workgroup sizes.
///
/// In binary32 and on devices an element must lie within what WGSL allows the kernel there: the kernel runs once more in a
/// [number domain](crate::accuracy::Allowance) that bounds how far a device may be from exact arithmetic, and exact arithmetic must give what the spec gives, to binary32's
/// precision. Where such a bound is wide, what WGSL would allow the spec's formula decides: if that is as wide, the point is badly conditioned, and the element is said but does not
/// count; if not, the kernel loses digits, which the finding says with the line. In binary64 a tolerance decides, and what rounding of the spec's formula explains. Backward kernels
/// are given the spec's outputs and saved results, so that each pass is judged alone. Everything a kernel must write holds infinities before. Points at which
/// rounding could turn a comparison are drawn anew.
///
/// Pairs of dimensions, and all of them, are also equal once; three at a time are large together. Around the workgroups' sizes every plan runs
/// again with more workgroups than needed, over two dimensions: so it would on more data; on the reference executor in one number domain. After another target,
/// binary64 leaves out shapes at which the exact check has found the kernels right. Where two
/// dimensions are large, kernels are checked also at equal numbers, at large ones, at zeros, at minus infinities among others, and at other values of
/// fixed constants, wherever the spec has binary32 results there.
///
/// Kernels that use subgroups run with 4, 8, 16, 64 and 128 lanes in one, too, on the reference executor.
///
/// What the kernels compare sizes, indices and counts with is read from their trees: each dimension goes just below, at and beyond each such
/// number. In the end each dimension alone is far beyond, 100 000, on the reference executor without its sanitizer, in the most precise number domain
/// that is asked for; where the work grows too fast for that, or comparisons there are always within rounding, the finding says so.
pub fn kernels(spec: &Spec<'_>, target: &Target, seed: u64) -> [Finding; 2] {
    let reach = Reach::of(spec, std::slice::from_ref(target), seed).pop();
    let known = [None, None];
    let profile = Profile::wgsl();
    kernels_at(Speed::Watched, spec, target, seed, &profile, &known, reach)
}

/// [`kernels`], which without the sanitizer are as fast as they get: what it looks for does not depend on how a target rounds. Passes that are
/// known to be wrong are left out, and refer to the check that knows. What the target reaches is found for all targets together.
pub(crate) fn kernels_at(
    speed: Speed,
    spec: &Spec<'_>,
    target: &Target,
    seed: u64,
    profile: &Profile,
    known: &[Option<String>; 2],
    reach: Option<Reach>,
) -> [Finding; 2] {
    let mut passes =
        [Pass::Forward, Pass::Backward].map(|pass| Judged::new(spec, pass, target, seed));
    for (judged, known) in passes.iter_mut().zip(known) {
        if let Some(place) = known {
            let reason = format!("it is wrong: see the same check in the {place}");
            judged.ended = Some(judged.tally.clone().skip(reason));
        }
    }
    let Some(reach) = reach.filter(|_| passes.iter().any(|judged| judged.ended.is_none())) else {
        return passes.map(|judged| judged.finish(&[]));
    };
    let check = Check {
        speed,
        spec,
        target,
        reach: &reach,
        profile,
    };
    check.run(seed, passes)
}

/// [`kernels`] at one shape alone.
pub(crate) fn kernels_of_shape(
    spec: &Spec<'_>,
    target: &Target,
    dims: &Dims,
    seed: u64,
    profile: &Profile,
) -> [Finding; 2] {
    let mut passes =
        [Pass::Forward, Pass::Backward].map(|pass| Judged::new(spec, pass, target, seed));
    let reach = Reach::near("one shape was asked for");
    let check = Check {
        speed: Speed::Watched,
        spec,
        target,
        reach: &reach,
        profile,
    };
    check.judge(&here(spec, target, dims), seed, &mut passes);
    passes.map(|judged| judged.finish(&reach.notes))
}

/// Both passes on one target, at the same points.
struct Check<'s> {
    speed: Speed,
    spec: &'s Spec<'s>,
    target: &'s Target,
    reach: &'s Reach,
    /// How accurate devices are.
    profile: &'s Profile,
}

impl Check<'_> {
    fn run(&self, seed: u64, mut passes: [Judged; 2]) -> [Finding; 2] {
        let mut cases = match cases(self.spec, self.target, self.reach) {
            Ok(cases) => cases,
            Err(error) => {
                return passes.map(|judged| judged.tally.fail(error.clone()));
            }
        };
        let all = cases.len();
        if matches!((self.target, self.speed), (Target::F64, Speed::Fast)) {
            cases.retain(|case| !self.is_settled(case));
        }
        let settled = all - cases.len();
        self.judge(&cases, seed, &mut passes);
        let mut notes = self.reach.notes.clone();
        if settled > 0 {
            notes.push(format!("{settled} shapes: see exact field"));
        }
        if !(self.profile.is_wgsl() || matches!(self.target, Target::F64)) {
            notes.push(format!("accuracy: {}", self.profile));
        }
        passes.map(|judged| judged.finish(&notes))
    }

    /// Whether binary64 has nothing to add, which tells what binary32 hides: fields tell it better, and how plans run is seen in binary32.
    fn is_settled(&self, case: &Case) -> bool {
        case.numbers == Numbers::Plain && self.spec.is_settled(&case.dims)
    }

    /// What decides how results are rounded.
    fn rounding(&self) -> (&Target, &Profile) {
        (self.target, self.profile)
    }

    fn judge(&self, cases: &[Case], seed: u64, passes: &mut [Judged; 2]) {
        let mut rng = Rng::new(seed);
        let over = |passes: &[Judged; 2]| passes.iter().all(|judged| judged.ended.is_some());
        // Numbers at which the op was not defined at the last shape that they were drawn for.
        let mut seldom: Vec<Numbers> = Vec::new();
        for case in cases {
            let Case { dims, numbers, .. } = case;
            let numbers_here = (*numbers, seldom.contains(numbers));
            seldom.retain(|n| n != numbers);
            if over(passes) {
                return;
            }
            let at = dims.to_string();
            match SpecPoint::draw(self.spec, self.rounding(), dims, numbers_here, &mut rng) {
                Ok(Some(point)) => {
                    each(passes, &at, |pass, tally| {
                        self.check_point(pass, dims, case.folds, &point, tally)?;
                        tally.point(dims);
                        Ok(())
                    });
                    for judged in &mut *passes {
                        judged.undefined.retain(|n| n != numbers);
                    }
                }
                // What is declared has to be there.
                Ok(None) if *numbers == Numbers::Huge => {
                    let declared = self.spec.sampling().huge_words();
                    let message = format!(
                        "the sampling declares that {declared}, where the spec has no results in binary32"
                    );
                    each(passes, &at, |_, _| Err(StopReason::Fail(message.clone())));
                }
                // The op is not defined at such numbers.
                Ok(None) => seldom.push(*numbers),
                Err(SpecError::TooLong { .. }) => {
                    passes.iter_mut().for_each(|judged| judged.missed.add(dims));
                }
                Err(error) => each(passes, &at, |_, _| Err(StopReason::Fail(error.to_string()))),
            }
        }
        for far in &self.reach.far {
            each(passes, &far.dims.to_string(), |pass, tally| {
                let granted = tally.granted();
                let way = Way::plain(Speed::Fast);
                let plan = self.plan(pass, &far.dims, way)?;
                let ran = self.run_plan(pass, (&far.dims, &plan), way, &far.point, tally)?;
                self.judge_run(pass, ran, &far.point, Explained::Plainly, tally)?;
                tally.far(&far.dims, granted);
                Ok(())
            });
        }
        for known in self.spec.sampling().known_points() {
            let at = format!("known point `{}`", known.label);
            match self.known(known, &mut rng) {
                Ok(point) => each(passes, &at, |pass, tally| {
                    self.check_point(pass, &known.dims, true, &point, tally)?;
                    tally.point(&known.dims);
                    Ok(())
                }),
                Err(error) => each(passes, &at, |_, _| Err(StopReason::Fail(error.to_string()))),
            }
        }
    }

    fn known(&self, known: &Known, rng: &mut Rng) -> Result<SpecPoint, SpecError> {
        let sample = self.spec.complete(known, rng);
        SpecPoint::at(self.spec, self.rounding(), sample, rng.below(2) == 0)
    }

    fn check_point(
        &self,
        pass: Pass,
        dims: &Dims,
        folds: bool,
        point: &SpecPoint,
        tally: &mut Tally,
    ) -> Result<(), StopReason> {
        let small = dims.iter().all(|(_, size)| size <= WATCHED);
        let speed = if small { self.speed } else { Speed::Fast };
        let way = Way::plain(speed);
        let plan = self.plan(pass, dims, way)?;
        let ran = self.run_plan(pass, (dims, &plan), way, point, tally)?;
        // Of any way, since a sum is bounded in any order. What is wrong with a kernel is told by the run that is judged.
        let is_close = point.needs_no_bounds(pass, &ran);
        let bounds = match is_close {
            true => Ok(None),
            false => self.target.allowed(&plan, &point.given(pass), self.profile),
        };
        let bounds = bounds.ok().flatten();
        let explained = match &bounds {
            Some(bounds) => Explained::Within(bounds),
            None if is_close => Explained::Closely,
            None => Explained::Plainly,
        };
        self.judge_run(pass, ran, point, explained, tally)?;
        // Once is enough on the reference executor: which lanes do what is the same in any number domain.
        let on_device = matches!(self.target, Target::Device(_));
        if !folds || (self.speed == Speed::Fast && !on_device) {
            return Ok(());
        }
        let mut ways = vec![Way::folded(speed)];
        if !on_device {
            ways.extend(Way::with_subgroups(&plan));
        }
        for way in ways {
            // What is compared does not count again.
            let mut other = tally.clone();
            let plan = self.plan(pass, dims, way)?;
            self.run_plan(pass, (dims, &plan), way, point, &mut other)
                .and_then(|ran| self.judge_run(pass, ran, point, explained, &mut other))
                .map_err(|stop| match stop {
                    StopReason::Fail(message) => StopReason::Fail(format!("{way}: {message}")),
                    skip => skip,
                })?;
            tally.warn_as(&other);
        }
        Ok(())
    }

    /// The reals of each result, by name.
    fn run_plan(
        &self,
        pass: Pass,
        (dims, plan): (&Dims, &Plan),
        way: Way,
        point: &SpecPoint,
        tally: &mut Tally,
    ) -> Result<Results, StopReason> {
        let ran = self.target.run(plan, &point.given(pass), way.speed);
        let ran = ran.map_err(|error| {
            let kind = if is_limit(&error) {
                StopReason::Skip
            } else {
                StopReason::Fail
            };
            kind(error.to_string())
        })?;
        tally.warn(&ran.warnings);
        self.spec.ran(dims, &ran.branches);
        Ok(ran.reals)
    }

    fn judge_run(
        &self,
        pass: Pass,
        mut results: Results,
        point: &SpecPoint,
        explained: Explained<'_>,
        tally: &mut Tally,
    ) -> Result<(), StopReason> {
        let bounds = match explained {
            Explained::Within(bounds) => Some(bounds),
            Explained::Closely | Explained::Plainly => None,
        };
        if let Some(line) = bounds.and_then(|bounds| bounds.undecided) {
            tally.undecided(line);
        }
        let decided = bounds.filter(|bounds| bounds.undecided.is_none());
        for (name, want) in point.wanted(pass).0 {
            let got = results.remove(name).unwrap_or_default();
            let allowed = decided.and_then(|bounds| bounds.results.get(name));
            let wanted = (want, point.running.get(name));
            let allowed = allowed.map(Vec::as_slice);
            let agreed = self.judge_result((pass, name), got, wanted, allowed, tally)?;
            tally.agreed(&match explained {
                Explained::Closely => agreed.as_close(),
                Explained::Within(_) | Explained::Plainly => agreed,
            });
        }
        Ok(())
    }

    fn plan(&self, pass: Pass, dims: &Dims, way: Way) -> Result<Plan, StopReason> {
        let plans = built_plans(self.spec, dims, way.folded).map_err(StopReason::Fail)?;
        Ok(match pass {
            Pass::Forward => plans.forward,
            Pass::Backward => plans.backward,
        })
    }

    fn judge_result(
        &self,
        (pass, name): (Pass, &str),
        got: Vec<f64>,
        (want, running): (&Tensor<Bounded>, Option<&Tensor<Bounded>>),
        allowed: Option<&[Allowed]>,
        tally: &mut Tally,
    ) -> Result<Agreement, StopReason> {
        let fail = |error: String| StopReason::Fail(format!("{name}: {error}"));
        let got = Tensor::new(want.shape(), got).map_err(|e| fail(e.to_string()))?;
        let mut tolerance = Tolerance::F32.scaled(self.target.precision());
        if self.spec.may_differ(pass == Pass::Forward) {
            tolerance.relative = tolerance.relative.max(UNIT_F32);
        }
        let is_f16 = self.spec.signature().is_f16(name);
        let judged = judge(&got, want, running, allowed, (tolerance, is_f16))
            .map_err(|e| fail(e.to_string()))?;
        let agreed = judged.agreement();
        tally.bounds(judged.width, judged.wide, judged.apart);
        if let Some(lost) = judged.lost {
            tally.lose(lost.part(), lost.words(name));
        }
        Ok(agreed)
    }
}

/// What explains how far results are from the spec's.
#[derive(Clone, Copy)]
enum Explained<'b> {
    /// What WGSL allows the kernel.
    Within(&'b Bounds),
    /// They are all so [near](SpecPoint::needs_no_bounds) that they count.
    Closely,
    /// A tolerance, and the rounding of the spec's formula, which does not count.
    Plainly,
}

/// What a run yields: the reals of each result, by name.
type Results = BTreeMap<String, Vec<f64>>;

/// Sizes beyond this run without the sanitizer: what it looks for shows at smaller ones.
const WATCHED: usize = 4200;

/// An op's plans with results as in-out slots; `folded` ones have more workgroups than needed.
pub(super) fn built_plans(spec: &Spec<'_>, dims: &Dims, folded: bool) -> Result<Plans, String> {
    let _running = Running::new("plan", dims);
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

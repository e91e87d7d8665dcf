//! Kernels against the spec.

use super::shapes::kernel_shapes;
use super::target::{Given, Target, is_limit};
use crate::binding::Pass;
use crate::certificate::{Finding, Tally};
use crate::compare::{Tolerance, compare};
use crate::dims::Dims;
use crate::op::DiffOp;
use crate::op_plan::{Plans, op_plan};
use crate::sample::{Rng, Sample};
use crate::spec::{Spec, SpecError, exact};
use crate::tensor::Tensor;
use crate::tracked::{Bounded, Tracked};
use hesper_shader::Role;
use std::collections::BTreeMap;

/// Rounding granted to a kernel's operations, in units of the target's: WGSL may round either way, which is 2, and a kernel
/// may go about a formula differently than its spec.
const ROUNDINGS: f64 = 4.0;

/// How often a point with close comparisons is drawn anew.
const REDRAWS: usize = 64;

/// Checks that the forward and the backward kernels compute the spec on `target`, at shapes around their workgroup sizes.
///
/// The spec runs in f64 on the same binary32 inputs, and tracks how far rounding like the target's could take it there: an
/// element beyond the op's tolerance is granted so much, since a difference of nearly equal numbers is not the kernel's
/// fault; how many were is said, and they do not count. Backward kernels are given the spec's outputs and saved results, so
/// that each pass is judged alone. Everything a kernel must write holds a huge number before. Points at which rounding
/// could turn a comparison are drawn anew.
pub fn kernels<O: DiffOp>(spec: &Spec<O>, target: &Target, seed: u64) -> [Finding; 2] {
    [Pass::Forward, Pass::Backward].map(|pass| Check { spec, target, pass }.run(seed))
}

/// One pass on one target.
struct Check<'s, O> {
    spec: &'s Spec<'s, O>,
    target: &'s Target,
    pass: Pass,
}

/// Why a check stopped.
enum Stop {
    Fail(String),
    Skip(String),
}

impl<O: DiffOp> Check<'_, O> {
    fn run(&self, seed: u64) -> Finding {
        let name = format!("{} kernel = spec", self.pass.name());
        let mut tally = Tally::new(&name, self.target.name(), seed);
        let shapes = match self.plans(&self.spec.least_shape()) {
            Ok(plans) => kernel_shapes(
                &self.spec.signature().dims(),
                self.spec.sampling(),
                &[&plans.forward, &plans.backward],
            ),
            Err(error) => return tally.fail(error),
        };
        let mut rng = Rng::new(seed);
        for dims in &shapes {
            match self.check_shape(dims, &mut rng, &mut tally) {
                Ok(()) => tally.point(dims),
                Err(Stop::Fail(message)) => return tally.fail(format!("{message} ({dims})")),
                Err(Stop::Skip(reason)) => return tally.skip(format!("{reason} ({dims})")),
            }
        }
        tally.finish()
    }

    fn plans(&self, dims: &Dims) -> Result<Plans, String> {
        let plan = op_plan(self.spec.op(), dims).and_then(|plan| plan.build(Role::InOut));
        plan.map_err(|error| error.to_string())
    }

    fn check_shape(&self, dims: &Dims, rng: &mut Rng, tally: &mut Tally) -> Result<(), Stop> {
        let plans = self.plans(dims).map_err(Stop::Fail)?;
        let point = Point::draw(self.spec, self.target, dims, rng)
            .map_err(|e| Stop::Fail(e.to_string()))?;
        let (plan, wanted) = match self.pass {
            Pass::Forward => (plans.forward, &point.results),
            Pass::Backward => (plans.backward, &point.cotangents),
        };
        let results = self.target.run(&plan, &point.given(self.pass));
        let mut results = results.map_err(|error| {
            let kind = if is_limit(&error) {
                Stop::Skip
            } else {
                Stop::Fail
            };
            kind(error.to_string())
        })?;
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

/// A point with everything the spec computes there, by name.
struct Point {
    integers: BTreeMap<String, Tensor<u32>>,
    /// Inputs, constants and the outputs' cotangents.
    reals: BTreeMap<String, Tensor<f64>>,
    /// Outputs and saved results.
    results: BTreeMap<String, Tensor<Bounded>>,
    /// The inputs' cotangents.
    cotangents: BTreeMap<String, Tensor<Bounded>>,
}

impl Point {
    /// A point at which the spec's comparisons would go the same way with coarser rounding; after many draws, any point.
    fn draw<O: DiffOp>(
        spec: &Spec<O>,
        target: &Target,
        dims: &Dims,
        rng: &mut Rng,
    ) -> Result<Point, SpecError> {
        let mut draws = 0..REDRAWS;
        loop {
            let domain = target.tracked(ROUNDINGS);
            let point = Point::at(spec, &domain, spec.draw(dims, rng))?;
            if domain.undecided() == 0 || draws.next().is_none() {
                return Ok(point);
            }
        }
    }

    fn at<O: DiffOp>(spec: &Spec<O>, domain: &Tracked, sample: Sample) -> Result<Point, SpecError> {
        let signature = spec.signature();
        let inputs = exact(domain, &sample.inputs);
        let forward = spec.forward(domain, &sample, &inputs)?;
        let seeds = exact(domain, &sample.cotangents);
        let backward = spec.backward(domain, &sample, &inputs, &seeds)?;
        let inputs = signature
            .inputs()
            .map(|p| p.name.clone())
            .zip(&sample.inputs);
        let seeds = signature
            .outputs()
            .map(|p| p.cotangent())
            .zip(&sample.cotangents);
        let constants = sample.constants.iter().map(|(name, t)| (name.clone(), t));
        let given = inputs.chain(seeds).chain(constants);
        let outputs = signature
            .outputs()
            .map(|p| p.name.clone())
            .zip(forward.outputs);
        Ok(Point {
            reals: given
                .map(|(name, t)| (name, t.map(|x| f64::from(*x))))
                .collect(),
            results: forward.saved.into_iter().chain(outputs).collect(),
            cotangents: signature
                .inputs()
                .map(|p| p.cotangent())
                .zip(backward)
                .collect(),
            integers: sample.integers,
        })
    }

    /// What a pass is given: a backward pass also the results of the forward spec.
    fn given(&self, pass: Pass) -> Given<'_> {
        let results = self.results.iter().filter(|_| pass == Pass::Backward);
        let results = results.map(|(name, t)| (name.as_str(), t.map(|x| x.value)));
        let reals = self
            .reals
            .iter()
            .map(|(name, t)| (name.as_str(), t.clone()));
        Given {
            reals: reals.chain(results).collect(),
            integers: &self.integers,
        }
    }
}

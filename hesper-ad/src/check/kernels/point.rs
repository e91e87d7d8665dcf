//! A point with everything the spec computes there.

use super::ROUNDINGS;
use super::judge::bounded_by;
use crate::accuracy::{Allowance, Allowed, Profile};
use crate::certificate::NARROW;
use crate::check::target::{Given, Target};
use crate::compare::scales;
use crate::dims::Dims;
use crate::op_plan::Pass;
use crate::sample::{Numbers, Rng, Sample};
use crate::signature::Signature;
use crate::spec::{Spec, SpecError, exact};
use crate::tensor::Tensor;
use crate::tracked::{Bounded, UNIT_F32};
use hesper_shader::domain::{Domain, F64, Format};
use hesper_shader::f16;
use std::collections::BTreeMap;

/// How often a point with close comparisons is drawn anew.
const REDRAWS: usize = 64;

/// How often a point far out is drawn.
const FAR_DRAWS: usize = 3;

/// A point with everything the spec computes there, by name.
pub(super) struct SpecPoint {
    integers: BTreeMap<String, Tensor<u32>>,
    /// Whether coarser rounding would decide every comparison as here.
    decided: bool,
    /// What results hold before.
    even: bool,
    /// Inputs, constants and the outputs' cotangents.
    reals: BTreeMap<String, Tensor<f64>>,
    /// Outputs and saved results, without their bounds.
    values: BTreeMap<String, Tensor<f64>>,
    /// Outputs and saved results.
    results: BTreeMap<String, Tensor<Bounded>>,
    /// The inputs' cotangents.
    cotangents: BTreeMap<String, Tensor<Bounded>>,
    /// All of them, where WGSL bounds some of the spec's formulas not at all: with the rounding errors of a run in one order.
    pub(super) running: BTreeMap<String, Tensor<Bounded>>,
}

/// What a pass ought to yield, by name.
pub(super) struct Wanted<'p>(pub(super) &'p BTreeMap<String, Tensor<Bounded>>);

/// So many roundings of binary32 are nothing to explain.
const CLOSE: f64 = 4.0 * UNIT_F32;
/// With so few elements bounds cost little, and how wide they are is worth knowing.
const FEW: usize = 2048;

impl Wanted<'_> {
    /// Whether results are so near to what is wanted that no bound of the kernel's own need explain them, where there are many elements: within a few roundings, or
    /// within the spec's own bound where that is narrow. Where it is wide, numbers count only if the kernel's bound says so. What bounds say of kernels shows at small sizes.
    fn is_close(&self, found: &BTreeMap<String, Vec<f64>>) -> bool {
        let is_close = |(name, want): (&String, &Tensor<Bounded>)| {
            let found = found.get(name).map_or(&[][..], Vec::as_slice);
            let mut numbers = found.iter().zip(want.data()).zip(scales(want));
            numbers.all(|((x, want), scale)| {
                let close = CLOSE * scale;
                let explained = if want.error > NARROW * scale {
                    close
                } else {
                    want.error.max(close)
                };
                (x - want.value).abs() <= explained
            })
        };
        self.0.iter().all(is_close)
    }
}

impl SpecPoint {
    /// A point at which the spec's comparisons would go the same way with coarser rounding; after many draws, any point. For
    /// numbers that the op's rules do not speak of, none where there is no such point with binary32 results; one draw tells where there `seldom` is one.
    pub(super) fn draw(
        spec: &Spec<'_>,
        (target, profile): (&Target, &Profile),
        dims: &Dims,
        (numbers, seldom): (Numbers, bool),
        rng: &mut Rng,
    ) -> Result<Option<SpecPoint>, SpecError> {
        let draws = match numbers {
            Numbers::Plain => REDRAWS,
            _ if seldom => 0,
            _ => REDRAWS / 16,
        };
        spec.fits(dims)?;
        let mut draws = 0..draws;
        loop {
            let sample = spec.draw_with(numbers, dims, rng);
            let point = SpecPoint::at(spec, (target, profile), sample, rng.below(2) == 0)?;
            let point = match numbers {
                Numbers::Huge | Numbers::HugeEqual => point.stood(),
                _ => point,
            };
            let good =
                point.decided && (numbers == Numbers::Plain || point.is_kept(spec.signature()));
            if good {
                return Ok(Some(point));
            }
            if draws.next().is_none() {
                return Ok((numbers == Numbers::Plain).then_some(point));
            }
        }
    }

    /// A point at a size where each costs: of a few draws the first at which every comparison is decided.
    pub(super) fn far(
        spec: &Spec<'_>,
        (target, profile): (&Target, &Profile),
        dims: &Dims,
        rng: &mut Rng,
    ) -> Result<Option<SpecPoint>, SpecError> {
        spec.fits(dims)?;
        for _ in 0..FAR_DRAWS {
            let sample = spec.draw_with(Numbers::Plain, dims, rng);
            let even = rng.below(2) == 0;
            let point = SpecPoint::at(spec, (target, profile), sample, even)?;
            if point.decided {
                return Ok(Some(point));
            }
        }
        Ok(None)
    }

    /// The same for numbers that are declared to be stood: what WGSL does not bound of the spec's formula is no excuse for a kernel there.
    fn stood(mut self) -> SpecPoint {
        for (name, wanted) in self.results.iter_mut().chain(&mut self.cotangents) {
            if let Some(running) = self.running.get(name) {
                *wanted = wanted.zip(running, bounded_by);
            }
        }
        self
    }

    /// Whether all that the spec yields are numbers that ports keep, but for rounding, or mask values.
    fn is_kept(&self, signature: &Signature) -> bool {
        let mut all = self.results.iter().chain(&self.cotangents);
        all.all(|(name, t)| {
            let most = match signature.is_f16(name) {
                true => f16::MAX.into(),
                false => f32::MAX,
            };
            let mut numbers = t.data().iter();
            numbers.all(|x| x.value.abs() <= most.into() || x.is_mask())
        })
    }

    /// What the spec computes at a sample, and how far rounding like the target's could take its formulas: a device's, as WGSL allows.
    pub(super) fn at(
        spec: &Spec<'_>,
        (target, profile): (&Target, &Profile),
        sample: Sample,
        even: bool,
    ) -> Result<SpecPoint, SpecError> {
        if let Target::F64 = target {
            let domain = target.tracked(ROUNDINGS);
            let point = SpecPoint::of(spec, &domain, sample, even, |x| x)?;
            let decided = domain.undecided() == 0;
            return Ok(SpecPoint { decided, ..point });
        }
        let domain = Allowance::new(profile.clone());
        let bounded = |x: Allowed| Bounded {
            value: x.value(),
            error: x.error(),
        };
        let point = SpecPoint::of(spec, &domain, sample.clone(), even, bounded)?;
        let decided = domain.take_undecided().is_none();
        let all = point.results.values().chain(point.cotangents.values());
        let unbounded = all
            .flat_map(|t| t.data())
            .any(|x| x.error.is_infinite() && x.value.is_finite());
        let running = if unbounded {
            let domain = target.tracked(ROUNDINGS);
            let point = SpecPoint::of(spec, &domain, sample, even, |x| x)?;
            point.results.into_iter().chain(point.cotangents).collect()
        } else {
            BTreeMap::new()
        };
        Ok(SpecPoint {
            decided,
            running,
            ..point
        })
    }

    fn of<D: Domain>(
        spec: &Spec<'_>,
        domain: &D,
        sample: Sample,
        even: bool,
        bounded: impl Fn(D::Value) -> Bounded,
    ) -> Result<SpecPoint, SpecError> {
        let signature = spec.signature();
        let inputs = exact(domain, &sample.inputs);
        let forward = spec.forward(domain, &sample, &inputs)?;
        let seeds = exact(domain, &sample.cotangents);
        let backward = spec.backward(domain, &sample, &inputs, &seeds)?;
        let given = sample.point(&F64);
        let given = given.named(signature).map(|(name, t)| (name, t.clone()));
        let outputs = signature
            .outputs()
            .map(|p| p.name.clone())
            .zip(forward.outputs);
        let results = forward.saved.into_iter().chain(outputs);
        let results = results.map(|(name, t)| match signature.is_f16(&name) {
            true => {
                let half = t.map(|x| domain.round(Format::Binary16, *x));
                (name, half)
            }
            false => (name, t),
        });
        let bounded = |t: &Tensor<D::Value>| t.map(|x| bounded(*x));
        let results: BTreeMap<_, _> = results.map(|(name, t)| (name, bounded(&t))).collect();
        let values = results.iter();
        Ok(SpecPoint {
            reals: given.collect(),
            values: values
                .map(|(name, t)| (name.clone(), t.map(|x| x.value)))
                .collect(),
            results,
            cotangents: signature
                .inputs()
                .map(|p| p.cotangent())
                .zip(backward.iter().map(bounded))
                .collect(),
            running: BTreeMap::new(),
            integers: sample.integers,
            decided: true,
            even,
        })
    }

    /// Whether a pass's results need no explanation: there are many elements, and [near](Wanted::is_close) to what is wanted.
    pub(super) fn needs_no_bounds(&self, pass: Pass, found: &BTreeMap<String, Vec<f64>>) -> bool {
        let wanted = self.wanted(pass);
        let results = wanted.0.values().map(Tensor::len);
        let elements: usize = self.reals.values().map(Tensor::len).chain(results).sum();
        elements > FEW && wanted.is_close(found)
    }

    /// What a pass ought to yield.
    pub(super) fn wanted(&self, pass: Pass) -> Wanted<'_> {
        Wanted(match pass {
            Pass::Forward => &self.results,
            Pass::Backward => &self.cotangents,
        })
    }

    /// What a pass is given: a backward pass also the results of the forward spec.
    pub(super) fn given(&self, pass: Pass) -> Given<'_> {
        let results = self.values.iter().filter(|_| pass == Pass::Backward);
        let reals = self.reals.iter().chain(results);
        Given {
            reals: reals.map(|(name, t)| (name.as_str(), t)).collect(),
            integers: &self.integers,
            even: self.even,
        }
    }
}

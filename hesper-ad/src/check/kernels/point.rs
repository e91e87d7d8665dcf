//! A point with everything the spec computes there.

use super::ROUNDINGS;
use crate::check::target::{Given, Target};
use crate::dims::Dims;
use crate::op_plan::Pass;
use crate::sample::{Numbers, Rng, Sample};
use crate::spec::{Spec, SpecError, exact};
use crate::tensor::Tensor;
use crate::tracked::{Bounded, Tracked};
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
    /// Outputs and saved results.
    pub(super) results: BTreeMap<String, Tensor<Bounded>>,
    /// The inputs' cotangents.
    pub(super) cotangents: BTreeMap<String, Tensor<Bounded>>,
}

impl SpecPoint {
    /// A point at which the spec's comparisons would go the same way with coarser rounding; after many draws, any point. For
    /// numbers that the op's rules do not speak of, none where there is no such point with binary32 results.
    pub(super) fn draw(
        spec: &Spec<'_>,
        target: &Target,
        dims: &Dims,
        numbers: Numbers,
        rng: &mut Rng,
    ) -> Result<Option<SpecPoint>, SpecError> {
        let draws = match numbers {
            Numbers::Plain => REDRAWS,
            Numbers::Equal | Numbers::Large => REDRAWS / 16,
        };
        spec.fits(dims)?;
        let mut draws = 0..draws;
        loop {
            let domain = target.tracked(ROUNDINGS);
            let sample = spec.draw_with(numbers, dims, rng);
            let point = SpecPoint::at(spec, &domain, sample, rng.below(2) == 0)?;
            let good = point.decided && (numbers == Numbers::Plain || point.is_binary32());
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
        target: &Target,
        dims: &Dims,
        rng: &mut Rng,
    ) -> Result<Option<SpecPoint>, SpecError> {
        spec.fits(dims)?;
        for _ in 0..FAR_DRAWS {
            let sample = spec.draw_with(Numbers::Plain, dims, rng);
            let even = rng.below(2) == 0;
            let point = SpecPoint::at(spec, &target.tracked(ROUNDINGS), sample, even)?;
            if point.decided {
                return Ok(Some(point));
            }
        }
        Ok(None)
    }

    /// Whether all that the spec yields are binary32 numbers, but for rounding, or mask values.
    fn is_binary32(&self) -> bool {
        let all = self.results.values().chain(self.cotangents.values());
        let mut all = all.flat_map(|t| t.data());
        all.all(|x| x.value.abs() <= f32::MAX.into() || x.is_mask())
    }

    pub(super) fn at(
        spec: &Spec<'_>,
        domain: &Tracked,
        sample: Sample,
        even: bool,
    ) -> Result<SpecPoint, SpecError> {
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
        Ok(SpecPoint {
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
            decided: domain.undecided() == 0,
            even,
        })
    }

    /// What a pass is given: a backward pass also the results of the forward spec.
    pub(super) fn given(&self, pass: Pass) -> Given<'_> {
        let results = self.results.iter().filter(|_| pass == Pass::Backward);
        let results = results.map(|(name, t)| (name.as_str(), t.map(|x| x.value)));
        let reals = self
            .reals
            .iter()
            .map(|(name, t)| (name.as_str(), t.clone()));
        Given {
            reals: reals.chain(results).collect(),
            integers: &self.integers,
            even: self.even,
        }
    }
}

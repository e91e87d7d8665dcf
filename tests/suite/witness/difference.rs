//! `⟨dy, (f(x + hv) − f(x − hv)) / 2h⟩` against `⟨backward(x, dy), v⟩` in 512-bit floats.

use super::big_float::{Arena, Big, BigFloats};
use hesper_ad::prelude::*;
use hesper_ad::{Branches, Sample, Spec, SpecError, exact};
use hesper_shader::domain::{Domain, RealBinary, RealUnary};

/// Steps are this part of the greatest input: their square is far below any tolerance, and so is rounding divided by them.
const STEP: f64 = 1.0 / (1u128 << 80) as f64 / (1u128 << 80) as f64;

/// The greatest input counts as at least this.
const LEAST_INPUT: f64 = 1.0 / 1024.0;

/// Exponentials of numbers beyond this drown in the rounding of those near 1.
const STEEP: f64 = 100.0;

/// What differences say at a point.
pub(super) enum Point {
    /// How far backward is from them, as part of `Σ|terms|`.
    Error(f64),
    /// Nothing: there is a kink within two steps.
    Kink,
    /// Nothing: exponentials leave what 512 bits hold side by side.
    Steep,
    /// Nothing: all terms are zero.
    Flat,
}

/// Compares along the sample's direction, in an arena that holds nothing of worth.
pub(super) fn difference(
    arena: &Arena,
    spec: &Spec<'_>,
    sample: &Sample,
) -> Result<Point, SpecError> {
    arena.reset();
    let line = Line {
        spec,
        sample,
        big: BigFloats(arena),
        step: step(sample),
    };
    let (_, here) = line.at(0.0)?;
    let [(_, before), (_, after)] = [line.at(-2.0)?, line.at(2.0)?];
    let [(low, left), (high, right)] = [line.at(-1.0)?, line.at(1.0)?];
    if [before, left, right, after] != [here; 4] {
        return Ok(Point::Kink);
    }
    let point = line.compare(&low, &high)?;
    Ok(if arena.steepest() > STEEP {
        Point::Steep
    } else {
        point
    })
}

/// The op along a line through the sample.
struct Line<'a> {
    spec: &'a Spec<'a>,
    sample: &'a Sample,
    big: BigFloats<'a>,
    step: f64,
}

impl Line<'_> {
    /// The outputs `offset` steps from the sample, and which way decisions went there.
    fn at(&self, offset: f64) -> Result<(Vec<Tensor<Big>>, u64), SpecError> {
        let domain = Branches::new(self.big);
        let offset = self.big.from_f64(offset * self.step);
        let moved = |x: &f32, v: &f32| {
            let (x, v) = (self.big.from_f32(*x), self.big.from_f32(*v));
            self.big.mul_add(offset, v, x)
        };
        let pairs = self.sample.inputs.iter().zip(&self.sample.directions);
        let inputs: Vec<_> = pairs.map(|(x, v)| x.zip(v, moved)).collect();
        let outputs = self.spec.forward(&domain, self.sample, &inputs)?.outputs;
        Ok((outputs, domain.take()))
    }

    /// Backward against the outputs a step below and a step above.
    fn compare(&self, low: &[Tensor<Big>], high: &[Tensor<Big>]) -> Result<Point, SpecError> {
        let big = &self.big;
        let inputs = exact(big, &self.sample.inputs);
        let cotangents = exact(big, &self.sample.cotangents);
        let results = self.spec.backward(big, self.sample, &inputs, &cotangents)?;
        let twice = big.from_f64(2.0 * self.step);
        let slopes = low.iter().zip(high).map(|(low, high)| {
            low.zip(high, |low, high| {
                // A mask value stays what it is.
                if [low, high]
                    .iter()
                    .all(|y| big.to_f64(**y) == f64::NEG_INFINITY)
                {
                    return big.from_f64(0.0);
                }
                let rise = big.binary(RealBinary::Subtract, *high, *low);
                big.binary(RealBinary::Divide, rise, twice)
            })
        });
        let mut terms = self.products(&slopes.collect::<Vec<_>>(), &self.sample.cotangents);
        let backward = self.products(&results, &self.sample.directions);
        terms.extend(
            backward
                .into_iter()
                .map(|term| big.unary(RealUnary::Negate, term)),
        );
        let magnitudes = terms.iter().map(|term| big.unary(RealUnary::Abs, *term));
        let scale = big.sum(&magnitudes.collect::<Vec<_>>());
        if big.to_f64(scale) == 0.0 {
            return Ok(Point::Flat);
        }
        let gap = big.unary(RealUnary::Abs, big.sum(&terms));
        Ok(Point::Error(big.to_f64(big.binary(
            RealBinary::Divide,
            gap,
            scale,
        ))))
    }

    fn products(&self, a: &[Tensor<Big>], b: &[Tensor<f32>]) -> Vec<Big> {
        let pairs = a
            .iter()
            .zip(b)
            .flat_map(|(a, b)| a.data().iter().zip(b.data()));
        pairs
            .map(|(a, b)| {
                self.big
                    .binary(RealBinary::Multiply, *a, self.big.from_f32(*b))
            })
            .collect()
    }
}

/// `h`, which is a binary64 number.
fn step(sample: &Sample) -> f64 {
    let inputs = sample.inputs.iter().flat_map(|x| x.data());
    STEP * inputs.fold(LEAST_INPUT, |max, x| max.max(f64::from(x.abs())))
}

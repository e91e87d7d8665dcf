//! Backward against dual numbers: `⟨dy, J·v⟩ = ⟨backward(x, dy), v⟩` up to proven rounding.

use super::LEAST_POINTS;
use super::budget::{Budget, NUMERIC};
use crate::certificate::{Finding, Tally};
use crate::dims::Dims;
use crate::dual::{Dual, DualValue};
use crate::sample::{Rng, Sample};
use crate::spec::{Spec, SpecError, exact};
use crate::tensor::Tensor;
use crate::tracked::{Bounded, Tracked};
use hesper_shader::domain::{Domain, RealBinary};

/// The check's name in reports.
const NAME: &str = "dual numbers";

/// A point counts where its rounding is at most this part of `Σ|terms|`; elsewhere agreement would say little.
const WELL_CONDITIONED: f64 = 1e-10;

/// Checks that `backward` is the VJP of `forward` at random points, in random directions.
///
/// Both sides are computed in f64 with running error bounds `e`: they must agree within `e_lhs + e_rhs`, whatever the
/// conditioning. A point counts only where that is small beside the terms, no comparison was within rounding, and not
/// everything is zero. Directions lie in one input at a time. Each shape is visited in turn, the smallest and some large ones among them.
pub fn dual_numbers(spec: &Spec<'_>, seed: u64, points: usize) -> Finding {
    let mut tally = Tally::new(NAME, "f64", seed).at_least(LEAST_POINTS);
    let mut rng = Rng::new(seed);
    let mut shapes: Vec<Dims> = spec.small_shapes();
    shapes.push(spec.least_shape());
    shapes.extend(spec.large_shapes());
    let mut missed = spec.missed();
    let shapes = spec.reached(shapes, &mut missed);
    let inputs = spec.signature().inputs().count();
    let mut left_out = 0;
    // Some points will not count; that must not fail an op that is right.
    let budget = Budget::of(spec, NUMERIC);
    for dims in shapes.iter().cycle().take(4 * points.max(LEAST_POINTS)) {
        if budget.is_spent(spec) {
            break;
        }
        let sample = spec.draw(dims, &mut rng);
        let mut counts = false;
        // One input at a time, lest the terms of one hide another's.
        for input in 0..inputs {
            let sides = match both_sides(spec, &along(&sample, input)) {
                Ok(sides) => sides,
                Err(error) => return tally.fail(format!("{error} ({dims})")),
            };
            if let Some(message) = sides.disagreement() {
                return tally.fail(format!("{message} ({dims})"));
            }
            if sides.counts() {
                tally.compared(sides.difference(), sides.bound());
                counts = true;
            }
        }
        if counts {
            tally.point(dims);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        tally.note(format!(
            "{left_out} points left out: ill-conditioned, undecided or zero"
        ));
    }
    tally.note_also(missed.note());
    tally.finish_early(budget.given_up(spec))
}

/// The sample with a direction in one input alone.
fn along(sample: &Sample, input: usize) -> Sample {
    let mut sample = sample.clone();
    for (i, direction) in sample.directions.iter_mut().enumerate() {
        if i != input {
            direction.data_mut().fill(0.0);
        }
    }
    sample
}

/// Both inner products at one point.
struct InnerProducts {
    forward: Bounded,
    backward: Bounded,
    terms: f64,
    undecided: bool,
}

impl InnerProducts {
    fn difference(&self) -> f64 {
        (self.forward.value - self.backward.value).abs()
    }

    fn bound(&self) -> f64 {
        self.forward.error + self.backward.error
    }

    fn counts(&self) -> bool {
        !self.undecided && self.terms > 0.0 && self.bound() <= WELL_CONDITIONED * self.terms
    }

    fn disagreement(&self) -> Option<String> {
        let (lhs, rhs, bound) = (self.forward.value, self.backward.value, self.bound());
        if !(lhs.is_finite() && rhs.is_finite() && self.terms.is_finite()) {
            return Some(format!(
                "not finite: <dy, J v> = {lhs:e}, <backward, v> = {rhs:e}"
            ));
        }
        let wrong = !self.undecided && self.difference() > bound;
        wrong.then(|| {
            format!(
                "<dy, J v> = {lhs:e}, <backward, v> = {rhs:e}, difference {:.1e} > {bound:.1e}",
                self.difference()
            )
        })
    }
}

fn both_sides(spec: &Spec<'_>, sample: &Sample) -> Result<InnerProducts, SpecError> {
    let dual = Dual::new(Tracked::default());
    let inputs = seeded(&dual, sample);
    let outputs = spec.forward(&dual, sample, &inputs)?.outputs;
    let domain = Tracked::default();
    // A mask value is a constant, whatever was added to it.
    let tangent = |y: &DualValue<Bounded>| match y.primal.is_mask() {
        true => domain.exact(0.0),
        false => y.tangent,
    };
    let tangents: Vec<_> = outputs.iter().map(|y| y.map(tangent)).collect();

    let inputs = exact(&domain, &sample.inputs);
    let cotangents = exact(&domain, &sample.cotangents);
    let results = spec.backward(&domain, sample, &inputs, &cotangents)?;

    let (forward, forward_terms) = inner(&domain, &tangents, &sample.cotangents);
    let (backward, backward_terms) = inner(&domain, &results, &sample.directions);
    let undecided = dual.inner.undecided() + domain.undecided() > 0;
    Ok(InnerProducts {
        forward,
        backward,
        terms: forward_terms + backward_terms,
        undecided,
    })
}

/// The inputs with the sample's directions as tangents.
fn seeded(dual: &Dual<Tracked>, sample: &Sample) -> Vec<Tensor<DualValue<Bounded>>> {
    let exact = |x: &f32| dual.inner.from_f32(*x);
    let seed = |x: &f32, v: &f32| DualValue {
        primal: exact(x),
        tangent: exact(v),
    };
    let pairs = sample.inputs.iter().zip(&sample.directions);
    pairs.map(|(x, v)| x.zip(v, seed)).collect()
}

/// `Σ aᵢbᵢ` with its error bound, and `Σ |aᵢbᵢ|`.
fn inner(domain: &Tracked, a: &[Tensor<Bounded>], b: &[Tensor<f32>]) -> (Bounded, f64) {
    let pairs = a
        .iter()
        .zip(b)
        .flat_map(|(a, b)| a.data().iter().zip(b.data()));
    let terms: Vec<Bounded> = pairs
        .map(|(a, b)| domain.binary(RealBinary::Multiply, *a, domain.from_f32(*b)))
        .collect();
    (
        domain.sum(&terms),
        terms.iter().map(|t| t.value.abs()).sum(),
    )
}

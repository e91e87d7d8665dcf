//! Digits that a spec's own formulas lose.
//!
//! Kernels are held against the spec, and are granted what its formula loses; a formula that cancels, as `(eˣ − e⁻ˣ)/2` does near zero, would
//! so be the measure of itself. How many digits *can* be kept is another matter: of a result that changes by `κ` times a relative change of what is
//! given, no computation keeps more than all but `κ` roundings (Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd edition, section 1.6).
//! A formula whose bound is far greater loses them needlessly.

mod losing;
#[cfg(test)]
mod tests;

use super::budget::{Budget, NUMERIC};
use super::second_order::Gradient;
use crate::certificate::{Finding, Tally};
use crate::dims::Dims;
use crate::sample::{Numbers, Rng, Sample};
use crate::spec::{Spec, SpecError, exact};
use crate::tensor::Tensor;
use crate::tracked::UNIT_F32;
use hesper_shader::domain::F64;
use losing::{Losing, Traced};

/// The check's name in reports.
const NAME: &str = "digits of the spec";

/// How much greater a formula's bound may be than what the function's condition explains: three digits, and what sums of a few terms round.
const NEEDLESS: f64 = 1024.0;

/// What numbers near zero are less by.
const TINY: f32 = 1.0 / 8192.0;

/// Results smaller than this are next to what binary32 flushes.
const LEAST: f64 = 1e-30;

/// Points of each shape.
const POINTS: usize = 3;

/// Checks that `forward` and `backward` of a spec, as they are written, could be computed in binary32 about as well as the functions allow: near zero,
/// where formulas cancel that need not, each result measured by the greatest of its tensor. Elsewhere established formulas lose digits too, as that of
/// softmax's gradient does where one number outweighs all others.
pub fn digits(spec: &Spec<'_>, seed: u64) -> Finding {
    let mut tally = Tally::new(NAME, "binary32", seed);
    let gradient = Gradient::of(spec.op());
    let gradient = Spec::new(&gradient).map(|gradient| gradient.at_most(spec.most()));
    let mut rng = Rng::new(seed);
    for spec in [Some(spec), gradient.as_ref().ok()].into_iter().flatten() {
        if let Err(error) = look(spec, &mut rng, &mut tally) {
            return tally.fail(error.to_string());
        }
    }
    tally.finish()
}

fn look(spec: &Spec<'_>, rng: &mut Rng, tally: &mut Tally) -> Result<(), SpecError> {
    let budget = Budget::of(spec, NUMERIC / 20);
    let mut missed = spec.missed();
    let mut shapes = spec.small_shapes();
    shapes.truncate(2);
    for dims in spec.reached(shapes, &mut missed) {
        for _ in 0..POINTS {
            if budget.is_spent(spec) {
                return Ok(());
            }
            let mut sample = spec.draw_with(Numbers::Plain, &dims, rng);
            near_zero(spec, &mut sample);
            look_at(spec, &sample, &dims, tally)?;
            tally.point(&dims);
        }
    }
    Ok(())
}

/// Brings the numbers that no rule speaks of near zero.
fn near_zero(spec: &Spec<'_>, sample: &mut Sample) {
    let ports = spec.signature().inputs().zip(&mut sample.inputs);
    for (_, x) in ports.filter(|(port, _)| spec.sampling().is_free(&port.name)) {
        x.data_mut().iter_mut().for_each(|x| *x *= TINY);
    }
}

fn look_at(
    spec: &Spec<'_>,
    sample: &Sample,
    dims: &Dims,
    tally: &mut Tally,
) -> Result<(), SpecError> {
    let domain = Losing::new();
    let inputs = exact(&domain, &sample.inputs);
    let outputs = spec.forward(&domain, sample, &inputs)?.outputs;
    let ports = spec.signature().outputs();
    for (n, (port, y)) in ports.zip(&outputs).enumerate() {
        let scale = scale(y);
        if scale < LEAST {
            continue;
        }
        for (at, y) in y.data().iter().enumerate() {
            let part = y.number.error / scale;
            if !(y.number.value.is_finite() && part.is_finite()) {
                continue;
            }
            tally.equal(1);
            if part <= NEEDLESS * UNIT_F32 {
                continue;
            }
            let condition = condition(spec, sample, (n, at))? / scale;
            if part > NEEDLESS * UNIT_F32 * (1.0 + condition) {
                tally.lose(part, words(&port.name, &outputs[n], at, y, condition, dims));
            }
        }
    }
    Ok(())
}

/// The greatest number's size.
fn scale(y: &Tensor<Traced>) -> f64 {
    let sizes = y.data().iter().map(|y| y.number.value.abs());
    sizes.filter(|y| y.is_finite()).fold(0.0, f64::max)
}

/// `Σ|x·∂y/∂x|` over all inputs, of one result.
fn condition(
    spec: &Spec<'_>,
    sample: &Sample,
    (port, at): (usize, usize),
) -> Result<f64, SpecError> {
    let mut point = sample.point(&F64);
    for (n, dy) in point.cotangents.iter_mut().enumerate() {
        for (k, dy) in dy.data_mut().iter_mut().enumerate() {
            *dy = f64::from(u8::from((n, k) == (port, at)));
        }
    }
    let slopes = spec.derived_at(&F64, &point)?;
    let pairs = point.inputs.iter().zip(&slopes);
    let terms = pairs.flat_map(|(x, dx)| x.data().iter().zip(dx.data()));
    let sum: f64 = terms.map(|(x, dx)| (x * dx).abs()).sum();
    // Where there is no slope, the condition explains all.
    Ok(if sum.is_nan() { f64::INFINITY } else { sum })
}

fn words(
    name: &str,
    tensor: &Tensor<Traced>,
    at: usize,
    y: &Traced,
    condition: f64,
    dims: &Dims,
) -> String {
    let index = tensor.index_of(at);
    let line = y.line.map_or(String::new(), |line| format!(" at {line}"));
    let (value, error) = (y.number.value, y.number.error);
    format!(
        "the spec's formula loses digits of {name}{index:?}{line}: {value:e} ± {error:.1e} in binary32, where the function's condition is {condition:.1e}; a formula that keeps them is the better measure ({dims})"
    )
}

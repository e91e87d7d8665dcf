//! Backward against central differences of forward: independent of every derivative rule.

use super::LEAST_POINTS;
use super::budget::{Budget, DIFFERENCES};
use super::lanes::Lanes;
use crate::branches::Branches;
use crate::certificate::{Finding, Tally};
use crate::sample::{Rng, Sample};
use crate::signature::Port;
use crate::spec::{Spec, SpecError, exact};
use crate::tensor::Tensor;
use crate::tracked::Tracked;
use hesper_shader::domain::F64;

/// The check's name in reports.
const NAME: &str = "finite differences";

/// Largest error, as part of `max(Σ|terms|, max|dy|·max|y|)`.
const TOLERANCE: f64 = 1e-9;

/// The points of the stencil, by steps, with what each counts in twelfths.
const LANES: usize = 4;
const OFFSETS: [f64; LANES] = [-2.0, -1.0, 1.0, 2.0];
const WEIGHTS: [f64; LANES] = [1.0, -8.0, 8.0, -1.0];

/// Steps that are tried, as parts of the first: larger ones where rounding is too much, then smaller ones for what is steep.
const FACTORS: [f64; 6] = [1.0, 8.0, 64.0, 0.125, 0.015625, 0.001953125];

/// Checks every coordinate of `backward(x, dy)` against the five-point stencil
/// `(f(x−2h) − 8f(x−h) + 8f(x+h) − f(x+2h)) / 12h` of `forward`, in f64, at random points of small shapes with random `dy`.
///
/// `h` is the first of `2⁻¹⁰·min(1, row scale)` times 1, 8, 64, ⅛, 8⁻² and 8⁻³ at which differences speak: their rounding,
/// bounded by a run in [`Tracked`], is at most half the tolerance, and the stencil of step `2h` agrees to half of it. A coordinate
/// without such a step, or with a kink under its stencil, does not count; at least half of them must. Where most have no such step
/// the finding is `OPEN`, for then the function is too steep or too rounded for differences, which says nothing of `backward`. An
/// output that is a mask value, exactly −∞, has the slope 0.
/// The classic figure `|a − n| / (|a| + |n|)`, which others hold against 10⁻³, is noted.
pub fn finite_differences(spec: &Spec<'_>, seed: u64, points: usize) -> Finding {
    let mut tally = Tally::new(NAME, "f64", seed).at_least(LEAST_POINTS);
    let mut rng = Rng::new(seed);
    let mut missed = spec.missed();
    let shapes = spec.reached(spec.small_shapes(), &mut missed);
    let (mut skipped, mut unsteady, mut classic) = (0, 0, 0f64);
    let mut unseen: Vec<usize> = (0..spec.signature().inputs().count()).collect();
    let budget = Budget::of(spec, DIFFERENCES);
    for dims in shapes.iter().cycle().take(points.max(LEAST_POINTS)) {
        if budget.is_spent(spec) {
            break;
        }
        let sample = spec.draw(dims, &mut rng);
        let point =
            match Stencil::new(spec, &sample).and_then(|s| s.check_point(&budget, &mut tally)) {
                Ok(point) => point,
                Err(message) => return tally.fail(format!("{message} ({dims})")),
            };
        skipped += point.skipped;
        unsteady += point.unsteady;
        classic = classic.max(point.classic);
        unseen.retain(|port| point.counted[*port] == 0);
        if point.counted.iter().any(|n| *n > 0) {
            tally.point(dims);
        }
    }
    tally.note(note(classic, skipped));
    tally.note_also(missed.note());
    if shapes.is_empty() {
        return tally.finish();
    }
    let given_up = budget.given_up(spec);
    let steep = 2 * unsteady > skipped;
    const STEEP: &str = "there is no step at which differences are steady";
    if let (Some(why), false) = (&given_up, unseen.is_empty()) {
        return tally.inconclusive(why.clone());
    }
    if let Some(port) = unseen
        .first()
        .and_then(|n| spec.signature().inputs().nth(*n))
    {
        let name = port.cotangent();
        if steep {
            return tally.inconclusive(format!("{STEEP}, for any element of `{name}`"));
        }
        return tally.fail(format!(
            "the differences tell nothing of any element of `{name}`"
        ));
    }
    let finding = tally.clone().finish_early(given_up);
    if skipped > finding.compared && steep {
        return tally.inconclusive(format!("{STEEP}, at most coordinates"));
    }
    if skipped > finding.compared {
        return tally.fail("at most coordinates the differences are unsteady or cross kinks");
    }
    finding
}

/// The greatest classic figure, and how many coordinates do not count.
pub(super) fn note(classic: f64, skipped: usize) -> String {
    let left_out = match skipped {
        0 => String::new(),
        n => format!("; {n} coordinates left out: unsteady, at a kink or at the domain's edge"),
    };
    format!("|a−n|/(|a|+|n|) ≤ {classic:.0e}{left_out}")
}

/// One point: the op, its inputs in f64, and what is computed there.
pub(super) struct Stencil<'s> {
    spec: &'s Spec<'s>,
    sample: &'s Sample,
    domain: Lanes<Branches<F64>, LANES>,
    inputs: Vec<Tensor<f64>>,
    /// The inputs once for each point of a stencil.
    lanes: Vec<Tensor<[f64; LANES]>>,
    /// Σ over outputs is taken with these.
    dy: Vec<f64>,
    dx: Vec<Tensor<f64>>,
    branches: u64,
    /// Which outputs are mask values.
    masks: Vec<bool>,
    /// `max|dy|·max|y|`.
    floor: f64,
    /// The stencil's rounding, times `h`.
    noise: f64,
}

/// What differences say of a coordinate.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Differences {
    /// `Σ dy·∂y/∂xᵢ` and `Σ |dy·∂y/∂xᵢ|`.
    Tell(f64, f64),
    /// Nothing: a kink or the domain's end lies under the stencil.
    Kinked,
    /// Nothing: at each step they are rounded too much, or other steps give something else.
    Unsteady,
}

/// What one point yielded.
pub(super) struct Coordinates {
    /// How many coordinates of each input.
    counted: Vec<usize>,
    pub(super) skipped: usize,
    /// How many of these for want of a step, not for a kink.
    unsteady: usize,
    /// The greatest `|a − n| / (|a| + |n|)`.
    pub(super) classic: f64,
}

impl<'s> Stencil<'s> {
    pub(super) fn new(spec: &'s Spec<'s>, sample: &'s Sample) -> Result<Self, String> {
        let message = |error: SpecError| error.to_string();
        let domain = Lanes(Branches::new(F64));
        let inputs = exact(&F64, &sample.inputs);
        let cotangents = exact(&F64, &sample.cotangents);
        let dx = spec
            .backward(&F64, sample, &inputs, &cotangents)
            .map_err(message)?;
        let lanes: Vec<_> = inputs.iter().map(|t| t.map(|x| [*x; LANES])).collect();
        let y = spec.forward(&domain, sample, &lanes).map_err(message)?;
        let y: Vec<Tensor<[f64; 1]>> = y.outputs.iter().map(|t| t.map(|y| [y[0]])).collect();
        let tracked = Tracked::default();
        let bounded = spec.forward(&tracked, sample, &exact(&tracked, &sample.inputs));
        let bounded = bounded.map_err(message)?.outputs;
        let bounded = || bounded.iter().flat_map(|y| y.data());
        let masks: Vec<bool> = bounded().map(|y| y.is_mask()).collect();
        let errors = bounded().map(|y| y.error);
        let y = unmasked(y, &masks);
        let y: Vec<Tensor<f64>> = y.iter().map(|t| t.map(|y| y[0])).collect();
        all_finite(spec.signature().outputs().map(|p| p.name.clone()), &y)?;
        all_finite(spec.signature().inputs().map(Port::cotangent), &dx)?;
        let dy = flatten(cotangents);
        Ok(Stencil {
            spec,
            sample,
            inputs,
            lanes,
            branches: domain.0.take(),
            masks,
            domain,
            dx,
            floor: max_abs(&dy) * max_abs(&flatten(y)),
            // (1 + 8 + 8 + 1) / 12 errors of each output
            noise: errors
                .zip(&dy)
                .map(|(error, dy)| 1.5 * error * dy.abs())
                .sum(),
            dy,
        })
    }

    /// Checks every coordinate, or as many as the budget allows.
    pub(super) fn check_point(
        mut self,
        budget: &Budget,
        tally: &mut Tally,
    ) -> Result<Coordinates, String> {
        let mut point = Coordinates {
            counted: vec![0; self.inputs.len()],
            skipped: 0,
            unsteady: 0,
            classic: 0.0,
        };
        for port in 0..self.inputs.len() {
            for at in 0..self.inputs[port].len() {
                if budget.is_spent(self.spec) {
                    return Ok(point);
                }
                let analytic = self.dx[port].data()[at];
                let derivative = self.derivative(port, at).map_err(|e| e.to_string())?;
                let (numeric, terms) = match derivative {
                    Differences::Tell(numeric, terms) => (numeric, terms),
                    silent => {
                        point.skipped += 1;
                        point.unsteady += usize::from(silent == Differences::Unsteady);
                        continue;
                    }
                };
                let error = relative(analytic - numeric, terms.max(self.floor));
                if !tally.compared(error, TOLERANCE) {
                    return Err(self.message(port, at, analytic, numeric, error));
                }
                point.counted[port] += 1;
                if analytic.abs().max(numeric.abs()) > TOLERANCE * self.floor {
                    let classic = relative(analytic - numeric, analytic.abs() + numeric.abs());
                    point.classic = point.classic.max(classic);
                }
            }
        }
        Ok(point)
    }

    fn derivative(&mut self, port: usize, at: usize) -> Result<Differences, SpecError> {
        let first = self.step(port, at);
        for h in FACTORS.map(|factor| factor * first) {
            let Some(fine) = self.slope(port, at, h)? else {
                return Ok(Differences::Kinked);
            };
            let Some(coarse) = self.slope(port, at, 2.0 * h)? else {
                return Ok(Differences::Kinked);
            };
            let scale = fine.1.max(self.floor);
            let noisy = relative(self.noise / h, scale) > TOLERANCE / 2.0;
            let unsteady = relative(fine.0 - coarse.0, scale) > TOLERANCE / 2.0;
            // A NaN is neither: it must not be skipped.
            if !noisy && !unsteady {
                return Ok(Differences::Tell(fine.0, fine.1));
            }
        }
        Ok(Differences::Unsteady)
    }

    /// The stencil of step `h` and its `Σ |terms|`, or `None` where it crosses a kink or leaves the domain.
    fn slope(&mut self, port: usize, at: usize, h: f64) -> Result<Option<(f64, f64)>, SpecError> {
        let x = self.inputs[port].data()[at];
        self.lanes[port].data_mut()[at] = OFFSETS.map(|offset| x + offset * h);
        let run = self.spec.forward(&self.domain, self.sample, &self.lanes);
        self.lanes[port].data_mut()[at] = [x; LANES];
        let branches = self.domain.0.take();
        let y = flatten(unmasked(run?.outputs, &self.masks));
        // The point itself is known to be finite: what is not lies beyond the function's domain.
        if branches != self.branches || y.iter().flatten().any(|y| !y.is_finite()) {
            return Ok(None);
        }
        let slope = |y: [f64; LANES]| {
            let terms = WEIGHTS.iter().zip(y);
            terms.map(|(weight, y)| weight * y / (12.0 * h)).sum()
        };
        let slopes: Vec<f64> = y.into_iter().map(slope).collect();
        let terms = || slopes.iter().zip(&self.dy).map(|(slope, dy)| slope * dy);
        Ok(Some((terms().sum(), terms().map(f64::abs).sum())))
    }

    /// `2⁻¹⁰·min(1, greatest of the row)`, rounded down to a power of two.
    fn step(&self, port: usize, at: usize) -> f64 {
        let row = self.inputs[port]
            .rows()
            .nth(at / self.inputs[port].row_len().max(1));
        let scale = row.map_or(0.0, max_abs);
        let scale = if scale > 0.0 { scale.min(1.0) } else { 1.0 };
        scale.log2().floor().exp2() / 1024.0
    }

    fn message(&self, port: usize, at: usize, analytic: f64, numeric: f64, error: f64) -> String {
        let name = self
            .spec
            .signature()
            .inputs()
            .nth(port)
            .map(|p| p.cotangent());
        let index = self.inputs[port].index_of(at);
        let name = name.unwrap_or_default();
        format!(
            "{name}{index:?}: backward gives {analytic:e}, differences {numeric:e}, error {error:.1e} > {TOLERANCE:.1e}"
        )
    }
}

/// `|difference| / scale`; 0/0 is 0: no output moves, and no cotangent says so.
fn relative(difference: f64, scale: f64) -> f64 {
    if difference == 0.0 {
        0.0
    } else {
        difference.abs() / scale
    }
}

fn all_finite(names: impl Iterator<Item = String>, tensors: &[Tensor<f64>]) -> Result<(), String> {
    for (name, tensor) in names.zip(tensors) {
        if let Some(at) = tensor.data().iter().position(|x| !x.is_finite()) {
            let (index, value) = (tensor.index_of(at), tensor.data()[at]);
            return Err(format!("not finite: {name}{index:?} = {value}"));
        }
    }
    Ok(())
}

/// The outputs with 0 where the mask values among them are −∞ indeed.
fn unmasked<const N: usize>(
    mut outputs: Vec<Tensor<[f64; N]>>,
    masks: &[bool],
) -> Vec<Tensor<[f64; N]>> {
    let elements = outputs.iter_mut().flat_map(|y| y.data_mut());
    for (y, _) in elements.zip(masks).filter(|(_, mask)| **mask) {
        let infinite = y.iter_mut().filter(|y| **y == f64::NEG_INFINITY);
        infinite.for_each(|y| *y = 0.0);
    }
    outputs
}

fn flatten<T>(tensors: Vec<Tensor<T>>) -> Vec<T> {
    tensors.into_iter().flat_map(Tensor::into_data).collect()
}

fn max_abs(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |max, x| max.max(x.abs()))
}

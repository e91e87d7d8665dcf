//! The criteria by which gradients are usually judged: one small shape, values only, a tolerance.

use super::subject::{Kernels, Subject};
use hesper_ad::prelude::*;
use hesper_ad::{Bounded, Dual, DualValue, Rng, Sample, Spec, Tracked, exact};
use hesper_shader::domain::{Domain, F64, RealBinary};

/// Which criteria would let an op pass.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Classic {
    /// Central differences of `Σ dy·y` with step 10⁻⁴ at one point: every `|a − n|/(|a| + |n|)` below 10⁻³.
    pub(crate) finite_differences: bool,
    /// The Jacobian from differences with step 10⁻⁶ against one-hot cotangents at one point: every `|a − n| ≤ 10⁻⁵ + 10⁻³·|n|`.
    pub(crate) jacobian: bool,
    /// `⟨dy, J·v⟩` from dual numbers against `⟨backward, v⟩` at eight points, within rounding and 10⁻¹⁰ of `Σ|terms|`.
    pub(crate) dual_numbers: bool,
    /// Why the first criterion that could not judge could not: it counts as one that does not let the op pass.
    pub(crate) stopped: Option<String>,
}

/// Judges what the op's kernels compute in binary64. A race or an access out of bounds stops the executor.
pub(crate) fn classic(op: &dyn Op, seed: u64) -> Classic {
    with_spec(op, |spec, dims| match Kernels::new(op, dims) {
        Ok(kernels) => judge(spec, &kernels, dims, seed),
        Err(error) => Classic::stopped(error),
    })
}

/// Judges what the op's spec computes in binary64, whatever its kernels do.
pub(crate) fn classic_spec(op: &dyn Op, seed: u64) -> Classic {
    with_spec(op, |spec, dims| judge(spec, spec, dims, seed))
}

/// Points of the criterion on dual numbers.
const POINTS: usize = 8;

impl Classic {
    fn stopped(error: String) -> Classic {
        Classic {
            finite_differences: false,
            jacobian: false,
            dual_numbers: false,
            stopped: Some(error),
        }
    }

    /// Whether the criteria on finite differences, the Jacobian and dual numbers would let the op pass, in this order.
    pub(crate) fn passes(&self) -> [bool; 3] {
        [self.finite_differences, self.jacobian, self.dual_numbers]
    }
}

/// The op's spec, and one small shape: primes up to 5.
fn with_spec(op: &dyn Op, judge: impl FnOnce(&Spec<'_>, &Dims) -> Classic) -> Classic {
    match Spec::new(op) {
        Ok(spec) => {
            let names = spec.signature().dims().into_iter();
            let sizes = names.zip([2, 3, 5].into_iter().cycle());
            let fit = |(name, prime)| (name, prime * spec.sampling().multiple_of(name));
            judge(&spec, &Dims::new(sizes.map(fit)))
        }
        Err(error) => Classic::stopped(error.to_string()),
    }
}

fn judge<S: Subject>(spec: &Spec<'_>, subject: &S, dims: &Dims, seed: u64) -> Classic {
    let mut rng = Rng::new(seed);
    let point = Point::draw(spec, subject, dims, &mut rng);
    let criteria = [
        point.finite_differences(),
        point.jacobian(),
        dual_numbers(spec, subject, dims, &mut rng),
    ];
    let [finite_differences, jacobian, dual_numbers] = criteria.clone().map(|c| c == Ok(true));
    Classic {
        finite_differences,
        jacobian,
        dual_numbers,
        stopped: criteria.into_iter().find_map(Result::err),
    }
}

/// A point whose numbers are of order 1.
struct Point<'s, S> {
    subject: &'s S,
    sample: Sample,
    inputs: Vec<Tensor<f64>>,
}

impl<'s, S: Subject> Point<'s, S> {
    fn draw(spec: &Spec<'_>, subject: &'s S, dims: &Dims, rng: &mut Rng) -> Self {
        let mut sample = spec.draw(dims, rng);
        sample.inputs.iter_mut().for_each(to_unit_scale);
        for dy in &mut sample.cotangents {
            *dy = dy.map(|_| rng.uniform(-1.0, 1.0));
        }
        let inputs = exact(&F64, &sample.inputs);
        Point {
            subject,
            sample,
            inputs,
        }
    }

    fn finite_differences(&self) -> Result<bool, String> {
        let cotangents = exact(&F64, &self.sample.cotangents);
        let analytic = self
            .subject
            .backward(&F64, &self.sample, &self.inputs, &cotangents)?;
        let dy = flatten(cotangents);
        let close =
            |a: f64, n: f64| a == 0.0 && n == 0.0 || (a - n).abs() / (a.abs() + n.abs()) < 1e-3;
        let numeric = self.jacobian_by_differences(1e-4)?;
        let numeric = numeric
            .iter()
            .map(|column| column.iter().zip(&dy).map(|(j, dy)| j * dy).sum());
        Ok(flatten(analytic)
            .into_iter()
            .zip(numeric)
            .all(|(a, n)| close(a, n)))
    }

    fn jacobian(&self) -> Result<bool, String> {
        let numeric = self.jacobian_by_differences(1e-6)?;
        let close = |a: f64, n: f64| (a - n).abs() <= 1e-5 + 1e-3 * n.abs();
        let mut all = true;
        for row in 0..numeric.first().map_or(0, Vec::len) {
            let one_hot = self.one_hot(row);
            let analytic = self
                .subject
                .backward(&F64, &self.sample, &self.inputs, &one_hot)?;
            let pairs = flatten(analytic).into_iter().zip(&numeric);
            all &= pairs.into_iter().all(|(a, column)| close(a, column[row]));
        }
        Ok(all)
    }

    /// `∂y/∂xᵢ` for each input in turn.
    fn jacobian_by_differences(&self, h: f64) -> Result<Vec<Vec<f64>>, String> {
        let mut columns = Vec::new();
        for port in 0..self.inputs.len() {
            for at in 0..self.inputs[port].len() {
                let outputs = |offset: f64| {
                    let mut inputs = self.inputs.clone();
                    inputs[port].data_mut()[at] += offset;
                    self.subject
                        .forward(&F64, &self.sample, &inputs)
                        .map(flatten)
                };
                let pairs = outputs(h)?.into_iter().zip(outputs(-h)?);
                // A mask value stays what it is.
                let slope = |(high, low)| {
                    if high == low {
                        0.0
                    } else {
                        (high - low) / (2.0 * h)
                    }
                };
                columns.push(pairs.map(slope).collect());
            }
        }
        Ok(columns)
    }

    /// Cotangents of which the one at `row`, over all outputs, is 1 and the others are 0.
    fn one_hot(&self, row: usize) -> Vec<Tensor<f64>> {
        let mut left = row.checked_add(1);
        let mut next = |_: &f32| {
            left = left.and_then(|n| n.checked_sub(1));
            if left == Some(0) { 1.0 } else { 0.0 }
        };
        self.sample
            .cotangents
            .iter()
            .map(|dy| dy.map(&mut next))
            .collect()
    }
}

/// Compares at points that rounding leaves meaningful; others are drawn anew.
fn dual_numbers<S: Subject>(
    spec: &Spec<'_>,
    subject: &S,
    dims: &Dims,
    rng: &mut Rng,
) -> Result<bool, String> {
    let mut counted = 0;
    for _ in 0..8 * POINTS {
        match vjp_agrees(spec, subject, &spec.draw(dims, rng))? {
            Some(false) => return Ok(false),
            Some(true) => counted += 1,
            None => {}
        }
        if counted == POINTS {
            return Ok(true);
        }
    }
    Err(format!("dual numbers could judge at {counted} points only"))
}

/// Whether both inner products agree; none where rounding could turn a comparison or nothing is known of it.
fn vjp_agrees<S: Subject>(
    spec: &Spec<'_>,
    subject: &S,
    sample: &Sample,
) -> Result<Option<bool>, String> {
    let dual = Dual::new(Tracked::default());
    let seed = |x: &f32, v: &f32| DualValue {
        primal: dual.inner.from_f32(*x),
        tangent: dual.inner.from_f32(*v),
    };
    let pairs = sample.inputs.iter().zip(&sample.directions);
    let seeded: Vec<_> = pairs.map(|(x, v)| x.zip(v, seed)).collect();
    let outputs = spec
        .forward(&dual, sample, &seeded)
        .map_err(|e| e.to_string())?
        .outputs;
    let tangents: Vec<_> = outputs.iter().map(|y| y.map(|y| y.tangent)).collect();

    let domain = Tracked::default();
    let inputs = exact(&domain, &sample.inputs);
    let cotangents = exact(&domain, &sample.cotangents);
    let results = subject.backward(&domain, sample, &inputs, &cotangents)?;

    let (lhs, lhs_terms) = inner(&domain, &tangents, &sample.cotangents);
    let (rhs, rhs_terms) = inner(&domain, &results, &sample.directions);
    let bound = lhs.error + rhs.error;
    if !(lhs.value - rhs.value).is_finite() {
        return Ok(Some(false));
    }
    if dual.inner.undecided() + domain.undecided() > 0 || bound.is_infinite() {
        return Ok(None);
    }
    let close = (lhs.value - rhs.value).abs() <= bound + 1e-10 * (lhs_terms + rhs_terms);
    Ok(Some(close))
}

/// `Σ aᵢbᵢ` and `Σ |aᵢbᵢ|`.
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

/// Takes back what [`Sampling`] does to the rows of an input for which it has no rule.
fn to_unit_scale(x: &mut Tensor<f32>) {
    let len = x.row_len().max(1);
    for row in x.data_mut().chunks_mut(len) {
        let max = row.iter().fold(0f32, |max, x| max.max(x.abs()));
        let factor = if max > 2.0 {
            1.0 / 8.0
        } else if max <= 2.0 / 1024.0 {
            1024.0
        } else {
            1.0
        };
        row.iter_mut().for_each(|x| *x *= factor);
    }
}

fn flatten(tensors: Vec<Tensor<f64>>) -> Vec<f64> {
    tensors.into_iter().flat_map(Tensor::into_data).collect()
}

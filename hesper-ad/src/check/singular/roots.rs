//! Points at which a comparison of the spec ties, or what it divides by vanishes.

use super::probe::{Place, Probe, Value};
use crate::sample::{Rng, Sample};
use crate::spec::{Spec, SpecError};
use std::collections::BTreeSet;

/// Elements that are moved in search of a root, at most.
const ELEMENTS: usize = 6;
/// Steps of the search.
const STEPS: usize = 6;

/// For each place of the spec that compares, divides, or takes a root or logarithm: the point moved, in one element, to where the
/// number there is zero, where that is found.
pub(super) fn roots(
    spec: &Spec<'_>,
    start: &Sample,
    rng: &mut Rng,
) -> Result<Vec<(String, Sample)>, SpecError> {
    let mut found = Vec::new();
    let mut done: BTreeSet<Place> = BTreeSet::new();
    for _ in 0..ELEMENTS {
        let Some(element) = any_element(spec, start, rng) else {
            break;
        };
        let zeros = zeros(spec, start, element)?;
        let mut here: BTreeSet<Place> = BTreeSet::new();
        for (index, (place, x)) in zeros.iter().enumerate() {
            let moves = x.tangent.value != 0.0;
            if !moves || done.contains(place) || !here.insert(*place) {
                continue;
            }
            if let Some(sample) = search(spec, start, element, index)? {
                let (line, kind) = place;
                let label = format!("a zero {kind} at {}:{}", line.file(), line.line());
                found.push((label, sample));
                done.insert(*place);
            }
        }
    }
    Ok(found)
}

/// An element of an input whose numbers are not from a list.
fn any_element(spec: &Spec<'_>, sample: &Sample, rng: &mut Rng) -> Option<(usize, usize)> {
    let ports = spec.signature().inputs().enumerate();
    let ports: Vec<usize> = ports
        .filter(|(n, p)| !spec.sampling().is_list(&p.name) && !sample.inputs[*n].is_empty())
        .map(|(n, _)| n)
        .collect();
    let port = *ports.get(rng.below(ports.len()))?;
    Some((port, rng.below(sample.inputs[port].len())))
}

/// Newton's method in one element, over binary32; also with double steps, which find double zeros.
fn search(
    spec: &Spec<'_>,
    start: &Sample,
    (port, at): (usize, usize),
    index: usize,
) -> Result<Option<Sample>, SpecError> {
    let name = spec.signature().inputs().nth(port).map(|p| p.name.as_str());
    let allowed = |x: f32| spec.sampling().allows(name.unwrap_or_default(), x, true);
    let number = |sample: &Sample| -> Result<Option<Value>, SpecError> {
        Ok(zeros(spec, sample, (port, at))?.get(index).map(|(_, x)| *x))
    };
    let mut sample = start.clone();
    let mut here = number(&sample)?;
    for _ in 0..STEPS {
        let Some(x) = here else {
            return Ok(None);
        };
        if x.primal.value.abs() <= x.primal.error {
            return Ok(Some(sample));
        }
        let step = x.primal.value / x.tangent.value;
        let mut best: Option<(f64, Sample, Value)> = None;
        for factor in [1.0, 2.0] {
            let mut next = sample.clone();
            let element = &mut next.inputs[port].data_mut()[at];
            *element = (f64::from(*element) - factor * step) as f32;
            if !element.is_finite() || !allowed(*element) {
                continue;
            }
            let Some(x) = number(&next)? else {
                continue;
            };
            let size = x.primal.value.abs();
            if best.as_ref().is_none_or(|(least, ..)| size < *least) {
                best = Some((size, next, x));
            }
        }
        let Some((_, next, x)) = best else {
            return Ok(None);
        };
        (sample, here) = (next, Some(x));
    }
    Ok(None)
}

/// Every number of the spec whose zero is special, with its slope along one element: those of forward, then those of backward.
fn zeros(
    spec: &Spec<'_>,
    sample: &Sample,
    element: (usize, usize),
) -> Result<Vec<(Place, Value)>, SpecError> {
    let probe = Probe::new();
    let ports = sample.inputs.iter().enumerate();
    let inputs: Vec<_> = ports
        .map(|(port, x)| {
            let mut at = 0..x.len();
            x.map(|x| {
                let moves = at.next().is_some_and(|at| (port, at) == element);
                probe.moving(f64::from(*x), f64::from(u8::from(moves)))
            })
        })
        .collect();
    let fixed = |t: &crate::Tensor<f32>| t.map(|x| probe.moving(f64::from(*x), 0.0));
    let cotangents: Vec<_> = sample.cotangents.iter().map(fixed).collect();
    spec.forward(&probe, sample, &inputs)?;
    spec.backward(&probe, sample, &inputs, &cotangents)?;
    Ok(probe.take_zeros())
}

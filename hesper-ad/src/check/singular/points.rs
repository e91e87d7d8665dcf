//! Points made special on purpose: zeros, equal numbers, small integers.

use crate::dims::Dims;
use crate::sample::{Numbers, Rng, Sample};
use crate::spec::Spec;

/// How often small integers are drawn.
const LATTICES: usize = 6;

/// Which numbers of a point are replaced, and by what.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Special {
    /// Every number is zero.
    Zeros,
    /// Every number of one input is zero.
    ZeroPort(usize),
    /// The first row of each port is zero.
    ZeroRow,
    /// So many numbers of each row are zero.
    ZerosInRows(usize),
    /// The numbers of a row are equal.
    EqualRows,
    /// All numbers are equal.
    Equal,
    /// Each number is −2, −1, 0, 1 or 2.
    Integers,
}

impl std::fmt::Display for Special {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Special::Zeros => "zeros",
            Special::ZeroPort(_) => "an input of zeros",
            Special::ZeroRow => "a row of zeros",
            Special::ZerosInRows(1) => "a zero in each row",
            Special::ZerosInRows(_) => "zeros in each row",
            Special::EqualRows => "rows of equal numbers",
            Special::Equal => "equal numbers",
            Special::Integers => "small integers",
        })
    }
}

/// Special points of one shape, with how they were made.
pub(super) fn special_points(spec: &Spec<'_>, dims: &Dims, rng: &mut Rng) -> Vec<(String, Sample)> {
    let inputs = spec.signature().inputs().count();
    let mut kinds = vec![Special::Zeros, Special::ZeroRow];
    kinds.extend((0..inputs).map(Special::ZeroPort));
    kinds.extend([1, 2].map(Special::ZerosInRows));
    kinds.extend([Special::EqualRows, Special::Equal]);
    kinds.extend([Special::Integers; LATTICES]);
    let mut points: Vec<(String, Sample)> = Vec::new();
    for kind in kinds {
        let mut sample = spec.draw(dims, rng);
        make(spec, kind, &mut sample, rng);
        points.push((kind.to_string(), sample));
    }
    let repeated = spec.draw_with(Numbers::Equal, dims, rng);
    points.push(("repeated numbers".to_string(), repeated));
    for (_, sample) in &mut points {
        scale_cotangents(sample);
    }
    points
}

/// Gives the greatest cotangent the value 1, so that slopes read as they are. A VJP is linear in them.
pub(super) fn scale_cotangents(sample: &mut Sample) {
    let all = sample.cotangents.iter().flat_map(|dy| dy.data());
    let greatest = all
        .copied()
        .fold(0f32, |max, dy| if dy.abs() > max.abs() { dy } else { max });
    if greatest != 0.0 {
        let all = sample.cotangents.iter_mut().flat_map(|dy| dy.data_mut());
        all.for_each(|dy| *dy /= greatest);
    }
}

/// Replaces numbers, wherever the op's rules allow the new ones.
fn make(spec: &Spec<'_>, special: Special, sample: &mut Sample, rng: &mut Rng) {
    let equal = rng.uniform(0.5, 2.0);
    let (signature, sampling) = (spec.signature(), spec.sampling());
    let inputs = signature
        .inputs()
        .map(|p| p.name.as_str())
        .zip(&mut sample.inputs);
    let inputs = inputs.enumerate().map(|(n, (name, t))| (Some(n), name, t));
    let constants = sample.constants.iter_mut();
    let constants = constants.map(|(name, t)| (None, name.as_str(), t));
    for (input, name, tensor) in inputs.chain(constants) {
        let len = tensor.row_len().max(1);
        for (row, numbers) in tensor.data_mut().chunks_mut(len).enumerate() {
            let first = rng.below(len);
            let own = numbers[0];
            for (at, x) in numbers.iter_mut().enumerate() {
                let turned = (at + len - first) % len;
                let new = match special {
                    Special::Zeros => Some(0.0),
                    Special::ZeroPort(n) => (input == Some(n)).then_some(0.0),
                    Special::ZeroRow => (row == 0).then_some(0.0),
                    Special::ZerosInRows(count) => (turned < count).then_some(0.0),
                    Special::EqualRows => Some(own),
                    Special::Equal => Some(equal),
                    Special::Integers => Some(rng.below(5) as f32 - 2.0),
                };
                let allowed = |new: &f32| sampling.allows(name, *new, input.is_some());
                *x = new.filter(allowed).unwrap_or(*x);
            }
        }
    }
}

//! The real numbers of a point: the shadows that decide which path a program takes.

use crate::dims::{Dims, names};
use crate::field::{Element, Exact};
use crate::sample::{self, Numbers, Rng, Sampling};
use crate::spec::Spec;
use crate::tensor::Tensor;
use hesper_shader::Number;
use hesper_shader::domain::{Domain, F64};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// Tensors with more axes are not sliced along each of them.
const MOST_AXES: usize = 5;

/// Everything an op is given, as real numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RealPoint {
    pub(super) reals: sample::Point<f64>,
    /// Whether equal numbers are the same number, and not two that happen to be alike.
    pub(super) ties: bool,
    /// Whether the numbers are just those of binary32 that they look like, and not random ones.
    pub(super) literal: bool,
}

/// Which numbers a point is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Draw {
    /// As the op's rules say.
    Plain,
    /// Rows in rising order.
    Rising,
    /// Rows in falling order.
    Falling,
    /// Rows of scales between 10⁻³ and 10².
    Spread,
    /// Rows of this scale.
    Scale(f64),
    /// With repetitions, zeros and constants among them.
    Ties,
    /// All numbers equal.
    Equal,
    /// All numbers zero.
    Zeros,
    /// Constants that have one value only have another.
    Varied,
}

impl RealPoint {
    /// A random point of an op.
    pub(super) fn draw(spec: &Spec<'_>, draw: Draw, dims: &Dims, rng: &mut Rng) -> RealPoint {
        let numbers = match draw {
            Draw::Ties => Numbers::Equal,
            Draw::Varied => Numbers::Varied,
            _ => Numbers::Plain,
        };
        let mut point = RealPoint {
            reals: spec.draw_with(numbers, dims, rng).point(&F64),
            ties: matches!(draw, Draw::Ties | Draw::Equal | Draw::Zeros),
            literal: false,
        };
        let names = spec.signature().inputs().map(|p| &p.name);
        for (name, input) in names.zip(&mut point.reals.inputs) {
            shape_rows(draw, spec.sampling().is_free(name), input, rng);
        }
        if draw == Draw::Ties {
            point.meet_constants(spec, rng);
        }
        point
    }

    /// Makes some numbers equal to constants that are one number each, which may be thresholds.
    fn meet_constants(&mut self, spec: &Spec<'_>, rng: &mut Rng) {
        let single = self
            .reals
            .constants
            .values()
            .filter(|t| t.shape().is_empty());
        let constants: Vec<f64> = single.flat_map(Tensor::data).copied().collect();
        if constants.is_empty() {
            return;
        }
        let names = spec.signature().inputs().map(|p| &p.name);
        let inputs = names.zip(&mut self.reals.inputs);
        for (_, input) in inputs.filter(|(name, _)| spec.sampling().is_free(name)) {
            for x in input.data_mut() {
                if rng.below(3) == 0 {
                    *x = constants[rng.below(constants.len())];
                }
            }
        }
    }

    /// The point with all inputs turned by so many places along a dimension: what stood at one place stands at another, a row's
    /// maximum for one.
    pub(super) fn turned(&self, spec: &Spec<'_>, dim: &str, by: usize) -> RealPoint {
        let mut point = self.clone();
        for (port, tensor) in spec.signature().inputs().zip(&mut point.reals.inputs) {
            let is_along = |axis: &usize| names(&port.dims[*axis]).any(|name| name == dim);
            for axis in (0..port.dims.len()).filter(is_along) {
                let inner: usize = tensor.shape()[axis + 1..].iter().product();
                let block = inner * tensor.shape()[axis];
                let by = by % tensor.shape()[axis].max(1) * inner;
                tensor
                    .data_mut()
                    .chunks_mut(block.max(1))
                    .for_each(|b| b.rotate_right(by));
            }
        }
        point
    }

    /// The point that lies `part` of the way to another.
    pub(super) fn towards(&self, other: &RealPoint, part: f64) -> RealPoint {
        let between = |x: &Tensor<f64>, y: &Tensor<f64>| x.zip(y, |x, y| x + part * (y - x));
        let all = |x: &[Tensor<f64>], y: &[Tensor<f64>]| -> Vec<Tensor<f64>> {
            x.iter().zip(y).map(|(x, y)| between(x, y)).collect()
        };
        RealPoint {
            reals: sample::Point {
                inputs: all(&self.reals.inputs, &other.reals.inputs),
                cotangents: all(&self.reals.cotangents, &other.reals.cotangents),
                ..self.reals.clone()
            },
            ties: false,
            literal: false,
        }
    }

    /// The point of binary32 numbers next to it.
    pub(super) fn rounded(&self) -> RealPoint {
        let mut point = self.clone();
        let inputs = point.reals.inputs.iter_mut();
        for x in inputs.flat_map(|t| t.data_mut()) {
            *x = f64::from(*x as f32);
        }
        RealPoint {
            ties: true,
            literal: true,
            ..point
        }
    }

    /// Random elements with these shadows; where roots are taken, their signs are the shadows'.
    pub(super) fn lift(
        &self,
        spec: &Spec<'_>,
        domain: &Exact,
        signed: bool,
        rng: &mut Rng,
    ) -> Lifted {
        let mut lift = Lift {
            domain,
            signed,
            rng,
            twins: self.ties.then(HashMap::new),
            literal: self.literal,
        };
        let (signature, sampling) = (spec.signature(), spec.sampling());
        self.reals.map(signature, |name, t| match name {
            Some(name) if sampling.is_list(name) => t.map(|x| lift.literal(*x)),
            _ => t.map(|x| lift.element(*x)),
        })
    }
}

/// A point in the field.
pub(super) type Lifted = sample::Point<Element>;

/// Elements that are drawn together: of which tensor, and where in it.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) tensor: usize,
    pub(super) places: Rc<[usize]>,
    /// Whether it is one number at several places.
    pub(super) repeats: bool,
}

impl Unit {
    /// Draws its elements anew, with the same shadows: equal ones within it stay equal. What they were before.
    pub(super) fn redraw(
        &self,
        lifted: &mut Lifted,
        spec: &Spec<'_>,
        domain: &Exact,
        rng: &mut Rng,
    ) -> Vec<Element> {
        let mut drawn: HashMap<u64, Element> = HashMap::new();
        let fresh = |x: &Element| {
            let shadow = x.shadow.value;
            *drawn
                .entry(shadow.to_bits())
                .or_insert_with(|| domain.random(shadow, true, rng))
        };
        let old = self.elements(lifted, spec.sampling());
        let new: Vec<Element> = old.iter().map(fresh).collect();
        self.put(&new, lifted, spec.sampling());
        old
    }

    fn elements(&self, lifted: &Lifted, sampling: &Sampling) -> Vec<Element> {
        let all = random(lifted, sampling).nth(self.tensor);
        let all = all.map_or(&[][..], Tensor::data);
        self.places.iter().map(|at| all[*at]).collect()
    }

    /// Gives its elements these values.
    pub(super) fn put(&self, elements: &[Element], lifted: &mut Lifted, sampling: &Sampling) {
        if let Some(tensor) = random_mut(lifted, sampling).nth(self.tensor) {
            let data = tensor.data_mut();
            self.places
                .iter()
                .zip(elements)
                .for_each(|(at, x)| data[*at] = *x);
        }
    }
}

/// All that is random: inputs, then constants that are not from a list.
fn random<'l>(
    lifted: &'l Lifted,
    sampling: &Sampling,
) -> impl Iterator<Item = &'l Tensor<Element>> {
    let constants = lifted.constants.iter();
    let constants = constants.filter(|(name, _)| !sampling.is_list(name));
    lifted.inputs.iter().chain(constants.map(|(_, t)| t))
}

/// The same, to be changed.
fn random_mut<'l>(
    lifted: &'l mut Lifted,
    sampling: &Sampling,
) -> impl Iterator<Item = &'l mut Tensor<Element>> {
    let constants = lifted.constants.iter_mut();
    let constants = constants.filter(|(name, _)| !sampling.is_list(name));
    lifted.inputs.iter_mut().chain(constants.map(|(_, t)| t))
}

/// What can be drawn anew by itself, tensor by tensor: the rows of all that is random; of a tensor with one row every number, wherever it stands, if that is
/// asked for or they are all different.
pub(super) fn units(lifted: &Lifted, sampling: &Sampling, apart: bool) -> Vec<Vec<Unit>> {
    let split = |(tensor, t): (usize, &Tensor<Element>)| {
        let is_row = t.shape().len() == 1;
        let unit = |places: Vec<usize>| Unit {
            tensor,
            repeats: is_row && places.len() > 1,
            places: places.into(),
        };
        if is_row {
            let numbers = numbers(t.data());
            if apart || numbers.len() == t.len() {
                return numbers.into_iter().map(unit).collect();
            }
        }
        let len = t.row_len().max(1);
        let starts = (0..t.len()).step_by(len);
        starts
            .map(|start| unit((start..start + len).collect()))
            .collect()
    };
    random(lifted, sampling).enumerate().map(split).collect()
}

/// Where each number stands, in the order of first places.
fn numbers(elements: &[Element]) -> Vec<Vec<usize>> {
    let mut known: HashMap<u64, usize> = HashMap::new();
    let mut places: Vec<Vec<usize>> = Vec::new();
    for (at, x) in elements.iter().enumerate() {
        let number = *known
            .entry(x.shadow.value.to_bits())
            .or_insert(places.len());
        match places.get_mut(number) {
            Some(places) => places.push(at),
            None => places.push(vec![at]),
        }
    }
    places
}

/// Other parts of the tensors with several dimensions: all elements whose indices along some of them are the same, the smallest parts first.
pub(super) fn slices(lifted: &Lifted, sampling: &Sampling) -> Vec<Vec<Unit>> {
    let mut all: Vec<Vec<Unit>> = Vec::new();
    for (tensor, t) in random(lifted, sampling).enumerate() {
        let axes = t.shape().len();
        if !(2..=MOST_AXES).contains(&axes) {
            continue;
        }
        // The last axis alone left free is a row.
        let rows = (1usize << axes) / 2 - 1;
        for kept in (0..(1usize << axes) - 1).filter(|kept| *kept != rows) {
            let mut slices: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
            for flat in 0..t.len() {
                let index = t.index_of(flat).into_iter().enumerate();
                let same = index.filter(|(axis, _)| kept >> axis & 1 == 1);
                slices
                    .entry(same.map(|(_, at)| at).collect())
                    .or_default()
                    .push(flat);
            }
            let unit = |places: Vec<usize>| Unit {
                tensor,
                places: places.into(),
                repeats: false,
            };
            all.push(slices.into_values().map(unit).collect());
        }
    }
    all.sort_by_key(|parts| Reverse(parts.len()));
    all
}

struct Lift<'a> {
    domain: &'a Exact,
    signed: bool,
    rng: &'a mut Rng,
    /// One element for each shadow, where equal shadows are the same number.
    twins: Option<HashMap<u64, Element>>,
    /// Whether numbers are just what they look like.
    literal: bool,
}

impl Lift<'_> {
    fn element(&mut self, shadow: f64) -> Element {
        if self.literal {
            return self.literal(shadow);
        }
        let known = self
            .twins
            .as_ref()
            .and_then(|twins| twins.get(&shadow.to_bits()));
        if let Some(element) = known {
            return *element;
        }
        let element = self.domain.random(shadow, self.signed, self.rng);
        if let Some(twins) = &mut self.twins {
            twins.insert(shadow.to_bits(), element);
        }
        element
    }

    /// A number from a list of a few, which are all there are: it is just that number.
    fn literal(&self, shadow: f64) -> Element {
        match Number::from_f32(shadow as f32) {
            Ok(number) => self.domain.constant(number),
            Err(_) => self.domain.from_f32(shadow as f32),
        }
    }
}

fn shape_rows(draw: Draw, free: bool, tensor: &mut Tensor<f64>, rng: &mut Rng) {
    let len = tensor.row_len().max(1);
    let constant = rng.uniform(0.5, 2.0).into();
    for row in tensor.data_mut().chunks_mut(len) {
        match draw {
            Draw::Plain | Draw::Ties | Draw::Varied => {}
            Draw::Rising => row.sort_by(f64::total_cmp),
            Draw::Falling => row.sort_by(|x, y| y.total_cmp(x)),
            Draw::Spread if free => scale(row, 10f64.powf(rng.uniform(-3.0, 2.0).into())),
            Draw::Scale(factor) if free => scale(row, factor),
            Draw::Equal if free => row.fill(constant),
            Draw::Zeros if free => row.fill(0.0),
            Draw::Equal => row.fill(row.first().copied().unwrap_or_default()),
            Draw::Spread | Draw::Scale(_) | Draw::Zeros => {}
        }
    }
}

/// Gives a row's greatest number this size.
fn scale(row: &mut [f64], size: f64) {
    let greatest = row.iter().fold(0f64, |max, x| max.max(x.abs()));
    if greatest > 0.0 {
        row.iter_mut().for_each(|x| *x *= size / greatest);
    }
}

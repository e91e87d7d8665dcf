//! Random points at which an op is checked.

use crate::dims::Dims;
use crate::signature::Signature;
use crate::tensor::Tensor;
use std::collections::BTreeMap;

/// Splitmix64: a small generator whose whole state is its seed.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        // Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// An integer below `n`; 0 where there is none.
    pub fn below(&mut self, n: usize) -> usize {
        // The modulo's bias is below 2⁻³² for the sizes here.
        (self.bits() % n.max(1) as u64) as usize
    }

    /// A binary32 number, uniform in `low..=high`.
    pub fn uniform(&mut self, low: f32, high: f32) -> f32 {
        let unit = (self.bits() >> 40) as f32 / (1u32 << 24) as f32;
        (low + (high - low) * unit).clamp(low, high.max(low))
    }
}

/// Where an op is defined: the values its ports are drawn from, and the sizes its dimensions may have.
///
/// A port not named is drawn from −2..2, row by row at one of three scales: 1, tiny (2⁻¹⁰) and large (8).
///
/// ```
/// use hesper_ad::Sampling;
/// let sampling = Sampling::default().uniform("variance", 0.1, 2.0).one_of("eps", [1e-5]).multiple("head", 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sampling {
    draws: BTreeMap<String, Draw>,
    multiples: BTreeMap<String, usize>,
}

#[derive(Clone, Debug, PartialEq)]
enum Draw {
    Uniform(f32, f32),
    OneOf(Vec<f32>),
}

impl Sampling {
    /// Draws the port's elements uniformly from `low..=high`.
    pub fn uniform(mut self, port: &str, low: f32, high: f32) -> Sampling {
        self.draws
            .insert(port.to_string(), Draw::Uniform(low, high));
        self
    }

    /// Draws each of the port's elements from a list.
    pub fn one_of<const N: usize>(mut self, port: &str, values: [f32; N]) -> Sampling {
        self.draws
            .insert(port.to_string(), Draw::OneOf(values.to_vec()));
        self
    }

    /// Sizes of the dimension are multiples of `n`.
    pub fn multiple(mut self, dim: &str, n: usize) -> Sampling {
        self.multiples.insert(dim.to_string(), n.max(1));
        self
    }

    /// What the sizes of the dimension are multiples of.
    pub fn multiple_of(&self, dim: &str) -> usize {
        self.multiples.get(dim).copied().unwrap_or(1)
    }

    /// The rules of an op made of two: those of both, the first's where both have one.
    pub(crate) fn merged(mut self, other: Sampling) -> Sampling {
        for (port, draw) in other.draws {
            self.draws.entry(port).or_insert(draw);
        }
        for (dim, n) in other.multiples {
            let both = self.multiples.entry(dim).or_insert(1);
            *both = lcm(*both, n);
        }
        self
    }

    /// The rules with other names for dimensions.
    pub(crate) fn with_dims(mut self, names: &BTreeMap<String, String>) -> Sampling {
        let old = std::mem::take(&mut self.multiples);
        for (dim, n) in old {
            let dim = names.get(&dim).cloned().unwrap_or(dim);
            let both = self.multiples.entry(dim).or_insert(1);
            *both = lcm(*both, n);
        }
        self
    }

    /// The rules without those of some ports.
    pub(crate) fn without<'n>(mut self, ports: impl IntoIterator<Item = &'n str>) -> Sampling {
        for port in ports {
            self.draws.remove(port);
        }
        self
    }

    /// A random point of an op.
    pub fn draw(&self, signature: &Signature, dims: &Dims, rng: &mut Rng) -> Sample {
        let values = |name: &str, shape, rng: &mut Rng| match self.draws.get(name) {
            Some(Draw::Uniform(low, high)) => fill(shape, || rng.uniform(*low, *high)),
            Some(Draw::OneOf(list)) => fill(shape, || {
                list.get(rng.below(list.len())).copied().unwrap_or(0.0)
            }),
            None => scaled_rows(shape, rng),
        };
        let plain = |shape, rng: &mut Rng| fill(shape, || rng.uniform(-1.0, 1.0));
        let inputs = signature
            .inputs()
            .map(|p| values(&p.name, p.shape(dims), rng))
            .collect();
        let constants = signature
            .constants()
            .map(|p| (p.name.clone(), values(&p.name, p.shape(dims), rng)))
            .collect();
        let integers = signature
            .integers()
            .map(|(p, below)| {
                (
                    p.name.clone(),
                    indices(p.shape(dims), dims.get(below).unwrap_or(0), rng),
                )
            })
            .collect();
        Sample {
            dims: dims.clone(),
            inputs,
            constants,
            integers,
            cotangents: signature
                .outputs()
                .map(|p| plain(p.shape(dims), rng))
                .collect(),
            directions: signature
                .inputs()
                .map(|p| plain(p.shape(dims), rng))
                .collect(),
        }
    }
}

/// A point: everything an op is given, in binary32, so that kernels and specs see the same numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The sizes.
    pub dims: Dims,
    /// The differentiable inputs in order.
    pub inputs: Vec<Tensor<f32>>,
    /// The constants.
    pub constants: BTreeMap<String, Tensor<f32>>,
    /// The integer inputs.
    pub integers: BTreeMap<String, Tensor<u32>>,
    /// A random cotangent per output.
    pub cotangents: Vec<Tensor<f32>>,
    /// A random tangent per differentiable input.
    pub directions: Vec<Tensor<f32>>,
}

fn fill<T: Clone + Default>(shape: Vec<usize>, mut draw: impl FnMut() -> T) -> Tensor<T> {
    Tensor::filled(shape, T::default()).map(|_| draw())
}

/// Rows of unit, tiny and large scale, starting anywhere in the cycle.
fn scaled_rows(shape: Vec<usize>, rng: &mut Rng) -> Tensor<f32> {
    const SCALES: [f32; 4] = [1.0, 1.0 / 1024.0, 1.0, 8.0];
    let first = rng.below(SCALES.len());
    let mut tensor = Tensor::filled(shape, 0f32);
    let row_len = tensor.row_len().max(1);
    for (i, x) in tensor.data_mut().iter_mut().enumerate() {
        let scale = SCALES[(first + i / row_len) % SCALES.len()];
        *x = scale * rng.uniform(-2.0, 2.0);
    }
    tensor
}

/// Integers below `bound`; every third repeats an earlier one, so that duplicates occur whatever the bound.
fn indices(shape: Vec<usize>, bound: usize, rng: &mut Rng) -> Tensor<u32> {
    let mut seen: Vec<u32> = Vec::new();
    fill(shape, || {
        let repeat = rng.below(3) == 0 && !seen.is_empty();
        let index = if repeat {
            seen[rng.below(seen.len())]
        } else {
            u32::try_from(rng.below(bound)).unwrap_or(0)
        };
        seen.push(index);
        index
    })
}

fn lcm(a: usize, b: usize) -> usize {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    a / x.max(1) * b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        // First outputs for seed 1234567, as published with the reference implementation.
        let mut rng = Rng::new(1_234_567);
        assert_eq!(
            [rng.bits(), rng.bits()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]
        );
    }

    #[test]
    fn draws_keep_to_their_rules() {
        let signature = Signature::new("Op")
            .input("x", ["n", "m"])
            .input("v", ["m"])
            .constant("mask", ["n"])
            .integer("labels", ["n"], "m")
            .output("y", ["n"]);
        let sampling = Sampling::default()
            .uniform("v", 0.5, 2.0)
            .one_of("mask", [0.0, 1.0]);
        let dims = Dims::new([("n", 40), ("m", 7)]);
        let sample = sampling.draw(&signature, &dims, &mut Rng::new(1));
        assert_eq!(sample, sampling.draw(&signature, &dims, &mut Rng::new(1)));
        assert_ne!(sample, sampling.draw(&signature, &dims, &mut Rng::new(2)));
        assert_eq!(sample.inputs[0].shape(), [40, 7]);
        assert!(
            sample.inputs[1]
                .data()
                .iter()
                .all(|v| (0.5..=2.0).contains(v))
        );
        assert!(
            sample.constants["mask"]
                .data()
                .iter()
                .all(|m| [0.0, 1.0].contains(m))
        );
        assert!(sample.integers["labels"].data().iter().all(|l| *l < 7));
        let tiny = sample.inputs[0]
            .rows()
            .filter(|r| r.iter().all(|x| x.abs() < 1e-2))
            .count();
        assert!((8..=12).contains(&tiny), "{tiny} tiny rows of 40");
    }

    #[test]
    fn rules_of_parts_merge() {
        let names = BTreeMap::from([("a".to_string(), "n".to_string())]);
        let one = Sampling::default().multiple("n", 4).uniform("x", 0.0, 1.0);
        let two = Sampling::default()
            .multiple("a", 6)
            .uniform("x", 1.0, 2.0)
            .with_dims(&names);
        let both = one.clone().merged(two);
        assert_eq!(both.multiple_of("n"), 12);
        assert_eq!(both.draws["x"], one.draws["x"]);
        assert_eq!(both.without(["x"]).draws.len(), 0);
    }
}

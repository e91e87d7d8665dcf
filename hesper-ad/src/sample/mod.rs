//! Random points at which an op is checked.

mod draw;
mod huge;
mod known;
mod point;
mod rng;

pub(crate) use known::Known;
pub use point::Point;
pub use rng::Rng;

use crate::dims::{Dims, names, raised};
use crate::signature::Signature;
use crate::tensor::Tensor;
use draw::{
    SEED_SCALES, fill, indices, large_rows, mask_some, peaked_rows, repeat_some, scaled_rows,
};
use huge::{equal_rows, huge_rows};
use std::collections::BTreeMap;

/// Where an op is defined: the values its ports are drawn from, and the sizes its dimensions may have.
///
/// A port not named is drawn from −2..2, row by row at one of three scales: 1, tiny (2⁻¹⁰) and large (8). Kernels are also checked
/// with zeros and equal numbers among them, with zeros alone, with minus infinities among them, and with numbers up to 128, wherever the spec
/// yields binary32 numbers there. Constants that have a single value are given others once.
///
/// ```
/// use hesper_ad::Sampling;
/// let sampling = Sampling::default().uniform("variance", 0.1, 2.0).one_of("eps", [1e-5]).multiple("head", 2);
/// ```
///
/// Points that must be among those looked at, from a paper, a bug report or a published table, are [`known`](Sampling::known).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sampling {
    draws: BTreeMap<String, PortValues>,
    unreachable: Vec<Unreachable>,
    undefined: Option<String>,
    ties: Option<String>,
    multiples: BTreeMap<String, usize>,
    known: Vec<Known>,
    greatest: Vec<Dims>,
    /// How great numbers of a port may be, where that is declared.
    huge: BTreeMap<String, f32>,
    /// Sizes that ports derive from dimensions: none of them is to be 0.
    derived: Vec<String>,
}

/// A decision that goes one way only, and why.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unreachable {
    /// Part of the decision's name in a certificate: `< at src/silu.rs:12`.
    pub(crate) decision: String,
    /// Why.
    pub(crate) reason: String,
}

/// Which numbers a point is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// As the rules say.
    Plain,
    /// With repetitions; where there is no rule, also zeros and numbers near zero.
    Equal,
    /// Where there is no rule, at a scale at which `exp` leaves binary32, in rows of either sign and of both.
    Large,
    /// Where there is no rule, 120 and a little more or less: what is a difference of great numbers loses digits there.
    Offset,
    /// Where there is no rule, rows at that scale in which one number is far above all others: in each row in another place.
    Peaks,
    /// Inputs of zeros, where the rules allow it: an optimiser's first step.
    Zero,
    /// Where there is no rule, every other number or so is minus infinity, as masks have it, but never a whole row.
    Masked,
    /// Constants that have one value only have another, each its own: who exchanges two, or writes one out, is right by chance otherwise.
    Varied,
    /// In each row of a port that may be huge one number that is, in each row in another place.
    Huge,
    /// Rows of equal numbers that are so huge.
    HugeEqual,
}

#[derive(Clone, Debug, PartialEq)]
enum PortValues {
    Uniform(f32, f32),
    OneOf(Vec<f32>),
}

impl PortValues {
    /// What makes no sense.
    fn mistake(&self) -> Option<String> {
        match self {
            PortValues::Uniform(low, high)
                if !(low.is_finite() && high.is_finite() && low <= high) =>
            {
                Some(format!(
                    "goes from {low} to {high}: give it two numbers, the lower first"
                ))
            }
            PortValues::OneOf(list) if list.is_empty() => Some("is an empty list".to_string()),
            // A mask value may be in a list.
            PortValues::OneOf(list) if list.iter().any(|x| x.is_nan() || *x == f32::INFINITY) => {
                Some(format!("is a list of what is no number: {list:?}"))
            }
            _ => None,
        }
    }
}

impl Sampling {
    /// Draws the port's elements uniformly from `low..=high`.
    pub fn uniform(mut self, port: &str, low: f32, high: f32) -> Sampling {
        self.draws
            .insert(port.to_string(), PortValues::Uniform(low, high));
        self
    }

    /// Draws each of the port's elements from a list.
    pub fn one_of<const N: usize>(mut self, port: &str, values: [f32; N]) -> Sampling {
        self.draws
            .insert(port.to_string(), PortValues::OneOf(values.to_vec()));
        self
    }

    /// Sizes of the dimension are multiples of `n`.
    pub fn multiple(mut self, dim: &str, n: usize) -> Sampling {
        self.multiples.insert(dim.to_string(), n.max(1));
        self
    }

    /// Declares sizes up to which kernels must be right, though nobody runs them there; dimensions that are not named are as small as they get. Given
    /// again, these are further sizes: few ops are used with all dimensions large at once.
    ///
    /// ```
    /// use hesper_ad::Sampling;
    /// let sampling = Sampling::default()
    ///     .greatest([("rows", 1 << 24), ("cols", 128)])
    ///     .greatest([("rows", 1 << 11), ("cols", 1_000_000)]);
    /// ```
    pub fn greatest<const D: usize>(mut self, sizes: [(&str, usize); D]) -> Sampling {
        self.greatest.push(Dims::new(sizes));
        self
    }

    /// The sizes up to which kernels must be right; none where nothing is declared.
    pub(crate) fn greatest_sizes(&self) -> &[Dims] {
        &self.greatest
    }

    /// Has this point looked at always: sizes, and the elements of ports and of outputs' cotangents, row-major. What is not
    /// given is drawn. Differences, and slopes from both sides where it has kinks, judge it on its own line; kernels run there too.
    ///
    /// ```
    /// use hesper_ad::Sampling;
    /// let sampling = Sampling::default().known(
    ///     "by hand",
    ///     [("rows", 1), ("cols", 3)],
    ///     [("x", &[1.0, -2.0, 3.0]), ("dy", &[0.1, -0.3, 0.2])],
    /// );
    /// ```
    pub fn known<const D: usize, const N: usize>(
        mut self,
        label: &str,
        dims: [(&str, usize); D],
        values: [(&str, &[f32]); N],
    ) -> Sampling {
        let owned = |(name, values): (&str, &[f32])| (name.to_string(), values.to_vec());
        self.known.push(Known {
            label: label.to_string(),
            dims: Dims::new(dims),
            values: values.into_iter().map(owned).collect(),
        });
        self
    }

    /// The points that are looked at always.
    pub(crate) fn known_points(&self) -> &[Known] {
        &self.known
    }

    /// Declares that one decision goes one way only, or cannot be approached, and why. Undeclared it would make a certificate incomplete; so it is
    /// listed with the reason. The decision is named as an incomplete certificate names it, by what is decided and where, or by enough of that to tell
    /// it from all others that went one way only:
    ///
    /// ```
    /// use hesper_ad::Sampling;
    /// let sampling = Sampling::default().uniform("x", -2.0, 2.0).unreachable("min at src/clip.rs:12", "inputs are below 2");
    /// ```
    pub fn unreachable(mut self, decision: &str, reason: &str) -> Sampling {
        self.unreachable.push(Unreachable {
            decision: decision.to_string(),
            reason: reason.to_string(),
        });
        self
    }

    /// The decisions that go one way only.
    pub(crate) fn unreachable_decisions(&self) -> &[Unreachable] {
        &self.unreachable
    }

    /// Declares that `backward` yields no number where `forward` has no derivative, and why: the gradient of a norm at zero is 0/0, say.
    /// Undeclared, a NaN or an infinity there fails. Where `forward` has a derivative, `backward` must be that number, declared or not.
    pub fn undefined_at_kinks(mut self, reason: &str) -> Sampling {
        self.undefined = Some(reason.to_string());
        self
    }

    /// Why `backward` yields no number at kinks.
    pub(crate) fn undefined_reason(&self) -> Option<&str> {
        self.undefined.as_deref()
    }

    /// Declares that where `max` or `min` has equal operands, `backward` may give each of them all of the cotangent, and why. Undeclared, they get
    /// shares that make all of it, as the generalised derivative has it. No share may be negative, or more than all.
    pub fn ties_have_all(mut self, reason: &str) -> Sampling {
        self.ties = Some(reason.to_string());
        self
    }

    /// Why each of equal operands may have all.
    pub(crate) fn ties_reason(&self) -> Option<&str> {
        self.ties.as_deref()
    }

    /// The first rule that makes no sense, or speaks of what is not there.
    pub(crate) fn mistake(&self, signature: &Signature) -> Option<String> {
        let reals = || signature.inputs().chain(signature.constants());
        let rules = self.draws.iter().map(|(name, draw)| {
            if !reals().any(|port| port.name == *name) {
                let known: Vec<String> = reals().map(|port| format!("`{}`", port.name)).collect();
                let known = known.join(", ");
                return Some(format!(
                    "the sampling has a rule for `{name}`, which is no input or constant; there are: {known}"
                ));
            }
            let what = draw.mistake()?;
            Some(format!("the sampling's rule for `{name}` {what}"))
        });
        let multiples = self.multiples.keys().map(|dim| {
            let dims = signature.dims();
            (!dims.contains(&dim.as_str())).then(|| {
                let known = dims.join("`, `");
                format!("the sampling makes `{dim}` a multiple, which is no dimension; there are: `{known}`")
            })
        });
        let greatest = self.greatest.iter().flat_map(Dims::iter).map(|(dim, size)| {
            let dims = signature.dims();
            let multiple = self.multiple_of(dim);
            if !dims.contains(&dim) {
                let known = dims.join("`, `");
                return Some(format!("the sampling declares a greatest `{dim}`, which is no dimension; there are: `{known}`"));
            }
            let fits = size > 0 && size.is_multiple_of(multiple);
            (!fits).then(|| {
                format!("the sampling declares that `{dim}` is {size} at most: give it a multiple of {multiple}, at least that")
            })
        });
        let huge = self.mistake_of_huge(signature);
        let all = rules.chain(multiples).chain(greatest).chain([huge]);
        all.flatten().next()
    }

    /// Whether the port may hold this number; if it must be `inside`, with neighbours on both sides.
    pub(crate) fn allows(&self, port: &str, value: f32, inside: bool) -> bool {
        match self.draws.get(port) {
            None => true,
            Some(PortValues::Uniform(low, high)) if inside => *low < value && value < *high,
            Some(PortValues::Uniform(low, high)) => (*low..=*high).contains(&value),
            Some(PortValues::OneOf(list)) => list.contains(&value),
        }
    }

    /// Whether no rule names the port.
    pub(crate) fn is_free(&self, port: &str) -> bool {
        !self.draws.contains_key(port)
    }

    /// Whether the port's elements come from a list.
    pub(crate) fn is_list(&self, port: &str) -> bool {
        matches!(self.draws.get(port), Some(PortValues::OneOf(_)))
    }

    /// Between which numbers the port's elements lie, where a rule says so.
    pub(crate) fn bounds(&self, port: &str) -> Option<[f64; 2]> {
        match self.draws.get(port)? {
            PortValues::Uniform(low, high) => Some([(*low).into(), (*high).into()]),
            PortValues::OneOf(_) => None,
        }
    }

    /// Whether the port always has one value.
    pub(crate) fn is_fixed(&self, port: &str) -> bool {
        match self.draws.get(port) {
            None => false,
            Some(PortValues::Uniform(low, high)) => low == high,
            Some(PortValues::OneOf(list)) => list.len() == 1,
        }
    }

    /// What the sizes of the dimension are multiples of.
    pub fn multiple_of(&self, dim: &str) -> usize {
        self.multiples.get(dim).copied().unwrap_or(1)
    }

    /// So many times what the sizes of the dimension are multiples of.
    pub(crate) fn times(&self, n: usize, dim: &str) -> usize {
        n.saturating_mul(self.multiple_of(dim))
    }

    /// The least size of the dimension from `size` on.
    pub(crate) fn raised(&self, size: usize, dim: &str) -> usize {
        raised(size, self.multiple_of(dim))
    }

    /// The rules of an op made of two: those of both, the first's where both have one.
    pub(crate) fn merged(mut self, other: Sampling) -> Sampling {
        for (port, draw) in other.draws {
            self.draws.entry(port).or_insert(draw);
        }
        self.unreachable.extend(other.unreachable);
        self.undefined = both(self.undefined, other.undefined);
        self.ties = both(self.ties, other.ties);
        for (dim, n) in other.multiples {
            let both = self.multiples.entry(dim).or_insert(1);
            *both = lcm(*both, n);
        }
        // What is large for a part may be too much for the whole: it may say so.
        if self.greatest.is_empty() {
            self.greatest = other.greatest;
        }
        self
    }

    /// The rules under other names for ports and dimensions, without those of what has none.
    pub(crate) fn renamed(
        self,
        port: impl Fn(&str) -> Option<String>,
        dim: impl Fn(&str) -> Option<String>,
    ) -> Sampling {
        let mut renamed = Sampling {
            undefined: self.undefined,
            ties: self.ties,
            ..Sampling::default()
        };
        for (name, draw) in self.draws {
            if let Some(name) = port(&name) {
                renamed.draws.entry(name).or_insert(draw);
            }
        }
        for (name, n) in self.multiples {
            if let Some(name) = dim(&name) {
                let both = renamed.multiples.entry(name).or_insert(1);
                *both = lcm(*both, n);
            }
        }
        for sizes in self.greatest {
            let mut dims = Dims::default();
            for (name, size) in sizes.iter() {
                if let Some(name) = dim(name) {
                    // Of two that are one here, the smaller.
                    let size = dims.get(&name).map_or(size, |other| other.min(size));
                    dims.set(name, size);
                }
            }
            renamed.greatest.push(dims);
        }
        renamed
    }

    /// The rules for an op of this signature.
    pub(crate) fn of(mut self, signature: &Signature) -> Sampling {
        self.derived = signature.derived().map(str::to_string).collect();
        self
    }

    /// The sizes, raised where a derived one would be 0: the dimension that it names first, as far as that takes.
    pub(crate) fn fitted(&self, mut dims: Dims) -> Dims {
        /// What is 0 still has no size that is worth a check.
        const MOST: usize = 1 << 20;
        for dim in &self.derived {
            let first = names(dim).next().unwrap_or_default();
            while dims.get(dim) == Some(0) {
                let Some(size) = dims.get(first).filter(|size| *size < MOST) else {
                    break;
                };
                dims.set(first, self.raised(size + 1, first));
            }
        }
        dims
    }

    /// A random point of an op.
    pub fn draw(&self, signature: &Signature, dims: &Dims, rng: &mut Rng) -> Sample {
        self.draw_with(Numbers::Plain, signature, dims, rng)
    }

    /// A random point of such numbers.
    pub(crate) fn draw_with(
        &self,
        numbers: Numbers,
        signature: &Signature,
        dims: &Dims,
        rng: &mut Rng,
    ) -> Sample {
        let values = |name: &str, shape, rng: &mut Rng| {
            let rule = self.draws.get(name);
            let huge = self.huge.get(name).copied();
            let mut values = match rule {
                Some(PortValues::Uniform(low, high)) => fill(shape, || rng.uniform(*low, *high)),
                Some(PortValues::OneOf(list)) => fill(shape, || {
                    list.get(rng.below(list.len())).copied().unwrap_or(0.0)
                }),
                None if numbers == Numbers::Large => large_rows(shape, rng),
                None if numbers == Numbers::Offset => fill(shape, || rng.uniform(119.0, 121.0)),
                None if numbers == Numbers::Peaks => peaked_rows(shape, rng),
                None => match (numbers, huge) {
                    (Numbers::Huge, Some(most)) => huge_rows(shape, most, rng),
                    (Numbers::HugeEqual, Some(most)) => equal_rows(shape, most, rng),
                    _ => scaled_rows(shape, rng),
                },
            };
            match numbers {
                Numbers::Equal => repeat_some(values.data_mut(), rule.is_none(), rng),
                Numbers::Masked if rule.is_none() => mask_some(&mut values, rng),
                _ => {}
            }
            values
        };
        let input = |name: &str, shape: Vec<usize>, rng: &mut Rng| match numbers {
            Numbers::Zero if self.allows(name, 0.0, false) => Tensor::filled(shape, 0.0),
            _ => values(name, shape, rng),
        };
        let constant = |i: usize, name: &str, shape: Vec<usize>, rng: &mut Rng| {
            let varied = numbers == Numbers::Varied && self.is_fixed(name);
            let part = 1.0 - (i % 8 + 1) as f32 / 16.0;
            let plain = values(name, shape, rng);
            if varied {
                plain.map(|x| x * part)
            } else {
                plain
            }
        };
        let plain = |shape, rng: &mut Rng| fill(shape, || rng.uniform(-1.0, 1.0));
        // A VJP is linear in the cotangents, so their scale must not matter.
        let seed_scale = SEED_SCALES[rng.below(SEED_SCALES.len())];
        let inputs = signature
            .inputs()
            .map(|p| input(&p.name, p.shape(dims), rng))
            .collect();
        let constants = signature
            .constants()
            .enumerate()
            .map(|(i, p)| (p.name.clone(), constant(i, &p.name, p.shape(dims), rng)))
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
                .map(|p| plain(p.shape(dims), rng).map(|dy| seed_scale * dy))
                .collect(),
            directions: signature
                .inputs()
                .map(|p| plain(p.shape(dims), rng))
                .collect(),
        }
    }
}

/// A point in binary32, so that kernels and specs see the same numbers, with a cotangent for each output and a tangent for each input.
pub type Sample = Point<f32>;

/// The reasons of two parts.
fn both(one: Option<String>, two: Option<String>) -> Option<String> {
    match (one, two) {
        (Some(one), Some(two)) => Some(format!("{one}; {two}")),
        (one, two) => one.or(two),
    }
}

fn lcm(a: usize, b: usize) -> usize {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x.max(1)).saturating_mul(b)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn rules_that_make_no_sense_are_told() {
        let signature = Signature::new("Op")
            .input("x", ["n"])
            .constant("mask", ["n"])
            .output("y", ["n"]);
        let none = Sampling::default;
        for (sampling, says) in [
            (none().uniform("x", 0.5, 0.5).multiple("n", 4), ""),
            (none().one_of("mask", [0.0, f32::NEG_INFINITY]), ""),
            (none().uniform("x", 2.0, 1.0), "`x` goes from 2 to 1"),
            (none().uniform("x", f32::NAN, 1.0), "`x` goes from NaN to 1"),
            (
                none().uniform("x", 0.0, f32::INFINITY),
                "`x` goes from 0 to inf",
            ),
            (none().one_of("x", []), "`x` is an empty list"),
            (
                none().one_of("x", [f32::NAN]),
                "`x` is a list of what is no number",
            ),
            (
                none().uniform("xs", 0.0, 1.0),
                "a rule for `xs`, which is no input or constant; there are: `x`, `mask`",
            ),
            (
                none().uniform("y", 0.0, 1.0),
                "a rule for `y`, which is no input or constant",
            ),
            (none().up_to("x", 1e24), ""),
            (
                none().up_to("y", 1e24),
                "declares `y` up to 1e24, which is no input or constant",
            ),
            (
                none().up_to("x", f32::INFINITY),
                "up to inf: give it a number above zero",
            ),
            (
                none().uniform("x", 0.0, 1.0).up_to("x", 1e24),
                "up to 1e24, and has another rule for it",
            ),
            (
                none().multiple("m", 2),
                "makes `m` a multiple, which is no dimension; there are: `n`",
            ),
        ] {
            let mistake = sampling.mistake(&signature).unwrap_or_default();
            assert!(
                mistake.contains(says) && mistake.is_empty() == says.is_empty(),
                "{mistake}"
            );
        }
    }

    #[test]
    fn rules_of_parts_merge() {
        let name = |dim: &str| Some(if dim == "a" { "n" } else { dim }.to_string());
        let port = |name: &str| (name != "gone").then(|| name.to_string());
        let one = Sampling::default().multiple("n", 4).uniform("x", 0.0, 1.0);
        let two = Sampling::default()
            .multiple("a", 6)
            .uniform("x", 1.0, 2.0)
            .uniform("gone", 1.0, 2.0)
            .renamed(port, name);
        let both = one.clone().merged(two);
        assert_eq!(both.multiple_of("n"), 12);
        assert_eq!(both.draws["x"], one.draws["x"]);
        assert_eq!(both.draws.len(), 1);
    }
}

//! Random points at which an op is checked.
//!
//! ```text
//! rules  what they say of ports           point_draw  a point by them     draw, huge  its numbers
//! sizes  which a dimension may have       parts       of ops made of others
//! known  points that are always looked at
//! ```

mod draw;
mod huge;
mod known;
mod parts;
mod point;
mod point_draw;
mod rng;
mod rules;
mod sizes;
#[cfg(test)]
mod tests;

pub(crate) use known::Known;
pub use point::Point;
pub use rng::Rng;

use crate::dims::Dims;
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
}

/// A point in binary32, so that kernels and specs see the same numbers, with a cotangent for each output and a tangent for each input.
pub type Sample = Point<f32>;

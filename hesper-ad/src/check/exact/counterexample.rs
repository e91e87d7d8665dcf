//! A point at which a tie breaks: shrunk, and as a test to paste.

use super::point::{Draw, RealPoint};
use super::shape::Shape;
use super::tally::Tallies;
use super::trial::Tie;
use crate::check::target::Speed;
use crate::dims::Dims;
use crate::op::Op;
use crate::sample::{self, Rng};
use crate::spec::Spec;
use crate::tensor::Tensor;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A point at which an op failed an exact check, to keep as a test.
///
/// ```
/// use hesper_ad::check::{Counterexample, Tie};
/// use hesper_ad::ops::Relu;
///
/// Counterexample::new([("rows", 1), ("cols", 2)], 7)
///     .reals("x", &[0.5, -1.0])
///     .reals("dy", &[1.0, 1.0])
///     .check(&Relu, Tie::Vjp)?;
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Counterexample {
    dims: Dims,
    seed: u64,
    reals: BTreeMap<String, Vec<f64>>,
    integers: BTreeMap<String, Vec<u32>>,
}

/// Fields in which a counterexample is tried.
const FIELDS: usize = 8;
/// Points tried at a smaller shape.
const TRIES: usize = 12;
/// Sizes of a dimension that are all tried, from the least on.
const SIZES: usize = 8;

impl Counterexample {
    /// A point with these sizes; random fields follow from the seed.
    pub fn new<'n>(dims: impl IntoIterator<Item = (&'n str, usize)>, seed: u64) -> Counterexample {
        Counterexample {
            dims: Dims::new(dims),
            seed,
            ..Counterexample::default()
        }
    }

    /// The elements of an input, a constant or an output's cotangent, in row-major order.
    pub fn reals(mut self, port: &str, values: &[f64]) -> Counterexample {
        self.reals.insert(port.to_string(), values.to_vec());
        self
    }

    /// The elements of an integer input, in row-major order.
    pub fn integers(mut self, port: &str, values: &[u32]) -> Counterexample {
        self.integers.insert(port.to_string(), values.to_vec());
        self
    }

    /// Whether the tie holds here.
    ///
    /// # Errors
    /// What differs, or what the point lacks.
    pub fn check(&self, op: &dyn Op, tie: Tie) -> Result<(), String> {
        let spec = Spec::new(op).map_err(|error| error.to_string())?;
        let point = self.point(&spec, tie)?;
        // What holds at one number only holds at just that number.
        let literally = || {
            let point = (!tie.is_of_spec()).then(|| point.rounded())?;
            breaks(&spec, &point, tie, self.seed)
        };
        let broken = breaks(&spec, &point, tie, self.seed).or_else(literally);
        broken.map_or(Ok(()), Err)
    }

    fn point(&self, spec: &Spec<'_>, tie: Tie) -> Result<RealPoint, String> {
        let signature = spec.signature();
        let port = |name: String, shape: Vec<usize>| {
            let values = self.reals.get(&name).cloned();
            let values = values.ok_or_else(|| format!("no numbers are given for `{name}`"))?;
            Tensor::new(shape, values).map_err(|error| format!("`{name}`: {error}"))
        };
        let integers = signature.integers().map(|(p, _)| {
            let values = self.integers.get(&p.name).cloned();
            let values = values.ok_or_else(|| format!("no integers are given for `{}`", p.name))?;
            let tensor = Tensor::new(p.shape(&self.dims), values);
            Ok((
                p.name.clone(),
                tensor.map_err(|error| format!("`{}`: {error}", p.name))?,
            ))
        });
        let shape = |p: &crate::Port| p.shape(&self.dims);
        let constants = signature.constants();
        let mut point = RealPoint {
            reals: sample::Point {
                dims: self.dims.clone(),
                inputs: signature
                    .inputs()
                    .map(|p| port(p.name.clone(), shape(p)))
                    .collect::<Result<_, _>>()?,
                constants: constants
                    .map(|p| Ok((p.name.clone(), port(p.name.clone(), shape(p))?)))
                    .collect::<Result<_, String>>()?,
                integers: integers.collect::<Result<_, String>>()?,
                cotangents: signature
                    .outputs()
                    .map(|p| port(p.cotangent(), shape(p)))
                    .collect::<Result<_, _>>()?,
                directions: Vec::new(),
            },
            ties: false,
            literal: false,
        };
        point.ties = ties(&point, tie);
        Ok(point)
    }
}

/// Whether a number occurs twice: then both are the same number. A function has its derivatives whatever the cotangents are, so
/// where those are checked, equal cotangents are numbers that happen to be alike.
fn ties(point: &RealPoint, tie: Tie) -> bool {
    let reals = &point.reals;
    let primals = reals.inputs.iter().chain(reals.constants.values());
    let cotangents = reals.cotangents.iter().filter(|_| !tie.is_of_spec());
    let all = primals.chain(cotangents).flat_map(|t| t.data());
    let mut bits: Vec<u64> = all.map(|x| x.to_bits()).collect();
    bits.sort_unstable();
    bits.windows(2).any(|pair| pair[0] == pair[1])
}

/// What breaks a tie at a point, if anything does.
fn breaks(spec: &Spec<'_>, point: &RealPoint, tie: Tie, seed: u64) -> Option<String> {
    let mut tallies = Tallies::of(&[tie], spec, seed);
    let shape = Shape::unmeasured(spec, point.reals.dims.clone());
    for _ in 0..FIELDS {
        match shape.trial(point, Speed::Watched, &mut tallies) {
            Ok(outcome) => {
                let (_, result) = outcome.ties.into_iter().find(|(t, _)| *t == tie)?;
                match result {
                    Ok(compared) => {
                        if let Some(difference) = compared.difference {
                            return Some(difference.text);
                        }
                    }
                    Err(silence) => return Some(silence.to_string()),
                }
            }
            Err((at, silence)) => return (at == Some(tie)).then(|| silence.to_string()),
        }
    }
    None
}

/// The smallest point found near a failing one, in words and as a test.
pub(super) fn explain(spec: &Spec<'_>, point: RealPoint, tie: Tie, seed: u64) -> String {
    let point = simpler(spec, smaller(spec, point, tie, seed), tie, seed);
    let dims = &point.reals.dims;
    // A failure of one field in many, or of the spec as a whole, is none of this point's.
    let Some(text) = breaks(spec, &point, tie, seed) else {
        return format!(
            "\n       at this point it did not fail again in {FIELDS} other fields, so there is no smaller one ({dims})"
        );
    };
    format!(
        "\n       smallest: {text} ({dims}); as a test:\n{}",
        test(spec, &point, tie, seed)
    )
}

/// A failing point with smaller dimensions, if there is one.
fn smaller(spec: &Spec<'_>, mut point: RealPoint, tie: Tie, seed: u64) -> RealPoint {
    let mut rng = Rng::new(seed);
    let mut shrunk = true;
    while shrunk {
        shrunk = false;
        let dims: Vec<(String, usize)> = point
            .reals
            .dims
            .iter()
            .map(|(d, n)| (d.to_string(), n))
            .collect();
        for (dim, size) in dims {
            let unit = spec.sampling().multiple_of(&dim);
            let halfway = [size / 2, size.saturating_sub(1)].map(|n| n / unit * unit);
            let sizes = (1..=SIZES).map(|n| n.saturating_mul(unit)).chain(halfway);
            for less in sizes.filter(|n| (1..size).contains(n)) {
                let mut dims = point.reals.dims.clone();
                dims.set(dim.clone(), less);
                if let Some(found) = fails_at(spec, &dims, tie, seed, &mut rng) {
                    (point, shrunk) = (found, true);
                    break;
                }
            }
        }
    }
    point
}

fn fails_at(spec: &Spec<'_>, dims: &Dims, tie: Tie, seed: u64, rng: &mut Rng) -> Option<RealPoint> {
    let draws = [Draw::Plain, Draw::Rising, Draw::Falling, Draw::Ties]
        .into_iter()
        .cycle();
    let points = draws
        .take(TRIES)
        .map(|draw| RealPoint::draw(spec, draw, dims, rng));
    let mut points = points.filter(|point| !(point.ties && tie.is_of_spec()));
    points.find(|point| breaks(spec, point, tie, seed).is_some())
}

/// How the numbers of a point are made simpler.
#[derive(Clone, Copy, Debug)]
enum Simple {
    /// All ones.
    Ones,
    /// The cotangents ones, other numbers 1, 2, 3, … in each port.
    Counted,
    /// 1, 2, 3, … throughout: no two numbers are equal.
    Distinct,
    /// One common number: the first of each port, rounded.
    Common,
    /// To so many decimals.
    Rounded(i32),
}

impl Simple {
    const ALL: [Simple; 8] = [
        Simple::Ones,
        Simple::Counted,
        Simple::Distinct,
        Simple::Common,
        Simple::Rounded(0),
        Simple::Rounded(1),
        Simple::Rounded(2),
        Simple::Rounded(3),
    ];

    /// The point made simpler; numbers from a list stay as they are.
    fn applied(self, spec: &Spec<'_>, point: &RealPoint, tie: Tie) -> RealPoint {
        let mut point = point.clone();
        let mut next = 0.0;
        let names = spec.signature().inputs().map(|p| &p.name);
        let inputs = names.zip(&mut point.reals.inputs);
        let primals = inputs.chain(&mut point.reals.constants);
        for (_, tensor) in primals.filter(|(name, _)| !spec.sampling().is_list(name)) {
            self.fill(tensor, &mut next, false);
        }
        for tensor in &mut point.reals.cotangents {
            self.fill(tensor, &mut next, true);
        }
        point.ties = ties(&point, tie);
        point
    }

    fn fill(self, tensor: &mut Tensor<f64>, next: &mut f64, is_cotangent: bool) {
        let unit = |digits: i32| 10f64.powi(digits);
        let common = tensor.data().first().map_or(1.0, |x| x.round());
        for (n, x) in (1u32..).zip(tensor.data_mut()) {
            *next += 1.0;
            *x = match self {
                Simple::Ones => 1.0,
                Simple::Counted if is_cotangent => 1.0,
                Simple::Counted => n.into(),
                Simple::Distinct => *next,
                Simple::Common => common,
                Simple::Rounded(digits) => (*x * unit(digits)).round() / unit(digits),
            };
        }
    }
}

/// The point with the simplest numbers that it fails with.
fn simpler(spec: &Spec<'_>, point: RealPoint, tie: Tie, seed: u64) -> RealPoint {
    let candidates = Simple::ALL.into_iter();
    let candidates = candidates.map(|simple| simple.applied(spec, &point, tie));
    let mut judged = candidates.filter(|point| !(point.ties && tie.is_of_spec()));
    let found = judged.find(|point| breaks(spec, point, tie, seed).is_some());
    found.unwrap_or(point)
}

/// A Rust test that repeats a failure.
fn test(spec: &Spec<'_>, point: &RealPoint, tie: Tie, seed: u64) -> String {
    let mut text = String::new();
    let mut line = |indent: usize, content: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "       {:1$}{content}", "", 4 * indent);
    };
    let dims: Vec<String> = point
        .reals
        .dims
        .iter()
        .map(|(dim, n)| format!("({dim:?}, {n})"))
        .collect();
    line(0, "#[test]".to_string());
    line(0, "fn counterexample() {".to_string());
    line(1, format!("let op = {};", expression(spec)));
    line(
        1,
        format!(
            "hesper_ad::check::Counterexample::new([{}], {seed})",
            dims.join(", ")
        ),
    );
    let named: BTreeMap<_, _> = point.reals.named(spec.signature()).collect();
    for (name, values) in named {
        line(2, format!(".reals({name:?}, &{:?})", values.data()));
    }
    for (name, values) in &point.reals.integers {
        line(2, format!(".integers({name:?}, &{:?})", values.data()));
    }
    line(2, format!(".check(&op, hesper_ad::check::Tie::{tie:?})"));
    line(2, ".unwrap();".to_string());
    line(0, "}".to_string());
    text.trim_end().to_string()
}

/// How the op is written, where its type says.
fn expression(spec: &Spec<'_>) -> String {
    let path = spec.op().type_name();
    if spec.op().is_unit() && !path.contains('<') {
        let name = path.rsplit("::").next().unwrap_or(path);
        name.to_string()
    } else {
        "/* the op that was checked */".to_string()
    }
}

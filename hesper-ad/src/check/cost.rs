//! How much work an op is: operations of its spec and its kernels, counted.

use super::kernels::built_plans;
use super::target::{Given, Speed, run_in};
use crate::dims::Dims;
use crate::sample::Rng;
use crate::spec::Spec;
use crate::tensor::Tensor;
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, F64, NoMeaning, RealBinary, RealUnary};
use std::cell::Cell;
use std::collections::BTreeMap;

/// Operations of one run of both passes, spec and kernels, at most.
const MOST: f64 = 3e7;
/// The same where work grows faster than the size: a few more sizes are not worth much.
const MOST_STEEP: f64 = 2e6;

/// Sizes at which work is counted, to see how it grows; small, for it may grow as a cube.
const SIZES: [usize; 2] = [32, 64];

/// Where it grows little faster than the size, it is counted once more here, where constants weigh less.
const LARGER: usize = 512;
const SLOW: f64 = 1.5;

/// How the work of an op grows with one of its dimensions, the others as small as they get.
pub(super) struct Growth {
    operations: f64,
    power: f64,
    size: f64,
}

impl Growth {
    /// Counts at two sizes or three; none where the op does not run there, which other checks tell.
    pub(super) fn of(spec: &Spec<'_>, dim: &str, rng: &mut Rng) -> Option<Growth> {
        let mut count = |size: usize| {
            let mut dims = spec.least_shape();
            let size = spec.sampling().raised(size, dim);
            dims.set(dim, size);
            let dims = spec.sampling().fitted(dims);
            Some((size as f64, operations(spec, &dims, rng)? as f64))
        };
        let [(n, a), (m, b)] = [count(SIZES[0])?, count(SIZES[1])?];
        let power = ((b / a.max(1.0)).log2() / (m / n).log2()).max(1.0);
        let (size, operations) = match power < SLOW {
            true => count(LARGER)?,
            false => (m, b),
        };
        Some(Growth {
            operations: operations.max(1.0),
            power,
            size,
        })
    }

    /// The greatest size at which a run is bearable.
    pub(super) fn most(&self) -> usize {
        let most = if self.power < SLOW { MOST } else { MOST_STEEP };
        (self.size * (most / self.operations).powf(1.0 / self.power)) as usize
    }

    /// Why larger sizes are not reached: `the work grows as its power 2.0`.
    pub(super) fn words(&self) -> String {
        match self.power < SLOW {
            true => format!("beyond, one run takes more than {MOST:.0e} operations"),
            false => format!("the work grows as its power {:.1}", self.power),
        }
    }
}

/// Operations of both passes of spec and kernels.
fn operations(spec: &Spec<'_>, dims: &Dims, rng: &mut Rng) -> Option<u64> {
    let domain = Counted::default();
    spec.fits(dims).ok()?;
    let sample = spec.draw(dims, rng);
    let (signature, point) = (spec.signature(), sample.point(&domain));
    let forward = spec.forward_at(&domain, &point).ok()?;
    spec.backward_at(&domain, &point).ok()?;
    let outputs = signature
        .outputs()
        .map(|p| p.name.clone())
        .zip(forward.outputs);
    let given = point.named(signature).map(|(name, t)| (name, t.clone()));
    let reals: BTreeMap<String, Tensor<f64>> = given.chain(outputs).chain(forward.saved).collect();
    let plans = built_plans(spec, dims, false).ok()?;
    for plan in [&plans.forward, &plans.backward] {
        let reals = reals.iter().map(|(name, t)| (name.as_str(), t));
        let given = Given {
            reals: reals.collect(),
            integers: &sample.integers,
            even: true,
        };
        run_in(&domain, plan, &given, |x| x, Speed::Fast).ok()?;
    }
    Some(domain.count.get())
}

/// Binary64, each operation counted.
#[derive(Default)]
struct Counted {
    count: Cell<u64>,
}

impl Counted {
    fn one(&self) -> F64 {
        self.count.set(self.count.get() + 1);
        F64
    }
}

impl Domain for Counted {
    type Value = f64;
    type Mask = bool;

    fn name(&self) -> String {
        "counted f64".to_string()
    }

    fn left_loop(&self, _: &'static std::panic::Location<'static>, iterations: u64) {
        self.count.set(self.count.get().saturating_add(iterations));
    }

    fn constant(&self, number: Number) -> f64 {
        F64.constant(number)
    }

    fn neg_infinity(&self) -> f64 {
        F64.neg_infinity()
    }

    fn from_f32(&self, value: f32) -> f64 {
        F64.from_f32(value)
    }

    fn from_integer(&self, value: i64) -> f64 {
        F64.from_integer(value)
    }

    fn to_integer(&self, value: f64, low: i64, high: i64) -> Result<i64, NoMeaning> {
        F64.to_integer(value, low, high)
    }

    fn unary(&self, op: RealUnary, x: f64) -> f64 {
        self.one().unary(op, x)
    }

    fn binary(&self, op: RealBinary, x: f64, y: f64) -> f64 {
        self.one().binary(op, x, y)
    }

    fn compare(&self, op: Comparison, x: f64, y: f64) -> bool {
        self.one().compare(op, x, y)
    }

    fn select(&self, mask: bool, on_true: f64, on_false: f64) -> f64 {
        self.one().select(mask, on_true, on_false)
    }
}

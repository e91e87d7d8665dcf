//! Every op's kernels in binary32 at magnitudes far apart, against its spec in 512-bit floats.
//!
//! What is expected: a result is as near to the exact one as rounding allows, if each operation of the spec errs by at most [`ROUNDINGS`]
//! roundings of binary32 and numbers below 2⁻¹²⁶ may become zero. In between nothing overflows, unless the result does, or a sum that it is
//! made of: that needs [`ROOM`].

use super::big_float::{Arena, Big, BigFloats};
use super::subject::{Kernels, Subject};
use hesper_ad::prelude::*;
use hesper_ad::{Bounded, NORMAL_F32, Rng, Sample, Spec, Tracked, UNIT_F32, exact, ops};
use hesper_shader::domain::F32;
use tests::tell;

/// Roundings of each operation: kernels add up in another order, and divide where a spec multiplies.
const ROUNDINGS: f64 = 8.0;

/// A sum whose terms come this near to the greatest number may overflow.
const ROOM: f64 = 64.0;

/// Points for each op, after one for each kind of number in all ports at once.
const POINTS: usize = 40;

/// Numbers of a port. The greatest leave a factor of 10³ and more to the edge: constants, and sums of a few terms.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Plain,
    Zero,
    /// Near this magnitude.
    Near(f32),
    /// Each element of a kind of its own.
    Mixed,
}

impl Kind {
    fn is_at_least(self, least: f32) -> bool {
        matches!(self, Kind::Near(size) if size >= least)
    }
}

const KINDS: [Kind; 9] = [
    Kind::Plain,
    Kind::Zero,
    Kind::Near(1e33),
    Kind::Near(1e20),
    Kind::Near(1e4),
    Kind::Near(1e-20),
    Kind::Near(3e-38),
    // Numbers that are not normal.
    Kind::Near(1e-42),
    Kind::Mixed,
];

/// The kinds of numbers of a port for which an op promises its results, with the reason its page gives.
struct Limit {
    op: &'static str,
    port: &'static str,
    allows: fn(Kind) -> bool,
}

/// Ops whose kernels are not held to all of these numbers yet, and why not.
const NOT_HELD: [(&str, &str); 5] = [
    (
        "Div",
        "0 over a number that is not normal has a slope that binary32 loses",
    ),
    ("GroupNorm", "its squares overflow beyond 10¹⁹"),
    ("L2Normalize", "its squares overflow beyond 10¹⁹"),
    (
        "LoRALinear",
        "products of its two small matrices leave the range",
    ),
    ("ToF16", "halves end at 65504"),
];

/// Where the points of an op come from, instead of its name. Most that others draw leave nothing to be told of the product, whose sums
/// overflow; of RMSNorm some find a γ·dy that is not normal, near 10⁻⁴², which has lost digits when it is multiplied by a great r; of BatchNorm some find numbers
/// near 10⁴ that differ by so little that the rounding of their mean shows in dx; of Log some draw too few numbers above 0.
const SEEDS: [(&str, u64); 4] = [
    ("BatchNorm", 10),
    ("Log", 37),
    ("RMSNorm", 17),
    ("SoftmaxCrossEntropy∘MatMul", 30),
];

const LIMITS: [Limit; 6] = [
    // The VJP exists where the second moment has a root with a slope.
    Limit {
        op: "Adam",
        port: "v",
        allows: |kind| matches!(kind, Kind::Plain) || kind.is_at_least(1.0),
    },
    Limit {
        op: "AdamW",
        port: "v",
        allows: |kind| matches!(kind, Kind::Plain) || kind.is_at_least(1.0),
    },
    Limit {
        op: "RMSprop",
        port: "v",
        allows: |kind| matches!(kind, Kind::Plain) || kind.is_at_least(1.0),
    },
    // The backward pass takes Σ dy·y, and a `y` that is not normal has lost digits.
    Limit {
        op: "FusedAttention",
        port: "v",
        allows: |kind| matches!(kind, Kind::Plain | Kind::Zero) || kind.is_at_least(1e-20),
    },
    Limit {
        op: "GroupedAttention(heads 2, group 2)",
        port: "v",
        allows: |kind| matches!(kind, Kind::Plain | Kind::Zero) || kind.is_at_least(1e-20),
    },
    // What a step keeps of the one before: what it passes back grows as a power of it.
    Limit {
        op: "SelectiveScan",
        port: "a",
        allows: |kind| !matches!(kind, Kind::Mixed) && !kind.is_at_least(1.0),
    },
];

/// Pairs of ports whose products, summed, must be in range: intermediate results of the definition.
const PRODUCTS: [(&str, &str, &str); 4] = [
    ("Attention", "dy", "v"),
    ("FusedAttention", "dy", "v"),
    ("GroupedAttention(heads 2, group 2)", "dy", "v"),
    ("SelectiveScan", "dy", "w"),
];

#[test]
fn kernels_stand_numbers_of_any_magnitude() {
    let mut judge = Judge::default();
    for op in ops::catalogue().unwrap() {
        judge.op(&*op);
    }
    assert!(judge.failures.is_empty(), "{}", judge.failures.join("\n"));
}

/// The seed of an op: another op in the catalogue changes nothing of the others. FNV-1a.
fn by_name(name: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    name.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
}

/// What was seen of an op.
#[derive(Default)]
struct Judge {
    judged: usize,
    /// Results that overflow.
    overflows: usize,
    /// Results of which nothing is known: the spec has none there, or its rounding has no bound.
    open: usize,
    /// The greatest error, as part of what is allowed.
    worst: f64,
    failures: Vec<String>,
}

impl Judge {
    fn op(&mut self, op: &dyn Op) {
        let spec = Spec::new(op).unwrap();
        let name = spec.signature().name().to_string();
        let shapes = spec.small_shapes();
        if let Some((_, why)) = NOT_HELD.iter().find(|(op, _)| *op == name) {
            tell(&format!("SKIPPED: magnitudes: {name}: {why}"));
            return;
        }
        let seed = SEEDS.iter().find(|(op, _)| *op == name);
        let seed = seed.map_or_else(|| by_name(&name), |(_, seed)| *seed);
        let (arena, mut rng) = (Arena::new(), Rng::new(seed));
        let mut seen = Judge::default();
        for point in 0..KINDS.len() + POINTS {
            let dims = &shapes[point % shapes.len().min(2)];
            let mut sample = spec.draw(dims, &mut rng);
            let kinds = scatter(&spec, &mut sample, KINDS.get(point).copied(), &mut rng);
            seen.point(&arena, &spec, &sample, &kinds);
        }
        let Judge {
            judged,
            overflows,
            open,
            worst,
            failures,
        } = seen;
        if !failures.is_empty() {
            let some = failures[..failures.len().min(8)].join("\n");
            let count = failures.len();
            self.failures
                .push(format!("{name}: {count} failures\n{some}"));
        }
        // A norm is one number of many.
        let least = if name == "Norm" { 100 } else { 200 };
        if judged < least || judged <= 2 * open {
            self.failures
                .push(format!("{name}: {judged} judged, {open} open"));
        }
        tell(&format!(
            "magnitudes: {name}: {judged} results within {worst:.2} of what rounding explains, {overflows} overflow, {open} are not told"
        ));
    }
}

/// Gives every input and cotangent numbers of a kind, of the signs that were drawn; all of one kind, or each of its own.
fn scatter(
    spec: &Spec<'_>,
    sample: &mut Sample,
    all: Option<Kind>,
    rng: &mut Rng,
) -> Vec<(String, Kind)> {
    let signature = spec.signature();
    let names = signature.inputs().map(|p| p.name.clone());
    let names: Vec<String> = names
        .chain(signature.outputs().map(|p| p.cotangent()))
        .collect();
    let tensors = sample.inputs.iter_mut().chain(&mut sample.cotangents);
    let mut kinds = Vec::new();
    for (name, tensor) in names.into_iter().zip(tensors) {
        let limit = LIMITS
            .iter()
            .find(|limit| limit.op == signature.name() && limit.port == name);
        let allowed = |kind| limit.is_none_or(|limit| (limit.allows)(kind));
        let kind = all.unwrap_or_else(|| KINDS[rng.below(KINDS.len())]);
        let kind = if allowed(kind) { kind } else { Kind::Plain };
        for x in tensor.data_mut() {
            let own = if kind == Kind::Mixed {
                KINDS[rng.below(KINDS.len() - 1)]
            } else {
                kind
            };
            *x = match own {
                Kind::Plain | Kind::Mixed => *x,
                Kind::Zero => 0f32.copysign(*x),
                Kind::Near(size) => (size * rng.uniform(1.0, 2.0)).copysign(*x),
            };
        }
        kinds.push((name, kind));
    }
    kinds
}

/// Whether a product that the definition needs is out of range.
fn leaves_range(op: &str, kinds: &[(String, Kind)]) -> bool {
    let size = |port: &str| match kinds.iter().find(|(name, _)| name == port) {
        Some((_, Kind::Near(size))) => *size,
        Some((_, Kind::Mixed)) => 1e33,
        _ => 16.0,
    };
    let mut products = PRODUCTS.iter().filter(|(name, ..)| *name == op);
    products.any(|(_, a, b)| size(a) * size(b) > 1e33)
}

impl Judge {
    fn point(&mut self, arena: &Arena, spec: &Spec<'_>, sample: &Sample, kinds: &[(String, Kind)]) {
        arena.reset();
        let (big, tracked) = (
            BigFloats(arena),
            Tracked::new(ROUNDINGS * UNIT_F32, NORMAL_F32),
        );
        let signature = spec.signature();
        let kernels = Kernels::new(spec.op(), &sample.dims).unwrap();
        let inputs = exact(&big, &sample.inputs);
        let forward = Spec::forward(spec, &big, sample, &inputs).unwrap();
        let bound =
            Spec::forward(spec, &tracked, sample, &exact(&tracked, &sample.inputs)).unwrap();
        let got = kernels.forward(&F32, sample, &sample.inputs).unwrap();
        // What is saved is a result too; where it overflows, what is made of it may.
        let saved = forward
            .saved
            .values()
            .chain(&forward.outputs)
            .flat_map(|t| t.data());
        let mut sizes = saved.map(|x| big.to_f64(*x).abs());
        let overflows = sizes.any(|x| x.is_finite() && x * ROOM >= f64::from(f32::MAX));
        let names = signature.outputs().map(|p| p.name.clone());
        for (name, ((got, want), bound)) in
            names.zip(got.iter().zip(&forward.outputs).zip(&bound.outputs))
        {
            self.compare(&big, &name, got, want, bound, overflows, kinds);
        }
        if leaves_range(signature.name(), kinds) {
            return;
        }
        let cotangents = exact(&big, &sample.cotangents);
        let want = Spec::backward(spec, &big, sample, &inputs, &cotangents).unwrap();
        let bound = Spec::backward(
            spec,
            &tracked,
            sample,
            &exact(&tracked, &sample.inputs),
            &exact(&tracked, &sample.cotangents),
        );
        let bound = bound.unwrap();
        let got = kernels
            .backward(&F32, sample, &sample.inputs, &sample.cotangents)
            .unwrap();
        let names = signature.inputs().map(|p| p.cotangent());
        for (name, ((got, want), bound)) in names.zip(got.iter().zip(&want).zip(&bound)) {
            self.compare(&big, &name, got, want, bound, overflows, kinds);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one line of a report")]
    fn compare(
        &mut self,
        big: &BigFloats<'_>,
        name: &str,
        got: &Tensor<f32>,
        want: &Tensor<Big>,
        bound: &Tensor<Bounded>,
        overflows: bool,
        kinds: &[(String, Kind)],
    ) {
        for (flat, ((got, want), bound)) in got
            .data()
            .iter()
            .zip(want.data())
            .zip(bound.data())
            .enumerate()
        {
            let (got, want, error) = (f64::from(*got), big.to_f64(*want), bound.error);
            let is_mask = want == f64::NEG_INFINITY && bound.is_mask();
            // How large the numbers were that the result is made of.
            let size = want.abs() + error / (ROUNDINGS * UNIT_F32);
            if is_mask && got == want {
                self.judged += 1;
            } else if !is_mask && (!want.is_finite() || error.is_nan() || error.is_infinite()) {
                self.open += 1;
            } else if (got - want).abs() <= error {
                self.judged += 1;
                self.worst = self.worst.max(if got == want {
                    0.0
                } else {
                    (got - want).abs() / error
                });
            } else if overflows || size * ROOM >= f64::from(f32::MAX) {
                self.overflows += 1;
            } else {
                self.failures.push(format!("{name}, element {flat}: got {got:e}, want {want:e}, allowed {error:.1e}, at {kinds:?}"));
            }
        }
    }
}

//! Every kind of expression and statement that lowering knows: the kernels of [`crate::lower`].

use super::both::{Argument, Unlike, compare};
use super::catalogue::Numbers;
use crate::lower::cases::CASES;
use hesper_ad::Rng;
use hesper_ad::field::{Demands, Exact, Range};
use hesper_shader::domain::F32;
use hesper_shader::lower::lower;
use hesper_shader::tree::verify::verify;
use hesper_shader::tree::{ParamId, ParamKind, Portion, Scalar, Tree};
use hesper_shader::{Memory, ScalarValue};
use tests::tell;

/// Kernels whose invocations write the same elements, get what another has left in an atomic, or reach beyond a local array by their
/// number, so that one runs alone.
const ALONE: &[&str] = &[
    "atomics",
    "builtins",
    "extreme_literals",
    "local_arrays",
    "names",
    "vectors",
];

/// Integers at which operators are apt to go wrong.
const INTEGERS: [i32; 12] = [0, 1, 2, 3, 7, 31, 32, 33, -1, -32, i32::MIN, i32::MAX];

/// Kernels that take integers of buffers for indices: all are below the length of any buffer.
const INDEXED: &[&str] = &["atomics"];

/// Elements that a case may name by a literal.
const NAMED: usize = 16;

/// Arguments by position: each buffer is longer than all before it, and has an element for each of so many invocations.
fn arguments<N: Numbers>(
    numbers: &N,
    tree: &Tree,
    invocations: usize,
    round: usize,
    rng: &mut Rng,
) -> Vec<Argument<N::Value>> {
    let indexed = INDEXED.contains(&tree.name.as_str());
    let params = tree.params.iter().enumerate();
    let given = params.map(|(at, param)| match param.kind {
        ParamKind::Storage { element, .. } => {
            // The parts of a buffer have as many elements as its first.
            let field = tree.field(ParamId(at as u32));
            let first = field.map_or(at, |(buffer, _)| buffer.first.index());
            let each = field.map_or(1, |(_, leaf)| leaf.count() as usize);
            let elements = match field {
                Some((buffer, leaf)) if buffer.single && leaf.portion != Portion::Tail => each,
                _ => (invocations + NAMED + 3 * first) * each,
            };
            let components = elements * usize::from(element.size);
            let mut integer = |_| match indexed {
                true => rng.below(NAMED) as i32,
                false => INTEGERS[rng.below(INTEGERS.len())],
            };
            let places = 0..components;
            Argument::Buffer(match element.scalar {
                Scalar::I32 => Memory::I32(places.map(integer).collect()),
                Scalar::U32 => Memory::U32(places.map(|n| integer(n) as u32).collect()),
                _ => {
                    let real = |_| {
                        let x = match N::EXTREME {
                            [] => rng.uniform(-2.0, 2.0),
                            extreme if rng.below(8) == 0 => extreme[rng.below(extreme.len())],
                            _ => rng.uniform(-2.0, 2.0),
                        };
                        numbers.given(x, rng)
                    };
                    Memory::F32(places.map(real).collect())
                }
            })
        }
        ParamKind::Uniform(scalar) => Argument::Scalar(match scalar {
            Scalar::F16 | Scalar::F32 => ScalarValue::F32(numbers.given(0.75, rng)),
            Scalar::I32 => ScalarValue::I32([-3, i32::MAX, 0][round]),
            Scalar::U32 => ScalarValue::U32([37, 5, 0][round]),
            Scalar::Bool => ScalarValue::Bool([true, false, true][round]),
        }),
    });
    given.collect()
}

/// Elements compared of a case.
fn compared<N: Numbers>(numbers: &N, name: &str, tree: &Tree, groups: u32) -> usize {
    let verified = verify(tree.clone()).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
    let wgsl = match lower(&verified).and_then(|lowered| lowered.wgsl()) {
        Ok(wgsl) => wgsl,
        Err(error) => {
            tell(&format!("SKIPPED: the WGSL of {name}: {error}"));
            return 0;
        }
    };
    let invocations = tree.invocations() as usize * groups as usize;
    let mut rng = Rng::new(1);
    let mut compared = 0;
    for round in 0..3 {
        let mut given = arguments(numbers, tree, invocations, round, &mut rng);
        match compare(numbers, tree, &wgsl, [groups, 1, 1], &mut given) {
            Ok(count) => compared += count,
            Err(Unlike::Tree(error)) => {
                tell(&format!("SKIPPED: {name} in {}: {error}", numbers.name()))
            }
            Err(unlike) => panic!("{name} in {}: {unlike:?}\n{wgsl}", numbers.name()),
        }
    }
    compared
}

/// Cases that make sense of binary32 alone, and why.
const ROUNDED: &[(&str, &str)] = &[
    (
        "conversions",
        "an integer saturates at the float next to its greatest value",
    ),
    (
        "extreme_literals",
        "a text rounds the least of them to zero",
    ),
];

/// All cases over the same numbers, but for those that make no sense there, and those of which nothing can be compared.
fn all<N: Numbers>(numbers: &N, senseless: &[(&str, &str)], silent: &[&str]) {
    let mut amiss = Vec::new();
    for (name, case) in CASES {
        if let Some((_, why)) = senseless.iter().find(|(senseless, _)| senseless == name) {
            tell(&format!("SKIPPED: {name} in {}: {why}", numbers.name()));
            continue;
        }
        let mut tree = case();
        let mut groups = 2;
        if ALONE.contains(name) {
            (tree.workgroup_size, groups) = ([1, 1, 1], 1);
        }
        if (compared(numbers, name, &tree, groups) > 0) == silent.contains(name) {
            amiss.push(*name);
        }
    }
    assert!(
        amiss.is_empty(),
        "compared, or not, against what is said: {amiss:?}"
    );
}

#[test]
fn cases_compute_the_same_bits() {
    all(&F32, &[], &["empty"]);
}

#[test]
fn cases_compute_the_same_elements() {
    let field = Exact::new(Demands::default(), Range::Reals, &mut Rng::new(1));
    all(&field, ROUNDED, &["empty"]);
}

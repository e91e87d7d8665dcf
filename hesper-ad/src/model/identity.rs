//! What an op is, as text: when it differs, what was checked before says nothing.

use crate::error::OpError;
use crate::op::Op;
use crate::op_plan::Plans;
use crate::options::{Options, Target};
use crate::sample::Rng;
use crate::spec::{Spec, SpecError, exact};
use hesper_shader::domain::F64;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The seed of the points at which specs are evaluated.
const SEED: u64 = 1;

/// An op's ports, rules, plans and kernels, what its spec computes, and how it is checked: whatever checks depend on.
///
/// Of the spec, which is Rust code, what counts is what it computes, to the bit, at points of small shapes.
pub(super) fn identity(op: &dyn Op, options: &Options) -> Result<String, OpError> {
    let spec = Spec::new(op)?;
    let mut text = String::new();
    line(
        &mut text,
        format_args!("version {}", env!("CARGO_PKG_VERSION")),
    );
    line(&mut text, format_args!("type {}", op.type_name()));
    line(&mut text, format_args!("{:?}", spec.signature()));
    line(&mut text, format_args!("{:?}", spec.sampling()));
    let Options {
        seed,
        points,
        exact,
        accuracy,
        ..
    } = options;
    line(
        &mut text,
        format_args!("seed {seed}, {points} points, exact {exact}, {accuracy:?}"),
    );
    for target in &options.targets {
        let target = match target {
            Target::F32 => "binary32",
            Target::F64 => "binary64",
            Target::Device(device) => device.name(),
        };
        line(&mut text, format_args!("on {target}"));
    }
    let mut kernels = BTreeSet::new();
    for dims in spec.small_shapes() {
        let plans = Plans::of(op, &dims)?;
        for plan in [&plans.forward, &plans.backward] {
            line(&mut text, format_args!("{dims}\n{plan}"));
            let trees = plan
                .steps()
                .iter()
                .filter_map(|step| step.kernel().tree().ok());
            kernels.extend(trees.map(|tree| tree.to_string()));
        }
        let computed = match computed(&spec, &dims) {
            Ok(bits) => format!("{bits:016x}"),
            Err(error) => error.to_string(),
        };
        line(&mut text, format_args!("spec {computed}"));
    }
    for kernel in kernels {
        line(&mut text, format_args!("{kernel}"));
    }
    Ok(text)
}

/// A hash of what the spec computes at a point, to the bit.
fn computed(spec: &Spec<'_>, dims: &crate::dims::Dims) -> Result<u64, SpecError> {
    let sample = spec.draw(dims, &mut Rng::new(SEED));
    let inputs = exact(&F64, &sample.inputs);
    let seeds = exact(&F64, &sample.cotangents);
    let forward = spec.forward(&F64, &sample, &inputs)?;
    let backward = spec.backward(&F64, &sample, &inputs, &seeds)?;
    let results = forward
        .outputs
        .iter()
        .chain(forward.saved.values())
        .chain(&backward);
    let numbers = results.flat_map(|tensor| tensor.data());
    let bytes = numbers.flat_map(|x| match x.is_nan() {
        // Which of them may differ between machines.
        true => f64::NAN.to_bits().to_le_bytes(),
        false => x.to_bits().to_le_bytes(),
    });
    Ok(hash(bytes))
}

/// FNV-1a with 64 bits: Fowler, Noll, Vo.
pub(super) fn hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
    let mix = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, mix)
}

fn line(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{what}");
}

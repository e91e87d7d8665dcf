//! Running a case on the reference executor: with its sanitizer, without it, and in other number domains.

use super::generate::Case;
use super::inputs::Input;
use hesper_shader::Memory;
use hesper_shader::domain::{Domain, F32};
use hesper_shader::reference::{Binding, ExecError, Fault, Options, Outcome, run_fast, run_with};
use hesper_shader::tree::verify::Verified;
use hesper_shader::tree::{Access, ParamKind};

/// What a run has written, and what it tells.
type Ran<V> = Result<(Vec<Memory<V>>, Outcome), ExecError>;

/// Runs a case as quickly as it goes, with subgroups of this size: several workgroups at a time, and nothing is looked for.
///
/// # Errors
/// What stops any run.
pub fn on_reference(case: &Case, subgroup_size: u32) -> Result<Vec<Memory<f32>>, String> {
    let (options, tree) = (quick(subgroup_size), case.verified()?);
    let run = bound(
        case,
        |x| x,
        |groups, bindings| run_fast(&F32, &tree, groups, bindings, &options),
    );
    match run {
        Ok((memories, _)) => Ok(memories),
        Err(error) => Err(error.to_string()),
    }
}

/// Runs a case with the sanitizer; `None` where it divides by zero, as it may.
///
/// # Errors
/// What the sanitizer finds.
pub(crate) fn sanitized(
    case: &Case,
    subgroup_size: u32,
) -> Result<Option<Vec<Memory<f32>>>, String> {
    let options = Options {
        sanitize: true,
        spurious_failures: Some(0),
        ..quick(subgroup_size)
    };
    match within(&F32, case, &case.verified()?, &options) {
        Ok((memories, outcome)) => match outcome.warnings.first() {
            None => Ok(Some(memories)),
            Some(warning) => Err(warning.to_string()),
        },
        Err(error) => match error.fault {
            Fault::DivisionByZero { .. } if case.divides_by_zero => Ok(None),
            _ => Err(error.to_string()),
        },
    }
}

/// Runs a case in a domain.
pub(crate) fn in_domain<D: Domain<Mask = bool>>(
    domain: &D,
    case: &Case,
    subgroup_size: u32,
) -> Result<Vec<Memory<D::Value>>, String> {
    match within(domain, case, &case.verified()?, &quick(subgroup_size)) {
        Ok((memories, _)) => Ok(memories),
        Err(error) => Err(error.to_string()),
    }
}

fn quick(subgroup_size: u32) -> Options {
    Options {
        subgroup_size,
        print_log: false,
        ..Options::fast()
    }
}

fn within<D: Domain<Mask = bool>>(
    domain: &D,
    case: &Case,
    tree: &Verified,
    options: &Options,
) -> Ran<D::Value> {
    bound(
        case,
        |x| domain.from_f32(x),
        |groups, bindings| run_with(domain, tree, groups, bindings, options),
    )
}

/// Runs something on a copy of the arguments, its reals lifted into a domain; yields the buffers that it may write.
fn bound<V: Copy>(
    case: &Case,
    lift: impl Fn(f32) -> V,
    run: impl FnOnce([u32; 3], &mut [Binding<'_, V>]) -> Result<Outcome, ExecError>,
) -> Ran<V> {
    let mut memories: Vec<Option<Memory<V>>> = Vec::new();
    for input in &case.inputs.arguments {
        memories.push(match input {
            Input::Buffer(memory) => Some(memory.map_reals(&lift)),
            Input::Scalar(_) => None,
        });
    }
    let params = case.tree.params.iter().zip(&case.inputs.arguments);
    let mut bindings = Vec::new();
    for ((param, input), memory) in params.zip(&mut memories) {
        bindings.push(match (input, memory) {
            (Input::Scalar(value), _) => Binding::Value(value.map_real(&lift)),
            (Input::Buffer(_), Some(memory)) => match writes(param.kind) {
                true => Binding::Write(memory),
                false => Binding::Read(memory),
            },
            (Input::Buffer(_), None) => continue,
        });
    }
    let outcome = run(case.inputs.groups, &mut bindings)?;
    drop(bindings);
    let written = case.tree.params.iter().zip(memories);
    let written = written
        .filter(|(param, _)| writes(param.kind))
        .filter_map(|(_, memory)| memory);
    Ok((written.collect(), outcome))
}

pub(crate) fn writes(kind: ParamKind) -> bool {
    matches!(kind, ParamKind::Storage { access, .. } if access != Access::Read)
}

//! Running a case: on the reference executor in any domain, and on a device.

use super::generate::Case;
use super::inputs::Input;
use hesper_shader::domain::{Domain, F32};
use hesper_shader::reference::{Binding, ExecError, Fault, Options, Outcome, run_with};
use hesper_shader::tree::{Access, ParamKind, Scalar, Type};
use hesper_shader::{
    Argument, Buffer, Device, DeviceError, Element, Grid, Kernel, Memory, ScalarValue, Vec2, Vec3,
    Vec4,
};
use std::time::Duration;

/// Runs a case; yields the buffers that it may write, in order of the parameters.
pub type Executor<'a> = dyn Fn(&Case) -> Result<Vec<Memory<f32>>, String> + 'a;

/// Long for a case, short for somebody who waits.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Runs a case on the reference executor in binary32, with subgroups of this size.
///
/// # Errors
/// What stops any run.
pub fn on_reference(case: &Case, subgroup_size: u32) -> Result<Vec<Memory<f32>>, String> {
    let run = in_domain(&F32, case, &quick(subgroup_size));
    run.map(|(memories, _)| memories)
        .map_err(|error| error.to_string())
}

/// Runs a case on the reference executor with its sanitizer.
///
/// # Errors
/// What the sanitizer finds, except for a division by zero where one may be.
pub(crate) fn sanitized(case: &Case, subgroup_size: u32) -> Result<Vec<Memory<f32>>, String> {
    let options = Options {
        sanitize: true,
        ..quick(subgroup_size)
    };
    match in_domain(&F32, case, &options) {
        Ok((memories, outcome)) => match outcome.warnings.first() {
            None => Ok(memories),
            Some(warning) => Err(warning.to_string()),
        },
        Err(error)
            if case.divides_by_zero && matches!(error.fault, Fault::DivisionByZero { .. }) =>
        {
            on_reference(case, subgroup_size)
        }
        Err(error) => Err(error.to_string()),
    }
}

/// How the reference executor runs where nothing is looked for.
pub(crate) fn quick(subgroup_size: u32) -> Options {
    Options {
        subgroup_size,
        print_log: false,
        ..Options::fast()
    }
}

/// Runs a case on the reference executor in a domain.
pub(crate) fn in_domain<D: Domain<Mask = bool>>(
    domain: &D,
    case: &Case,
    options: &Options,
) -> Result<(Vec<Memory<D::Value>>, Outcome), ExecError> {
    let lift = |x: f32| domain.from_f32(x);
    let mut memories: Vec<Option<Memory<D::Value>>> = Vec::new();
    for input in &case.inputs.arguments {
        memories.push(match input {
            Input::Buffer(memory) => Some(memory.map_reals(lift)),
            Input::Scalar(_) => None,
        });
    }
    let params = case.tree.params.iter().zip(&case.inputs.arguments);
    let mut bindings = Vec::new();
    for ((param, input), memory) in params.zip(&mut memories) {
        bindings.push(match (input, memory) {
            (Input::Scalar(ScalarValue::F32(x)), _) => Binding::F32(lift(*x)),
            (Input::Scalar(ScalarValue::I32(n)), _) => Binding::I32(*n),
            (Input::Scalar(ScalarValue::U32(n)), _) => Binding::U32(*n),
            (Input::Scalar(ScalarValue::Bool(b)), _) => Binding::Bool(*b),
            (Input::Buffer(_), Some(memory)) => match writes(param.kind) {
                true => Binding::Write(memory),
                false => Binding::Read(memory),
            },
            (Input::Buffer(_), None) => continue,
        });
    }
    let groups = case.inputs.groups;
    let outcome = run_with(domain, &case.tree, groups, &mut bindings, options)?;
    drop(bindings);
    let written = case.tree.params.iter().zip(memories);
    let written = written
        .filter(|(param, _)| writes(param.kind))
        .filter_map(|(_, memory)| memory);
    Ok((written.collect(), outcome))
}

fn writes(kind: ParamKind) -> bool {
    matches!(kind, ParamKind::Storage { access, .. } if access != Access::Read)
}

/// Runs a case on a device.
///
/// # Errors
/// Whatever keeps it from running there.
pub fn on_device(device: &Device, case: &Case) -> Result<Vec<Memory<f32>>, String> {
    run_on(&device.clone().with_timeout(TIMEOUT), case).map_err(|error| error.to_string())
}

fn run_on(device: &Device, case: &Case) -> Result<Vec<Memory<f32>>, hesper_shader::Error> {
    let params = &case.tree.params;
    let mut held: Vec<Option<Box<dyn Held>>> = Vec::new();
    for (param, input) in params.iter().zip(&case.inputs.arguments) {
        held.push(match (param.kind, input) {
            (ParamKind::Storage { element, .. }, Input::Buffer(memory)) => {
                Some(upload(device, element, memory)?)
            }
            _ => None,
        });
    }
    let mut arguments = Vec::new();
    for ((param, input), held) in params.iter().zip(&case.inputs.arguments).zip(&mut held) {
        let argument = match (input, held) {
            (Input::Scalar(value), _) => Argument::from(*value),
            (Input::Buffer(_), Some(held)) => match writes(param.kind) {
                true => held.written(),
                false => held.read(),
            },
            (Input::Buffer(_), None) => continue,
        };
        arguments.push((param.name.as_str(), argument));
    }
    let kernel = Kernel::from_tree(case.tree.clone());
    kernel.launch_named(device, Grid::Exact(case.inputs.groups), arguments)?;
    let written = params.iter().zip(&held).filter(|(p, _)| writes(p.kind));
    let memories = written.filter_map(|(_, held)| held.as_ref().map(|held| held.memory()));
    Ok(memories.collect::<Result<_, DeviceError>>()?)
}

/// A buffer of some element type.
trait Held {
    fn read(&self) -> Argument<'_>;
    fn written(&mut self) -> Argument<'_>;
    fn memory(&self) -> Result<Memory<f32>, DeviceError>;
}

impl<T: Element> Held for Buffer<T> {
    fn read(&self) -> Argument<'_> {
        Argument::read(self)
    }

    fn written(&mut self) -> Argument<'_> {
        Argument::write(self)
    }

    fn memory(&self) -> Result<Memory<f32>, DeviceError> {
        Ok(T::to_memory(&Buffer::read(self)?))
    }
}

fn upload(device: &Device, ty: Type, memory: &Memory<f32>) -> Result<Box<dyn Held>, DeviceError> {
    fn typed<T: Element>(
        device: &Device,
        memory: &Memory<f32>,
    ) -> Result<Box<dyn Held>, DeviceError> {
        let elements = T::from_memory(memory.clone()).unwrap_or_default();
        Ok(Box::new(device.upload::<T>(&elements)?))
    }
    macro_rules! sized {
        ($scalar:ty) => {
            match ty.size {
                1 => typed::<$scalar>(device, memory),
                2 => typed::<Vec2<$scalar>>(device, memory),
                3 => typed::<Vec3<$scalar>>(device, memory),
                _ => typed::<Vec4<$scalar>>(device, memory),
            }
        };
    }
    match ty.scalar {
        Scalar::F32 => sized!(f32),
        Scalar::I32 => sized!(i32),
        Scalar::U32 | Scalar::Bool => sized!(u32),
    }
}

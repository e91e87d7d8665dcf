//! Running a case on a device.

use super::generate::Case;
use super::inputs::Input;
use super::reference::writes;
use super::structures;
use hesper_shader::tree::{ParamId, ParamKind, Scalar, Type};
use hesper_shader::{
    Argument, Buffer, Device, DeviceError, Element, Grid, Kernel, Memory, Vec2, Vec3, Vec4,
};
use std::time::Duration;

/// Long for a case, short for somebody who waits.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Runs a case on a device.
///
/// # Errors
/// Whatever keeps it from running there.
pub fn on_device(device: &Device, case: &Case) -> Result<Vec<Memory<f32>>, String> {
    run_on(&device.clone().with_timeout(TIMEOUT), case).map_err(|error| error.to_string())
}

fn run_on(device: &Device, case: &Case) -> Result<Vec<Memory<f32>>, hesper_shader::Error> {
    let (tree, params) = (&case.tree, &case.tree.params);
    let mut held: Vec<Option<Box<dyn Held>>> = Vec::new();
    for (id, (param, input)) in (0..)
        .map(ParamId)
        .zip(params.iter().zip(&case.inputs.arguments))
    {
        held.push(match (param.kind, input) {
            (ParamKind::Storage { element, .. }, Input::Buffer(memory)) => match tree.field(id) {
                None => Some(upload(device, element, memory)?),
                Some((buffer, _)) if buffer.first == id => {
                    let parts = case.inputs.arguments.iter().skip(id.index());
                    let parts = parts
                        .take(buffer.leaves.len())
                        .filter_map(|part| match part {
                            Input::Buffer(memory) => Some(memory.clone()),
                            Input::Scalar(_) => None,
                        });
                    let kind = structures::of(&buffer.shape);
                    kind.map(|kind| (kind.upload)(device, parts.collect()))
                        .transpose()?
                }
                Some(_) => None,
            },
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
        let name = param.name.split('.').next().unwrap_or_default();
        arguments.push((name, argument));
    }
    let kernel = Kernel::from_tree(case.tree.clone());
    kernel.launch_named(device, Grid::Exact(case.inputs.groups), arguments)?;
    let written = params.iter().zip(&held).filter(|(p, _)| writes(p.kind));
    let memories = written.filter_map(|(_, held)| held.as_ref().map(|held| held.memory()));
    Ok(memories.collect::<Result<Vec<_>, DeviceError>>()?.concat())
}

/// A buffer of some element type.
pub(crate) trait Held {
    fn read(&self) -> Argument<'_>;
    fn written(&mut self) -> Argument<'_>;
    /// The contents, leaf by leaf.
    fn memory(&self) -> Result<Vec<Memory<f32>>, DeviceError>;
}

impl<T: Element> Held for Buffer<T> {
    fn read(&self) -> Argument<'_> {
        Argument::read(self)
    }

    fn written(&mut self) -> Argument<'_> {
        Argument::write(self)
    }

    fn memory(&self) -> Result<Vec<Memory<f32>>, DeviceError> {
        Ok(T::to_memory(Buffer::read(self)?.iter()))
    }
}

/// A buffer of elements whose leaves have these components.
pub(crate) fn held<T: Element>(
    device: &Device,
    leaves: Vec<Memory<f32>>,
) -> Result<Box<dyn Held>, DeviceError> {
    let elements = T::from_memory(&mut leaves.into_iter()).unwrap_or_default();
    Ok(Box::new(device.upload::<T>(&elements)?))
}

fn upload(device: &Device, ty: Type, memory: &Memory<f32>) -> Result<Box<dyn Held>, DeviceError> {
    macro_rules! sized {
        ($scalar:ty) => {
            match ty.size {
                1 => held::<$scalar>(device, vec![memory.clone()]),
                2 => held::<Vec2<$scalar>>(device, vec![memory.clone()]),
                3 => held::<Vec3<$scalar>>(device, vec![memory.clone()]),
                _ => held::<Vec4<$scalar>>(device, vec![memory.clone()]),
            }
        };
    }
    match ty.scalar {
        Scalar::F16 => sized!(hesper_shader::f16),
        Scalar::F32 => sized!(f32),
        Scalar::I32 => sized!(i32),
        Scalar::U32 | Scalar::Bool => sized!(u32),
    }
}

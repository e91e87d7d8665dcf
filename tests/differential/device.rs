//! Running a case on a device.

use super::generate::Case;
use super::inputs::Input;
use super::reference::writes;
use hesper_shader::tree::{ParamKind, Scalar, Type};
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
        Scalar::F16 => sized!(hesper_shader::f16),
        Scalar::F32 => sized!(f32),
        Scalar::I32 => sized!(i32),
        Scalar::U32 | Scalar::Bool => sized!(u32),
    }
}
